"""A complaint about a helper passes by who has or had the case, and whoever may be meant; custody answers it."""

from dataclasses import replace
from uuid import uuid4

import pytest

from app import clock
from app.cases.case.entries import EmptyText
from app.cases.custody.deciding import CannotBePlaced, place_case
from app.cases.custody.reading import NotAgreed, agree_to_read, answer_from_custody, ask_to_read
from app.cases.enums import ConsentLevel, EntryKind
from app.cases.routing.offers import DeclineReason, decline_offer
from app.cases.rules.routing import Reason
from app.cases.taxonomy import ABOUT_HELPER
from app.cases.worker.inbox import open_inbox
from app.cases.worker.inbox_view import InboxMessage
from app.cases.worker.seen_by import helpers_of
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId, OrganisationId
from app.intake import Filed, Report
from tests.support.custody import reasons
from tests.support.desk import Desk

REPORT = Report(language="en", words="He asked me for money.", topics=(ABOUT_HELPER,))


def helpers(desk: Desk, filed: Filed) -> frozenset[OrganisationId]:
    worker = desk.world.enter(filed)
    with desk.database.reading() as session:
        return helpers_of(session, worker)


def complain(desk: Desk, *excluded: OrganisationId, **answers: object) -> CaseId:
    report = replace(REPORT, site_code=desk.world.site.code, excluded=frozenset(excluded))
    return desk.world.case_of(desk.world.file(replace(report, **answers)))  # type: ignore[arg-type]


def test_helpers_are_whoever_was_asked_and_stands_by_also_after_declining_and_stopping(desk: Desk) -> None:
    world = desk.world
    filed = world.file()
    both = {OrganisationId(world.near.id), OrganisationId(world.far.id)}
    assert helpers(desk, filed) == both
    with desk.database.writing() as session:
        decline_offer(
            session, world.vault, world.rules, desk.lead, world.case_of(filed), DeclineReason.NO_CAPACITY
        )
    assert helpers(desk, filed) == both
    worker = world.enter(filed)
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    assert helpers(desk, filed) == both


def test_helpers_are_nobody_where_nobody_was_asked_and_never_the_coordinator(desk: Desk) -> None:
    assert helpers(desk, desk.world.file(consent=ConsentLevel.NOBODY)) == frozenset()
    assert helpers(desk, desk.world.file(exclude_other="my cousin Zubin")) <= {
        OrganisationId(each.id) for each in (desk.world.near, desk.world.far)
    }


def test_without_a_helper_that_is_meant_for_certain_no_helper_may_have_it(desk: Desk) -> None:
    for excluded in ((), (OrganisationId(desk.world.union.id),), (OrganisationId(desk.world.buyer.id),)):
        case_id = complain(desk, *excluded)
        assert set(reasons(desk, case_id).values()) <= {Reason.ABOUT_HELPER}
        with desk.database.writing() as session, pytest.raises(CannotBePlaced):
            place_case(
                session,
                desk.world.vault,
                desk.world.rules,
                desk.custodian,
                case_id,
                desk.lead.organisation.id,
            )


def test_a_union_that_is_named_as_who_must_not_know_is_no_helper_either(desk: Desk) -> None:
    case_id = complain(desk, exclude_other=desk.world.union.name)
    assert reasons(desk, case_id)[desk.world.near.name] is Reason.ABOUT_HELPER


def test_where_the_helper_is_known_only_that_one_is_out(desk: Desk) -> None:
    case_id = complain(desk, OrganisationId(desk.world.near.id))
    found = reasons(desk, case_id)
    assert found[desk.world.near.name] is Reason.EXCLUDED_BY_WORKER
    assert found[desk.world.far.name] is None


def test_the_same_words_are_the_same_report_whoever_is_left_out() -> None:
    other = replace(REPORT, excluded=frozenset({OrganisationId(uuid4())}))
    assert other.canonical() == REPORT.canonical()
    assert b"excluded" not in REPORT.canonical()


def answered(desk: Desk, case_id: CaseId, words: str, submission: object = None) -> None:
    with desk.database.writing() as session:
        answer_from_custody(
            session,
            desk.world.vault,
            desk.custodian,
            case_id,
            words,
            submission or uuid4(),  # type: ignore[arg-type]
        )


def test_custody_answers_once_two_people_have_agreed_and_the_worker_sees_who_writes(desk: Desk) -> None:
    world = desk.world
    filed = world.file(replace(REPORT, site_code=world.site.code))
    case_id, submission = world.case_of(filed), uuid4()
    with pytest.raises(NotAgreed):
        answered(desk, case_id, "Not yet.")
    with desk.database.writing() as session:
        request = ask_to_read(session, world.vault, desk.custodian, case_id, "No helper may have it.")
    with pytest.raises(NotAgreed):
        answered(desk, case_id, "Not yet.")
    with desk.database.writing() as session:
        agree_to_read(session, world.vault, desk.second_custodian, request)
    with pytest.raises(EmptyText):
        answered(desk, case_id, " \u200f")
    for _ in range(2):
        answered(desk, case_id, "We will talk to them.", submission)
    replies = [each for each in thread(desk, filed) if each.kind is EntryKind.REPLY]
    assert [(each.text, each.from_custody, each.from_worker) for each in replies] == [
        ("We will talk to them.", True, False)
    ]
    assert desk.acts(case_id).count("custody.replied") == 1
    clock.set_offset(round(clock._offset.total_seconds()) + 25 * 3600)
    with pytest.raises(NotAgreed):
        answered(desk, case_id, "Too late.")


def thread(desk: Desk, filed: Filed) -> tuple[InboxMessage, ...]:
    worker = desk.world.enter(filed)
    with desk.database.reading() as session:
        return open_inbox(session, desk.world.vault, worker).messages


@pytest.mark.parametrize(
    "words", ("Mawar Workers Aid told my boss my name.", "the helper from MAWAR WORKERS AID asked money")
)
def test_whom_the_account_names_is_not_asked(desk: Desk, words: str) -> None:
    case_id = desk.world.case_of(desk.world.file(words=words))
    assert desk.case(case_id).organisation_id != desk.world.near.id
    noise = desk.world.case_of(desk.world.file(words="The workers need aid."))
    assert desk.case(noise).organisation_id == desk.world.near.id
