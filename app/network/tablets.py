"""Tablets on which a member writes down workers' reports beside them: started for some hours, without an open desk on them.

What a tablet holds is an authority: which row it is and until when, with a MAC. It says who stood beside the worker and opens
nothing; whoever steals the tablet can send reports from it, until somebody at the desk ends it, and read none.

Each tablet has a journal of its own, short enough to be read for every report: a row that was put back as it stood ends no ending.
"""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import clock
from app.database import CaseId, MemberId, OrganisationId
from app.network.models import Member, MemberState, Organisation, OrganisationState, Role, Tablet
from app.network.people import SignedIn, active_organisation, member_names
from app.vault import Place, Vault, VeilBroken, is_sound, journal, read_journal, sound_or_none

TABLET_HOURS = (4, 8, 12, 24, 72)
"""For how long a tablet may be started: a shift at a gate, a day, a journey to where there is no network."""

OFFLINE_FOR = timedelta(days=14)
"""So long after its end what waited on a tablet without a network still counts as written beside its member."""

PRESSED_AGAIN_FOR = timedelta(minutes=2)
"""So long a second press of the form that started a tablet gets what the first got: that one has ended the session already."""

MOST_TABLETS = 20
"""Of one organisation at a time; more than any has helpers at gates."""

LONGEST_LABEL = 60
LISTED_FOR = timedelta(days=31)

_STARTED, _ENDED = "tablet.started", "tablet.ended"
_MAY_START = (Role.LEAD, Role.CASEWORKER)
_PURPOSE = "authority of a tablet"
_ID_BYTES, _TIME_BYTES = 16, 5
_LONGEST_AUTHORITY = 200
_STARTED_BEFORE = _ID_BYTES + _TIME_BYTES


class TabletHoursUnknown(Exception):
    """A tablet is started for one of `TABLET_HOURS`."""


class TooManyTablets(Exception):
    """The organisation has `MOST_TABLETS` that are not over."""


class UnknownTablet(Exception):
    """The organisation has none of this name."""


class NotYourTablet(Exception):
    """It is another member's, and only a lead ends those."""


class TabletStanding(StrEnum):
    """What an authority is worth when a report with it arrives; in every case but the first its consent is not counted."""

    STANDS = "stands"
    LATE = "late"
    ENDED = "ended"
    LOST = "lost"
    UNKNOWN = "unknown"


class TabletUse(StrEnum):
    """Whether reports may be begun on a tablet now; one whose time is over sends what was written on it as before."""

    ON = "on"
    OVER = "over"
    ENDED = "ended"


@dataclass(frozen=True)
class StartedTablet:
    """What the tablet is given: its authority and what it shows of who stands beside the worker."""

    authority: str = field(repr=False)
    helper: str
    organisation: str
    country: str
    hours: int


@dataclass(frozen=True)
class ListedTablet:
    """One tablet on the desk's list."""

    id: UUID
    label: str | None  # None where others spoilt it
    member: str
    mine: bool
    until: datetime
    ended: bool
    reports: int

    @property
    def live(self) -> bool:
        """Whether reports can still be written with it."""
        return not self.ended and clock.now() < self.until


@dataclass(frozen=True)
class Vouched:
    """Who an authority says stood beside the worker, and what it is worth; nobody where it is none of ours."""

    standing: TabletStanding
    tablet_id: UUID | None = None
    member_id: MemberId | None = None
    organisation_id: OrganisationId | None = None

    @property
    def counts(self) -> bool:
        """Whether what the worker allowed beside this member holds as they said it."""
        return self.standing is TabletStanding.STANDS


