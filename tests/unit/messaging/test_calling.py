"""Whom an alert goes to, out of everybody who could do something: the rings, and that danger is told to somebody always."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.messaging.members.addresses import Channel
from app.messaging.members.calling import choose
from app.messaging.members.notices import USUAL, Notice, Wishes
from app.messaging.models import MemberAddress

LEAD, ANA, BO = (UUID(int=number) for number in (1, 2, 3))
EVERYBODY = (LEAD, ANA, BO)
ADDRESSES = [
    MemberAddress(member_id=member, channel=channel.value) for member in EVERYBODY for channel in Channel
]
NOTHING: Wishes = dict.fromkeys(Notice, frozenset())


def called(
    notice: Notice = Notice.DANGER, wishes: dict[UUID, Wishes] | None = None, **who: set[UUID]
) -> set[UUID]:
    found = choose(
        ADDRESSES,
        wishes or {},
        notice,
        on_duty=who.get("on_duty", set()),
        away=who.get("away", set()),
        foremost=who.get("foremost", set()),
    )
    return {each.member_id for each in found}


def test_who_is_on_duty_is_called_alone_and_without_anybody_on_duty_everybody() -> None:
    assert called() == set(EVERYBODY)
    assert called(on_duty={ANA}) == {ANA}
    assert called(on_duty={UUID(int=9)}) == set(EVERYBODY)
    assert called(away={ANA}) == {LEAD, BO}
    assert called(on_duty={ANA}, away={ANA}) == {LEAD, BO}
    assert called(away=set(EVERYBODY)) == set(EVERYBODY)
    assert called(Notice.LATE, on_duty={ANA}, foremost={LEAD}) == {LEAD}
    assert called(Notice.LATE, on_duty={LEAD}, foremost={LEAD, BO}) == {LEAD}
    assert called(Notice.LATE, on_duty={ANA}, foremost={LEAD}, away={LEAD}) == {ANA}


def test_a_wish_holds_for_its_channel_and_its_kind() -> None:
    by_mail = {ANA: {**USUAL, Notice.DANGER: frozenset({Channel.EMAIL})}}
    found = choose(ADDRESSES, dict(by_mail), Notice.DANGER, on_duty={ANA}, away=set())
    assert [(each.member_id, each.channel) for each in found] == [(ANA, "email")]
    assert called(Notice.LATE, {ANA: NOTHING}, on_duty={ANA}) == {LEAD, BO}
    assert called(Notice.OFFER) == set()
    assert called(Notice.LATE, dict.fromkeys(EVERYBODY, NOTHING)) == set()
    # Who is away is not called because those who are there do not want to be.
    assert called(Notice.LATE, dict.fromkeys((LEAD, ANA), NOTHING), away={BO}) == set()


def test_of_danger_who_is_on_duty_alone_is_told_whatever_they_chose() -> None:
    assert called(wishes={ANA: NOTHING}, on_duty={ANA}) == {ANA}
    assert called(wishes={ANA: NOTHING}, on_duty={ANA, BO}) == {BO}
    assert called(wishes=dict.fromkeys(EVERYBODY, NOTHING)) == set(EVERYBODY)


some = st.sets(st.sampled_from(EVERYBODY))


@given(on_duty=some, away=some, foremost=some, silent=some)
def test_somebody_is_always_told_of_danger_and_who_is_away_only_when_all_are(
    on_duty: set[UUID], away: set[UUID], foremost: set[UUID], silent: set[UUID]
) -> None:
    wishes = dict.fromkeys(silent, NOTHING)
    found = called(Notice.DANGER, wishes, on_duty=on_duty, away=away, foremost=foremost)
    assert found
    assert not found & away or away == set(EVERYBODY)
