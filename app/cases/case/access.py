"""Who may see a case: the member's grants decide, and nothing else. Whoever has none is told that there is no such case."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.cases.enums import AccessAct, State
from app.cases.taxonomy import Handling
from app.clock import hour_of
from app.database import CaseId, Lock, MemberId, OrganisationId, locking
from app.network import Member, Organisation, Role, SignedIn, member_name
from app.vault import (
    CircleMemberRow,
    CircleName,
    CircleRow,
    GrantRow,
    GrantState,
    HolderKind,
    JournalEntry,
    NoGrant,
    NotInCircle,
    OpenedCompartments,
    PublicKey,
    ReceiptRow,
    Vault,
    circle_name,
    circle_of,
    circles_of_member,
    holder_of,
    is_sound,
    open_granted,
    open_membership,
    public_key_of,
    row_fits,
    sound_or_none,
    stands,
    with_heads,
)

_NOT_TAKEN_ON = (State.RECEIVED, State.OFFERED)

# A custodian reads only through a second custodian's agreement, never because the coordinator holds a case.
NOT_CUSTODY = GrantRow.holder_kind != HolderKind.CUSTODY
"""The condition that a grant is not one of custody."""

_READINGS = (AccessAct.READ, AccessAct.READ_IN_SEARCH, AccessAct.READ_FROM_CUSTODY)


class NoAccess(Exception):
    """There is no such case for this member; a case that does not exist gives the same answer."""


class ReadOnly(Exception):
    """The member is a viewer: viewers read and change nothing."""


class NotYours(Exception):
    """The case is closed: nothing is written into it any more."""


@dataclass(frozen=True)
class AccessLine:
    """One holder who can open the case, or could until `until`; `last_read` is the hour of its organisation's latest reading."""

    kind: HolderKind
    organisation: str | None
    holder: str | None  # the circle's word (everyone, restricted, custody) or the member's name
    forged: bool  # others wrote who it is, so nobody is named
    offered: bool
    since: datetime
    until: datetime | None
    last_read: datetime | None


def holders_of(session: Session, by: SignedIn) -> tuple[UUID, ...]:
    """The ids under which this member can hold a grant: themselves and the circles they were admitted to."""
    return holders_of_member(session, by.member.id, by.organisation.id)


def holders_of_member(
    session: Session, member_id: MemberId, organisation_id: OrganisationId
) -> tuple[UUID, ...]:
    """As `holders_of`, of a member who is not logged in."""
    circles = circles_of_member(session, member_id)
    return (member_id, *(circle.id for circle in circles if circle.organisation_id == organisation_id))


def granted(holders: Iterable[UUID], states: tuple[GrantState, ...]) -> ColumnElement[bool]:
    """The condition that one of these holders has a grant in one of these states for the case of the row."""
    grant = select(GrantRow.id).where(
        GrantRow.case_id == Case.id,
        GrantRow.holder_id.in_(tuple(holders)),
        GrantRow.state.in_(states),
        NOT_CUSTODY,
    )
    # OFFSET 0 says nothing, but behind it PostgreSQL looks up each case's own grant; else it may read all that a circle ever got.
    return grant.correlate(Case).offset(0).exists()


def circle_for(
    session: Session, vault: Vault, organisation_id: OrganisationId, *, restricted: bool
) -> CircleRow | None:
    """The circle of an organisation that gets the grants of a case, or None while it has no keys."""
    name = CircleName.RESTRICTED if restricted else CircleName.EVERYONE
    return circle_of(session, vault, organisation_id, name)


def circle_that_opens(
    session: Session, vault: Vault, case: Case, organisation_id: OrganisationId
) -> CircleRow | None:
    """The circle of an organisation that opens this case, the restricted one where the case is; None while it has no keys."""
    restricted = Handling.RESTRICTED in facts_of(vault, case).handling
    return circle_for(session, vault, organisation_id, restricted=restricted)


