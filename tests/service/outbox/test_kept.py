"""What a phone kept without a network becomes a case as the form's does: once, under its own code, and its phone is told so."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import clock
from app.cases.case.models import Offer
from app.cases.case.veils import facts_of
from app.cases.enums import ConsentLevel, Urgency
from app.intake import Report
from app.vault import SessionRow, Vault
from app.web.worker import outbox
from tests.harness.pages import check_page, checked_client
from tests.harness.world import World
from tests.service.abuse.at_once import gate_before_writing
from tests.support.browsing import Page, Visitor
from tests.support.outbox import (
    KIT,
    WORDS,
    Kit,
    Seal,
    Sealing,
    answer,
    case_of_submission,
    number_of_cases,
    post,
    words_under,
)


def test_a_phone_that_was_given_the_kit_is_told_that_its_report_is_kept(
    client: FlaskClient, world: World, vault: Vault
) -> None:
    before = number_of_cases(world)
    handed = client.get(KIT)
    assert handed.mimetype == "application/json"
    assert handed.headers["Cache-Control"] == "no-cache"
    assert "Set-Cookie" not in handed.headers
    told: Any = handed.get_json()
    assert (told["redress"], told["v"], told["oldest"]) == (1, 1, 1)
    assert told["deployment"] == vault.deployment.hex
    assert len(told["keys"]) == 1
    assert told["fingerprint"] == vault.intake_keys()[0].fingerprint

    sealing = Sealing(Kit.fetched(client))
    told = answer(post(client, sealing.envelope()))
    assert told == {
        "redress": 1,
        "state": "kept",
        "submission": sealing.submission,
        "already": False,
        "proof": sealing.proof,
    }
    assert number_of_cases(world) == before + 1
    assert words_under(world, sealing.receipt) == WORDS


def test_every_answer_is_kept_as_the_form_keeps_it(client: FlaskClient, world: World, seal: Seal) -> None:
    """The same answers by the form and by the outbox make the same report, in whatever language."""
    answers: dict[str, Any] = {
        "danger": "no",
        "category": ["wages", "hours"],
        "words": "ကျွန်တော်တို့ကို လုပ်ခ မပေးဘူး\r\n🙂 \ud83d half",
        "site": "  Foxglove   Circuits ",
        "site_code": world.site.code,
        "exclude": ["police", "other"],
        "exclude_other": "Harbour Union",
        "contact": "text",
        "phone": "+60 12-345 6789",
        "safe_times": "after nine",
        "name": "Thida",
        "consent": "union",
        "unheard_of": "is left out",
    }
    filed: list[Report] = []
    with pytest.MonkeyPatch.context() as patched:
        for where in ("app.web.worker.report.file_report", "app.intake.outbox.file_report"):
            patched.setattr(where, lambda _services, report, *_rest: filed.append(report))
        visitor = Visitor(client)
        form = visitor.open("/ar-x-rtl/").form("/report")
        shown = {**answers, "words": answers["words"].replace("\ud83d", "\N{REPLACEMENT CHARACTER}")}
        client.post(form.action, data={**form.values, **shown})
        post(client, seal(**answers, language="ar-x-rtl").envelope())
    assert len(filed) == 2
    assert filed[0] == filed[1]
    assert filed[0].language == "ar-x-rtl"
    assert filed[0].consent is ConsentLevel.UNION


def test_the_same_envelope_again_is_the_same_answer_and_no_second_case(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    sealing = seal()
    before = number_of_cases(world)
    first = answer(post(client, sealing.envelope(page=True)))
    again = answer(post(client, sealing.envelope(page=True)))
    assert first.pop("page")
    assert (first.pop("already"), again.pop("already")) == (False, True)
    assert first == again
    assert number_of_cases(world) == before + 1


def test_twenty_copies_at_one_moment_are_one_case(
    app: Flask, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealing = seal()
    before = number_of_cases(world)
    envelope = sealing.envelope(page=True)
    told: list[dict[str, Any]] = []
    gate_before_writing(world, monkeypatch)(
        [lambda: told.append(answer(post(checked_client(app), envelope)))] * 20
    )
    assert [each["state"] for each in told] == ["kept"] * 20
    assert {each["proof"] for each in told} == {sealing.proof}
    assert [each["already"] for each in told].count(False) == 1
    assert ["page" in each for each in told].count(True) == 1
    assert number_of_cases(world) == before + 1


def test_a_seal_made_anew_for_the_same_report_is_the_same_report(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    """A phone that lost the seal but not what was written, such as with the page still open."""
    sealing = seal()
    before = number_of_cases(world)
    one, other = sealing.envelope(), sealing.envelope()
    assert one["ct"] != other["ct"]
    assert answer(post(client, one))["already"] is False
    assert answer(post(client, other))["already"] is True
    assert number_of_cases(world) == before + 1


def test_the_page_of_the_code_is_the_one_that_the_form_shows(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    sealing = seal(words=WORDS, site_code=world.site.code, language="ar-x-rtl")
    page = answer(post(client, sealing.envelope(page=True)))["page"]
    check_page(
        page, dict(client.get("/ar-x-rtl/").headers) | {"Cache-Control": "no-store"}, "/ar-x-rtl/report"
    )
    assert 'lang="ar-x-rtl"' in page
    assert all(sealing.receipt[start : start + 4] in page for start in range(0, 20, 4))
    assert world.near.name in page
    visitor = Visitor(client)
    visitor.open(f"/ar-x-rtl/s/{world.site.code}")
    by_form = visitor.send("/report", words=WORDS)
    digits = by_form.code.replace(" ", "")
    shown = by_form.response.get_data(as_text=True)
    assert _without_code(page, sealing.receipt) == _without_code(shown, digits)


def _without_code(page: str, receipt: str) -> str:
    for group in (receipt[start : start + 4] for start in range(0, 20, 4)):
        page = page.replace(group, "####")
    return page


def test_without_asking_for_the_page_none_is_made(client: FlaskClient, seal: Seal) -> None:
    assert "page" not in answer(post(client, seal().envelope(page=False)))


def test_a_page_that_cannot_be_made_leaves_the_report_kept(
    client: FlaskClient, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no page today")

    monkeypatch.setattr(outbox, "receipt_page", fail)
    sealing = seal()
    told = answer(post(client, sealing.envelope(page=True)))
    assert (told["state"], told["proof"]) == ("kept", sealing.proof)
    assert "page" not in told
    assert words_under(world, sealing.receipt) == WORDS


def test_danger_that_nobody_may_read_is_taken_as_the_phone_asked_it(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    locked, opened = (
        seal(danger="yes", consent="nobody", **allow, site_code=world.site.code)
        for allow in ({}, {"allow": "yes"})
    )
    for sealing, level, offers in ((locked, ConsentLevel.NOBODY, 0), (opened, ConsentLevel.HELPER, 2)):
        assert answer(post(client, sealing.envelope()))["state"] == "kept"
        case = case_of_submission(world, sealing)
        assert case.urgency is Urgency.DANGER
        assert facts_of(world.vault, case).consent is level
        with world.database.reading() as session:
            made = session.scalar(select(func.count()).select_from(Offer).where(Offer.case_id == case.id))
        assert (made or 0) >= offers
        assert bool(made) is bool(offers)


def test_an_unknown_language_is_answered_in_the_usual_one(client: FlaskClient, seal: Seal) -> None:
    told = answer(post(client, seal(language="tlh").envelope(page=True)))
    assert 'lang="en"' in told["page"]


def test_filing_closes_the_messages_that_were_open_on_this_phone_and_a_copy_closes_nothing(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    code = world.file().receipt
    sealing = seal()
    visitor = Visitor(client)

    def opened() -> bool:
        return "Your messages" in Page(client.get("/en/inbox")).text and world_sessions(world) == 1

    def enter() -> None:
        visitor.open("/en/inbox")
        visitor.send("/inbox", receipt=code)

    enter()
    assert opened()
    post(client, sealing.envelope())
    assert client.get_cookie("redress_worker") is None
    assert world_sessions(world) == 0
    enter()
    post(client, sealing.envelope())
    assert opened()


def world_sessions(world: World) -> int:
    with world.database.reading() as session:
        rows = session.scalars(select(SessionRow)).all()
    return sum(row.kind == "worker" for row in rows)


@pytest.mark.parametrize("year", (-1, 1))
def test_a_phone_whose_clock_is_a_year_off_is_no_reason_to_refuse(
    client: FlaskClient, seal: Seal, year: int
) -> None:
    """Nothing in an envelope tells a time: what the phone believes it to be changes nothing."""
    now = clock.now()
    sealing = seal(inside={"at": (now.replace(year=now.year + year)).isoformat()})
    assert answer(post(client, sealing.envelope()))["state"] == "kept"


def test_a_phone_without_cookies_from_a_page_of_ours_may_post(client: FlaskClient, seal: Seal) -> None:
    for headers in ({"Origin": "http://localhost"}, {}):
        assert answer(post(client, seal().envelope(), headers=headers))["state"] == "kept"


def test_as_many_signs_as_the_form_takes_fit_into_an_envelope(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    """Each of four bytes, and every line as long as may be."""
    long = dict.fromkeys(("site", "exclude_other", "phone", "safe_times", "name"), "🙂" * 500)
    sealing = seal(words="🙂" * 20_000, **long)
    assert answer(post(client, sealing.envelope()))["state"] == "kept"
    assert words_under(world, sealing.receipt) == "🙂" * 20_000
