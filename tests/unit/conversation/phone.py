"""A worker's phone without a network: texts go into the machine, and what it heard can be looked at."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from app.cases.enums import Stage
from app.intake.conversation.machine.acts import ConversationAct
from app.intake.conversation.machine.answers import Said, read_text, with_thanks
from app.intake.conversation.machine.position import Position, Step
from app.intake.conversation.machine.saying import Texts
from app.intake.conversation.machine.steps import Heard, Knowledge, SiteOption, begin, hear
from app.intake.conversation.machine.topic_words import TopicWords
from app.intake.conversation.machine.wishes import read_wish
from tests.harness.world import shipped_rules
from tests.unit.conversation.walking import START

FOXWAY = Knowledge(
    sites=(SiteOption(UUID(int=7), "F... in Kulim"),),
    certain=True,
    help_number="999",
    read_by=date(2026, 11, 26),
    stage=Stage.READ,
    next_day=date(2026, 12, 3),
    alertable=True,
    gone=True,
)
NOWHERE = Knowledge(read_by=date(2026, 11, 26))


class Phone:
    """A worker's phone: texts go in, the last thing heard can be looked at."""

    def __init__(self, words: TopicWords, texts: Texts) -> None:
        self.words, self.texts, self.at = words, texts, START
        self.heard: list[Heard] = []
        self.position: Position | None = None

    def read(self, body: str) -> Said:
        """A text as the door reads it."""
        said, page = read_text(body, self.words), self.texts.language.code
        wish = shipped_rules().wish_in(said.words, page, None)
        said = read_wish(said, wish, self.words, begins=self.position is None)
        return with_thanks(said, shipped_rules().thanks)

    def send(self, body: str, know: Knowledge = FOXWAY, *, after: int = 120) -> Heard:
        """Send a text so many seconds after the last one."""
        self.at += timedelta(seconds=after)
        said = self.read(body)
        if self.position is None:
            heard = begin(said, self.texts, self.at, answerable=True)
        else:
            before_place = self.position.step in (Step.WHOSE_PHONE, Step.DANGER)
            if before_place and "foxway" not in body.lower():
                know = replace(know, sites=(), certain=False)  # what names no place finds none
            heard = hear(self.position, said, know, self.texts, self.at)
        self.heard.append(heard)
        self.position = heard.opened or heard.position
        return heard

    def send_all(self, *bodies: str) -> Heard:
        """Send several texts, one after the other."""
        return [self.send(body) for body in bodies][-1]

    @property
    def acts(self) -> tuple[ConversationAct, ...]:
        """Everything that was asked to be done so far."""
        return tuple(act for heard in self.heard for act in heard.acts)

    @property
    def step(self) -> Step | None:
        """What is waited for."""
        return self.position.step if self.position else None


def open_phone(phone: Phone) -> Phone:
    phone.send_all("no wages", "1", "2", "Foxway Kulim", "1", "1")
    assert phone.step is Step.OPEN
    return phone
