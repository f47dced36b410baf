"""What a text does to the phone it came from, and so to every case of that phone: stop, start, forget, and when texts come."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, NoHourLeft, TextTimes, facts_of, lock_case, store_facts
from app.cases.changes import Reach, choose_texts, stop_reaching, take_stop_back, tell_reach
from app.cases.rules import Rules
from app.database import CaseId
from app.intake.conversation.door.preparing import Prepared
from app.intake.conversation.machine import (
    SILENCE,
    ChooseHours,
    ConversationAct,
    EndTexts,
    ErasePhone,
    KeepDays,
    OptIn,
    OptOut,
    Position,
    StopAsking,
    WhosePhone,
    chosen_before,
    times_chosen,
)
from app.intake.conversation.store import (
    cases_of_phone,
    live_conversations,
    move_conversation,
    note_doubt,
    position_of,
)
from app.intake.report import ContactWay
from app.intake.sealing import WORKER
from app.messaging.delivery import Purpose
from app.messaging.models import Phone
from app.messaging.phones import (
    end_text_requests_on,
    opt_in,
    opt_out,
)
from app.messaging.queue import cancel_texts, forget_phone
from app.vault import Vault

OF_THE_PHONE = (ErasePhone, OptOut, OptIn, EndTexts, StopAsking, ChooseHours, KeepDays)
"""Acts that are about the phone, whichever case is talked about."""


class Overtaken(Exception):
    """This text, another of its number or whoever works on the case was faster: nothing was stored, it has to be prepared again."""


@dataclass(frozen=True)
class Scene:
    """What one text is about to change; the row of the phone is locked."""

    session: Session
    vault: Vault
    rules: Rules
    prepared: Prepared
    phone: Phone | None


def do_to_phone(scene: Scene, act: ConversationAct) -> None:
    """Carry out one act that is about the phone, before any case is locked (app/database/lock_order.py)."""
    if isinstance(act, ErasePhone):
        if scene.phone is not None:
            forget_phone(scene.session, scene.vault, scene.phone)
    elif isinstance(act, StopAsking | ChooseHours | KeepDays | EndTexts):
        _do_to_cases_of_phone(scene, act)
    else:
        obey(scene, (act,))


def _do_to_cases_of_phone(scene: Scene, act: StopAsking | ChooseHours | KeepDays | EndTexts) -> None:
    """What is wished of our texts holds for the phone, so for every case of it; the row of the phone is locked."""
    session, vault, phone = scene.session, scene.vault, scene.phone
    if phone is None:
        return
    ids = cases_of_phone(session, vault, phone.id)
    if isinstance(act, EndTexts):
        end_text_requests_on(session, vault, phone.id)
        # That of the text itself has moved already.
        for talk in live_conversations(session, phone.id)[1:]:
            position = position_of(vault, talk)
            if position is not None:
                move_conversation(vault, talk, position.silenced(), clock.now() + SILENCE)
    own = None if scene.prepared.talk is None else scene.prepared.talk.case_id
    if isinstance(act, KeepDays) and own is not None:
        ids.add(own)  # about which the phone may be texted no more
    before = _times_before(scene, ids) if isinstance(act, ChooseHours | KeepDays) else None
    for case_id in sorted(ids):
        case = lock_case(session, case_id)
        if case is None:
            continue
        match act:
            case ChooseHours() | KeepDays():
                _choose_hours(scene, case, act, before)
            case StopAsking():
                choose_texts(session, vault, case, WORKER, wanted=False)
            case EndTexts() if case_id != own:
                tell_reach(session, vault, case, WORKER, Reach(ContactWay.INBOX.value))


def note_doubt_of_phone(scene: Scene, position: Position) -> None:
    """Somebody else may hold the phone: that stands with every case of it, so that no conversation's row takes it away."""
    session, phone = scene.session, scene.phone
    ids = set() if phone is None else cases_of_phone(session, scene.vault, phone.id)
    if scene.prepared.talk is not None:
        ids.add(scene.prepared.talk.case_id)
    there = [case for each in sorted(ids) if (case := lock_case(session, each)) is not None]
    note_doubt(session, scene.vault, (CaseId(case.id) for case in there), position)
    if not _others_see(position):
        return
    for case in there:
        facts = facts_of(scene.vault, case)
        if facts.phone:
            store_facts(scene.vault, case, replace(facts, phone=position.whose))
    # Who may be texted on it about another report would be read along with as well.
    _do_to_cases_of_phone(scene, EndTexts())


