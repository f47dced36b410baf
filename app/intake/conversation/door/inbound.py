"""Hearing a text: the one unit of work that stores it, moves its conversation on, changes its case and writes the answer down."""

import logging
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, Happened, facts_of, lock_case, note
from app.cases.changes import Reach, tell_reach
from app.cases.enums import ConsentLevel, Urgency
from app.cases.routing import route_again
from app.cases.rules import Rules
from app.database import CaseId, NoRow, insert_rows, send_together
from app.intake.admission import LimitMetMeanwhile
from app.intake.conversation.door.preparing import Prepared
from app.intake.conversation.door.whole_phone import (
    OF_THE_PHONE,
    Overtaken,
    Scene,
    call_off_answers,
    do_to_phone,
    note_doubt_of_phone,
    obey,
)
from app.intake.conversation.machine import (
    SILENCE,
    AgreeContact,
    AnswerQuestion,
    ConversationAct,
    DenyDanger,
    DoubtDanger,
    FileReport,
    GetWorse,
    HandToPerson,
    Heard,
    KeepForHelper,
    SendReceipt,
    SetConsent,
    SetDanger,
    Settle,
    change_of,
)
from app.intake.conversation.store import (
    REPLIES,
    FastPath,
    KnownConversation,
    answer_consent,
    answer_question,
    brings_doubt,
    deny_danger,
    doubt_danger,
    get_worse,
    give_receipt,
    keep_for_helper,
    last_number,
    live_conversations,
    needs_more,
    needs_person,
    new_conversation,
    position_of,
    set_danger,
    settles,
    store_text,
    take_in,
)
from app.intake.sealing import WORKER
from app.logs import log_event
from app.messaging.models import Phone
from app.messaging.phones import (
    keep_phone,
    locked_phone,
)
from app.messaging.queue import keep_text
from app.messaging.receiving import take_text
from app.network import count_attempt
from app.vault import Vault, sound_or_none, takes_words

# Of these more than the conversation's own case may be meant; which, they say themselves.
_OF_CASES = (AnswerQuestion, KeepForHelper, SetDanger, DenyDanger, DoubtDanger)


def hear_text(session: Session, vault: Vault, rules: Rules, prepared: Prepared) -> None:
    """Store a prepared text and all that follows from it, exactly once; raises `Overtaken` and `FloodRefused`."""
    heard = prepared.heard
    if prepared.taken or heard is None:
        return
    if prepared.talk is not None and prepared.fast_path is not None:
        _hear_more(session, vault, rules, prepared, prepared.talk, prepared.fast_path, heard)
    else:
        _hear_first(session, vault, rules, prepared, heard)


def _hear_more(
    session: Session,
    vault: Vault,
    rules: Rules,
    prepared: Prepared,
    talk: KnownConversation,
    fast_path: FastPath,
    heard: Heard,
) -> None:
    """A text in an open conversation: most are stored with what was made ready for them."""
    try:
        answers = send_together(session, fast_path.statements)
    except NoRow:
        raise Overtaken from None
    if fast_path.counts is not None:
        ((number,),) = answers[fast_path.counts]
        _note_last_answer(prepared, number)
    if not needs_more(talk, heard, fast_path.left):
        return
    phone = sound_or_none(vault, session.get(Phone, fast_path.phone.id))
    if phone is None:
        raise Overtaken
    scene = Scene(session, vault, rules, prepared, phone)
    if prepared.filed is not None and not _file(scene, heard):
        return
    _change_case(scene, talk, heard, fast_path.left)
    session.flush()
    _answer(scene, _case_of(prepared))


