"""What the answers of the table mean: where each leads, and what it asks to be done. No I/O."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from app.cases.enums import ConsentLevel
from app.intake.conversation.machine.acts import (
    AgreeContact,
    ConversationAct,
    DenyDanger,
    SendReceipt,
    SetConsent,
    SetDanger,
    SetPhone,
    SetSite,
    Settle,
    SetTopics,
)
from app.intake.conversation.machine.lookup_values import Knowledge
from app.intake.conversation.machine.position import Position, Step, WhosePhone
from app.intake.conversation.machine.texts import Text
from app.intake.report import ContactWay

HURT_TOPIC = "gbvh"
MOST_PLACES = 3
_BEFORE_CONSENT = frozenset(
    {Step.DANGER, Step.REACH, Step.REACH_IN_DANGER, Step.SITE, Step.PICK_SITE, Step.TOPIC}
)
_IN_DANGER = {Step.REACH: Step.REACH_IN_DANGER, Step.LOCKED: Step.LOCKED_IN_DANGER}
# How often a place is asked for before a person has to find it out.
_MOST_SITE_QUESTIONS = 3


@dataclass(frozen=True)
class Moved:
    """Where an answer leads, what it asks to be done, and what is said where nothing more is asked."""

    position: Position
    acts: tuple[ConversationAct, ...] = ()
    say: Text | None = None


Meaning = Callable[[Position], Moved | None]
"""What a digit means at a position; None where it is no answer."""


def settled(moved: Moved) -> Moved:
    """The same, and the routing runs on what is known by now."""
    return Moved(replace(moved.position, settled=True), (*moved.acts, Settle()), moved.say)


def at_site(position: Position, words: str, know: Knowledge) -> Moved:
    """What the words say about the place: certain and echoed, one of a few to pick from, or for a person to find out."""
    position = replace(position, sites=(), places=(), settled=False, site_asked=position.site_asked + 1)
    if know.certain and know.sites:
        found = know.sites[0]
        chosen = replace(position, sites=(found.site_id,), places=(found.place,))
        return after_site(Moved(chosen, (SetSite(found.site_id, words),)))
    acts = (SetSite(None, words),)
    places = tuple(option.place for option in know.sites)
    # Picking takes the text that the topic would need, and only helps where the masked names differ.
    if _is_clear(position) and 0 < len(places) <= MOST_PLACES and len(set(places)) == len(places):
        sites = tuple(option.site_id for option in know.sites)
        return Moved(position.to(Step.PICK_SITE, sites=sites, places=places), acts)
    return after_site(Moved(position, acts))


def take_up_topics(position: Position, topics: tuple[str, ...]) -> Moved:
    """Later words may make the topic clear; the question that was asked still stands."""
    if position.topics or not topics:
        return Moved(position)
    return Moved(replace(position, topics=topics, settled=False), (SetTopics(topics, chosen=False),))


def ends_in_hurt(position: Position, topics: tuple[str, ...]) -> bool:
    """Whether words with these topics end the questions: whoever is hurt is asked nothing more but how to be reached."""
    return not position.topics and HURT_TOPIC in topics and position.step in _BEFORE_CONSENT


def is_hurt_before_consent(position: Position) -> bool:
    """Whether it is known that somebody was hurt while that may still be asked for."""
    return HURT_TOPIC in position.topics and position.step in _BEFORE_CONSENT


def ask_again(moved: Moved) -> Moved:
    """Where an answer was not understood: the same question, unless what was learned makes it idle."""
    asked = moved.position.step
    if is_hurt_before_consent(moved.position):
        return _hurt(moved)
    return to_consent(moved) if asked is Step.TOPIC and moved.position.topics else moved


def phone(whose: WhosePhone) -> Meaning:
    """The worker said whose phone it is."""

    def meaning(position: Position) -> Moved:
        acts = (SetPhone(whose),)
        if whose is WhosePhone.OWN:
            asked = agree_offered(Moved(position.to(Step.DANGER, whose=whose), acts))
            # That somebody is being told is true only once a helper is asked.
            return settled(asked) if position.called else asked
        # Somebody else may read what we send: that is said once, and nothing is ever sent again.
        say = Text.PHONE_SEEN_LOCKED if position.consent is ConsentLevel.NOBODY else Text.PHONE_SEEN
        # Nor even that where the words were of the gravest: whoever looks would ask what this was about.
        quiet = Moved(
            position.to(Step.QUIET, whose=whose, offered=None), acts, None if position.called else say
        )
        return settled(quiet)

    return meaning


def danger(position: Position) -> Moved:
    """Somebody is in danger now."""
    return after_danger(settled(Moved(replace(position, danger=True), (SetDanger(),))))


def no_danger(position: Position) -> Moved:
    """Nobody is in danger now."""
    return after_danger(Moved(position, (DenyDanger(),)))


def after_danger(moved: Moved) -> Moved:
    """What is asked once danger was."""
    if moved.position.consent is ConsentLevel.NOBODY:
        return Moved(moved.position.to(locked_step(moved.position)), moved.acts)
    return _to_place(moved)


def _to_place(moved: Moved) -> Moved:
    """Where it is, with how to be reached unless that was said."""
    if HURT_TOPIC in moved.position.topics:
        return _hurt(moved)
    if moved.position.sites and (moved.position.reached or not moved.position.danger):
        return after_site(moved)  # told before it was asked for; how to be reached is asked at the end
    step = Step.REACH_IN_DANGER if moved.position.danger else Step.REACH
    return Moved(moved.position.to(Step.SITE if moved.position.reached else step), moved.acts)


def agree_offered(moved: Moved) -> Moved:
    """The same, with what the worker said about being reached before anything could be agreed."""
    how = moved.position.offered
    if how is None:
        return moved
    agreed = replace(moved.position, offered=None, contact=how, reached=True)
    return Moved(agreed, (*moved.acts, AgreeContact(how)), moved.say)


def _hurt(moved: Moved) -> Moved:
    position = moved.position
    if position.reached:
        # How to be reached was answered before: there is nothing left to ask.
        return settled(Moved(position.to(_end(position)), moved.acts, Text.HURT_TOLD))
    return settled(Moved(position.to(Step.HURT), moved.acts))


def after_site(moved: Moved) -> Moved:
    """What is asked once the place was."""
    if HURT_TOPIC in moved.position.topics:
        return _hurt(moved)
    if moved.position.topics:
        return to_consent(moved)
    return Moved(moved.position.to(Step.TOPIC), moved.acts)


def _is_clear(position: Position) -> bool:
    return bool(position.topics) and HURT_TOPIC not in position.topics


def to_consent(moved: Moved) -> Moved:
    """Who may know."""
    return Moved(moved.position.to(Step.CONSENT), moved.acts)


def picked(place: int) -> Meaning:
    """One of the places that were shown."""

    def meaning(position: Position) -> Moved | None:
        if place >= len(position.sites):
            return None
        site = position.sites[place]
        chosen = replace(position, sites=(site,), places=(), settled=False)
        return after_site(Moved(chosen, (SetSite(site),)))

    return meaning


def picked_none(position: Position) -> Moved:
    """None of the places that were shown."""
    return after_site(Moved(replace(position, sites=(), places=())))


def topic(code: str) -> Meaning:
    """What it is about."""

    def meaning(position: Position) -> Moved:
        known = Moved(replace(position, topics=(code,), settled=False), (SetTopics((code,), chosen=True),))
        return _hurt(known) if code == HURT_TOPIC else to_consent(known)

    return meaning


def consent(level: ConsentLevel) -> Meaning:
    """Who may know."""

    def meaning(position: Position) -> Moved:
        return settled(_to_contact(Moved(replace(position, consent=level), (SetConsent(level),))))

    return meaning


def _to_contact(moved: Moved) -> Moved:
    """How to be reached, or where that was said the end: whoever gave the last answer reads that it was heard."""
    position = moved.position
    if not position.reached:
        return Moved(position.to(Step.CONTACT), moved.acts)
    end = _end(position)
    return Moved(position.to(end), moved.acts, Text.DONE if end is Step.OPEN else Text.DONE_QUIETLY)


def nobody(position: Position) -> Moved:
    """Nobody may know yet: it is asked once whether that is meant."""
    level = ConsentLevel.NOBODY
    return settled(Moved(position.to(locked_step(position), consent=level), (SetConsent(level),)))


def locked_step(position: Position) -> Step:
    """The question whether it is to stay locked."""
    return Step.LOCKED_IN_DANGER if position.danger else Step.LOCKED


def unlock(position: Position) -> Moved:
    """A helper may read it after all; what was not asked before it was locked is asked now."""
    level = ConsentLevel.HELPER
    opened = agree_offered(Moved(replace(position, consent=level), (SetConsent(level),)))
    asks_on = HURT_TOPIC in position.topics or not (position.site_asked or position.handed)
    return settled(_to_place(opened) if asks_on else _to_contact(opened))


def not_our_place(position: Position) -> Moved | None:
    """The place that was echoed is another one."""
    if not is_echoed(position):
        return None
    return Moved(position.to(Step.SITE, sites=(), places=(), settled=False), (SetSite(None),))


def is_echoed(position: Position) -> bool:
    """Whether the place was found, and may still be said to be another."""
    return bool(position.places) and position.site_asked < _MOST_SITE_QUESTIONS


def _end(position: Position) -> Step:
    return Step.QUIET if position.contact is ContactWay.INBOX else Step.OPEN


def reach(how: ContactWay, step: Step) -> Meaning:
    """How a helper may reach the worker, and what is asked next."""
    # A yes to texts is confirmed by itself; a last no is answered with what it means.
    say = Text.FAREWELL if step is Step.QUIET else None

    def meaning(position: Position) -> Moved:
        agreed = Moved(position.to(step, contact=how, reached=True), (AgreeContact(how),), say)
        return after_site(agreed) if step is Step.SITE and position.sites else agreed

    return meaning


def leave(position: Position) -> Moved:
    """It stays locked."""
    # Nobody reads it, so nobody has a use for the number.
    agreed = position.contact is not ContactWay.INBOX
    return Moved(
        position.to(Step.QUIET, contact=ContactWay.INBOX, offered=None),
        (AgreeContact(ContactWay.INBOX),) if agreed else (),
        Text.STAYS_LOCKED,
    )


def ask_for_code(position: Position) -> Moved | None:
    """The secret code was asked for: it goes out once that is said again, and never while a stranger may hold the phone."""
    if position.doubted_at is not None or position.taken_back or position.from_form:
        return None
    return Moved(position.to(Step.CODE, back=position.step))


def send_code(position: Position) -> Moved:
    """The code was asked for twice."""
    return Moved(position.to(position.back or Step.QUIET, back=None), (SendReceipt(),))


def no_code(position: Position) -> Moved:
    """The code was not meant."""
    return Moved(position.to(position.back or Step.QUIET, back=None), say=Text.NO_CODE)


def danger_again(position: Position) -> Moved:
    """Danger now, told later: what was asked before is asked as it is where somebody is in danger."""
    back = position.back or Step.OPEN
    asked = position.to(_IN_DANGER.get(back, back), back=None, danger=True, worse_at=None, about=())
    return settled(Moved(asked, (SetDanger(position.about),)))


def no_danger_again(position: Position) -> Moved:
    """No danger now, told later: what was asked before is asked again."""
    here = position.to(position.back or Step.OPEN, back=None, worse_at=None, about=())
    return Moved(here, (DenyDanger(position.about),), Text.KEPT)