def start_tablet(
    session: Session, vault: Vault, by: SignedIn, label: str, hours: int, submission_id: UUID
) -> StartedTablet:
    """Give a tablet its authority, the same however often the form is sent.

    Raises `OrganisationFrozen`, `TabletHoursUnknown` and `TooManyTablets`.
    """
    active_organisation(session, by.organisation.id)  # one after another, so that the number holds
    if hours not in TABLET_HOURS:
        raise TabletHoursUnknown
    row = session.get(Tablet, submission_id)
    if row is None:
        now = clock.now()
        if _number_live(session, vault, by.organisation.id) >= MOST_TABLETS:
            raise TooManyTablets
        row = Tablet(
            id=submission_id,
            organisation_id=by.organisation.id,
            member_id=by.member.id,
            label_veil=vault.veil(_label_place(submission_id), label[:LONGEST_LABEL]),
            # The next full hour is begun, so nobody's time is cut short by it.
            until=clock.hour_of(now) + timedelta(hours=hours + 1),
        )
        session.add(row)
        session.flush()
        journal(session, vault, _chain(row), _STARTED, by.actor, {"hours": hours})
    return StartedTablet(
        _authority(vault, row), by.name, by.organisation.name, by.organisation.country, hours
    )


def given_before(session: Session, vault: Vault, submission_id: UUID) -> StartedTablet | None:
    """What this form was given within `PRESSED_AGAIN_FOR`, unless something came from that tablet since or it was ended.

    For a press without a session: the form's token, which only its page has, is all that it brings.
    """
    row = sound_or_none(vault, session.get(Tablet, submission_id))
    if row is None or row.reports or _standing(session, vault, row) is not TabletStanding.STANDS:
        return None
    started = next(each for each in read_journal(session, vault, _chain(row)) if each.act == _STARTED)
    if abs(clock.now() - started.at) > PRESSED_AGAIN_FOR:
        return None
    organisation = session.get_one(Organisation, row.organisation_id)
    names = member_names(session, vault, [row.member_id])
    return StartedTablet(
        _authority(vault, row),
        names[row.member_id],
        organisation.name,
        organisation.country,
        started.detail["hours"],
    )


def end_tablet(session: Session, vault: Vault, by: SignedIn, tablet_id: UUID) -> None:
    """End a tablet's authority, one's own or by a lead a colleague's; one that has ended stays so.

    Raises `UnknownTablet` and `NotYourTablet`.
    """
    row = session.get(Tablet, tablet_id, with_for_update=True, populate_existing=True)
    if row is None or row.organisation_id != by.organisation.id:
        raise UnknownTablet
    if row.ended_hour is not None:
        return
    if row.member_id != by.member.id and by.member.role is not Role.LEAD:
        raise NotYourTablet
    row.ended_hour = clock.hour_of(clock.now())
    journal(session, vault, _chain(row), _ENDED, by.actor)


def tablets_of(session: Session, vault: Vault, by: SignedIn) -> list[ListedTablet]:
    """The organisation's tablets of the last month, those that go on first; what others wrote is not among them."""
    query = select(Tablet).where(
        Tablet.organisation_id == by.organisation.id, Tablet.until > clock.now() - LISTED_FOR
    )
    rows = [row for row in session.scalars(query) if is_sound(vault, row)]
    names = member_names(session, vault, [row.member_id for row in rows])
    listed = [_listed(session, vault, row, names.get(row.member_id, ""), by) for row in rows]
    return sorted(listed, key=lambda each: (not each.live, -each.until.timestamp(), str(each.id)))


def vouch(session: Session, vault: Vault, authority: str) -> Vouched:
    """Who stood beside the worker of a report that comes with this authority, and what it is worth now. Never raises."""
    told = _read_authority(vault, authority)
    row = None if told is None else session.get(Tablet, told[0], populate_existing=True)
    if told is None or row is None or not is_sound(vault, row) or row.until != told[1]:
        return Vouched(TabletStanding.UNKNOWN)
    standing = _standing(session, vault, row)
    return Vouched(standing, row.id, row.member_id, row.organisation_id)


def tablet_use(session: Session, vault: Vault, authority: str) -> TabletUse:
    """Whether reports may still be begun on the tablet that has this authority. Never raises."""
    vouched = vouch(session, vault, authority)
    if not vouched.counts:
        return TabletUse.ENDED
    goes_on = clock.now() < session.get_one(Tablet, vouched.tablet_id).until
    return TabletUse.ON if goes_on else TabletUse.OVER