def _hear_first(session: Session, vault: Vault, rules: Rules, prepared: Prepared, heard: Heard) -> None:
    """A text that begins a conversation, or an order that is obeyed without one."""
    phone = _locked_phone(session, prepared)
    case_id = _case_of(prepared)
    if not take_text(session, prepared.received, None if phone is None else phone.id, case_id):
        return
    if phone is not None and phone is not prepared.phone and _goes_on(session, vault, phone):
        raise Overtaken
    scene = Scene(session, vault, rules, prepared, phone)
    if prepared.filed is not None and not _file(scene, heard):
        return
    obey(scene, heard.acts)
    session.flush()
    _answer(scene, case_id)


def _goes_on(session: Session, vault: Vault, phone: Phone) -> bool:
    """Whether the number has a conversation in which more can be said; to one whose case takes no words a new one begins."""
    return any(
        position_of(vault, talk) is not None and takes_words(session, vault, CaseId(talk.case_id))
        for talk in live_conversations(session, phone.id)
    )


def _case_of(prepared: Prepared) -> CaseId | None:
    if prepared.filed is not None:
        return CaseId(prepared.filed.case.id)
    return None if prepared.talk is None else prepared.talk.case_id


def _locked_phone(session: Session, prepared: Prepared) -> Phone | None:
    """The row that makes the texts of one number wait for each other."""
    if prepared.phone is not None:
        return keep_phone(session, prepared.tags, prepared.phone)
    if prepared.phone_id is None:
        return None
    phone = locked_phone(session, prepared.tags)
    if phone is None or phone.id != prepared.phone_id:
        raise Overtaken
    return phone


def _file(scene: Scene, heard: Heard) -> bool:
    """Store a first text with the conversation that begins with it."""
    sealed = scene.prepared.filed
    if sealed is None:
        return False
    try:
        if not store_text(scene.session, scene.vault, sealed):
            return False
    except LimitMetMeanwhile:
        raise Overtaken from None
    if scene.phone is not None:
        opened = heard.opened or heard.position
        new = scene.phone is scene.prepared.phone
        number = 1 if new else 1 + last_number(scene.session, scene.phone.id)
        begun = new_conversation(
            scene.vault, scene.phone.id, sealed.case.id, number, opened, clock.now() + SILENCE
        )
        insert_rows(scene.session, [begun])
    _lock_at_once(scene, heard, CaseId(sealed.case.id))
    if sealed.case.urgency is Urgency.DANGER:
        _call_at_once(scene, CaseId(sealed.case.id))
    else:
        note(scene.session, scene.vault, Happened.FILED, sealed.case)
    return True


def _lock_at_once(scene: Scene, heard: Heard, case_id: CaseId) -> None:
    """The first words said that nobody may know: that is an answer, before anybody was asked for help."""
    asked = scene.prepared.asked
    if asked is None or not any(isinstance(act, FileReport) and act.locked for act in heard.acts):
        return
    case = lock_case(scene.session, case_id)
    if case is not None:
        answer_consent(scene.session, scene.vault, scene.rules, case, ConsentLevel.NOBODY, asked)
        # Who cannot be answered is never asked whether that is meant.
        route_again(scene.session, scene.vault, scene.rules, case, complete=scene.phone is None)


def _call_at_once(scene: Scene, case_id: CaseId) -> None:
    """The first words told of somebody who needs a person now: that does not wait for the answers to our questions."""
    case = lock_case(scene.session, case_id)
    if case is not None:
        note(scene.session, scene.vault, Happened.FILED, case)
        route_again(scene.session, scene.vault, scene.rules, case, complete=False)


