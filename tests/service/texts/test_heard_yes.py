"""A helper writes down that the worker agreed by voice: it leaves what the other doors leave, and ends as easily."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, select, update

import app.intake.spoken_yes
from app import clock
from app.cases.case import (
    Case,
    NoAccess,
    NoHourLeft,
    SpokenYes,
    TextAgreement,
    TextTimes,
    body_of,
    facts_of,
    latest_contact,
    open_compartments,
    spoken_yes,
    store_facts,
)
from app.cases.changes import TEXTS_HEARD
from app.cases.desk import TalkBeforeCase, TalkNotYet
from app.cases.enums import TalkHow
from app.cases.followups import wants_texts
from app.cases.worker import open_inbox
from app.database import CaseId
from app.intake import Filed
from app.intake.conversation.machine import WhosePhone
from app.intake.reaching import contacts_of, way_to_ask
from app.intake.spoken_yes import (
    AgreedBefore,
    CannotReach,
    HeardYes,
    PhoneNotTheirs,
    RefusedSince,
    TextedElsewhere,
    hear_no,
    keep_not_theirs,
    keep_yes,
    seal_yes,
    take_yes_back,
)
from app.intake.texting import Unreachable
from app.network import SignedIn
from app.vault import open_grant, read_journal
from tests.support import texting_back
from tests.support.text_wishes import WRITTEN, accepted, filed, phone_of, reach_of
from tests.support.texting import MINE, Texting

OTHER = "+60123456755"


def heard(
    texting: Texting,
    case_id: CaseId,
    number: str = WRITTEN,
    *,
    whose: WhosePhone = WhosePhone.OWN,
    times: TextTimes | None = None,
    ago: timedelta = timedelta(0),
    form: UUID | None = None,
    by: SignedIn | None = None,
) -> UUID:
    """The near lead writes down that the worker agreed in a call."""
    by, form = by or texting.world.sign_in("near.lead"), form or uuid4()
    yes = HeardYes(TalkHow.CALL, clock.now() - ago, whose, number, times)
    vault, gateways = texting.world.vault, texting.services.gateways
    with texting.database.reading() as session:
        sealed = seal_yes(session, vault, gateways, by, case_id, yes)
    with texting.database.writing() as session:
        keep_yes(session, vault, by, case_id, sealed, form)
    return form


def by_web(texting: Texting) -> CaseId:
    """A case from the form whose worker asked for nothing but the inbox, and was met since."""
    return accepted(texting, inbox_only(texting))


def inbox_only(texting: Texting) -> Filed:
    """A report by the form whose worker comes back with the code."""
    return texting.world.file(name="Rosmah")


def agreed_on_form(texting: Texting) -> CaseId:
    """By *Text me* on the form."""
    return accepted(texting, filed(texting, safe_times=""))


def agreed_by_text(texting: Texting) -> CaseId:
    """By a digit, from the phone itself."""
    return texting_back.taken(texting)


def agreed_by_voice(texting: Texting) -> CaseId:
    """By word of mouth, to a helper."""
    case_id = by_web(texting)
    heard(texting, case_id)
    return case_id


def refused_by_text(texting: Texting) -> CaseId:
    """By text, on a phone of their own, with a no to texts: the number is forgotten."""
    case_id = texting_back.taken(
        texting, texting_back.FIRST, "1", "2", "Foxglove Circuits Penang", "1", "1", "2"
    )
    assert reach_of(texting, case_id).reach == "none"
    return case_id


def agreed_after_a_no(texting: Texting) -> CaseId:
    """By word of mouth, after a no by text."""
    case_id = refused_by_text(texting)
    heard(texting, case_id, MINE)
    return case_id


DOORS = (agreed_on_form, agreed_by_text, agreed_by_voice, agreed_after_a_no)


def told_number(texting: Texting, case_id: CaseId) -> str:
    """The number that stands in the case, as its helper reads it."""
    lead = texting.world.sign_in("near.lead")
    with texting.database.reading() as session:
        opened = open_compartments(session, texting.world.vault, lead, case_id)
        return str(latest_contact(body_of(opened, row) for row in contacts_of(session, case_id))["phone"])


def can_be_asked(texting: Texting, case_id: CaseId) -> bool:
    """Whether a text that comes by itself has a way to the worker."""
    with texting.database.reading() as session:
        case = session.get_one(Case, case_id)
        way = way_to_ask(texting.services.gateways, session, texting.world.vault, case)
        return way is not None and wants_texts(case, facts_of(texting.world.vault, case))


@pytest.mark.parametrize("agreed", DOORS)
def test_every_door_leaves_the_same(texting: Texting, agreed: Callable[[Texting], CaseId]) -> None:
    case_id = agreed(texting)
    assert reach_of(texting, case_id).reach == "text"
    assert told_number(texting, case_id).replace(" ", "").replace("-", "")[-9:] == MINE[-9:]
    assert texting_back.shown(texting, case_id).way.why_not is None
    texting.pass_by(hours=2)  # nothing was said just now
    assert can_be_asked(texting, case_id)
    texting.world.cookies.clear()
    texting_back.answer(texting, case_id)
    assert len(texting_back.replies(texting, case_id)) == 1


def by_stop(texting: Texting, _case_id: CaseId) -> None:
    """STOP, by text."""
    texting.say("stop")


def by_words(texting: Texting, _case_id: CaseId) -> None:
    """In words, by text."""
    texting.say("pls stop texting me")


def by_digit(texting: Texting, _case_id: CaseId) -> None:
    """By the digit that ends all texts."""
    texting.say("0")


def by_helper(texting: Texting, case_id: CaseId) -> None:
    """To a helper, who writes it down."""
    lead = texting.world.sign_in("near.lead")
    with texting.database.writing() as session:
        assert hear_no(session, texting.world.vault, lead, case_id)


@pytest.mark.parametrize("undo", (by_stop, by_words, by_digit, by_helper))
@pytest.mark.parametrize("agreed", DOORS)
def test_every_door_takes_it_back(
    texting: Texting, agreed: Callable[[Texting], CaseId], undo: Callable[[Texting, CaseId], None]
) -> None:
    case_id = agreed(texting)
    texting_back.answer(texting, case_id)
    undo(texting, case_id)
    assert texting_back.shown(texting, case_id).way.why_not is not None
    assert not can_be_asked(texting, case_id)
    assert seen_in_inbox(texting, case_id) is None
    assert reach_of(texting, case_id).reach == "none"


def seen_in_inbox(texting: Texting, case_id: CaseId) -> SpokenYes | None:
    """What stands of it."""
    with texting.database.reading() as session:
        return spoken_yes(session, texting.world.vault, case_id)


def test_the_worker_reads_who_wrote_it_down_and_takes_it_back_by_one_tap(texting: Texting) -> None:
    report = inbox_only(texting)
    case_id, vault = accepted(texting, report), texting.world.vault
    form = heard(texting, case_id)
    worker = texting.world.enter(report)
    with texting.database.reading() as session:
        yes = open_inbox(session, vault, worker).heard
    assert yes is not None
    lead = texting.world.sign_in("near.lead")
    assert (yes.how, yes.helper, yes.organisation) == (TalkHow.CALL, lead.name, lead.organisation.name)
    with texting.database.writing() as session:
        opened = open_grant(session, vault, case_id, worker.keys)
        assert take_yes_back(session, vault, case_id, worker.actor, opened)
    with texting.database.reading() as session:
        assert open_inbox(session, vault, worker).heard is None
        told = latest_contact(body_of(opened, row) for row in contacts_of(session, case_id))
    assert (told["phone"], told["name"], told["contact"]) == ("", "Rosmah", "inbox")
    assert phone_of(texting, case_id) is None
    # Back, and the old form once more: what was taken back stays so. A yes that was heard anew counts.
    heard(texting, case_id, form=form)
    assert (seen_in_inbox(texting, case_id), phone_of(texting, case_id)) == (None, None)
    heard(texting, case_id)
    assert seen_in_inbox(texting, case_id) is not None


def test_whoever_takes_the_row_of_a_yes_away_hides_it_from_no_worker(texting: Texting) -> None:
    report = inbox_only(texting)
    case_id, vault = accepted(texting, report), texting.world.vault
    heard(texting, case_id)
    with texting.database.writing() as session:
        session.execute(delete(TextAgreement))
    worker = texting.world.enter(report)
    with texting.database.reading() as session:
        yes = open_inbox(session, vault, worker).heard
    assert yes is not None
    assert (yes.how, yes.helper) == (TalkHow.CALL, "")
    no_in_the_inbox(texting, report)
    with texting.database.reading() as session:
        assert open_inbox(session, vault, worker).heard is None
    assert phone_of(texting, case_id) is None


def no_in_the_inbox(texting: Texting, report: Filed) -> None:
    """The worker's own tap: no texts any more."""
    case_id, vault = texting.world.case_of(report), texting.world.vault
    worker = texting.world.enter(report)
    with texting.database.writing() as session:
        opened = open_grant(session, vault, case_id, worker.keys)
        assert take_yes_back(session, vault, case_id, worker.actor, opened)