def call_off_answers(
    scene: Scene, acts: Collection[ConversationAct], position: Position, *, doubted: bool
) -> None:
    """No helper's answer goes to a phone that takes no texts from now on, or may be others'; before any case is locked."""
    if scene.phone is not None and (EndTexts() in acts or doubted or _others_see(position)):
        cancel_texts(scene.session, scene.vault, phone_id=scene.phone.id, only=Purpose.REPLY)


def _others_see(position: Position) -> bool:
    return position.whose in (WhosePhone.SHARED, WhosePhone.COMPANY)


def _times_before(scene: Scene, ids: Collection[CaseId]) -> TextTimes | None:
    """The times that stand for the phone before a choice."""
    found = {each: scene.session.get(Case, each) for each in sorted(ids)}
    known = {each: facts_of(scene.vault, case) for each, case in found.items() if case is not None}
    own = None if scene.prepared.talk is None else known.get(CaseId(scene.prepared.talk.case_id))
    return chosen_before(own, known.values())


def _choose_hours(scene: Scene, case: Case, act: ChooseHours | KeepDays, before: TextTimes | None) -> None:
    """Keep the times that the answer tells the worker; where the place was changed meanwhile, the text is prepared again."""
    facts, talk = facts_of(scene.vault, case), scene.prepared.talk
    wanted = isinstance(act, ChooseHours) or not facts.no_text_questions
    times = times_chosen(scene.rules, case, facts, act.chosen, before)
    if talk is not None and talk.case_id == case.id and act.told not in (None, times):
        raise Overtaken  # others were chosen in the inbox since
    number_from = None if scene.phone is None else scene.phone.country
    try:
        choose_texts(
            scene.session, scene.vault, case, WORKER, wanted=wanted, times=times, number_from=number_from
        )
    except NoHourLeft:
        raise Overtaken from None


def obey(scene: Scene, acts: tuple[ConversationAct, ...]) -> None:
    """STOP and START hold for the number and our line, whatever it is that they were said in."""
    phone = scene.phone
    if phone is None:
        return
    if OptIn() in acts:
        opt_in(scene.session, scene.vault, scene.prepared.tags.values(), phone.line)
        for case_id in sorted(_cases_talked_about(scene, phone)):
            case = lock_case(scene.session, case_id)
            if case is not None:
                take_stop_back(scene.session, scene.vault, case, WORKER)
    if OptOut() in acts:
        opt_out(scene.session, scene.vault, phone)
        cancel_texts(scene.session, scene.vault, phone_id=phone.id)
        cases: set[CaseId] = set()
        for talk in live_conversations(scene.session, phone.id):
            position = position_of(scene.vault, talk)
            if position is not None:
                move_conversation(scene.vault, talk, position.silenced(), clock.now() + SILENCE)
                cases.add(CaseId(talk.case_id))
        for case_id in sorted(cases | set(end_text_requests_on(scene.session, scene.vault, phone.id))):
            case = lock_case(scene.session, case_id)
            if case is not None:
                stop_reaching(scene.session, scene.vault, case, WORKER)


def _cases_talked_about(scene: Scene, phone: Phone) -> set[CaseId]:
    talks = live_conversations(scene.session, phone.id)
    return {CaseId(talk.case_id) for talk in talks if position_of(scene.vault, talk) is not None}
