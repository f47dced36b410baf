"""The conversation by text as a table: for each step its question, what each answer means and what comes next. No I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app.cases.enums import ConsentLevel, TextHours
from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.machine.meanings import (
    MOST_PLACES,
    Meaning,
    Moved,
    ask_for_code,
    consent,
    danger,
    danger_again,
    leave,
    no_code,
    no_danger,
    no_danger_again,
    nobody,
    not_our_place,
    phone,
    picked,
    picked_none,
    reach,
    send_code,
    topic,
    unlock,
)
from app.intake.conversation.machine.our_texts import every_report, no_text_hours, text_hours, which_report
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.questions import (
    Ask,
    ask_consent,
    ask_contact,
    ask_hurt,
    ask_reach,
    ask_site,
    ask_which,
    ask_which_report,
    plainly,
)
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay


@dataclass(frozen=True)
class Row:
    """A step: `ask` words its question, `text` names the digits, `answers` says what they mean; `yes` and `no` are digits too."""

    text: Text
    ask: Ask
    answers: Mapping[int, Meaning]
    yes: int | None = None
    no: int | None = None

    def meaning(self, digit: int, position: Position) -> Moved | None:
        """Where this digit leads from here."""
        answer = self.answers.get(digit)
        return answer(position) if answer else None


def _row(
    text: Text,
    answers: dict[int, Meaning],
    *,
    ask: Ask | None = None,
    yes: int | None = None,
    no: int | None = None,
) -> Row:
    return Row(text, ask or plainly(text), MappingProxyType(answers), yes, no)


TABLE: Mapping[Step, Row] = MappingProxyType(
    {
        Step.WHOSE_PHONE: _row(
            Text.WHOSE_PHONE,
            {1: phone(WhosePhone.OWN), 2: phone(WhosePhone.SHARED), 3: phone(WhosePhone.COMPANY)},
        ),
        Step.DANGER: _row(Text.DANGER, {1: danger, 2: no_danger}, yes=1, no=2),
        # Words are the place here, whether or not the other question is answered: `meanings.at_site`.
        Step.REACH: _row(
            Text.REACH,
            {1: reach(ContactWay.TEXT, Step.SITE), 2: reach(ContactWay.INBOX, Step.SITE), 4: ask_for_code},
            ask=ask_reach,
            yes=1,
            no=2,
        ),
        Step.REACH_IN_DANGER: _row(
            Text.REACH_IN_DANGER,
            {
                1: reach(ContactWay.TEXT, Step.SITE),
                2: reach(ContactWay.CALL, Step.SITE),
                3: reach(ContactWay.INBOX, Step.SITE),
            },
            yes=1,
            no=3,
        ),
        # The one question that is answered in words: `meanings.at_site`.
        Step.SITE: _row(Text.SITE, {}, ask=ask_site),
        Step.PICK_SITE: _row(
            Text.PICK_SITE,
            {0: picked_none, **{place + 1: picked(place) for place in range(MOST_PLACES)}},
            ask=ask_which,
        ),
        Step.TOPIC: _row(
            Text.TOPIC,
            {number % 10: topic(code) for number, code in enumerate(FORM_TOPICS, start=1)},
        ),
        Step.CONSENT: _row(
            Text.CONSENT,
            {
                1: consent(ConsentLevel.HELPER),
                2: consent(ConsentLevel.UNION),
                3: consent(ConsentLevel.BUYERS),
                4: nobody,
                9: not_our_place,
            },
            ask=ask_consent,
        ),
        Step.LOCKED: _row(Text.LOCKED, {1: unlock, 2: leave, 4: ask_for_code}),
        Step.LOCKED_IN_DANGER: _row(
            Text.LOCKED_IN_DANGER,
            {1: unlock, 2: leave, 4: ask_for_code},
            yes=1,
            no=2,
        ),
        Step.CONTACT: _row(
            Text.CONTACT,
            {1: reach(ContactWay.TEXT, Step.OPEN), 2: reach(ContactWay.INBOX, Step.QUIET), 4: ask_for_code},
            ask=ask_contact,
            yes=1,
            no=2,
        ),
        Step.HURT: _row(
            Text.HURT,
            {
                1: reach(ContactWay.CALL, Step.OPEN),
                2: reach(ContactWay.TEXT, Step.OPEN),
                3: reach(ContactWay.INBOX, Step.QUIET),
                4: ask_for_code,
            },
            ask=ask_hurt,
            yes=2,
            no=3,
        ),
        Step.CODE: _row(Text.CODE, {1: send_code, 2: no_code}, yes=1, no=2),
        Step.TEXT_HOURS: _row(
            Text.TEXT_HOURS,
            {
                0: no_text_hours,
                1: text_hours(TextHours.BY_DAY),
                2: text_hours(TextHours.MORNINGS),
                3: text_hours(TextHours.EVENINGS),
                4: text_hours(TextHours.DAYS_OFF),
            },
        ),
        Step.WHICH: _row(
            Text.WHICH,
            {0: every_report, **{number: which_report(number) for number in range(1, MOST_PLACES + 1)}},
            ask=ask_which_report,
        ),
        Step.WORSE: _row(Text.DANGER, {1: danger_again, 2: no_danger_again}, yes=1, no=2),
    }
)
"""Every question. Steps that are not here ask nothing."""