def count_tablet_report(session: Session, tablet_id: UUID) -> None:
    """Count one more report from a tablet, in the unit of work that stores it."""
    counted = update(Tablet).where(Tablet.id == tablet_id).values(reports=Tablet.reports + 1)
    session.execute(counted, execution_options={"synchronize_session": False})


def tablet_chains(session: Session, vault: Vault) -> set[CaseId]:
    """The ids of the journals that tablets have; of rows that others wrote none."""
    return {_chain(row) for row in session.scalars(select(Tablet)) if is_sound(vault, row)}


def _standing(session: Session, vault: Vault, row: Tablet) -> TabletStanding:
    if _is_ended(session, vault, row):
        return TabletStanding.ENDED
    if clock.now() > row.until + OFFLINE_FOR:
        return TabletStanding.LATE
    member = session.get(Member, row.member_id, populate_existing=True)
    organisation = session.get(Organisation, row.organisation_id, populate_existing=True)
    stands = (
        member is not None
        and organisation is not None
        and member.state is MemberState.ACTIVE
        and member.role in _MAY_START
        and member.organisation_id == organisation.id
        and organisation.state is not OrganisationState.FROZEN
        and is_sound(vault, member)
        and is_sound(vault, organisation)
    )
    return TabletStanding.STANDS if stands else TabletStanding.LOST


def _number_live(session: Session, vault: Vault, organisation_id: OrganisationId) -> int:
    """How many tablets can still be written with; rows that others wrote or put back keep nobody from starting one."""
    query = select(Tablet).where(
        Tablet.organisation_id == organisation_id, Tablet.ended_hour.is_(None), Tablet.until > clock.now()
    )
    return sum(is_sound(vault, row) and not _is_ended(session, vault, row) for row in session.scalars(query))


def _is_ended(session: Session, vault: Vault, row: Tablet) -> bool:
    """Whether somebody ended it: its row or its journal says so, or that it was started is no longer told."""
    if row.ended_hour is not None:
        return True
    acts = {entry.act for entry in read_journal(session, vault, _chain(row))}
    return _ENDED in acts or _STARTED not in acts


def _chain(row: Tablet) -> CaseId:
    return CaseId(row.id)


def _listed(session: Session, vault: Vault, row: Tablet, member: str, by: SignedIn) -> ListedTablet:
    try:
        label = vault.unveil(_label_place(row.id), row.label_veil)
    except VeilBroken:
        label = None
    mine = row.member_id == by.member.id
    # One whose time is over is told as over, ended or not: only of those that go on the journal is asked.
    ended = _is_ended(session, vault, row) if row.until > clock.now() else row.ended_hour is not None
    return ListedTablet(row.id, label, member, mine, row.until, ended, row.reports)


def _authority(vault: Vault, row: Tablet) -> str:
    seconds = int(row.until.timestamp())
    mac = vault.mac(_PURPOSE, row.id, seconds)
    return _written(row.id.bytes + seconds.to_bytes(_TIME_BYTES) + mac)


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _read_authority(vault: Vault, authority: str) -> tuple[UUID, datetime] | None:
    if len(authority) > _LONGEST_AUTHORITY:
        return None
    try:
        raw = base64.b64decode(authority + "=" * (-len(authority) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # In one spelling only: what is kept or counted by an authority must not be another one for a sign at its end.
    if len(raw) <= _STARTED_BEFORE or _written(raw) != authority:
        return None
    tablet_id, seconds = UUID(bytes=raw[:_ID_BYTES]), int.from_bytes(raw[_ID_BYTES:_STARTED_BEFORE])
    if not vault.mac_fits(raw[_STARTED_BEFORE:], _PURPOSE, tablet_id, seconds):
        return None
    return tablet_id, datetime.fromtimestamp(seconds, UTC)


def _label_place(tablet_id: UUID) -> Place:
    return Place("tablets", tablet_id, "label_veil")
