"""The mail of a working morning: how much waits for a member, in numbers only, once a day in their own time zone.

After an outage it comes once or, when the morning is over, not at all: by then the desk itself says it better.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app import clock
from app.cases.desk import MorningCounts, morning_counts
from app.cases.rules import Calendar, Rules
from app.messaging.members.addresses import Channel
from app.messaging.members.notices import Notice, wishes_of
from app.messaging.models import MemberAddress
from app.messaging.queue import EMAIL, enqueue_alert, written_down
from app.network import (
    Member,
    MemberState,
    Organisation,
    OrganisationKind,
    OrganisationState,
    Role,
    Roster,
    member_zone,
    roster_of,
    zone_info,
)
from app.vault import Vault, is_sound

DIGEST_SUBJECT = "Redress: this morning in numbers"
DIGEST = """Of the cases that are yours or nobody's yet, or in which you planned a next step:

late: {late}
due today: {due_today}
with an answer that nobody has read: {unread_answers}

Offered to your organisation: {offers}

{desk}

You choose under "Alerts" whether this mail comes.
"""

BEGINS, ENDS = time(7, 30), time(11, 30)


@dataclass(frozen=True)
class _Reader:
    """A member whose morning it is, and the day."""

    address: MemberAddress
    member: Member
    day: date
    zone: tzinfo

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it this day's mail and no second one, wherever the member's clocks stand."""
        return ("digest", str(self.member.id), self.day.isoformat())

    def at(self, hour: time, *, days: int = 0) -> datetime:
        """An hour of that day, or of one after it, where the member lives."""
        return datetime.combine(self.day + timedelta(days=days), hour, self.zone)


def morning_of(now: datetime, calendar: Calendar) -> date | None:
    """The day whose morning it is there, if people work on it."""
    local = now.astimezone(calendar.zone)
    is_morning = BEGINS <= local.time() < ENDS and calendar.works_on(local.date())
    return local.date() if is_morning else None


def write_digests(session: Session, vault: Vault, rules: Rules, desk: str, limit: int) -> int:
    """Write the mails of this morning down that are not yet, at most so many; how many. Safe with several dispatchers at once."""
    readers = list(_readers(session, vault, rules))
    known = written_down(session, vault, [each.key for each in readers])
    wanted = [each for each in readers if each.key not in known]
    wishes = wishes_of(session, vault, [each.member.id for each in wanted])
    rosters: dict[object, Roster] = {}
    written = 0
    for each in wanted:
        organisation_id = each.member.organisation_id
        if organisation_id not in rosters:
            rosters[organisation_id] = roster_of(session, vault, organisation_id)
        away = each.member.id in rosters[organisation_id].away(each.day)
        if away or Channel.EMAIL not in wishes[each.member.id][Notice.DIGEST] or written == limit:
            continue
        midnight = each.at(time(), days=1)
        _write(session, vault, each, morning_counts(session, each.member.id, organisation_id, midnight), desk)
        written += 1
    return written


def _readers(session: Session, vault: Vault, rules: Rules) -> Iterator[_Reader]:
    """The members of partners with an e-mail address for whom it is a working morning; what others wrote is passed over."""
    found = session.execute(
        select(MemberAddress, Member, Organisation)
        .join(Member, Member.id == MemberAddress.member_id)
        .join(Organisation, Organisation.id == Member.organisation_id)
        .where(
            MemberAddress.channel == EMAIL,
            Member.state == MemberState.ACTIVE,
            Member.role.in_((Role.LEAD, Role.CASEWORKER)),
            Organisation.kind == OrganisationKind.MONITORING_PARTNER,
            Organisation.state == OrganisationState.ACTIVE,
        )
        # In the order of the keys, so that two dispatchers never wait for each other in a circle.
        .order_by(Member.id)
    )
    for address, member, organisation in found:
        if not all(is_sound(vault, row) for row in (address, member, organisation)):
            continue
        zone = zone_info(member_zone(vault, member, organisation))
        day = morning_of(clock.now(), rules.deadlines.calendar(organisation.country, zone))
        if day is not None:
            yield _Reader(address, member, day, zone)


def _write(session: Session, vault: Vault, reader: _Reader, counts: MorningCounts, desk: str) -> None:
    body = DIGEST.format(
        late=counts.late,
        due_today=counts.due_today,
        unread_answers=counts.unread_answers,
        offers=counts.offers,
        desk=desk,
    )
    enqueue_alert(
        session,
        vault,
        key=reader.key,
        body=body,
        address=reader.address,
        valid_for=reader.at(ENDS) - clock.now(),
        subject=DIGEST_SUBJECT,
    )
