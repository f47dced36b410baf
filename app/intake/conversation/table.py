"""The conversation by text as a table: for each step its question, what each answer means and what comes next. No I/O."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from app.cases.enums import ConsentLevel
from app.cases.taxonomy import FORM_TOPICS
from app.intake.conversation.acts import (
    Act,
    AgreeContact,
    HandToPerson,
    SendReceipt,
    SetConsent,
    SetDanger,
    SetPhone,
    SetSite,
    Settle,
    SetTopics,
)
from app.intake.conversation.knowledge import Knowledge
from app.intake.conversation.position import Position, Step, WhosePhone
from app.intake.conversation.texts import Text, Texts
from app.intake.report import Contact

HURT_TOPIC = "gbvh"
MOST_PLACES = 3
_BEFORE_CONSENT = frozenset(
    {Step.DANGER, Step.REACH, Step.REACH_IN_DANGER, Step.SITE, Step.PICK_SITE, Step.TOPIC}
)
# How often a place is asked for before a person has to find it out.
_MOST_SITE_QUESTIONS = 3


@dataclass(frozen=True)
class Moved:
    """Where an answer leads, what it asks to be done, and what is said where nothing more is asked."""

    position: Position
    acts: tuple[Act, ...] = ()
    say: Text | None = None


Meaning = Callable[[Position], Moved | None]
"""What a digit means at a position; None where it is no answer."""


@dataclass(frozen=True)
class Row:
    """A step: `ask` words its question, `text` names the digits, `answers` says what they mean; `yes` and `no` are digits too."""

    text: Text
    ask: Callable[[Texts, Position, Knowledge], str]
    answers: Mapping[int, Meaning]
    yes: int | None = None
    no: int | None = None

    def meaning(self, digit: int, position: Position) -> Moved | None:
        """Where this digit leads from here."""
        answer = self.answers.get(digit)
        return answer(position) if answer else None


def settled(moved: Moved) -> Moved:
    """The same, and the routing runs on what is known by now."""
    return Moved(replace(moved.position, settled=True), (*moved.acts, Settle()), moved.say)


def at_site(position: Position, words: str, know: Knowledge) -> Moved:
    """What the words say about the place: certain and echoed, one of a few to pick from, or for a person to find out."""
    position = replace(position, sites=(), places=(), settled=False, site_asked=position.site_asked + 1)
    if know.certain and know.sites:
        found = know.sites[0]
        chosen = replace(position, sites=(found.site_id,), places=(found.place,))
        return _after_site(Moved(chosen, (SetSite(found.site_id, words),)))
    acts = (SetSite(None, words),)
    places = tuple(option.place for option in know.sites)
    # Picking takes the text that the topic would need, and only helps where the masked names differ.
    if _is_clear(position) and 0 < len(places) <= MOST_PLACES and len(set(places)) == len(places):
        sites = tuple(option.site_id for option in know.sites)
        return Moved(position.to(Step.PICK_SITE, sites=sites, places=places), acts)
    return _after_site(Moved(position, acts))


def learn(position: Position, topics: tuple[str, ...]) -> Moved:
    """Later words may make the topic clear; the question that was asked still stands."""
    if position.topics or not topics:
        return Moved(position)
    return Moved(replace(position, topics=topics, settled=False), (SetTopics(topics, chosen=False),))


def ask_again(moved: Moved) -> Moved:
    """Where an answer was not understood: the same question, unless what was learned makes it idle."""
    asked = moved.position.step
    if HURT_TOPIC in moved.position.topics and asked in _BEFORE_CONSENT:
        return _hurt(moved)
    return _to_consent(moved) if asked is Step.TOPIC and moved.position.topics else moved


def hand_over(moved: Moved) -> Moved:
    """Too many answers were not understood: a person reads on, once, unless nobody may. The question stands for a right answer."""
    position = moved.position
    if position.back is not None:
        position = position.to(position.back, back=None)
    if position.handed or position.consent is ConsentLevel.NOBODY:
        return Moved(position, moved.acts)
    return settled(Moved(replace(position, handed=True), (*moved.acts, HandToPerson())))


def _phone(whose: WhosePhone) -> Meaning:
    def meaning(position: Position) -> Moved:
        acts = (SetPhone(whose),)
        if whose is WhosePhone.OWN:
            return Moved(position.to(Step.DANGER, whose=whose), acts)
        # Somebody else may read what we send: nothing is ever sent again.
        return settled(Moved(position.to(Step.QUIET, whose=whose), acts))

    return meaning


def _danger(position: Position) -> Moved:
    return _after_danger(settled(Moved(replace(position, danger=True), (SetDanger(),))))


def _no_danger(position: Position) -> Moved:
    return _after_danger(Moved(position))


def _after_danger(moved: Moved) -> Moved:
    if HURT_TOPIC in moved.position.topics:
        return _hurt(moved)
    step = Step.REACH_IN_DANGER if moved.position.danger else Step.REACH
    return Moved(moved.position.to(step), moved.acts)


def _hurt(moved: Moved) -> Moved:
    position = moved.position
    if position.reached:
        # How to be reached was answered before: there is nothing left to ask.
        return settled(Moved(position.to(_end(position)), moved.acts, Text.HURT_TOLD))
    return settled(Moved(position.to(Step.HURT), moved.acts))


def _after_site(moved: Moved) -> Moved:
    if HURT_TOPIC in moved.position.topics:
        return _hurt(moved)
    if moved.position.topics:
        return _to_consent(moved)
    return Moved(moved.position.to(Step.TOPIC), moved.acts)


def _is_clear(position: Position) -> bool:
    return bool(position.topics) and HURT_TOPIC not in position.topics


def _to_consent(moved: Moved) -> Moved:
    return Moved(moved.position.to(Step.CONSENT), moved.acts)


def _picked(place: int) -> Meaning:
    def meaning(position: Position) -> Moved | None:
        if place >= len(position.sites):
            return None
        site = position.sites[place]
        chosen = replace(position, sites=(site,), places=(), settled=False)
        return _after_site(Moved(chosen, (SetSite(site),)))

    return meaning


def _picked_none(position: Position) -> Moved:
    return _after_site(Moved(replace(position, sites=(), places=())))


def _topic(code: str) -> Meaning:
    def meaning(position: Position) -> Moved:
        known = Moved(replace(position, topics=(code,), settled=False), (SetTopics((code,), chosen=True),))
        return _hurt(known) if code == HURT_TOPIC else _to_consent(known)

    return meaning


def _consent(level: ConsentLevel) -> Meaning:
    def meaning(position: Position) -> Moved:
        step = _end(position) if position.reached else Step.CONTACT
        return settled(Moved(position.to(step, consent=level), (SetConsent(level),)))

    return meaning


def _nobody(position: Position) -> Moved:
    step = Step.LOCKED_IN_DANGER if position.danger else Step.LOCKED
    nobody = ConsentLevel.NOBODY
    return settled(Moved(position.to(step, consent=nobody), (SetConsent(nobody),)))


def _not_our_place(position: Position) -> Moved | None:
    if not _is_echoed(position):
        return None
    return Moved(position.to(Step.SITE, sites=(), places=(), settled=False), (SetSite(None),))


def _is_echoed(position: Position) -> bool:
    return bool(position.places) and position.site_asked < _MOST_SITE_QUESTIONS


def _end(position: Position) -> Step:
    return Step.QUIET if position.contact is Contact.INBOX else Step.OPEN


def _reach(how: Contact, step: Step) -> Meaning:
    return lambda position: Moved(position.to(step, contact=how, reached=True), (AgreeContact(how),))


def _leave(position: Position) -> Moved:
    # Nobody reads it, so nobody has a use for the number.
    agreed = position.contact is not Contact.INBOX
    return Moved(
        position.to(Step.QUIET, contact=Contact.INBOX), (AgreeContact(Contact.INBOX),) if agreed else ()
    )


def ask_for_code(position: Position) -> Moved | None:
    """The secret code was asked for: it goes out once that is said again, and not while a stranger may hold the phone."""
    if position.doubted_at is not None:
        return None
    return Moved(position.to(Step.CODE, back=position.step))


def _send_code(position: Position) -> Moved:
    return Moved(position.to(position.back or Step.QUIET, back=None), (SendReceipt(),))


def _no_code(position: Position) -> Moved:
    return Moved(position.to(position.back or Step.QUIET, back=None), say=Text.NO_CODE)


def _danger_again(position: Position) -> Moved:
    return settled(Moved(position.to(Step.OPEN, back=None, danger=True), (SetDanger(),)))


def _no_danger_again(position: Position) -> Moved:
    return Moved(position.to(Step.OPEN, back=None), say=Text.KEPT)


def _plainly(text: Text) -> Callable[[Texts, Position, Knowledge], str]:
    return lambda texts, _position, _know: texts.say(text)


def _ask_reach(texts: Texts, _position: Position, know: Knowledge) -> str:
    if know.read_by is None:
        return texts.say(Text.REACH_WITHOUT_DAY)
    return texts.say(Text.REACH, day=texts.short_day(know.read_by))


def _ask_site(texts: Texts, position: Position, _know: Knowledge) -> str:
    return texts.say(Text.SITE_AGAIN if position.site_asked else Text.SITE)


def _ask_which(texts: Texts, position: Position, _know: Knowledge) -> str:
    places = " ".join(f"{number} {place}" for number, place in enumerate(position.places, start=1))
    return texts.say(Text.PICK_SITE, places=places)


def _ask_consent(texts: Texts, position: Position, _know: Knowledge) -> str:
    echo = texts.say(Text.ECHO, place=position.places[0]) if _is_echoed(position) else ""
    return texts.behind(echo, texts.say(Text.CONSENT))


def _ask_contact(texts: Texts, position: Position, know: Knowledge) -> str:
    if position.danger:
        return texts.say(Text.CONTACT_IN_DANGER)
    if know.read_by is None:
        return texts.say(Text.CONTACT_WITHOUT_DAY)
    return texts.say(Text.CONTACT, day=texts.short_day(know.read_by))


def _row(text: Text, answers: dict[int, Meaning], **more: Any) -> Row:
    return Row(text, more.pop("ask", _plainly(text)), MappingProxyType(answers), **more)


TABLE: Mapping[Step, Row] = MappingProxyType(
    {
        Step.WHOSE_PHONE: _row(
            Text.WHOSE_PHONE,
            {1: _phone(WhosePhone.OWN), 2: _phone(WhosePhone.SHARED), 3: _phone(WhosePhone.COMPANY)},
        ),
        Step.DANGER: _row(Text.DANGER, {1: _danger, 2: _no_danger}, yes=1, no=2),
        # Words are the place here, whether or not the other question is answered: `at_site`.
        Step.REACH: _row(
            Text.REACH,
            {1: _reach(Contact.TEXT, Step.SITE), 2: _reach(Contact.INBOX, Step.SITE), 4: ask_for_code},
            ask=_ask_reach,
            yes=1,
            no=2,
        ),
        Step.REACH_IN_DANGER: _row(
            Text.REACH_IN_DANGER,
            {
                1: _reach(Contact.TEXT, Step.SITE),
                2: _reach(Contact.CALL, Step.SITE),
                3: _reach(Contact.INBOX, Step.SITE),
            },
            yes=1,
            no=3,
        ),
        # The one question that is answered in words: `at_site`.
        Step.SITE: _row(Text.SITE, {}, ask=_ask_site),
        Step.PICK_SITE: _row(
            Text.PICK_SITE,
            {0: _picked_none, **{place + 1: _picked(place) for place in range(MOST_PLACES)}},
            ask=_ask_which,
        ),
        Step.TOPIC: _row(
            Text.TOPIC,
            {number % 10: _topic(code) for number, code in enumerate(FORM_TOPICS, start=1)},
        ),
        Step.CONSENT: _row(
            Text.CONSENT,
            {
                1: _consent(ConsentLevel.HELPER),
                2: _consent(ConsentLevel.UNION),
                3: _consent(ConsentLevel.BUYERS),
                4: _nobody,
                9: _not_our_place,
            },
            ask=_ask_consent,
        ),
        Step.LOCKED: _row(Text.LOCKED, {1: _consent(ConsentLevel.HELPER), 2: _leave, 4: ask_for_code}),
        Step.LOCKED_IN_DANGER: _row(
            Text.LOCKED_IN_DANGER,
            {1: _consent(ConsentLevel.HELPER), 2: _leave, 4: ask_for_code},
            yes=1,
            no=2,
        ),
        Step.CONTACT: _row(
            Text.CONTACT,
            {1: _reach(Contact.TEXT, Step.OPEN), 2: _reach(Contact.INBOX, Step.QUIET), 4: ask_for_code},
            ask=_ask_contact,
            yes=1,
            no=2,
        ),
        Step.HURT: _row(
            Text.HURT,
            {
                1: _reach(Contact.CALL, Step.OPEN),
                2: _reach(Contact.TEXT, Step.OPEN),
                3: _reach(Contact.INBOX, Step.QUIET),
                4: ask_for_code,
            },
            yes=2,
            no=3,
        ),
        Step.CODE: _row(Text.CODE, {1: _send_code, 2: _no_code}, yes=1, no=2),
        Step.WORSE: _row(Text.DANGER, {1: _danger_again, 2: _no_danger_again}, yes=1, no=2),
    }
)
"""Every question. Steps that are not here ask nothing."""
