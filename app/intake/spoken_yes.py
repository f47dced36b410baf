"""A helper writes down that the worker agreed by voice to be texted, in a call or a visit, on a phone that is only theirs.

Above the rooms of cases and of texts, as `app.intake.texting` is. It leaves what *Text me* on the form leaves, and beside it who
heard it, when and how: the worker reads that in the inbox, and takes it back there by one tap, or from the phone by one digit.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import (
    EVERY_DAY,
    Case,
    CaseFacts,
    NoHourLeft,
    TextAgreement,
    TextTimes,
    agreement_row,
    body_of,
    change_case,
    facts_of,
    latest_contact,
    lock_case,
    open_compartments,
    owned_case,
    refuse_viewers,
    spoken_yes,
    store_facts,
)
from app.cases.changes import TEXTS_HEARD, Reach, choose_texts, tell_reach, texts_refused_at
from app.cases.desk import refuse_before_case, refuse_moment
from app.cases.enums import TalkHow
from app.cases.followups import has_hour
from app.database import CaseId
from app.intake.conversation.machine import Position, Step, WhosePhone
from app.intake.conversation.store import (
    Conversation,
    is_doubted,
    live_conversations,
    move_conversation,
    position_of,
)
from app.intake.reaching import contacts_of, is_in_doubt, phone_of_case, sealed_wish, stop_texts
from app.intake.report import ContactWay
from app.messaging.gateways.registry import Gateways
from app.messaging.models import Phone
from app.messaging.phones import (
    SealedTextRequest,
    is_opted_out,
    keep_phone,
    keep_text_request,
    requested_phone,
)
from app.network import SignedIn
from app.vault import Actor, Json, OpenedCompartments, Vault, journal, read_journal


class PhoneNotTheirs(Exception):
    """Others see that phone, or it said stop: no helper's word undoes that. Nothing was stored."""


class CannotReach(Exception):
    """No text can go to the number as it was written. Nothing was stored."""


class TextedElsewhere(Exception):
    """The worker is texted on another phone: that has to be taken back first. Nothing was stored."""


class RefusedSince(Exception):
    """The worker themselves said no to texts after that talk: an older yes takes nothing back. Nothing was stored."""


class AgreedBefore(Exception):
    """Texts on this phone were agreed before, and still are. Nothing was stored."""


@dataclass(frozen=True)
class HeardYes:
    """What a helper heard: in a call or a visit, when, on which phone, whose it is, and in which hours if any were said."""

    how: TalkHow
    took_place: datetime
    whose: WhosePhone
    number: str = field(repr=False)
    times: TextTimes | None = None


@dataclass(frozen=True)
class SealedYes:
    """The same with its number hashed and sealed, before the unit of work that stores it."""

    heard: HeardYes
    wish: SealedTextRequest
    number: str = field(repr=False)


def seal_yes(
    session: Session, vault: Vault, gateways: Gateways, by: SignedIn, case_id: CaseId, heard: HeardYes
) -> SealedYes:
    """Look whether it can be taken at all and seal its number, on a reading unit.

    Raises `PhoneNotTheirs`, `CannotReach`, `TooBusy`, as `refuse_moment`, and as `owned_case` and `refuse_viewers`.
    """
    case = owned_case(session, by, case_id)
    refuse_viewers(by)
    refuse_moment(heard.took_place)
    if heard.whose is WhosePhone.UNKNOWN:
        raise PhoneNotTheirs
    found = sealed_wish(vault, gateways, case_id, heard.number, case.country)
    if found is None:
        raise CannotReach
    number, wish = found
    return SealedYes(heard, wish, number.e164)


def keep_yes(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId, sealed: SealedYes, submission_id: UUID
) -> None:
    """Keep it: from now on the worker may be texted there, as widely as was said. Sent twice it is kept once.

    Raises `PhoneNotTheirs`, `RefusedSince`, `TextedElsewhere`, `AgreedBefore`, `NoHourLeft`, and as `refuse_before_case`,
    `open_compartments` and `change_case`.
    """
    heard = sealed.heard
    if heard.whose is not WhosePhone.OWN:
        raise PhoneNotTheirs
    owned_case(session, by, case_id)
    phone = keep_phone(session, sealed.wish.tags, sealed.wish.phone)  # before the case, as everybody does
    if session.get(TextAgreement, (case_id, submission_id)) is not None:
        return  # also where it was taken back since: an old page sent once more brings nothing back
    # Looked for once this phone is locked, so that a yes to the same one, kept at the same moment, is seen.
    known = phone_of_case(session, vault, case_id)
    keep_text_request(session, sealed.wish)
    case = change_case(session, by, case_id)
    refuse_before_case(case, heard.took_place)
    # What is refused whatever the number comes before what is refused for it, or the two answers tell which numbers said stop.
    opened = open_compartments(session, vault, by, case_id)
    if heard.took_place < texts_refused_at(session, vault, case_id):
        raise RefusedSince
    if heard.times is not None and not has_hour(case, facts_of(vault, case), heard.times, phone.country):
        raise NoHourLeft
    texted = None if known is None or known.number_sealed is None else known.id
    if texted not in (None, phone.id) or requested_phone(session, vault, case_id) != phone.id:
        raise TextedElsewhere  # maybe kept at the same moment, for another one
    _refuse_phone(session, vault, case, phone)
    if texted is not None and _says_nothing_new(session, vault, case, heard):
        raise AgreedBefore
    own = _own_talk(session, vault, case, phone)
    if own is None:
        # The phone that wrote is forgotten: this number is one that nobody but a helper has named.
        store_facts(vault, case, replace(facts_of(vault, case), phone=""))
    else:
        talk, position = own
        agreed = replace(position, contact=ContactWay.TEXT, reached=True)
        step = Step.OPEN if position.step is Step.QUIET else position.step
        move_conversation(vault, talk, agreed.to(step), talk.silent_at)
    reach = replace(_told_before(session, opened, case_id), how=ContactWay.TEXT.value, number=sealed.number)
    tell_reach(session, vault, case, by.actor, reach)
    if heard.times is not None:
        times, number_from = _on_days_before(heard.times, facts_of(vault, case)), phone.country
        choose_texts(session, vault, case, by.actor, wanted=True, times=times, number_from=number_from)
    session.add(agreement_row(vault, case_id, submission_id, by, heard.how, heard.took_place))
    case.count_edit()
    detail: dict[str, Json] = {"agreement": str(submission_id), "how": heard.how.value}
    journal(session, vault, case_id, TEXTS_HEARD, by.actor, detail)