def _change_case(
    scene: Scene, talk: KnownConversation, heard: Heard, left: Sequence[ConversationAct]
) -> None:
    """Carry out what is left of the acts of a text, in their order."""
    if not (left or settles(talk, heard) or brings_doubt(talk, heard)):
        return
    # What is done to the phone and its texts comes before the case is locked (app/database/lock_order.py).
    call_off_answers(scene, left, heard.position, doubted=brings_doubt(talk, heard))
    for act in left:
        if isinstance(act, OF_THE_PHONE):
            do_to_phone(scene, act)
    if brings_doubt(talk, heard):
        note_doubt_of_phone(scene, heard.position)
    cases = _lock_cases(scene.session, talk.case_id, left)
    case = cases[talk.case_id]
    for act in left:
        if isinstance(act, _OF_CASES):
            for each in _cases_of(act, talk.case_id):
                if each in cases:
                    _do(scene, cases[each], act)
        elif not isinstance(act, OF_THE_PHONE):
            _do(scene, case, act)
    if settles(talk, heard):
        # Nothing more is asked: what was kept ready for other answers goes now.
        route_again(scene.session, scene.vault, scene.rules, case, complete=True)


def _cases_of(act: ConversationAct, own: CaseId) -> tuple[CaseId, ...]:
    match act:
        case AnswerQuestion():
            return (CaseId(act.case),)
        case KeepForHelper(case=UUID() as case):
            return (CaseId(case),)
        case SetDanger() | DenyDanger() | DoubtDanger() if act.cases:
            return tuple(map(CaseId, act.cases))
        case _:
            return (own,)


def _lock_cases(session: Session, own: CaseId, acts: Sequence[ConversationAct]) -> dict[CaseId, Case]:
    """The conversation's case and all that its acts are about, in the order of their keys; one that is gone is left out."""
    ids = {own, *(each for act in acts if isinstance(act, _OF_CASES) for each in _cases_of(act, own))}
    cases = {each: case for each in sorted(ids) if (case := lock_case(session, each)) is not None}
    if own not in cases:
        raise LookupError(f"case {own} of a conversation is gone")
    return cases


def _do(scene: Scene, case: Case, act: ConversationAct) -> None:
    """Carry out one act."""
    session, vault, prepared = scene.session, scene.vault, scene.prepared
    match act:
        case Settle():
            route_again(session, vault, scene.rules, case, complete=False)
        case SendReceipt() if prepared.receipt is not None:
            give_receipt(session, vault, case, prepared.receipt.keys)
        case _:
            _apply_act(scene, case, act)


def _apply_act(scene: Scene, case: Case, act: ConversationAct) -> None:
    session, vault, rules, prepared = scene.session, scene.vault, scene.rules, scene.prepared
    match act:
        case SetDanger():
            set_danger(session, vault, rules, case)
        case KeepForHelper(words=words):
            keep_for_helper(session, vault, rules, case, words)
        case GetWorse():
            get_worse(session, vault, rules, case)
        case SetConsent(level) if prepared.asked is not None:
            answer_consent(session, vault, rules, case, level, prepared.asked)
        case DenyDanger():
            deny_danger(session, vault, case)
        case DoubtDanger():
            doubt_danger(session, vault, rules, case)
        case AnswerQuestion(_, question, answer):
            answer_question(session, vault, rules, case, question, answer)
        case AgreeContact(how):
            tell_reach(session, vault, case, WORKER, Reach(how.value, prepared.number))
        case HandToPerson():
            needs_person(session, vault, case)
        case _:
            change = change_of(act, facts_of(vault, case), rules.taxonomy, prepared.around)
            if change is not None:
                take_in(session, vault, rules, case, change)


def _answer(scene: Scene, case_id: CaseId | None) -> None:
    """Write down the one text that goes back, unless its number has got too many."""
    session, answer, phone = scene.session, scene.prepared.answer, scene.phone
    if answer is None or phone is None or phone.tag is None:
        return
    number = count_attempt(session, scene.vault, REPLIES, phone.tag.hex())
    if number <= REPLIES.most:
        keep_text(session, answer, phone, case_id)
    _note_last_answer(scene.prepared, number)


def _note_last_answer(prepared: Prepared, number: int) -> None:
    """Say once that a number gets no more answers; `number` counts the one that is due."""
    if number == REPLIES.most + 1:
        log_event("text.answers_stopped", level=logging.WARNING, gateway=prepared.received.gateway)
