"""Very many cases of one partner, made without the doors: real keys, grants, seals and veils, only the rows that the desk reads."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy.orm import Session

from app import clock
from app.cases.case.entries import entry_place
from app.cases.case.facts import CaseFacts
from app.cases.case.models import Case, Entry
from app.cases.case.references import new_reference
from app.cases.case.veils import facts_place, site_place
from app.cases.enums import AuthorKind, ClockKind, ConsentLevel, EntryKind, Profile, State, Urgency
from app.database import Base, CaseId, OrganisationId, SiteId, new_id
from app.vault import (
    Actor,
    CircleName,
    Compartment,
    CompartmentKeys,
    Json,
    PublicKey,
    Vault,
    circle_of,
    new_chain,
)
from app.vault.circles import circle_public_key

_FILED: tuple[tuple[str, Actor, Mapping[str, Json]], ...] = (("case.filed", Actor("worker"), {}),)
_KINDS = (EntryKind.WORKER_MESSAGE, EntryKind.REPLY, EntryKind.NOTE)


class Crowd:
    """Makes cases that an organisation's circle of everyone can open."""

    def __init__(self, session: Session, vault: Vault, organisation_id: OrganisationId) -> None:
        circle = circle_of(session, vault, organisation_id, CircleName.EVERYONE)
        if circle is None:
            raise LookupError("this organisation has no keys")
        self._session, self._vault, self._organisation_id = session, vault, organisation_id
        self._everyone: PublicKey = circle_public_key(session, vault, circle)

    def add(
        self,
        words: Sequence[str],
        *,
        is_open: bool = True,
        topics: Iterable[str] = ("wages",),
        site: SiteId | None = None,
        name: str = "",
        phone: str = "",
        must_not_know: str = "",
        danger: bool = False,
    ) -> CaseId:
        """One case: the first words are the report, the others messages, replies and notes in turn."""
        case_id = CaseId(new_id())
        keys = self._vault.make_compartments(case_id)
        grant = self._vault.write_grant(
            case_id, keys, frozenset((Compartment.IDENTITY, Compartment.ACCOUNT)), self._everyone
        )
        case = self._case(case_id, is_open=is_open, topics=tuple(topics), site=site, danger=danger)
        told = [
            (EntryKind.REPORT, Compartment.ACCOUNT, {"text": words[0], "exclude_other": must_not_know}),
            (EntryKind.CONTACT, Compartment.IDENTITY, {"name": name, "phone": phone}),
            *(
                (_KINDS[number % 3], Compartment.ACCOUNT, {"text": text})
                for number, text in enumerate(words[1:])
            ),
        ]
        entries = [self._entry(keys, case_id, number + 1, *parts) for number, parts in enumerate(told)]
        rows: list[Base] = [*keys.rows(), grant, *entries, *new_chain(self._vault, case_id, _FILED)]
        self._session.add(case)
        self._session.flush()
        self._session.add_all(rows)
        self._session.flush()
        return case_id

    def _case(
        self, case_id: CaseId, *, is_open: bool, topics: tuple[str, ...], site: SiteId | None, danger: bool
    ) -> Case:
        facts = CaseFacts(topics, Profile.STANDARD, ConsentLevel.HELPER)
        return Case(
            id=case_id,
            submission_id=uuid4(),
            body_tag=b"",
            reference=new_reference(),
            country="MY",
            language="en",
            urgency=Urgency.DANGER if danger else Urgency.MEDIUM,
            state=State.ASSESSING if is_open else State.CLOSED,
            is_open=is_open,
            received_hour=clock.hour_of(clock.now()),
            organisation_id=self._organisation_id,
            queue_rank=0 if danger else 1,
            next_due_at=clock.now() + timedelta(days=9) if is_open else None,
            next_clock=ClockKind.ASSESSMENT if is_open else None,
            helper_has_read=True,
            facts_veil=self._vault.veil_json(facts_place(case_id), facts.as_json()),
            site_veil=None if site is None else self._vault.veil(site_place(case_id), str(site)),
        )

    def _entry(
        self,
        keys: CompartmentKeys,
        case_id: CaseId,
        seq: int,
        kind: EntryKind,
        compartment: Compartment,
        body: dict[str, str],
    ) -> Entry:
        entry_id, key = new_id(), keys.row(compartment)
        by_worker = kind not in (EntryKind.REPLY, EntryKind.NOTE)
        return Entry(
            case_id=case_id,
            id=entry_id,
            seq=seq,
            compartment=compartment.value,
            version=key.version,
            kind=kind,
            author_kind=AuthorKind.WORKER if by_worker else AuthorKind.MEMBER,
            hour=clock.hour_of(clock.now()),
            sealed=self._vault.seal_entry(key, entry_place(entry_id), body),
        )
