"""Sealing a report: who gets it is decided and the rows of its case are made, before the unit of work that stores them begins.

Everything is hashed and sealed here, on a reading unit; after it the words exist in no variable that is kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.attachments import declared_rows
from app.cases.case import (
    TOLD_BESIDE,
    Case,
    Clock,
    ConsentTexts,
    Entry,
    Issue,
    beside_row,
    entry_place,
    new_reference,
    site_place,
    store_facts,
    topic_place,
)
from app.cases.clocks import clock_rows
from app.cases.consent import ConsentSigner, consent_row
from app.cases.enums import AuthorKind, ConsentLevel, EntryKind, StartEvent, State
from app.cases.routing import earliest, routing_note, routing_record, write_offers
from app.cases.rules import Deadlines, Rules, asked_first
from app.cases.words import queue_rank
from app.database import Base, CaseId, ReadyRows, new_id, ready_rows
from app.intake.admission import Admission, admit_brought_code, admit_report
from app.intake.arrival import Arrival
from app.intake.filed import Filed, told
from app.intake.report import Report
from app.intake.understanding import Understood, understand
from app.messaging.phones import SealedTextRequest
from app.network import zone_there
from app.vault import (
    SYSTEM,
    Actor,
    Compartment,
    CompartmentKeys,
    Submission,
    Vault,
    new_chain,
    refuse_used_receipt,
)

WORKER = Actor("worker")


@dataclass(frozen=True)
class SealedGrievance:
    """A report whose words are sealed: rows to be stored, and nothing that could be read back."""

    case: Case
    rows: ReadyRows
    told: Filed
    country_confirmed: bool
    admission: Admission
    wish: SealedTextRequest | None = None  # see app.intake.reaching
    tablet_id: UUID | None = None  # on which it was written beside a helper


def seal_grievance(
    session: Session,
    vault: Vault,
    rules: Rules,
    texts: ConsentTexts,
    report: Report,
    submission: Submission,
    arrival: Arrival,
) -> SealedGrievance:
    """Decide who gets the report and seal it, on a reading unit; `texts` are the words the consent was asked in.

    Raises `FloodRefused` before anything is hashed, `TooBusy`, and `ReceiptNotTaken` for a code that was brought and is somebody's.
    """
    admission = admit_report(session, vault, arrival.sender, arrival.so_far, arrival.offered)
    if submission.brings_receipt:
        admit_brought_code(session, vault, arrival.sender)
    understood = understand(session, vault, rules, report, arrival.site, admission)
    keys = vault.derive_receipt_keys(submission.receipt)
    if submission.brings_receipt:
        refuse_used_receipt(session, keys)
    case_id = CaseId(new_id())
    case = _case_row(vault, case_id, report, submission, understood)
    compartments = vault.make_compartments(case_id)
    receipt_row = vault.register_receipt(case_id, keys)
    receipt_grant = vault.write_grant(
        case_id, compartments, frozenset(Compartment), vault.receipt_public_key(receipt_row)
    )
    level, how = report.allowed
    rows: list[Base] = [
        *compartments.rows(),
        receipt_row,
        receipt_grant,
        *_entries(vault, compartments, case_id, report),
        *declared_rows(vault, case_id, report.files),
        *issue_rows(vault, case_id, report.topics),
        *_routing_rows(vault, case_id, report, understood),
        *_clocks_and_offers(vault, case, understood, compartments, rules.deadlines),
        consent_row(vault, case, level, how, report.language, texts, ConsentSigner(keys, receipt_row.id)),
        *_beside(vault, case_id, report, receipt_row.id),
        *new_chain(vault, case_id, _acts(report, understood)),
    ]
    point_at_next_clock(case, rows)
    return SealedGrievance(
        case=case,
        # The last thing that is computed: while they are stored others wait.
        rows=ready_rows(session, rows),
        told=told(
            case,
            _clocks(rows),
            submission.receipt,
            understood.readers,
            zone=zone_there(understood.facts.zone, understood.country),
            harm=understood.harm,
            confirmed=understood.confirmed,
            already=False,
        ),
        country_confirmed=understood.confirmed,
        admission=replace(admission, share=understood.share),
        tablet_id=None if report.vouched is None else report.vouched.tablet_id,
    )


def _case_row(
    vault: Vault, case_id: CaseId, report: Report, submission: Submission, understood: Understood
) -> Case:
    site = understood.site
    case = Case(
        id=case_id,
        submission_id=submission.submission_id,
        body_tag=submission.body_tag(report.canonical()),
        reference=new_reference(),
        country=understood.country,
        language=understood.language,
        urgency=understood.urgency,
        state=State.RECEIVED,
        received_hour=clock.hour_of(clock.now()),
        queue_rank=queue_rank(understood.urgency),
        site_veil=vault.veil(site_place(case_id), str(site.id)) if site else None,
    )
    store_facts(vault, case, understood.facts)
    return case


def _entries(vault: Vault, keys: CompartmentKeys, case_id: CaseId, report: Report) -> list[Entry]:
    at = clock.now().isoformat(timespec="seconds")
    told = {
        "at": at,
        "text": report.words,
        "topics": list(report.topics),
        "danger": report.danger,
        "no_danger": report.no_danger,
        "site": report.site,
        "site_code": report.site_code,
        "exclude": sorted(report.exclude),
        "exclude_other": report.exclude_other,
    }
    reached = {
        "at": at,
        "contact": report.contact.value,
        "phone": report.phone,
        "safe_times": report.safe_times,
        "name": report.name,
    }
    return [
        entry_row(vault, keys, case_id, 1, EntryKind.REPORT, Compartment.ACCOUNT, told),
        entry_row(vault, keys, case_id, 2, EntryKind.CONTACT, Compartment.IDENTITY, reached),
    ]


def entry_row(
    vault: Vault,
    keys: CompartmentKeys,
    case_id: CaseId,
    seq: int,
    kind: EntryKind,
    compartment: Compartment,
    body: dict[str, Any],
) -> Entry:
    """Something that the worker told in the first message, sealed to one compartment of the new case."""
    entry_id, key = new_id(), keys.row(compartment)
    return Entry(
        case_id=case_id,
        id=entry_id,
        seq=seq,
        compartment=compartment.value,
        version=key.version,
        kind=kind,
        author_kind=AuthorKind.WORKER,
        hour=clock.hour_of(clock.now()),
        sealed=vault.seal_entry(key, entry_place(entry_id), body),
    )


def issue_rows(vault: Vault, case_id: CaseId, topics: Iterable[str]) -> list[Issue]:
    """The worker's topics, one veiled row each."""
    issues = []
    for topic in topics:
        issue_id = new_id()
        veil = vault.veil(topic_place(case_id, issue_id), topic)
        issues.append(Issue(case_id=case_id, id=issue_id, topic_veil=veil))
    return issues


