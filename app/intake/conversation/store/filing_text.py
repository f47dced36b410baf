"""Filing a first text: custody holds it, possible partners are kept ready, and nobody is asked before more is known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.case import Case, CaseFacts, new_reference, store_facts
from app.cases.changes import UNREACHABLE, at_filing
from app.cases.clocks import clock_rows
from app.cases.consent import consent_row
from app.cases.enums import ConsentHow, ConsentLevel, CountryFrom, EntryKind, StartEvent, State
from app.cases.routing import (
    EVERYTHING,
    READY,
    candidates_at,
    keep_ready,
    ready_keys,
    routing_record,
    without_keys,
)
from app.cases.rules import Routing, Rules, route
from app.cases.words import profile_for, queue_rank, urgency_of
from app.database import Base, CaseId, ReadyRows, insert_unless_taken, new_id, ready_rows
from app.intake.admission import Admission, admit_report, store_counted
from app.intake.conversation.machine import CARD, FileReport, WhosePhone
from app.intake.sealing import WORKER, entry_row, issue_rows, point_at_next_clock
from app.messaging.gateways.protocol import ReceivedText
from app.network import REPORTS, OrganisationFacts, attempts_so_far, named_in
from app.vault import SYSTEM, Actor, CircleName, Compartment, PublicKey, Vault, circle_public_keys, new_chain


@dataclass(frozen=True)
class SealedText:
    """A first text whose words are sealed: rows to be stored, and nothing that could be read back."""

    case: Case
    rows: ReadyRows
    admission: Admission


def seal_text(
    session: Session,
    vault: Vault,
    rules: Rules,
    received: ReceivedText,
    filed: FileReport,
    *,
    language: str,
    country: str | None,
    sender: str,
) -> SealedText:
    """Seal a first text, on a reading unit; `sender` is what it is counted under. Raises `FloodRefused`.

    `language` is that of the conversation, which holds where the words do not tell theirs; `country` is that of the number.
    """
    admission = admit_report(session, vault, sender, attempts_so_far(session, vault, REPORTS, sender))
    urgency = urgency_of(False, filed.topics, rules.taxonomy)
    facts = CaseFacts(
        topics=filed.topics,
        profile=profile_for(urgency),
        consent=ConsentLevel.HELPER,
        handling=rules.taxonomy.handling(filed.topics),
        over_limit=admission.over_limit,
        reach=UNREACHABLE,
        phone=WhosePhone.UNKNOWN,
        country_from=CountryFrom.UNKNOWN if country is None else CountryFrom.PHONE,
        language_written=filed.language is not None,
    )
    facts, urgency, _ = at_filing(facts, filed.words, urgency, rules)
    candidates = candidates_at(session, None)
    # As for a report from the web: who is named in the account may be who it is about.
    facts = replace(facts, excluded=named_in(candidates, filed.words))
    case_id = CaseId(new_id())
    case = Case(
        id=case_id,
        submission_id=_submission_id(vault, received),
        body_tag=b"",  # a form sent twice may differ; a provider's text is known by its id alone
        reference=new_reference(),
        country=country,
        language=filed.language or language,
        urgency=urgency,
        state=State.RECEIVED,
        received_hour=clock.hour_of(clock.now()),
        queue_rank=queue_rank(urgency),
    )
    store_facts(vault, case, facts)
    routing, custody = _route(session, vault, rules, facts, country, case.language, candidates)
    rows = _rows(session, vault, rules, case, facts, routing, custody, filed)
    return SealedText(case, ready_rows(session, rows), admission)


def _route(
    session: Session,
    vault: Vault,
    rules: Rules,
    facts: CaseFacts,
    country: str | None,
    language: str,
    candidates: Sequence[OrganisationFacts],
) -> tuple[Routing, PublicKey | None]:
    """The routing and the key of whoever holds the case; a coordinator whose keys others changed is passed over."""
    while True:
        routing = route(facts, country, language, candidates, rules.taxonomy, READY)
        if routing.custodian is None:
            return routing, None
        keys = circle_public_keys(session, vault, {routing.custodian: CircleName.CUSTODY})
        if routing.custodian in keys:
            return routing, keys[routing.custodian]
        candidates = without_keys(candidates, (routing.custodian,))


def store_text(session: Session, vault: Vault, sealed: SealedText) -> bool:
    """Store a sealed first text and count it; False, and nothing happens, when this very text was filed before.

    Raises `FloodRefused`, and `LimitMetMeanwhile` when it has to be sealed again.
    """
    while not insert_unless_taken(session, sealed.case):
        before = select(Case.id).where(Case.submission_id == sealed.case.submission_id)
        if session.scalars(before).first() is not None:
            return False
        sealed.case.reference = new_reference()
    store_counted(session, vault, sealed.rows, sealed.admission)
    return True


def _rows(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    facts: CaseFacts,
    routing: Routing,
    custody: PublicKey | None,
    filed: FileReport,
) -> list[Base]:
    case_id = CaseId(case.id)
    keys = vault.make_compartments(case_id)
    told = {
        "at": clock.now().isoformat(timespec="seconds"),
        "text": filed.words,
        "topics": list(filed.topics),
        "danger": False,
        "site": "",
        "site_code": "",
        "exclude": [],
        "exclude_other": "",
    }
    if filed.came:
        told["came"] = [kind.value for kind in filed.came]
    consent = consent_row(vault, case, facts.consent, ConsentHow.TEXT_SENT, CARD.language, CARD, None)
    rows: list[Base] = [
        *keys.rows(),
        entry_row(vault, keys, case_id, 1, EntryKind.REPORT, Compartment.ACCOUNT, told),
        *issue_rows(vault, case_id, filed.topics),
        consent,
        *clock_rows(case, facts, StartEvent.FILED, rules.deadlines),
        *keep_ready(vault, case, keys, ready_keys(session, vault, routing)),
    ]
    acts: list[tuple[str, Actor, dict[str, Any]]] = [
        ("case.filed", WORKER, {"door": "text"}),
        ("consent.given", WORKER, {"level": facts.consent.value}),
    ]
    if custody is not None:
        rows.append(vault.write_grant(case_id, keys, EVERYTHING, custody))
    if routing.chosen is None:
        # No partner of that country could have it, whatever the worker may still answer.
        rows.append(routing_record(vault, case_id, routing))
        if routing.custody:
            rows += clock_rows(case, facts, StartEvent.HELD, rules.deadlines)
            acts.append(("case.held", SYSTEM, {"why": routing.why.value}))
    rows += new_chain(vault, case_id, acts)
    point_at_next_clock(case, rows)
    return rows


def _submission_id(vault: Vault, received: ReceivedText) -> UUID:
    tag = vault.lookup("submission by text", f"{received.gateway}|{received.provider_id}")
    return UUID(bytes=tag[:16], version=4)