def test_a_yes_from_before_the_workers_own_no_brings_no_texts_back(texting: Texting) -> None:
    report = inbox_only(texting)
    case_id = accepted(texting, report)
    heard(texting, case_id)
    texting.pass_by(hours=1)
    no_in_the_inbox(texting, report)
    texting.pass_by(hours=3)
    texting.world.cookies.clear()
    with pytest.raises(RefusedSince):
        heard(texting, case_id, ago=timedelta(hours=3, minutes=30))
    assert (seen_in_inbox(texting, case_id), phone_of(texting, case_id)) == (None, None)
    assert reach_of(texting, case_id).reach == "none"
    # What they said later counts, and a no that a helper wrote down was said at some time before.
    heard(texting, case_id, ago=timedelta(hours=2))
    by_helper(texting, case_id)
    heard(texting, case_id, OTHER, ago=timedelta(hours=2))
    assert told_number(texting, case_id) == OTHER


@pytest.mark.parametrize(
    ("step", "other", "refused"),
    (
        ("keep_phone", WRITTEN, AgreedBefore),
        ("keep_phone", OTHER, TextedElsewhere),
        ("keep_text_request", OTHER, TextedElsewhere),
    ),
)
@pytest.mark.parametrize(
    "database", ("postgresql",), indirect=True
)  # with SQLite one unit of work writes at a time
def test_of_two_that_are_kept_at_one_moment_the_first_counts(
    texting: Texting, monkeypatch: pytest.MonkeyPatch, step: str, other: str, refused: type[Exception]
) -> None:
    case_id, storing = by_web(texting), getattr(app.intake.spoken_yes, step)

    def while_another_is_kept(*given: Any) -> Any:
        monkeypatch.undo()
        heard(texting, case_id, other)
        return storing(*given)

    monkeypatch.setattr(app.intake.spoken_yes, step, while_another_is_kept)
    with pytest.raises(refused):
        heard(texting, case_id)
    assert told_number(texting, case_id).replace(" ", "")[-4:] == other[-4:]
    with texting.database.reading() as session:
        assert len(session.scalars(select(TextAgreement)).all()) == 1


