"""Reports: a dormitory's go through, a flood's are held with custody and not lost, and what cannot be held keeps its words."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app import clock
from app.cases.case.models import Case, Offer
from app.cases.enums import ConsentLevel
from app.cases.rules.routing import RoutingOutcome
from app.cases.worker.sharing import change_consent
from app.database import CaseId
from app.intake import Filed, FloodRefused, SealedGrievance, file_grievance, reporting
from app.network import EVERYBODY, HELD_REPORTS, REPORTS, attempts_so_far, window_end
from app.vault import GrantRow, GrantState, Vault, receipts
from tests.harness.world import World
from tests.support.addresses import DORMITORY, ELSEWHERE, Fill, Phone
from tests.support.poster_reports import WORDS, send, waiting
from tests.support.stored_cases import case_of


def cases(world: World) -> int:
    with world.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Case)) or 0


def so_far(world: World, address: str) -> int:
    with world.database.reading() as session:
        return attempts_so_far(session, world.vault, REPORTS, address)


def holders(world: World, case_id: CaseId) -> set[str]:
    """The kinds of holders with a grant that is not ended, offered ones too."""
    with world.database.reading() as session:
        rows = session.scalars(
            select(GrantRow.holder_kind).where(
                GrantRow.case_id == case_id, GrantRow.state != GrantState.ENDED
            )
        )
        return set(rows)


def test_the_last_report_under_the_limit_is_offered_and_the_next_is_held_with_custody_alone(
    phone: Phone, world: World, fill: Fill
) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most - 1)
    worker = phone(DORMITORY)
    offered = case_of(world, send(worker, world))
    assert f"A helper from {world.near.name}" in worker.page.text
    code = send(worker, world)
    held = case_of(world, code)
    assert "looks for the right helper" in worker.page.text
    assert holders(world, offered) == {"receipt", "custody", "circle"}
    assert holders(world, held) == {"receipt", "custody"}
    with world.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Offer).where(Offer.case_id == held)) == 0
        assert session.get_one(Case, held).organisation_id is None
    assert waiting(world) == [(held, RoutingOutcome.OVER_LIMIT)]
    worker.open("/en/inbox")
    assert WORDS in worker.send("/inbox", receipt=code).text


def test_elsewhere_and_an_hour_later_reports_go_their_usual_way(
    phone: Phone, world: World, fill: Fill
) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    send(phone(ELSEWHERE), world)
    assert waiting(world) == []
    worker = phone(DORMITORY)
    send(worker, world)
    assert len(waiting(world)) == 1
    clock.set_offset(3600)
    code = send(worker, world)
    assert f"A helper from {world.near.name}" in worker.page.text
    assert "circle" in holders(world, case_of(world, code))


def test_the_same_form_sent_again_does_not_count(phone: Phone, world: World) -> None:
    worker = phone(DORMITORY)
    form = worker.open("/en/")
    code = worker.send("/report", words=WORDS).code
    assert so_far(world, DORMITORY) == 1
    for words in (WORDS, "Other words."):
        worker.page = form
        worker.send("/report", words=words)
    assert so_far(world, DORMITORY) == 1
    assert code
    # What was not taken does not count either.
    worker.open("/en/")
    assert worker.send("/report", words="").status == 422
    assert so_far(world, DORMITORY) == 1


def test_who_sends_the_same_form_again_over_the_limit_gets_the_same_code(
    phone: Phone, world: World, fill: Fill
) -> None:
    worker = phone(DORMITORY)
    form = worker.open("/en/")
    code = worker.send("/report", words=WORDS).code
    fill(REPORTS, DORMITORY, REPORTS.most)
    fill(HELD_REPORTS, EVERYBODY, HELD_REPORTS.most)
    worker.page = form
    assert worker.send("/report", words=WORDS).code == code


def test_danger_over_the_limit_stands_first_with_custody(phone: Phone, world: World, fill: Fill) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    worker = phone(DORMITORY)
    first, danger, last = (
        case_of(world, send(worker, world, danger=answer)) for answer in ("no", "yes", "no")
    )
    found = [case_id for case_id, _ in waiting(world)]
    assert found[0] == danger
    assert set(found[1:]) == {first, last}


def test_the_custodian_sees_why_and_places_it_unread(phone: Phone, world: World, fill: Fill) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    held = case_of(world, send(phone(DORMITORY), world))
    custodian = phone(ELSEWHERE)
    custodian.sign_in(world, "custodian.one")
    assert "Very many reports came from one place" in custodian.open("/network/").text
    page = custodian.open(f"/network/waiting/{held}")
    assert WORDS not in page.text
    page = custodian.send("/place", organisation=str(world.near.id))
    assert "Offered to that helper." in page.text
    partner = phone(ELSEWHERE)
    partner.sign_in(world, "near.lead")
    assert WORDS in partner.send(f"{held}/accept").text


def test_a_held_case_that_is_locked_and_opened_again_is_still_held(world: World, fill: Fill) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    filed = world.file(sender=DORMITORY, consent=ConsentLevel.NOBODY)
    assert filed.locked
    case_id, worker = world.case_of(filed), world.enter(filed)
    assert holders(world, case_id) == {"receipt"}
    with world.database.writing() as session:
        change_consent(session, world.vault, world.rules, world.texts, "en", worker, ConsentLevel.HELPER)
    assert holders(world, case_id) == {"receipt", "custody"}
    assert waiting(world) == [(case_id, RoutingOutcome.OVER_LIMIT)]


def test_an_exclusion_that_nobody_understands_is_the_reason_that_counts(world: World, fill: Fill) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    case_id = world.case_of(world.file(sender=DORMITORY, exclude_other="my cousin Zubin"))
    assert waiting(world) == [(case_id, RoutingOutcome.UNMATCHED_EXCLUSION)]


def test_the_last_place_of_the_quota_is_taken_and_then_every_word_stays_on_the_page(
    phone: Phone, world: World, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    fill(HELD_REPORTS, EVERYBODY, HELD_REPORTS.most - 1)
    worker = phone(DORMITORY)
    assert send(worker, world)
    before = cases(world)
    with monkeypatch.context() as watched:
        watched.setattr(receipts, "Argon2id", _never)
        assert not send(worker, world, category=["wages"])
    page = worker.page
    assert page.status == 503
    assert "Your words are still here." in page.text
    assert 0 < int(page.response.headers["Retry-After"]) <= 3600
    assert page.form("/report").values["words"] == [WORDS]
    assert page.form("/report").values["category"] == ["wages"]
    assert cases(world) == before
    # Who is under the own limit is not held, and so needs no place.
    assert send(phone(ELSEWHERE), world)
    clock.set_offset(3600 * 24)
    assert worker.send("/report").code
    assert cases(world) == before + 2


def _never(*_arguments: object, **_named: object) -> None:
    raise AssertionError("a receipt was hashed")


def test_the_door_is_told_until_when(world: World, fill: Fill) -> None:
    fill(REPORTS, DORMITORY, REPORTS.most)
    fill(HELD_REPORTS, EVERYBODY, HELD_REPORTS.most)
    with pytest.raises(FloodRefused) as refused:
        world.file(sender=DORMITORY)
    assert refused.value.until == window_end(REPORTS)


@pytest.mark.parametrize("lost", ("before", "in the middle"))
def test_without_counters_no_report_is_taken_and_no_word_lost(
    phone: Phone,
    world: World,
    without_counters: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    lost: str,
) -> None:
    before = cases(world)
    worker = phone(DORMITORY)
    worker.open("/en/")
    if lost == "before":
        without_counters()
    else:
        monkeypatch.setattr(reporting, "file_grievance", _file_while_counters_go)
    page = worker.send("/report", words=WORDS, category=["wages"])
    assert page.status == 503
    assert "Your words are still here." in page.text
    assert page.form("/report").values["words"] == [WORDS]
    assert cases(world) == before


def _file_while_counters_go(session: Session, vault: Vault, sealed: SealedGrievance) -> Filed:
    session.execute(text("DROP TABLE attempts"))
    return file_grievance(session, vault, sealed)
