"""What an answer by text changes in its case: each act of the conversation has one verb here. The case's row is locked."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.orm import Session

from app.cases.case import (
    Case,
    Happened,
    add_entry,
    facts_of,
    note,
    site_place,
    store_facts,
)
from app.cases.changes import heed_words, raise_case, reopen_by_words, set_consent, take_answer
from app.cases.consent import ConsentGiven
from app.cases.enums import ConsentHow, ConsentLevel, EntryKind, FollowupAnswer, Urgency
from app.cases.followups import asked_in_texts, followups_of
from app.cases.routing import custodian_of, keep_routing_note, route_again, routing_note
from app.cases.rules import Rules
from app.cases.words import urgency_of
from app.database import CaseId
from app.followups import asked_as
from app.intake.conversation.machine import CaseChange, Terms
from app.intake.sealing import WORKER, issue_rows
from app.vault import CircleName, Vault, circle_public_keys, journal


def take_in(session: Session, vault: Vault, rules: Rules, case: Case, change: CaseChange) -> None:
    """Store what an act changes, and open a closed case again with new words."""
    before = case.urgency
    if change.facts is not None:
        store_facts(vault, case, change.facts)
    if change.placed:
        site_id, place = change.site_id, site_place(case.id)
        case.site_veil = None if site_id is None else vault.veil(place, str(site_id))
        case.country = change.country or case.country
    case.language = change.language or case.language
    session.add_all(issue_rows(vault, CaseId(case.id), change.topics))
    if change.wrote:
        said = change.words or {}
        text, more = str(said.get("text", "")), bool(said.get("came"))
        reopen_by_words(session, vault, rules, case, text, WORKER, more=more)
    if change.words is not None:
        heed_words(session, vault, rules, case, str(change.words["text"]), WORKER)
        add_entry(session, vault, case, EntryKind.WORKER_MESSAGE, dict(change.words), WORKER)
    if change.for_custody:
        _note_for_custody(session, vault, case, change.for_custody)
    if change.topics:
        raise_case(session, vault, rules, case, urgency_of(False, change.topics, rules.taxonomy), WORKER)
    if change.wrote:
        # Before anybody has read the first words there is nothing that these would be news to.
        case.worker_wrote = case.worker_wrote or case.helper_has_read
    journal(session, vault, CaseId(case.id), change.act, WORKER, change.detail)
    if change.placed and case.organisation_id is not None:
        # Danger asked somebody before the place was known: whoever has a stake there must not keep it until all is answered.
        session.flush()
        route_again(session, vault, rules, case, complete=False)
    if case.urgency is not before:
        note(session, vault, Happened.CALLED, case)


def keep_for_helper(session: Session, vault: Vault, rules: Rules, case: Case, words: str) -> None:
    """What came from a number on the form to a helper or behind an answer: the helper reads it, the inbox does not show it."""
    heed_words(session, vault, rules, case, words, WORKER)
    entry = add_entry(session, vault, case, EntryKind.NOTE, {"text": words, "from_form": True}, WORKER)
    case.worker_wrote = True
    journal(session, vault, CaseId(case.id), "case.phone_answered", WORKER, {"entry": str(entry.id)})


def set_danger(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    """Somebody is in danger now: the worker's own answer, whatever their words told before."""
    store_facts(vault, case, replace(facts_of(vault, case), danger_said=True, danger_denied=False))
    raise_case(session, vault, rules, case, Urgency.DANGER, WORKER)
    note(session, vault, Happened.CALLED, case)
    journal(session, vault, CaseId(case.id), "case.danger_told", WORKER)


def deny_danger(session: Session, vault: Vault, case: Case) -> None:
    """Nobody is in danger now, by the worker's own answer; nothing that was raised goes down by it."""
    store_facts(vault, case, replace(facts_of(vault, case), danger_denied=True))
    journal(session, vault, CaseId(case.id), "case.danger_denied", WORKER)


def doubt_danger(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    """Whether anybody is in danger was answered with neither yes nor no: urgent, so that somebody looks soon."""
    raise_case(session, vault, rules, case, Urgency.URGENT, WORKER)
    journal(session, vault, CaseId(case.id), "case.danger_unsure", WORKER)


def get_worse(session: Session, vault: Vault, rules: Rules, case: Case) -> None:
    """It got worse, whether or not anybody is in danger now: urgent, as when it is said in the inbox."""
    raise_case(session, vault, rules, case, Urgency.URGENT, WORKER)
    journal(session, vault, CaseId(case.id), "case.worse", WORKER, {"danger": False})


def answer_question(
    session: Session, vault: Vault, rules: Rules, case: Case, question: UUID, answer: FollowupAnswer
) -> None:
    """An answer by text to a question that was texted: what a tap in the inbox does."""
    asked = next((row for row in followups_of(session, vault, case.id) if row.id == question), None)
    if asked is not None:
        kinds = asked_in_texts(session, vault, case.id).get(question)
        words = asked_as(kinds).name if kinds else ""
        take_answer(session, vault, rules, case, asked, answer, WORKER, words)


def answer_consent(
    session: Session, vault: Vault, rules: Rules, case: Case, level: ConsentLevel, asked: Terms
) -> None:
    """Who may know, answered by text: no receipt signs it, and none opens what was told before."""
    given = ConsentGiven(ConsentHow.TEXT, asked.language, asked, WORKER)
    set_consent(session, vault, rules, case, level, given)


def needs_person(session: Session, vault: Vault, case: Case) -> None:
    """The questions did not work; what was answered lies in the thread and waits for a person to read it."""
    case.worker_wrote = True
    journal(session, vault, CaseId(case.id), "case.questions_failed", WORKER)


def _note_for_custody(session: Session, vault: Vault, case: Case, words: str) -> None:
    custodian = custodian_of(session, CaseId(case.id))
    if custodian is None:
        return
    key = circle_public_keys(session, vault, {custodian: CircleName.CUSTODY}).get(custodian)
    if key is None:
        return  # others changed it: nothing is sealed to it
    keep_routing_note(session, vault, routing_note(vault, CaseId(case.id), key, site=words))