def test_sent_twice_it_is_kept_once_and_stands_in_the_journal(texting: Texting) -> None:
    case_id = by_web(texting)
    form = heard(texting, case_id)
    heard(texting, case_id, form=form)
    lead = texting.world.sign_in("near.lead")
    with texting.database.reading() as session:
        acts = [act for act in read_journal(session, texting.world.vault, case_id) if act.act == TEXTS_HEARD]
        assert len(session.scalars(select(TextAgreement)).all()) == 1
        assert len(contacts_of(session, case_id)) == 2
    assert [(act.actor, act.detail["how"]) for act in acts] == [(lead.actor, "call")]


@pytest.mark.parametrize("whose", (WhosePhone.SHARED, WhosePhone.COMPANY, WhosePhone.UNKNOWN))
def test_a_phone_that_others_see_is_texted_on_nobodys_word(texting: Texting, whose: WhosePhone) -> None:
    case_id = by_web(texting)
    with pytest.raises(PhoneNotTheirs):
        heard(texting, case_id, whose=whose)
    assert nothing_kept(texting, case_id)


def nothing_kept(texting: Texting, case_id: CaseId) -> bool:
    """Whether a refusal left nothing behind."""
    with texting.database.reading() as session:
        rows = session.scalars(select(TextAgreement)).all()
    return not rows and phone_of(texting, case_id) is None and reach_of(texting, case_id).reach == "inbox"