_LOCKED = (
    select(Case)
    .where(Case.id == bindparam("case_id"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def lock_case(session: Session, case_id: CaseId) -> Case | None:
    """The case with its row locked and read afresh: everybody who changes anything of a case takes this lock first."""
    locking(session, Lock.CASE)
    return session.scalars(_LOCKED, {"case_id": case_id}).one_or_none()


def lock_cases(session: Session, ids: Collection[CaseId]) -> Sequence[Case]:
    """As `lock_case`, of several at once, in the order of their keys."""
    locking(session, Lock.CASE)
    locked = select(Case).where(Case.id.in_(ids)).order_by(Case.id).with_for_update()
    return session.scalars(locked.execution_options(populate_existing=True)).all()


def owned_case(session: Session, by: SignedIn, case_id: CaseId, *, lock: bool = False) -> Case:
    """The case that the member's organisation has taken on and the member can open; raises `NoAccess`."""
    if lock:
        lock_case(session, case_id)
    found = session.execute(
        with_grants(
            select(Case).where(
                Case.id == case_id,
                Case.organisation_id == by.organisation.id,
                Case.state.not_in(_NOT_TAKEN_ON),
            ),
            holders_of(session, by),
            GrantState.LIVE,
        )
    )
    cases = cases_that_stand(session, found)
    if not cases:
        raise NoAccess
    return cases[0]


def with_grants(
    query: Select[*tuple[Any, ...]], holders: Iterable[UUID], state: GrantState, *, custody: bool = False
) -> Select[*tuple[Any, ...]]:
    """A query for cases, each with the grants in this state that these holders have for it; `cases_that_stand` judges them."""
    kind = HolderKind.CUSTODY if custody else HolderKind.CIRCLE
    kinds = (kind,) if custody else (kind, HolderKind.MEMBER)
    mine = (
        (GrantRow.case_id == Case.id)
        & GrantRow.holder_id.in_(tuple(holders))
        & (GrantRow.state == state)
        & GrantRow.holder_kind.in_(kinds)
    )
    return with_heads(query.add_columns(GrantRow).join(GrantRow, mine))


def cases_that_stand(session: Session, found: Iterable[Any]) -> list[Case]:
    """Of cases with a grant each (`with_grants`) those whose row and grant this deployment wrote; each once, in their order."""
    holder, cases = holder_of(session), dict[UUID, Case]()
    for case, grant, *head in found:
        if case.id not in cases and stands(holder, grant, tuple(head)) and is_sound(holder, case):
            cases[case.id] = case
    return list(cases.values())


def open_locked(
    session: Session, vault: Vault, by: SignedIn, case_id: CaseId
) -> tuple[Case, OpenedCompartments]:
    """The case of `owned_case`, locked, and what the member's grant opens of it; raises `NoAccess`.

    The grant that opens is the one that `owned_case` asks for, read behind the lock: nobody has ended it meanwhile.
    """
    case = sound_or_none(vault, lock_case(session, case_id))
    if case is None or case.organisation_id != by.organisation.id or case.state in _NOT_TAKEN_ON:
        raise NoAccess
    return case, open_compartments(session, vault, by, case_id)


def change_case(session: Session, by: SignedIn, case_id: CaseId) -> Case:
    """The open case, locked for a change by this member; raises `NoAccess`, `ReadOnly` or `NotYours`."""
    case = owned_case(session, by, case_id, lock=True)
    refuse_viewers(by)
    if not case.is_open:
        raise NotYours
    return case


def refuse_viewers(by: SignedIn) -> None:
    """Raise `ReadOnly` for a viewer."""
    if by.member.role is Role.VIEWER:
        raise ReadOnly


LIVE_HOLDERS = select(GrantRow.holder_id).where(
    GrantRow.case_id == bindparam("case"),
    GrantRow.state == GrantState.LIVE,
    GrantRow.holder_kind.in_((HolderKind.CIRCLE, HolderKind.MEMBER)),
)
"""The members and circles that can open the case now; custody and the receipt are not among them."""


def key_of_holder(session: Session, vault: Vault, grant: GrantRow) -> PublicKey:
    """The public half of whoever holds this grant, to seal what comes later to; raises `PublicKeyForged`."""
    if grant.holder_kind == HolderKind.RECEIPT:
        return vault.receipt_public_key(session.get_one(ReceiptRow, grant.holder_id))
    return public_key_of(session, vault, HolderKind(grant.holder_kind), grant.holder_id)


# The holders of `holders_of` within the statement, each grant with the row through which the member opens its circle.
_OWN_GRANTS = with_heads(
    select(GrantRow, CircleMemberRow, CircleRow)
    .outerjoin(
        CircleMemberRow,
        (CircleMemberRow.circle_id == GrantRow.holder_id)
        & (CircleMemberRow.member_id == bindparam("member")),
    )
    .outerjoin(
        CircleRow,
        (CircleRow.id == CircleMemberRow.circle_id)
        & (CircleRow.organisation_id == bindparam("organisation")),
    )
    .where(
        GrantRow.case_id == bindparam("case"),
        GrantRow.state == GrantState.LIVE,
        NOT_CUSTODY,
        (GrantRow.holder_id == bindparam("member")) | CircleRow.id.is_not(None),
    )
)


def open_compartments(session: Session, vault: Vault, by: SignedIn, case_id: CaseId) -> OpenedCompartments:
    """What the member's own grant or the grant of a circle of theirs opens; raises `NoAccess`."""
    asked = {"case": case_id, "member": by.member.id, "organisation": by.organisation.id}
    for grant, membership, circle, *head in session.execute(_OWN_GRANTS, asked).all():
        own = grant.holder_id == by.member.id
        if not own and not is_sound(vault, circle):
            continue
        try:
            key = by.key if own else open_membership(vault, membership, by.key)
            return open_granted(vault, grant, tuple(head), key)
        except (NoGrant, NotInCircle):
            continue
    raise NoAccess


_HOLDERS = (
    select(
        *GrantRow.__table__.c,
        CircleRow,
        Member,
        Organisation,
    )
    .outerjoin(CircleRow, CircleRow.id == GrantRow.holder_id)
    .outerjoin(Member, Member.id == GrantRow.holder_id)
    .outerjoin(
        Organisation, Organisation.id == func.coalesce(CircleRow.organisation_id, Member.organisation_id)
    )
    .where(GrantRow.case_id == bindparam("case"))
    .order_by(GrantRow.granted_hour, GrantRow.id)
)


def access_of(
    session: Session, vault: Vault, case_id: CaseId, told: Iterable[JournalEntry]
) -> tuple[AccessLine, ...]:
    """Everybody who holds or held a grant of the case, with when their organisation last read it; `told` is the case's journal."""
    last_read = {entry.actor.organisation_id: hour_of(entry.at) for entry in told if entry.act in _READINGS}
    found = session.execute(_HOLDERS, {"case": case_id})
    return tuple(
        _access_line(vault, row, last_read) for row in found if row_fits(vault, GrantRow, row._mapping)
    )


def _access_line(vault: Vault, row: Any, last_read: Mapping[UUID | None, datetime]) -> AccessLine:
    """One grant's line; whoever can write the database may turn a circle or rename who has it, and then nobody is named."""
    circle, member, owner = row.CircleRow, row.Member, row.Organisation
    forged = not all(is_sound(vault, each) for each in (circle, member, owner) if each is not None)
    holder = None
    if circle is not None and not forged:
        holder = circle_name(vault, circle).value
    elif member is not None and not forged:
        holder = member_name(vault, member)
    return AccessLine(
        kind=HolderKind(row.holder_kind),
        organisation=None if owner is None or forged else owner.name,
        holder=holder,
        forged=forged,
        offered=row.state == GrantState.OFFERED,
        since=row.granted_hour,
        until=row.ended_hour,
        last_read=None if owner is None or forged else last_read.get(owner.id),
    )
