"""In whatever order, how often and how late texts arrive: one case for each report, one text for each step, nothing lost."""

from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.cases.case.models import Entry
from app.cases.enums import EntryKind
from app.intake.conversation.door.silence import KEPT_IN_DANGER
from app.intake.conversation.machine.position import Step
from app.intake.conversation.store.conversations import position_of
from app.intake.conversation.store.models import Conversation
from app.messaging.delivery import Delivery
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.simulator import NAME
from app.messaging.models import InboundText, OutgoingText, Phone
from app.vault import Vault, load_keyring, make_keyrings
from tests.harness.databases import Databases
from tests.harness.world import LIGHT
from tests.support.texting import Texting, make_texting

_PEOPLE = 2
_WORDS = ("Please help us", "it is bad here", "he raped her", "They owe us pay (1/2)")
_BODIES = (
    *_WORDS,
    "1",
    "2",
    "3",
    "4",
    "5",
    "8",
    "0",
    "1 2",
    "Foxglove Circuits Penang",
    "STOP",
    "START",
    "HELP",
    "",
)

_Told = tuple[int, int, str, int]
"""A text as it is told: which text it is, who sent it, its words, and the seconds that go by before."""


@st.composite
def _tellings(draw: st.DrawFn) -> list[_Told]:
    """Texts of some people, some told twice or three times, some much later, in any order."""
    text = st.tuples(
        st.integers(0, _PEOPLE - 1), st.sampled_from(_BODIES), st.sampled_from((0, 5, 70, 70, 1000))
    )
    texts = [(number, *told) for number, told in enumerate(draw(st.lists(text, min_size=1, max_size=9)))]
    copies = draw(st.lists(st.sampled_from(texts), max_size=4))
    return draw(st.permutations([*texts, *copies]))


_examples = count(1)


@pytest.fixture(scope="module")
def texting(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Texting]:
    """One world for all examples: in each of them other people text to it."""
    folder: Path = tmp_path_factory.mktemp("conversations")
    make_keyrings(folder / "keys")
    web, dispatcher = (Vault(load_keyring(folder / "keys", name), LIGHT) for name in ("web", "dispatcher"))
    with databases.fresh("sqlite", folder) as database:
        yield make_texting(database, (web, dispatcher))


def _sent(texting: Texting) -> int:
    with texting.database.reading() as session:
        return session.scalar(select(func.count()).select_from(OutgoingText)) or 0


def _everything(texting: Texting) -> tuple[int, frozenset[bytes]]:
    """How many words are kept, and where every conversation stands."""
    with texting.database.reading() as session:
        positions = session.scalars(select(Conversation.position_veil)).all()
        return session.scalar(select(func.count()).select_from(Entry)) or 0, frozenset(positions)


def test_any_order_duplication_and_delay(texting: Texting) -> None:
    @settings(max_examples=40, deadline=None)
    @given(_tellings())
    @example([(0, 0, "he raped her", 0), (1, 0, "1", 70), (2, 0, "1", 70)])
    def check(tellings: list[_Told]) -> None:
        _tell(texting, tellings)

    check()


def _tell(texting: Texting, tellings: list[_Told]) -> None:
    example = next(_examples)
    muted: set[int] = set()
    heard: dict[int, ReceivedText] = {}
    for number, person, body, delay in tellings:
        texting.pass_by(seconds=delay)
        if delay >= 1000:
            texting.settle()
        before, all_before = _sent(texting), _everything(texting)
        text = texting.received(body, f"+60123{example:04d}{person:02d}", f"SM{example}-{number}")
        texting.hear(text)
        grown = _sent(texting) - before
        assert grown <= 1
        if number in heard:
            assert grown == 0
            assert _everything(texting) == all_before
        if number not in heard and body == "STOP":
            muted.add(person)
        elif number not in heard and body == "START":
            muted.discard(person)
        if person in muted:
            assert grown == 0
        heard[number] = text
    _check_what_is_stored(texting, example, heard)
    texting.fall_silent()
    _check_who_is_held(texting)
    # Who told of danger on a phone of their own, or left that question open, is kept for longer.
    texting.pass_by(seconds=KEPT_IN_DANGER.total_seconds())
    texting.fall_silent()
    _check_silence(texting, example)


def _check_what_is_stored(texting: Texting, example: int, heard: dict[int, ReceivedText]) -> None:
    with texting.database.reading() as session:
        rows = session.scalars(
            select(InboundText).where(InboundText.provider_id.startswith(f"SM{example}-"))
        ).all()
        cases = {row.case_id for row in rows} - {None}
        reports = session.scalars(
            select(Entry.case_id).where(Entry.case_id.in_(cases), Entry.kind == EntryKind.REPORT)
        ).all()
        talks = session.scalars(select(Conversation).where(Conversation.case_id.in_(cases))).all()
    assert sorted(row.provider_id for row in rows) == sorted(text.provider_id for text in heard.values())
    assert Counter(reports) == Counter(cases)  # one report each
    assert Counter(talk.case_id for talk in talks) == Counter(cases)
    by_id = {case.id: texting.words(case) for case in texting.cases() if case.id in cases}
    for row in rows:
        body = next(text.body for text in heard.values() if text.provider_id == row.provider_id)
        if body in _WORDS:
            assert row.case_id is not None
            assert body in by_id[row.case_id]


def _check_who_is_held(texting: Texting) -> None:
    with texting.database.reading() as session:
        held = session.scalars(select(Conversation).where(Conversation.silent_at.is_not(None))).all()
    for talk in held:
        position = position_of(texting.world.vault, talk)
        assert position is not None
        assert position.held
        assert position.danger or position.step is Step.DANGER


def _check_silence(texting: Texting, example: int) -> None:
    with texting.database.reading() as session:
        phones = {
            row.phone_id
            for row in session.scalars(
                select(InboundText).where(InboundText.provider_id.startswith(f"SM{example}-"))
            )
        }
        live = set(
            session.scalars(
                select(Conversation.phone_id).where(
                    Conversation.phone_id.in_(phones), Conversation.ended.is_(False)
                )
            )
        )
        due = session.scalars(select(Conversation).where(Conversation.silent_at.is_not(None))).all()
        known = session.scalars(select(Phone).where(Phone.id.in_(phones), Phone.tag.is_not(None))).all()
        waiting = session.scalars(
            select(OutgoingText.phone_id).where(
                OutgoingText.phone_id.in_(phones),
                OutgoingText.state == Delivery.WAITING,
                OutgoingText.gateway == NAME,
            )
        ).all()
        talked = set(session.scalars(select(Conversation.phone_id)))
    assert not due
    # A number is kept for who agreed to be texted; one that only sent an order goes a little later.
    assert {phone.id for phone in known if phone.id in talked} == live
    assert not [phone_id for phone_id in waiting if phone_id in talked and phone_id not in live]
