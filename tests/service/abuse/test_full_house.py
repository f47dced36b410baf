"""All slots for hashing are taken: every page says so, keeps what was typed, and the next press goes through."""

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.cases.case.models import Case
from app.network import code_now
from app.vault import Slots, Vault, format_receipt
from app.vault.hash_slots import SLOTS
from tests.harness.world import LIGHT, PASSWORD, World
from tests.support.addresses import DORMITORY, Phone
from tests.support.browsing import Page
from tests.support.member import Member, make_app

WORDS = "They keep my passport."

FullHouse = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def app(world: World, tmp_path: Path) -> Flask:
    """The application with slots, for which nobody waits long."""
    bounded = copy.copy(world)
    bounded.vault = Vault(world.vault.keyring, LIGHT, Slots(tmp_path / "slots", patience=0.02))
    return make_app(bounded, tmp_path)


@pytest.fixture
def full_house(tmp_path: Path) -> FullHouse:
    """Takes every slot, as other processes would."""

    @contextmanager
    def take_all() -> Iterator[None]:
        with ExitStack() as taken:
            for _ in range(SLOTS):
                taken.enter_context(Slots(tmp_path / "slots").one())
            yield

    return take_all


def _told_to_wait(phone: Member) -> None:
    assert phone.page.status == 503
    assert 0 < int(phone.page.response.headers["Retry-After"]) < 60


def _send(member: Member, address: str, typed: dict[str, str]) -> Page:
    answers: dict[str, Any] = dict(typed)
    return member.send(address, **answers)


def _cases(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def test_a_report_keeps_its_words_and_its_token(phone: Phone, world: World, full_house: FullHouse) -> None:
    worker, before = phone(DORMITORY), _cases(world)
    token = worker.open("/en/").form("/report").values["token"]
    with full_house():
        page = worker.send("/report", words=WORDS, category=["wages"], danger="yes")
    _told_to_wait(worker)
    assert "Many people are writing just now." in page.text
    kept = page.form("/report").values
    assert (kept["words"], kept["category"], kept["danger"], kept["token"]) == (
        [WORDS],
        ["wages"],
        ["yes"],
        token,
    )
    assert _cases(world) == before
    assert worker.send("/report").code
    assert _cases(world) == before + 1


def test_the_inbox_keeps_the_code_and_the_words(phone: Phone, world: World, full_house: FullHouse) -> None:
    worker = phone(DORMITORY)
    form = worker.open("/en/")
    code = worker.send("/report", words=WORDS).code
    worker.page = form
    worker.send("/report", words="More words.")
    with full_house():
        page = worker.send("/inbox", receipt=code)
    _told_to_wait(worker)
    assert "We did not try your code yet." in page.text
    assert page.form("/inbox").values["receipt"] == [code]
    page = worker.send("/inbox")
    assert WORDS in page.text
    assert page.text.count("More words.") == 1


def test_a_new_code_is_made_with_the_next_press(phone: Phone, world: World, full_house: FullHouse) -> None:
    worker = phone(DORMITORY)
    worker.open("/en/inbox")
    worker.send("/inbox", receipt=format_receipt(world.file(words=WORDS).receipt))
    with full_house():
        worker.send("/inbox/code")
    _told_to_wait(worker)
    assert not worker.page.code
    assert worker.send("/inbox/code").code


def test_the_log_in_keeps_the_login_and_never_the_password(
    phone: Phone, world: World, full_house: FullHouse
) -> None:
    member = phone(DORMITORY)
    with full_house():
        member.sign_in(world, "near.lead")
    _told_to_wait(member)
    assert "Many people are coming in" in member.page.text
    kept = member.page.form("/desk/sign-in").values
    assert (kept["login"], kept["password"]) == (["near.lead"], [""])
    # The code was not used up either.
    code = code_now(world.secrets["near.lead"])
    assert member.send("/desk/sign-in", password=PASSWORD, code=code).status == 200


def test_an_invitation_can_be_taken_up_with_the_next_press(
    phone: Phone, full_house: FullHouse, invitation: Callable[[str], str]
) -> None:
    address, member = invitation("new.one"), phone(DORMITORY)
    secret = member.open(address).form(address).values["secret"][0]
    typed = {"password": PASSWORD, "again": PASSWORD, "code": code_now(secret)}
    with full_house():
        _send(member, address, typed)
    _told_to_wait(member)
    assert member.page.form(address).values["secret"] == [secret]
    assert _send(member, address, typed).status == 200


def test_the_recovery_code_is_not_used_up(
    phone: Phone, full_house: FullHouse, recovery_codes: Callable[[str], str]
) -> None:
    recovery, member = recovery_codes("new.one"), phone(DORMITORY)
    secret = member.open("/desk/recover").form("/recover").values["secret"][0]
    typed = {
        "login": "new.one",
        "recovery": recovery,
        "password": "another password of words",
        "again": "another password of words",
        "code": code_now(secret),
    }
    with full_house():
        _send(member, "/recover", typed)
    _told_to_wait(member)
    assert member.page.form("/recover").values["login"] == ["new.one"]
    assert member.page.form("/recover").values["secret"] == [secret]
    assert _send(member, "/recover", typed).status == 200
