"""Preparing a text on a reading unit: the number is hashed, the step is taken and a first text is sealed before anything is locked.

The writing unit then only has to see that nobody was faster, and to store.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from babel.languages import get_official_languages
from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app import clock
from app.cases.models import Case
from app.cases.rules import Rules
from app.database import SiteId
from app.intake.conversation.acts import FileReport, SendReceipt
from app.intake.conversation.answers import read_text
from app.intake.conversation.filing_text import SealedText, seal_text
from app.intake.conversation.knowing import LookedUp, look_up
from app.intake.conversation.models import Conversation
from app.intake.conversation.steps import SILENCE, Heard, Wanted, begin, hear, wanted
from app.intake.conversation.talks import position_of
from app.intake.conversation.terms import Terms, question
from app.intake.conversation.texts import Texts
from app.intake.conversation.topic_words import topic_words_in
from app.language import Languages
from app.messaging.delivery import Purpose
from app.messaging.gateways.protocol import ReceivedText
from app.messaging.gateways.registry import Gateways, Route
from app.messaging.inbound import is_taken
from app.messaging.models import OptOut, Phone
from app.messaging.numbers import Number, NumberUnreadable, read_number
from app.messaging.opt_outs import opt_out_tags
from app.messaging.phones import new_phone
from app.settings import PROJECT_ROOT
from app.vault import ReceiptKeys, Vault, format_receipt, new_receipt


@dataclass(frozen=True)
class FreshReceipt:
    """A secret code that the worker asked for: its text, and the keys that it derives."""

    keys: ReceiptKeys = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True)
class Prepared:
    """A text that is ready to be stored, unless it was `taken` before.

    `phone` is the row of the number, fresh unless `known`, and None for a sender who cannot be found again. `talk_id` and `stood`
    say which conversation it belongs to and where that stood; `may_answer` whether a text can reach the sender at all.
    """

    received: ReceivedText
    taken: bool = False
    number: str = field(default="", repr=False)
    tags: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    phone: Phone | None = field(default=None, repr=False)
    known: bool = False
    talk_id: UUID | None = None
    stood: bytes = field(default=b"", repr=False)
    heard: Heard | None = field(default=None, repr=False)
    possible_sites: tuple[SiteId, ...] = ()
    filed: SealedText | None = None
    receipt: FreshReceipt | None = None
    asked: Terms | None = field(default=None, repr=False)
    purpose: Purpose = Purpose.CONVERSATION
    may_answer: bool = False


@dataclass(frozen=True)
class _Sender:
    """Who wrote, under which tags the number is found, and the way back, if there is any."""

    number: Number
    tags: Mapping[str, bytes]
    route: Route | None

    @property
    def answerable(self) -> bool:
        return self.number.answerable and self.route is not None and self.route.two_way


def prepare_hearing(
    session: Session,
    vault: Vault,
    rules: Rules,
    gateways: Gateways,
    languages: Languages,
    received: ReceivedText,
    host: str,
) -> Prepared:
    """Hash, look up, take the step and seal, on a reading unit; `host` is where a secret code is used.

    Raises `TooBusy` and `FloodRefused`: then nothing was stored, and the provider has to come again.
    """
    if is_taken(session, received):
        return Prepared(received, taken=True)
    sender = _sender_of(vault, gateways, received)
    phone, talk = _known(session, sender.tags)
    stood = None if talk is None else position_of(vault, talk)
    language = (stood and languages.get(stood.language)) or languages.best(_spoken_in(sender.number.country))
    texts = Texts(language)
    said = read_text(received.body, topic_words_in(PROJECT_ROOT / "config"))
    may_answer = sender.answerable and not _is_late(received)
    needs, looked = Wanted(), LookedUp()
    if talk is None or stood is None:
        willing = may_answer and not _said_stop(session, vault, sender, received)
        heard = begin(said, texts, _came_at(received), answerable=willing)
    else:
        case = session.get_one(Case, talk.case_id)
        needs = wanted(stood, said, texts)
        looked = look_up(session, vault, rules, texts, case, needs)
        heard = hear(stood, said, looked.know, texts, _came_at(received))
    receipt = _fresh_receipt(vault, texts, host) if SendReceipt() in heard.acts else None
    filed = next((act for act in heard.acts if isinstance(act, FileReport)), None)
    return Prepared(
        received,
        number=sender.number.e164,
        tags=sender.tags,
        phone=phone or _fresh_phone(vault, sender, received),
        known=phone is not None,
        talk_id=None if talk is None else talk.id,
        stood=b"" if talk is None else talk.position_veil,
        heard=heard,
        possible_sites=looked.possible,
        filed=_file(session, vault, rules, sender, received, filed, language.code) if filed else None,
        receipt=receipt,
        purpose=_purpose(receipt, needs),
        asked=question(texts),
        may_answer=may_answer,
    )


def _sender_of(vault: Vault, gateways: Gateways, received: ReceivedText) -> _Sender:
    try:
        number = read_number(received.sender, received.line, gateways.home_country(received.gateway))
    except NumberUnreadable:
        # Whoever it was wrote something: it is filed, though nobody can be answered.
        return _Sender(Number("", None, answerable=False), {}, None)
    if not number.answerable:
        return _Sender(number, {}, None)
    route = gateways.route_to(number.country, received.gateway, received.line)
    return _Sender(number, vault.number_tags(number.e164), route)


def _known(session: Session, tags: Mapping[str, bytes]) -> tuple[Phone | None, Conversation | None]:
    """The phone of these tags, and the latest conversation with it that has not ended."""
    if not tags:
        return None, None
    theirs = and_(Conversation.phone_id == Phone.id, Conversation.ended.is_(False))
    query = select(Phone, Conversation).outerjoin(Conversation, theirs).where(Phone.tag.in_(tags.values()))
    found = session.execute(query.order_by(Conversation.number.desc()).limit(1)).first()
    return (None, None) if found is None else (found[0], found[1])


def _said_stop(session: Session, vault: Vault, sender: _Sender, received: ReceivedText) -> bool:
    line = received.line if sender.route is None else sender.route.line
    stopped = select(OptOut.hour).where(OptOut.tag.in_(opt_out_tags(vault, sender.tags.values(), line)))
    return session.scalars(stopped).first() is not None


def _fresh_phone(vault: Vault, sender: _Sender, received: ReceivedText) -> Phone | None:
    if not sender.tags:
        return None
    gateway, line = received.gateway, received.line
    if sender.route is not None:
        gateway, line = sender.route.gateway, sender.route.line
    return new_phone(vault, sender.tags, sender.number, gateway, line)


def _file(
    session: Session,
    vault: Vault,
    rules: Rules,
    sender: _Sender,
    received: ReceivedText,
    filed: FileReport,
    language: str,
) -> SealedText:
    tag = next(iter(sender.tags.values()), b"")
    return seal_text(
        session,
        vault,
        rules,
        received,
        filed,
        language=language,
        country=sender.number.country,
        sender=f"text|{tag.hex() or sender.number.e164}",
    )


def _fresh_receipt(vault: Vault, texts: Texts, host: str) -> FreshReceipt:
    receipt = new_receipt()
    return FreshReceipt(vault.derive_receipt_keys(receipt), texts.receipt(format_receipt(receipt), host))


def _purpose(receipt: FreshReceipt | None, needs: Wanted) -> Purpose:
    if receipt is not None:
        return Purpose.RECEIPT
    return Purpose.STATUS if needs.status else Purpose.CONVERSATION


def _came_at(received: ReceivedText) -> datetime:
    return received.at or clock.now()


def _is_late(received: ReceivedText) -> bool:
    return clock.now() - _came_at(received) > SILENCE


def _spoken_in(country: str | None) -> Iterable[str]:
    """The languages to try for somebody of whom only the country of the number is known."""
    return get_official_languages(country) if country else ()
