"""For any sequence of texts: the conversation waits or ends, never raises, answers each text at most once and loses no word."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.intake.conversation.machine.acts import FileReport, Keep, OptOut, SendReceipt, SetPhone, SetSite
from app.intake.conversation.machine.answers import Said, read_text
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import Heard, begin, fall_silent, hear, wanted
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.topic_words import TopicWords
from app.messaging.composing.segments import count_segments
from tests.unit.conversation.walking import START, knowledge, shown

BODIES = st.one_of(
    st.sampled_from(
        [*"0123456789", "1", "2", "1 2 Foxway", "१", "(1)", "yes", "no", "only mine", "11", "1 1 1 1"]
    ),
    st.sampled_from(
        ["Foxway Kulim", "no wages", "he raped me", "(2/3) and then", "STOP", "START", "HELP", "", "\x00"]
    ),
    st.text(max_size=30),
    st.sampled_from(["a" * 153, "ক" * 1600]),
)
EVENTS = st.lists(
    st.tuples(BODIES, st.integers(-30, 5000), st.sampled_from(["certain", "several", "none"]), st.booleans()),
    min_size=1,
    max_size=25,
)


@given(EVENTS, st.booleans())
def test_any_sequence_of_texts(
    words: TopicWords, texts: Texts, events: list[tuple[str, int, str, bool]], answerable: bool
) -> None:
    position: Position | None = None
    at = START
    watch = _Watch()
    for body, seconds, found, silence in events:
        at += timedelta(seconds=seconds)
        said = read_text(body, words)
        if position is None:
            heard = begin(said, texts, at, answerable=answerable)
            assert answerable or heard.reply is None or said.keyword == "start"
        else:
            wanted(position, said, texts, at)
            heard = hear(position, said, knowledge(texts, found), texts, at)
        watch.check(heard, body, said, position)
        position = heard.opened or (None if position is None else heard.position)
        if position is None:
            continue
        assert position.waits or position.step in (Step.OPEN, Step.NEW_REPORT, Step.ENDED)
        assert Position.from_json(position.as_json()) == position
        if silence and position.waits:
            silent = fall_silent(position)
            assert silent.reply is None
            assert silent.position.step in (Step.ENDED, Step.OPEN) or silent.position.held
            # Its number is forgotten: whoever texts next is new to us.
            position = silent.position if silent.position.step is Step.OPEN else None
            watch.quiet = False


class _Watch:
    """What must hold for every text, and what must go on holding."""

    quiet = False

    def check(self, heard: Heard, body: str, said: Said, before: Position | None) -> None:
        assert (heard.opened is not None) == any(isinstance(act, FileReport) for act in heard.acts)
        if heard.reply is not None:
            assert count_segments(heard.reply).count <= 3
            assert SendReceipt() not in heard.acts
        assert heard.acts.count(SendReceipt()) <= 1
        if self.quiet:
            assert (heard.reply, SendReceipt() in heard.acts) == (None, False) or body in ("START", "start")
        if any(isinstance(act, SetPhone) and act.whose is not WhosePhone.OWN for act in heard.acts):
            self.quiet = True
        if OptOut() in heard.acts and before is not None:
            self.quiet = True
        kept = [act.words for act in heard.acts if isinstance(act, FileReport | Keep | SetSite)]
        if before is not None and before.step in TABLE and not kept:
            # Whatever is not kept was an order or nothing but answers, each of which moved the conversation or asked for the code.
            # Or they stand there already and came once more, or so late that they are asked about.
            moved = heard.acts or heard.position.asked_again or shown(heard.position) != shown(before)
            assert moved or before.last == said.mark != "", said.words


@given(st.lists(BODIES, min_size=1, max_size=6))
def test_no_reply_repeats_what_was_said(words: TopicWords, texts: Texts, bodies: list[str]) -> None:
    secret = "Zyzzyva Quux"
    heard = begin(read_text(secret, words), texts, START, answerable=True)
    for number, body in enumerate([*bodies, secret], start=1):
        heard = hear(
            heard.opened or heard.position,
            read_text(f"{body} {secret}" if len(body) > 3 else body, words),
            knowledge(texts),
            texts,
            START + timedelta(minutes=2 * number),
        )
        assert "Zyzzyva" not in (heard.reply or "")


@pytest.mark.parametrize("step", tuple(Step))
@given(body=BODIES)
def test_no_step_is_without_an_answer_to_anything(
    words: TopicWords, texts: Texts, step: Step, body: str
) -> None:
    position = Position(step, "en", whose=WhosePhone.OWN)
    said = read_text(body, words)
    wanted(position, said, texts, START)
    heard = hear(position, said, knowledge(texts), texts, START)
    assert heard.position.step in Step
