"""What is refused after it was hashed counts as a report of its sender: no code is hashed without end for who posts it again."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.network import REFUSED_REPORTS, REPORTS, Limit, attempts_so_far
from app.network.attempts import Attempts, count_attempt, tag_of
from app.vault import Vault, new_receipt
from tests.harness.hours import five_past_ten
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.service.abuse.at_once import gate_before_writing
from tests.support.outbox import Seal, Sealing, answer, number_of_cases, post

HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"
MANY = 4


@pytest.fixture(autouse=True)
def _one_hour(world: World) -> Iterator[None]:
    with five_past_ten():
        for limit in (REPORTS, REFUSED_REPORTS):
            _set(world, limit, ELSEWHERE, limit.most)
        yield


def _set(world: World, limit: Limit, whom: str, number: int) -> None:
    with world.database.writing() as session:
        count_attempt(session, world.vault, limit, whom)
        row = Attempts.tag == tag_of(world.vault, limit, whom)
        session.execute(update(Attempts).where(row).values(number=number))


def _counted(world: World) -> tuple[int, int]:
    with world.database.reading() as session:
        reports, refused = (
            attempts_so_far(session, world.vault, limit, HERE) for limit in (REPORTS, REFUSED_REPORTS)
        )
    return reports, refused


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every code that was hashed."""
    made: list[str] = []
    derive = Vault.derive_receipt_keys

    def count(vault: Vault, receipt: Any) -> Any:
        made.append(receipt)
        return derive(vault, receipt)

    monkeypatch.setattr(Vault, "derive_receipt_keys", count)
    return made


def test_a_code_that_somebody_has_counts_like_a_report_each_time(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    taken = world.file().receipt
    for number in range(1, MANY):
        assert answer(post(client, seal(receipt=taken).envelope()))["reason"] == "receipt"
        assert _counted(world) == (number, number)
    assert answer(post(client, seal().envelope()))["state"] == "kept"
    assert _counted(world) == (MANY, MANY - 1)


def test_above_the_limit_nothing_is_hashed_and_the_phone_comes_later(
    client: FlaskClient, world: World, seal: Seal, hashed: list[str]
) -> None:
    first = seal()
    assert answer(post(client, first.envelope()))["state"] == "kept"
    _set(world, REFUSED_REPORTS, HERE, REFUSED_REPORTS.most - 1)
    assert answer(post(client, seal(receipt=first.receipt).envelope()))["reason"] == "receipt"
    before, cases = len(hashed), number_of_cases(world)
    for sealing in (seal(receipt=first.receipt), seal()):
        response = post(client, sealing.envelope())
        told = answer(response)
        assert (told["state"], told["reason"], response.status_code) == ("later", "flood", 429)
        assert 0 < int(response.headers["Retry-After"]) <= 3600
    assert len(hashed) == before
    assert number_of_cases(world) == cases
    # What was kept before is still told so, and who writes the form is not in the way of it.
    assert answer(post(client, first.envelope()))["already"] is True
    world.file(sender=HERE)
    assert number_of_cases(world) == cases + 1


def test_who_read_the_last_free_place_at_one_moment_is_told_to_come_later(
    app: Flask, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = world.file().receipt
    _set(world, REFUSED_REPORTS, HERE, REFUSED_REPORTS.most - 1)
    told = _at_once(app, world, monkeypatch, [seal(receipt=taken) for _ in range(MANY)])
    assert sorted(each["state"] for each in told) == ["later"] * (MANY - 1) + ["refused"]


def test_one_code_at_one_moment_counts_for_whom_it_was_refused(
    app: Flask, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = new_receipt()
    told = _at_once(
        app, world, monkeypatch, [seal(receipt=receipt, words=f"Report {n}.") for n in range(MANY)]
    )
    assert sorted(each["state"] for each in told) == ["kept"] + ["refused"] * (MANY - 1)
    assert _counted(world) == (MANY, MANY - 1)


def test_one_submission_with_other_words_at_one_moment_counts_for_each(
    app: Flask, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = seal()
    same = {"submission": first.submission, "ack": first.ack}
    told = _at_once(app, world, monkeypatch, [seal(**same, words=f"Report {n}.") for n in range(MANY)])
    assert sorted(each.get("reason", each["state"]) for each in told) == ["conflict"] * (MANY - 1) + ["kept"]
    assert _counted(world) == (MANY, MANY - 1)


def test_what_is_refused_before_it_is_hashed_counts_nothing(
    client: FlaskClient, world: World, seal: Seal, hashed: list[str]
) -> None:
    first = seal()
    assert answer(post(client, first.envelope()))["state"] == "kept"
    before = len(hashed)
    for other in (seal(receipt="1" * 20), seal(submission=first.submission, words="Something else.")):
        assert answer(post(client, other.envelope()))["state"] == "refused"
    assert len(hashed) == before
    assert _counted(world) == (1, 0)


def _at_once(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch, sealings: list[Sealing]
) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []

    def send(sealing: Sealing) -> None:
        told.append(answer(post(checked_client(app), sealing.envelope())))

    gate_before_writing(world, monkeypatch)([partial(send, each) for each in sealings])
    return told
