"""Preparing a text on a reading unit: the number is hashed, the step is taken and a first text is sealed before anything is locked.

The writing unit then only has to see that nobody was faster, and to store.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from app import clock
from app.cases.rules import Rules
from app.database import CaseId
from app.intake.conversation.door.reading import language_of, read_said
from app.intake.conversation.machine import (
    SILENCE,
    Asker,
    ConversationAct,
    FileReport,
    Heard,
    LookedUp,
    OptIn,
    Said,
    SendReceipt,
    SetConsent,
    Step,
    Surroundings,
    Terms,
    Texts,
    Wanted,
    begin,
    begin_called,
    begin_wordless,
    hear,
    hear_wordless,
    is_wordless,
    look_up,
    question,
    surroundings_of,
    wanted,
    wanted_wordless,
    with_media,
    with_thanks,
)
from app.intake.conversation.store import (
    FastPath,
    KnownConversation,
    SealedText,
    Snapshot,
    cases_of_phone,
    is_surely_own,
    seal_text,
    take_fast_path,
    take_snapshot,
)
from app.messaging.delivery import Purpose
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.registry import Gateways, Route
from app.messaging.models import OutgoingText, Phone
from app.messaging.phones import Number, NumberUnreadable, new_phone, read_number
from app.messaging.queue import anything_waits
from app.messaging.queue import seal_text as seal_outgoing
from app.services import Services
from app.vault import ReceiptKeys, Vault, format_receipt, new_receipt


@dataclass(frozen=True)
class FreshReceipt:
    """A secret code that the worker asked for: its text, and the keys that it derives."""

    keys: ReceiptKeys = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class Prepared:
    """A text that is ready to be stored, unless it was `taken` before.

    `phone` is the fresh row of a number that was not known; `phone_id` the number's row that was. Neither is there for a sender who
    cannot be found again. `talk` is the conversation that it belongs to, as it stood, and `fast_path` what is stored;
    `answer` is what goes back, sealed.
    """

    received: ReceivedText
    taken: bool = False
    number: str = field(default="", repr=False)
    tags: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    phone: Phone | None = field(default=None, repr=False)
    phone_id: UUID | None = None
    talk: KnownConversation | None = None
    heard: Heard | None = field(default=None, repr=False)
    around: Surroundings = field(default_factory=Surroundings)
    filed: SealedText | None = None
    receipt: FreshReceipt | None = None
    asked: Terms | None = field(default=None, repr=False)
    answer: OutgoingText | None = field(default=None, repr=False)
    fast_path: FastPath | None = field(default=None, repr=False)


@dataclass(frozen=True)
class _Sender:
    """Who wrote, under which tags the number is found, and the way back, if there is any."""

    number: Number
    tags: Mapping[str, bytes]
    route: Route | None
    line: str  # ours, from which an answer goes

    @property
    def answerable(self) -> bool:
        return self.number.answerable and self.route is not None and self.route.two_way


def prepare_hearing(session: Session, services: Services, received: ReceivedText) -> Prepared:
    """Hash, look up, take the step and seal, on a reading unit.

    Raises `TooBusy` and `FloodRefused`: then nothing was stored, and the provider has to come again.
    """
    vault, rules = services.vault, services.rules
    sender = _sender_of(vault, services.gateways, received)
    known = take_snapshot(session, vault, received, sender.tags, sender.line)
    if known.taken:
        return Prepared(received, taken=True)
    said, written = read_said(rules, known.talk, received.body, sender.number.country)
    if not received.came:
        # Thanks under a photo are not all that came.
        said = with_thanks(said, rules.thanks)
    texts = Texts(language_of(services.languages, known.talk, said.language, written, sender.number.country))
    may_answer = sender.answerable and not _is_late(received)
    taken = _take_step(
        session,
        services,
        texts,
        known,
        said,
        received,
        sender.number.country,
        answerable=may_answer and (said.starts or not known.stopped),
    )
    heard = with_media(taken.heard, received.came)
    if SendReceipt() in heard.acts and not _is_own(session, vault, known.talk, received):
        # An older row of the conversation was put back: the signed case knows better whose phone it is.
        heard = replace(heard, acts=tuple(act for act in heard.acts if act != SendReceipt()), reply=None)
    around = surroundings_of(session, vault, heard.acts, taken.looked, written)
    receipt = _fresh_receipt(vault, texts, services.host) if SendReceipt() in heard.acts else None
    filed = _file(session, vault, rules, sender, received, heard, written, texts.language.code)
    may_answer = may_answer and (OptIn() in heard.acts or not known.stopped)
    answer = _answer(vault, received, heard, receipt, taken.needs) if may_answer else None
    about = CaseId(filed.case.id) if filed else None
    return Prepared(
        received,
        number=sender.number.e164,
        tags=sender.tags,
        phone=_fresh_phone(vault, sender, received) if known.phone is None else None,
        phone_id=None if known.phone is None else known.phone.id,
        talk=known.talk,
        heard=heard,
        around=around,
        filed=filed,
        receipt=receipt,
        asked=question(texts) if any(map(_answers_consent, heard.acts)) else None,
        answer=answer,
        fast_path=take_fast_path(vault, rules, known, received, heard, around, answer, about),
    )


@dataclass(frozen=True)
class _Taken:
    """The step that the machine took, with what it needed to know and what was found of that."""

    heard: Heard
    needs: Wanted
    looked: LookedUp


def _take_step(
    session: Session,
    services: Services,
    texts: Texts,
    known: Snapshot,
    said: Said,
    received: ReceivedText,
    country: str | None,
    *,
    answerable: bool,
) -> _Taken:
    """Begin a conversation, or look up what its next step needs and go on with it."""
    wordless, at = is_wordless(said), _came_at(received)
    if known.talk is None:
        number = _help_number(services.rules, country)
        heard = begin_called(begin(said, texts, at, answerable=answerable), said, texts, number)
        heard = begin_wordless(heard, texts, number) if wordless else heard
        return _Taken(heard, Wanted(), LookedUp())
    position = known.talk.position
    needs = wanted_wordless(position) if wordless else wanted(position, said, texts, at)
    case_id = known.talk.case_id
    if position.step is Step.WORSE and position.about:
        case_id = CaseId(position.about[0])
    vault, rules, phone = services.vault, services.rules, known.phone
    all_cases = (needs.hours or needs.status) and phone is not None
    cases = cases_of_phone(session, vault, phone.id) if all_cases and phone is not None else ()
    asker = Asker(None if phone is None else phone.id, country, frozenset(cases))
    looked = look_up(session, vault, rules, services.gateways, texts, case_id, needs, asker)
    gone = needs.gone and known.phone is not None and not anything_waits(session, known.phone.id)
    know = replace(looked.know, gone=gone)
    take = hear_wordless if wordless else hear
    return _Taken(take(position, said, know, texts, at), needs, looked)


def _is_own(session: Session, vault: Vault, talk: KnownConversation | None, received: ReceivedText) -> bool:
    return talk is not None and is_surely_own(session, vault, talk.case_id, _came_at(received))


def _sender_of(vault: Vault, gateways: Gateways, received: ReceivedText) -> _Sender:
    try:
        number = read_number(received.sender, received.line, gateways.home_country(received.gateway))
    except NumberUnreadable:
        # Whoever it was wrote something: it is filed, though nobody can be answered.
        return _Sender(Number("", None, answerable=False), {}, None, received.line)
    if not number.answerable:
        return _Sender(number, {}, None, received.line)
    route = gateways.route_to(number.country, received.gateway, received.line)
    line = received.line if route is None else route.line
    return _Sender(number, vault.number_tags(number.e164), route, line)


def _fresh_phone(vault: Vault, sender: _Sender, received: ReceivedText) -> Phone | None:
    if not sender.tags:
        return None
    gateway = received.gateway if sender.route is None else sender.route.gateway
    return new_phone(vault, sender.tags, sender.number, gateway, sender.line)


def _answers_consent(act: ConversationAct) -> bool:
    return isinstance(act, SetConsent) or (isinstance(act, FileReport) and act.locked)


def _file(
    session: Session,
    vault: Vault,
    rules: Rules,
    sender: _Sender,
    received: ReceivedText,
    heard: Heard,
    written: str | None,
    language: str,
) -> SealedText | None:
    """The report that a conversation begins with, sealed; None in one that goes on."""
    report = next((act for act in heard.acts if isinstance(act, FileReport)), None)
    if report is None:
        return None
    tag = next(iter(sender.tags.values()), b"")
    return seal_text(
        session,
        vault,
        rules,
        received,
        replace(report, language=written),
        language=language,
        country=sender.number.country,
        sender=f"text|{tag.hex() or sender.number.e164}",
    )


def _fresh_receipt(vault: Vault, texts: Texts, host: str) -> FreshReceipt:
    receipt = new_receipt()
    return FreshReceipt(vault.derive_receipt_keys(receipt), texts.receipt(format_receipt(receipt), host))


def _answer(
    vault: Vault, received: ReceivedText, heard: Heard, receipt: FreshReceipt | None, needs: Wanted
) -> OutgoingText | None:
    """The one text that goes back: a secret code where it was asked for, else the conversation's next words."""
    body = heard.reply if receipt is None else receipt.body
    if body is None:
        return None
    purpose = Purpose.STATUS if needs.status else Purpose.CONVERSATION
    return seal_outgoing(
        vault,
        key=("answer", received.gateway, received.provider_id),
        purpose=purpose if receipt is None else Purpose.RECEIPT,
        body=body,
        valid_for=SILENCE,
    )


def _help_number(rules: Rules, country: str | None) -> str:
    numbers = rules.help.help_for(country, clock.now().date())
    return numbers[0].number if numbers else ""


def _came_at(received: ReceivedText) -> datetime:
    return received.at or clock.now()


def _is_late(received: ReceivedText) -> bool:
    return clock.now() - _came_at(received) > SILENCE