def test_whose_phone_and_hours_that_the_form_did_not_ask_for_are_kept(texting: Texting) -> None:
    case_id, evenings = agreed_on_form(texting), TextTimes(18, 21)
    assert texting_back.shown(texting, case_id).heard is None
    heard(texting, case_id, times=evenings)
    shown = texting_back.shown(texting, case_id)
    assert shown.heard is not None
    assert (shown.way.why_not, reach_of(texting, case_id).text_times) == (None, evenings)
    # Said again it is nothing new; other hours are.
    for times in (None, evenings):
        with pytest.raises(AgreedBefore):
            heard(texting, case_id, times=times)
    heard(texting, case_id, times=TextTimes(7, 9))
    assert reach_of(texting, case_id).text_times == TextTimes(7, 9)


def test_whose_phone_alone_is_kept_beside_text_me(texting: Texting) -> None:
    case_id = agreed_on_form(texting)
    before = reach_of(texting, case_id).text_times
    heard(texting, case_id)
    assert texting_back.shown(texting, case_id).heard is not None
    assert reach_of(texting, case_id).text_times == before


@pytest.mark.parametrize("whose", (WhosePhone.SHARED, WhosePhone.COMPANY))
@pytest.mark.parametrize("agreed", (agreed_on_form, agreed_by_voice, agreed_by_text))
def test_that_others_see_the_phone_ends_the_texts_on_it(
    texting: Texting, agreed: Callable[[Texting], CaseId], whose: WhosePhone
) -> None:
    case_id = agreed(texting)
    assert texting_back.shown(texting, case_id).way.why_not is None
    not_theirs(texting, case_id, whose)
    assert texting_back.shown(texting, case_id).way.why_not is Unreachable.NOT_AGREED
    assert reach_of(texting, case_id).reach == "none"


def test_that_others_see_another_phone_changes_nothing(texting: Texting) -> None:
    case_id = agreed_on_form(texting)
    with pytest.raises(PhoneNotTheirs):
        not_theirs(texting, case_id, WhosePhone.SHARED, OTHER)
    assert texting_back.shown(texting, case_id).way.why_not is None


def not_theirs(texting: Texting, case_id: CaseId, whose: WhosePhone, number: str = WRITTEN) -> None:
    """The near lead writes down that others see a phone."""
    by, vault = texting.world.sign_in("near.lead"), texting.world.vault
    yes = HeardYes(TalkHow.CALL, clock.now(), whose, number)
    with texting.database.reading() as session:
        sealed = seal_yes(session, vault, texting.services.gateways, by, case_id, yes)
    with texting.database.writing() as session:
        keep_not_theirs(session, vault, by, case_id, sealed)


def test_a_number_that_said_stop_is_not_texted_on_a_helpers_word(texting: Texting) -> None:
    case_id = by_web(texting)
    texting.say("They do not pay us", "stop")
    with pytest.raises(PhoneNotTheirs):
        heard(texting, case_id, MINE)
    assert nothing_kept(texting, case_id)


def test_what_was_said_of_the_phone_by_text_goes_before_a_helpers_word(texting: Texting) -> None:
    case_id = texting_back.taken(texting, texting_back.FIRST, "2")
    with pytest.raises(PhoneNotTheirs):
        heard(texting, case_id, OTHER)
    assert texting_back.shown(texting, case_id).way.why_not is not None


def refused_since(texting: Texting) -> tuple[CaseId, timedelta]:
    """The worker said no to texts after the talk."""
    report = inbox_only(texting)
    case_id = accepted(texting, report)
    texting.pass_by(hours=2)
    no_in_the_inbox(texting, report)
    texting.world.cookies.clear()
    return case_id, timedelta(hours=1)


def texted_elsewhere(texting: Texting) -> tuple[CaseId, timedelta]:
    """The worker is texted on another phone."""
    case_id = by_web(texting)
    heard(texting, case_id, "+60123456799")
    return case_id, timedelta(0)