def _says_nothing_new(session: Session, vault: Vault, case: Case, heard: HeardYes) -> bool:
    """Whether texts there are agreed, it is known whose phone it is, and no other hours were said.

    Who ticked *Text me* on the form was asked for neither.
    """
    facts = facts_of(vault, case)
    whose_known = facts.phone == WhosePhone.OWN or spoken_yes(session, vault, CaseId(case.id)) is not None
    same_hours = heard.times is None or heard.times == facts.text_times
    return facts.reach == ContactWay.TEXT and whose_known and same_hours


def keep_not_theirs(session: Session, vault: Vault, by: SignedIn, case_id: CaseId, sealed: SealedYes) -> None:
    """Others see the phone on which the worker is texted, as a helper heard: no texts on it from now on.

    To narrow is always kept, also where a yes would be refused. Raises `PhoneNotTheirs` for any other phone, of which nothing is
    kept, and as `hear_no`.
    """
    phone = phone_of_case(session, vault, case_id)
    if phone is None or phone.tag not in sealed.wish.tags.values():
        raise PhoneNotTheirs
    hear_no(session, vault, by, case_id)


def hear_no(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> bool:
    """A helper writes down that the worker wants no texts any more; whether that changed anything. Raises as `change_case`."""
    owned_case(session, by, case_id)
    refuse_viewers(by)
    opened = open_compartments(session, vault, by, case_id)
    return take_yes_back(session, vault, case_id, by.actor, opened)


def take_yes_back(
    session: Session, vault: Vault, case_id: CaseId, by: Actor, opened: OpenedCompartments
) -> bool:
    """No texts on any phone from now on; whether that changed anything. The number in the case goes, name and safe times stay."""
    phone = phone_of_case(session, vault, case_id)
    stop_texts(session, vault, case_id)
    case = lock_case(session, case_id)
    if case is None:
        return False
    own = None if phone is None else _own_talk(session, vault, case, phone)
    if own is not None:
        talk, position = own
        silent = position.to(Step.QUIET, contact=ContactWay.INBOX, reached=True, back=None)
        move_conversation(vault, talk, silent, talk.silent_at)
    reach = replace(_told_before(session, opened, case_id), how=ContactWay.INBOX.value, number="")
    changed = tell_reach(session, vault, case, by, reach)
    if changed:
        case.count_edit()
    session.flush()
    return changed


def _refuse_phone(session: Session, vault: Vault, case: Case, phone: Phone) -> None:
    """Raise `PhoneNotTheirs` for a phone of which anything but a helper's word says so; nobody is told what that was."""
    stopped = phone.tag is None or is_opted_out(session, vault, phone.tag, phone.line)
    talks = (position_of(vault, talk) for talk in live_conversations(session, phone.id))
    seen = any(position is not None and is_in_doubt(position) for position in talks)
    told = read_journal(session, vault, CaseId(case.id))
    if stopped or seen or is_doubted(told, facts_of(vault, case)):
        raise PhoneNotTheirs


def _own_talk(
    session: Session, vault: Vault, case: Case, phone: Phone
) -> tuple[Conversation, Position] | None:
    """The conversation that the phone itself began about the case."""
    for talk in live_conversations(session, phone.id):
        position = position_of(vault, talk)
        if talk.case_id == case.id and position is not None and not position.from_form:
            return talk, position
    return None


def _on_days_before(times: TextTimes, facts: CaseFacts) -> TextTimes:
    """Hours that were said change the hours; the days that the worker chose before stay, unless days were said too."""
    before = facts.text_times
    return times if before is None or times.days != EVERY_DAY else replace(times, days=before.days)


def _told_before(session: Session, opened: OpenedCompartments, case_id: CaseId) -> Reach:
    before = latest_contact(body_of(opened, row) for row in contacts_of(session, case_id))
    return Reach("", safe_times=str(before.get("safe_times") or ""), name=str(before.get("name") or ""))
