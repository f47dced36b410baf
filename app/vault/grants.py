"""Grants: one row a holder, each with the private halves of exactly the compartments that this holder may open.

A grant is a list of parts, each sealed to the holder's public key. Taking back adds a part with the new versions to the grants
that remain, so nobody needs to be logged in for it. An *offered* grant is wrapped once more under the field key.
"""

from collections.abc import Collection, Set
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app import clock
from app.database import Base, CaseId, new_id_beside
from app.vault.circles import CircleKey
from app.vault.compartments import (
    Compartment,
    CompartmentClosed,
    CompartmentKeys,
    OpenedCompartments,
    current_compartments,
    make_compartments,
)
from app.vault.grant_rows import (
    GrantNotOffered,
    GrantRow,
    GrantState,
    HeadOfCase,
    NoGrant,
    granted_names,
    open_row,
    read_parts,
    seal_grant_part,
    stands,
    store_parts,
    veil_names,
    with_heads,
)
from app.vault.journal_chains import store_key_version
from app.vault.keyholder import KeyHolder
from app.vault.members import MemberKey
from app.vault.pairs import Pair
from app.vault.public_keys import HolderKind, PublicKey
from app.vault.receipts import ReceiptKeys, find_receipt
from app.vault.row_macs import holder_of, is_sound, sound

HolderKey = MemberKey | CircleKey | ReceiptKeys


def write_grant(
    holder: KeyHolder,
    case_id: CaseId,
    opened: OpenedCompartments,
    names: Set[Compartment],
    to: PublicKey,
    *,
    offered: bool = False,
) -> GrantRow:
    """A grant of every opened version of the named compartments, for the caller to add.

    Raises `CompartmentClosed` when the giver cannot open one of them, and `PublicKeyForged`.
    """
    if opened.case_id != case_id or not names or not names <= opened.names:
        raise CompartmentClosed("nobody can grant what they cannot open")
    grant_id = new_id_beside(case_id)
    keys = [name for name in opened.pairs if name[0] in names]
    row = GrantRow(
        id=grant_id,
        case_id=case_id,
        holder_kind=to.kind,
        holder_id=to.holder_id,
        public_key_id=to.id,
        state=GrantState.OFFERED if offered else GrantState.LIVE,
        names_veil=veil_names(holder, grant_id, names),
        granted_hour=clock.hour_of(clock.now()),
        ended_hour=None,
        key_version=max(version for _, version in keys),
    )
    store_parts(holder, row, [seal_grant_part(holder, row, 0, to, opened, keys)])
    return row


def add_grants(session: Session, holder: KeyHolder, rows: Collection[Base]) -> None:
    """Add rows with grants for a case that was filed before; what others wrote or put back in their place is ended first.

    A holder has one grant of a case that is not ended, so such a row would keep the real one out. One without a MAC that fits keeps
    what it says, as evidence, and stays without one.
    """
    grants = [row for row in rows if isinstance(row, GrantRow)]
    session.flush()
    for case_id in {grant.case_id for grant in grants}:
        query = select(GrantRow).where(
            GrantRow.case_id == case_id,
            GrantRow.holder_id.in_([grant.holder_id for grant in grants]),
            GrantRow.state != GrantState.ENDED,
        )
        for row, *head in session.execute(with_heads(query.with_for_update(of=GrantRow))):
            if not stands(holder, row, (head[0], head[1], head[2], head[3], head[4])):
                _end_forged(holder, row)
    session.flush()
    session.add_all(rows)


def _end_forged(holder: KeyHolder, row: GrantRow) -> None:
    if is_sound(holder, row):
        # An older copy that was put back: it is again what it was.
        row.sealed, row.ended_hour = None, row.ended_hour or clock.hour_of(clock.now())
    row.state = GrantState.ENDED


def open_grant(session: Session, holder: KeyHolder, case_id: CaseId, key: HolderKey) -> OpenedCompartments:
    """The private halves that a holder's live grant names; raises `NoGrant` or `SealBroken`."""
    kind, holder_id, pair = _identify(session, key)
    found = session.execute(
        with_heads(
            select(GrantRow).where(
                GrantRow.case_id == case_id,
                GrantRow.holder_id == holder_id,
                GrantRow.holder_kind.in_(kind),
                GrantRow.state == GrantState.LIVE,
            )
        )
    ).one_or_none()
    if found is None or not stands(holder, found[0], found[1:]):
        raise NoGrant(f"no live grant for case {case_id}")
    return open_row(holder, found[0], pair)


def open_granted(
    holder: KeyHolder, row: GrantRow, head: HeadOfCase, key: MemberKey | CircleKey
) -> OpenedCompartments:
    """As `open_grant`, for a row that the caller read by `with_heads` together with others; raises `NoGrant` or `SealBroken`."""
    kinds, holder_id, pair = _identify_member(key)
    if not stands(holder, row, head):
        raise NoGrant(f"grant {row.id} was not written by this deployment or has ended")
    if row.state != GrantState.LIVE or row.holder_id != holder_id or row.holder_kind not in kinds:
        raise NoGrant(f"grant {row.id} is not a live one of this holder")
    return open_row(holder, row, pair)


