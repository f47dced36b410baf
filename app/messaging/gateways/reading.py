"""Reading `config/gateways.toml`: every mistake is noted in one line, and no line ever repeats a secret."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from app.cases.config_file import Table, Word
from app.messaging.delivery import Delivery
from app.messaging.gateways.description import (
    AnswerMeaning,
    Content,
    Digits,
    FindShape,
    GatewayRules,
    HttpDescription,
    Reported,
    SendShape,
    SignatureShape,
    StatusShape,
    TextShape,
    TwilioReach,
)
from app.messaging.gateways.media import Media
from app.network import country_hint, is_country

_NAME = re.compile(r"[a-z][a-z0-9-]{1,38}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,80}")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_RESERVED = frozenset({"twilio", "simulator", "email"})


def read_gateway_rules(file: Table, environment: Mapping[str, str]) -> GatewayRules:
    """The file's gateways, their keys taken from the environment; mistakes are noted on the table."""
    reach = file.table("twilio")
    twilio = TwilioReach(
        _countries(reach, "one_way"), _countries(reach, "registration"), _countries(reach, "registered")
    )
    reach.done()
    http = tuple(_read_gateway(table, environment) for table in file.tables("gateway"))
    file.done()
    _check_once(file, "name", [gateway.name for gateway in http])
    _check_once(file, "country", [country for gateway in http for country in gateway.countries])
    return GatewayRules(twilio, http)


def _check_once(file: Table, what: str, values: list[str]) -> None:
    for value in sorted({value for value in values if value and values.count(value) > 1}):
        file.wrong(f"two gateways have the {what} {value}.")


def _countries(table: Table, key: str) -> frozenset[str]:
    countries = table.texts(key) if key in table.names() else ()
    for country in countries:
        if not is_country(country):
            table.wrong(
                f"{key}: {country} must be a country's two capital letters (ISO 3166){country_hint(country)}."
            )
    return frozenset(countries)


def _read_gateway(table: Table, environment: Mapping[str, str]) -> HttpDescription:
    parts = table.names()
    signature = _read_signature(table.table("signature"), environment) if "signature" in parts else None
    gateway = HttpDescription(
        name=table.text("name"),
        line=table.text("line"),
        home_country=table.optional_text("home_country", None),
        countries=_countries(table, "countries"),
        two_way=table.flag("two_way", default=False),
        alphanumeric=table.flag("alphanumeric", default=False),
        send=_read_send(table.table("send"), environment),
        find=_read_find(table.table("find")) if "find" in parts else None,
        text=_read_text(table.table("inbound")) if "inbound" in parts else None,
        status=_read_status(table.table("status")) if "status" in parts else None,
        signature=signature,
    )
    _check_gateway(table, gateway)
    table.done()
    return gateway


def _check_gateway(table: Table, gateway: HttpDescription) -> None:
    if gateway.name and (not _NAME.fullmatch(gateway.name) or gateway.name in _RESERVED):
        table.wrong("name must be small letters, digits and -, and none of twilio, simulator, email.")
    if len(gateway.line) > 60:
        table.wrong("line must have at most 60 signs.")
    if gateway.home_country is not None and not is_country(gateway.home_country):
        hint = country_hint(gateway.home_country)
        table.wrong(f"home_country must be two capital letters (ISO 3166){hint}.")
    if not gateway.countries:
        table.wrong("countries must name at least one country.")
    if gateway.two_way and gateway.text is None:
        table.wrong(
            "two_way needs an [gateway.inbound] table: nobody can answer a gateway that hears nothing."
        )
    if gateway.two_way and gateway.alphanumeric:
        table.wrong("two_way and alphanumeric exclude each other: a name as sender cannot be answered.")
    if (gateway.text or gateway.status) and gateway.signature is None:
        table.wrong("inbound and status need a [gateway.signature] table: anybody could post to us.")


def _read_send(table: Table, environment: Mapping[str, str]) -> SendShape:
    fields = table.table("fields")
    shape = SendShape(
        url=_url(table, frozenset()),
        json=table.word("content", Content, Content.JSON) is Content.JSON,
        fields={name: _template(fields, name) for name in fields.names()},
        headers=_auth(table, environment),
        answer_id=table.optional_text("answer_id", None),
        answer_state=table.optional_text("answer_state", None),
        states=_words(table, "states", AnswerMeaning),
    )
    for name in shape.fields:
        if any(other.startswith(f"{name}.") for other in shape.fields):
            table.wrong(f"fields gives {name} a text and parts within it.")
    used = "".join(shape.fields.values())
    if "{to}" not in used or "{body}" not in used:
        table.wrong("fields must use {to} and {body}.")
    if shape.answer_id is None and "{id}" not in used:
        table.wrong(
            "without answer_id the fields must use {id}, so that the gateway calls the text as we do."
        )
    _refuse_half(table, shape)
    table.done()
    return shape