def _beside(vault: Vault, case_id: CaseId, report: Report, receipt_id: UUID) -> list[Base]:
    told, vouched = report.beside, report.vouched
    if told is None or vouched is None:
        return []
    return [beside_row(vault, case_id, told.how, told.language, vouched, receipt_id)]


def _routing_rows(vault: Vault, case_id: CaseId, report: Report, understood: Understood) -> list[Base]:
    rows: list[Base] = [routing_record(vault, case_id, understood.routing)]
    custody = understood.recipients.custody
    # A code that leads nowhere is all that custody can compare with a list of sites that was made good again.
    place = report.site or (report.site_code if understood.facts.place_in_doubt else "")
    if custody is not None and (place or report.exclude_other):
        told = {"site": place, "exclude_other": report.exclude_other}
        rows.append(routing_note(vault, case_id, custody, exclude=report.exclude, **told))
    return rows


def _clocks_and_offers(
    vault: Vault, case: Case, understood: Understood, keys: CompartmentKeys, deadlines: Deadlines
) -> list[Base]:
    if understood.facts.consent is ConsentLevel.NOBODY:
        return []  # nobody can read it, so nobody is asked and nobody can be late
    return [
        *clock_rows(case, understood.facts, StartEvent.FILED, deadlines),
        *write_offers(vault, case, understood.facts, keys, understood.recipients, deadlines),
    ]


def point_at_next_clock(case: Case, rows: Iterable[Base]) -> None:
    """Keep on the new case the first date that its clocks ask for."""
    following = earliest(_clocks(rows))
    case.next_due_at = following.due_at if following else None
    case.next_clock = following.kind if following else None


def _clocks(rows: Iterable[Base]) -> list[Clock]:
    return [row for row in rows if isinstance(row, Clock)]


def _acts(report: Report, understood: Understood) -> list[tuple[str, Actor, dict[str, Any]]]:
    acts: list[tuple[str, Actor, dict[str, Any]]] = [
        ("case.filed", WORKER, {"door": "web"}),
        ("consent.given", WORKER, {"level": understood.facts.consent.value}),
    ]
    if report.beside is not None and report.vouched is not None:
        vouched = report.vouched
        by = Actor("member", vouched.member_id, vouched.organisation_id) if vouched.member_id else SYSTEM
        said = {"how": report.beside.how.value, "standing": vouched.standing.value}
        acts.append((TOLD_BESIDE, by, said | {"language": report.beside.language}))
    routing = understood.routing
    asked = asked_first(routing, understood.facts.profile)
    acts += [("case.offered", SYSTEM, {"organisation": str(partner)}) for partner in asked]
    if not asked and understood.recipients.custody is not None:
        acts.append(("case.held", SYSTEM, {"why": routing.why.value}))
    return acts