@pytest.mark.parametrize(
    ("before", "refused"), ((refused_since, RefusedSince), (texted_elsewhere, TextedElsewhere))
)
@pytest.mark.parametrize("number", (OTHER, MINE))
def test_what_is_refused_whatever_the_number_tells_of_none_that_it_said_stop(
    texting: Texting,
    before: Callable[[Texting], tuple[CaseId, timedelta]],
    refused: type[Exception],
    number: str,
) -> None:
    texting.say("They do not pay us", "stop")
    case_id, ago = before(texting)
    with pytest.raises(refused):
        heard(texting, case_id, number, ago=ago)


@pytest.mark.parametrize("number", (OTHER, MINE))
def test_hours_without_any_time_tell_of_no_number_that_it_said_stop(
    texting: Texting, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    texting.say("They do not pay us", "stop")
    case_id = by_web(texting)
    # As in a country with many zones: no hour is one of these in all of them.
    for name in ("app.cases.changes.texting_wishes.has_hour", "app.intake.spoken_yes.has_hour"):
        monkeypatch.setattr(name, lambda *_: False)
    with pytest.raises(NoHourLeft):
        heard(texting, case_id, number, times=TextTimes(9, 10))


def test_another_phone_or_the_same_again_is_a_clear_line(texting: Texting) -> None:
    case_id = agreed_by_voice(texting)
    with pytest.raises(TextedElsewhere):
        heard(texting, case_id, OTHER)
    with pytest.raises(AgreedBefore):
        heard(texting, case_id)
    by_helper(texting, case_id)
    heard(texting, case_id, OTHER)
    assert told_number(texting, case_id) == OTHER


@pytest.mark.parametrize("number", ("", "my sister's", "03-2345 6789"))
def test_a_number_that_no_text_reaches_is_refused(texting: Texting, number: str) -> None:
    case_id = by_web(texting)
    with pytest.raises(CannotReach):
        heard(texting, case_id, number)
    assert nothing_kept(texting, case_id)


def test_a_talk_that_cannot_have_been_is_refused(texting: Texting) -> None:
    case_id = by_web(texting)
    with pytest.raises(TalkNotYet):
        heard(texting, case_id, ago=timedelta(hours=-1))
    with pytest.raises(TalkBeforeCase):
        heard(texting, case_id, ago=timedelta(days=2))
    assert nothing_kept(texting, case_id)


def test_hours_hold_as_they_were_said(texting: Texting) -> None:
    case_id = by_web(texting)
    heard(texting, case_id, times=TextTimes(19, 21))
    facts = reach_of(texting, case_id)
    assert (facts.text_times, facts.no_text_questions) == (TextTimes(19, 21), False)
    with pytest.raises(NoHourLeft):
        TextTimes(9, 9)


def test_who_may_not_write_in_the_case_writes_nothing_down(texting: Texting) -> None:
    case_id = by_web(texting)
    with pytest.raises(NoAccess):
        heard(texting, case_id, by=texting.world.sign_in("far.lead"))
    assert nothing_kept(texting, case_id)


def test_a_yes_that_others_wrote_is_shown_to_nobody(texting: Texting) -> None:
    case_id = agreed_by_voice(texting)
    other = by_web(texting)
    with texting.database.writing() as session:
        session.execute(update(TextAgreement).values(case_id=other))
    assert (seen_in_inbox(texting, case_id), seen_in_inbox(texting, other)) == (None, None)


def test_hours_that_were_said_leave_the_days_that_the_worker_chose(texting: Texting) -> None:
    case_id = by_web(texting)
    with texting.database.writing() as session:
        case = session.get_one(Case, case_id)
        chosen = TextTimes(9, 20, frozenset({6}))
        store_facts(
            texting.world.vault, case, replace(facts_of(texting.world.vault, case), text_times=chosen)
        )
    heard(texting, case_id, times=TextTimes(19, 21))
    with texting.database.reading() as session:
        facts = facts_of(texting.world.vault, session.get_one(Case, case_id))
    assert facts.text_times == TextTimes(19, 21, frozenset({6}))