def accept_grant(session: Session, holder: KeyHolder, grant_id: UUID) -> GrantRow:
    """Make an offered grant live, with nobody logged in; raises `GrantNotOffered` or `SealBroken`."""
    found = session.execute(
        with_heads(select(GrantRow).where(GrantRow.id == grant_id)).with_for_update(of=GrantRow)
    ).one_or_none()
    row: GrantRow | None = None if found is None else found[0]
    if found is None or row is None or row.state != GrantState.OFFERED or not stands(holder, row, found[1:]):
        raise GrantNotOffered(f"grant {grant_id} does not wait to be accepted")
    parts = read_parts(holder, row)
    row.state = GrantState.LIVE
    row.granted_hour = clock.hour_of(clock.now())
    store_parts(holder, row, parts)
    return row


def end_grants(session: Session, case_id: CaseId, holder_ids: Collection[UUID]) -> int:
    """End the live grants of these holders and drop what was sealed to them; the rows stay for "could read until"."""
    rows = _locked(session, case_id, GrantState.LIVE)
    ended = [row for row in rows if row.holder_id in holder_ids]
    for row in ended:
        row.state = GrantState.ENDED
        row.sealed = None
        row.ended_hour = clock.hour_of(clock.now())
    return len(ended)


def delete_offered_grants(
    session: Session, case_id: CaseId, holder_ids: Collection[UUID] | None = None
) -> int:
    """Delete offered grants of these holders, or of everyone: on exclusion, withdrawal, closing, or when the case is taken."""
    session.flush()
    query = delete(GrantRow).where(GrantRow.case_id == case_id, GrantRow.state == GrantState.OFFERED)
    if holder_ids is not None:
        query = query.where(GrantRow.holder_id.in_(holder_ids))
    return len(session.scalars(query.returning(GrantRow.id)).all())


def grants_of_case(session: Session, case_id: CaseId) -> list[GrantRow]:
    """Every grant of a case, ended ones too, by the hour they were given: who could read, and until when."""
    query = select(GrantRow).where(GrantRow.case_id == case_id).order_by(GrantRow.granted_hour, GrantRow.id)
    return list(sound(holder_of(session), session.scalars(query)))


def grants_that_stand(session: Session, case_id: CaseId) -> list[GrantRow]:
    """The grants of a case that open for their holder or wait to be accepted; what others wrote or put back is not among them."""
    holder = holder_of(session)
    query = select(GrantRow).where(GrantRow.case_id == case_id, GrantRow.state != GrantState.ENDED)
    found = session.execute(with_heads(query).order_by(GrantRow.granted_hour, GrantRow.id)).all()
    return [row for row, *head in found if stands(holder, row, (head[0], head[1], head[2], head[3], head[4]))]


def new_compartment_versions(
    session: Session, holder: KeyHolder, case_id: CaseId, keep: Collection[PublicKey]
) -> CompartmentKeys:
    """Take back: make new versions, give them to the kept holders, end the grants of all others.

    Kept holders get the new versions of what their grant names already and keep the old ones; nobody needs to be logged in.
    """
    kept = {key.holder_id: key for key in keep}
    rows = _locked(session, case_id, GrantState.LIVE, GrantState.OFFERED)
    end_grants(session, case_id, {row.holder_id for row in rows} - set(kept))
    delete_offered_grants(session, case_id, {row.holder_id for row in rows} - set(kept))
    current = {name: row.version for name, row in current_compartments(session, holder, case_id).items()}
    newest = {name: version + 1 for name, version in current.items()}
    fresh = make_compartments(holder, case_id, newest)
    session.add_all(fresh.rows())
    store_key_version(session, holder, case_id, max(newest.values()))
    for row in rows:
        # Whoever wrote a grant into the database, or put an ended one back, must not be sealed the new keys by us.
        if row.holder_id in kept and row.key_version == max(current.values()) and is_sound(holder, row):
            row.key_version = max(newest.values())
            parts = read_parts(holder, row)
            named = granted_names(holder, row)
            names = [name for name in fresh.pairs if name[0] in named]
            parts.append(seal_grant_part(holder, row, len(parts), kept[row.holder_id], fresh, names))
            store_parts(holder, row, parts)
    session.flush()
    return fresh


def _identify_member(key: MemberKey | CircleKey) -> tuple[tuple[HolderKind, ...], UUID, Pair]:
    if isinstance(key, MemberKey):
        return (HolderKind.MEMBER,), key.member_id, key.pair
    return (HolderKind.CIRCLE, HolderKind.CUSTODY), key.circle_id, key.pair


def _identify(session: Session, key: HolderKey) -> tuple[tuple[HolderKind, ...], UUID, Pair]:
    if not isinstance(key, ReceiptKeys):
        return _identify_member(key)
    row = find_receipt(session, key)
    if row is None:
        raise NoGrant("this receipt is not in use")
    return (HolderKind.RECEIPT,), row.id, key.of(row).pair


def _locked(session: Session, case_id: CaseId, *states: GrantState) -> list[GrantRow]:
    query = (
        select(GrantRow).where(GrantRow.case_id == case_id, GrantRow.state.in_(states)).order_by(GrantRow.id)
    )
    return list(session.scalars(query.with_for_update()))