def _refuse_half(table: Table, shape: SendShape | FindShape) -> None:
    if bool(shape.answer_state) is not bool(shape.states):
        table.wrong("answer_state and states belong together.")


def _read_find(table: Table) -> FindShape:
    shape = FindShape(
        url=_url(table, frozenset({"id"})),
        answer_id=table.optional_text("answer_id", None),
        answer_state=table.optional_text("answer_state", None),
        states=_states(table),
    )
    if "{id}" not in shape.url:
        table.wrong("url must hold {id}.")
    _refuse_half(table, shape)
    table.done()
    return shape


def _read_text(table: Table) -> TextShape:
    shape = TextShape(
        id=table.text("id"),
        sender=table.text("sender"),
        body=table.text("body"),
        line=table.optional_text("line", None),
        media=table.texts("media") if "media" in table.names() else (),
        kinds=_words(table, "kinds", Media) if "kinds" in table.names() else {},
        place=table.optional_text("place", None),
    )
    if shape.kinds and not shape.media:
        table.wrong("kinds needs media, which says where those words stand.")
    table.done()
    return shape


def _read_status(table: Table) -> StatusShape:
    shape = StatusShape(
        id=table.text("id"),
        state=table.text("state"),
        reason=table.optional_text("reason", None),
        states=_states(table),
    )
    if not shape.states:
        table.wrong("states must say what each word of the gateway means.")
    table.done()
    return shape


def _read_signature(table: Table, environment: Mapping[str, str]) -> SignatureShape:
    shape = SignatureShape(
        header=_header(table, "header"),
        timestamp_header=_header(table, "timestamp_header"),
        secret=_secret(table, "variable", environment),
        signed=table.text("signed"),
        base64=table.word("encoding", Digits, Digits.HEX) is Digits.BASE64,
        prefix=table.optional_text("prefix", "") or "",
        window_seconds=table.whole("window_seconds", least=10, most=3600),
    )
    if {"body", "timestamp"} - set(_PLACEHOLDER.findall(shape.signed)):
        table.wrong("signed must use {body} and {timestamp}.")
    _check_placeholders(table, "signed", shape.signed, frozenset({"body", "timestamp", "url"}))
    table.done()
    return shape


def _auth(table: Table, environment: Mapping[str, str]) -> Mapping[str, str]:
    if "auth_header" not in table.names():
        return MappingProxyType({})
    return MappingProxyType({_header(table, "auth_header"): _secret(table, "auth_variable", environment)})


def _header(table: Table, key: str) -> str:
    name = table.text(key)
    if name and not _HEADER.fullmatch(name):
        table.wrong(f"{key} must be the name of an HTTP header.")
    return name.lower()


def _secret(table: Table, key: str, environment: Mapping[str, str]) -> str:
    variable = table.text(key)
    if not variable:
        return ""
    if not _VARIABLE.fullmatch(variable):
        # Most likely the secret itself was put here, so it is not repeated.
        table.wrong(
            f"{key} must name an environment variable in capital letters, not hold the secret itself."
        )
        return ""
    value = environment.get(variable, "").strip()
    # Ends of line would let a wrong variable write headers of its own.
    if not value or not value.isprintable():
        table.wrong(
            f"{key} names {variable}, which is not set in the environment, or not to one line of text."
        )
    return value


def _url(table: Table, placeholders: frozenset[str]) -> str:
    url = table.text("url")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if url and not usable:
        table.wrong("url must begin with https:// or http:// and name a host.")
    _check_placeholders(table, "url", url, placeholders)
    return url


def _template(table: Table, name: str) -> str:
    template = table.text(name)
    known = frozenset({"to", "line", "body", "id", "status_url", "valid_seconds"})
    _check_placeholders(table, name, template, known)
    return template


def _check_placeholders(table: Table, key: str, template: str, known: frozenset[str]) -> None:
    for name in _PLACEHOLDER.findall(template):
        if name not in known:
            table.wrong(f"{key} uses {{{name}}}, which is not known here.")


def _states(table: Table) -> Mapping[str, Delivery]:
    return {name: Delivery(word) for name, word in _words(table, "states", Reported).items()}


def _words(table: Table, key: str, words: type[Word]) -> Mapping[str, Word]:
    words_of = table.table(key)
    read = {name: words_of.word(name, words) for name in words_of.names()}
    return MappingProxyType(read)
