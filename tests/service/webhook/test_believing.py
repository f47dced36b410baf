"""Which requests are believed, over a real gunicorn behind a proxy; every other one is 403 without a body, and stores nothing."""

import json
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from app.cases.case.models import Case
from app.database import Database
from app.messaging.models import InboundText
from tests.harness.server import LiveServer
from tests.harness.signing import FORM, LINE, Signed, inbound, new_sid, sign
from tests.harness.wire import exchange
from tests.support.public_address import OLD_TOKEN, PUBLIC

SENDER = "+60123456789"
Make = Callable[[], Signed]


def text(path: str = "/sms/inbound", base: str = PUBLIC, **others: str) -> Signed:
    """A good text, signed for this path."""
    return sign(base, path, inbound(SENDER, "They keep our passports.", **others))


def altered(signed: Signed, *, body: bytes | None = None, path: str | None = None, **headers: str) -> Signed:
    """The same signature on something else; an empty header is left out."""
    changed = {**signed.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Signed(
        path or signed.path,
        signed.body if body is None else body,
        {name: value for name, value in changed.items() if value},
    )


def stored(kept: Database) -> tuple[int, int]:
    """How many texts were taken and how many cases there are."""
    with kept.reading() as session:
        found = [session.scalar(select(func.count()).select_from(model)) for model in (InboundText, Case)]
    return found[0] or 0, found[1] or 0


GOOD: dict[str, Make] = {
    "plain": text,
    "an older token during its rotation": lambda: sign(
        PUBLIC, "/sms/inbound", inbound(SENDER, "one"), OLD_TOKEN
    ),
    "a query": lambda: text("/sms/inbound?org=a"),
    "a query with escaped letters": lambda: text("/sms/inbound?org=%C3%A9%2Fb&x=a+b&y=%20&empty="),
    "a query with an ending question mark": lambda: text("/sms/inbound?"),
    "an escaped letter in the path": lambda: text("/sms/%69nbound"),
    "signed without the port": lambda: text(base="https://help.example.org"),
    "another host as the proxy says": lambda: altered(
        text(), X_Forwarded_Host="inside.example", X_Forwarded_Proto="http", Host="10.0.0.7:8000"
    ),
    "a messaging service": lambda: text(MessagingServiceSid="MG" + "1" * 32),
    "whatsapp": lambda: sign(
        PUBLIC, "/sms/inbound", inbound(f"whatsapp:{SENDER}", "hello", To=f"whatsapp:{LINE}")
    ),
    "bengali, emoji, empty values": lambda: sign(
        PUBLIC, "/sms/inbound", inbound(SENDER, "বেতন দেয় না 😞 & <b>", ProfileName="", ToZip="")
    ),
    "a field twice": lambda: sign(
        PUBLIC,
        "/sms/inbound",
        [*inbound(SENDER, "two").items(), ("Extra", "a"), ("Extra", "b"), ("Extra", "a")],
    ),
    "a signature with its charset": lambda: altered(text(), Content_Type=f"{FORM}; charset=UTF-8"),
    "an origin, as some gateway's own app sends": lambda: altered(text(), Origin="capacitor://localhost"),
}

BAD: dict[str, Make] = {
    "no signature": lambda: altered(text(), X_Twilio_Signature=""),
    "a signature of nothing": lambda: altered(text(), X_Twilio_Signature="="),
    "a signature of other letters": lambda: altered(text(), X_Twilio_Signature="\xe9\xff=" * 9),
    "a very long signature": lambda: altered(text(), X_Twilio_Signature="A" * 4000),
    "another account's token": lambda: sign(PUBLIC, "/sms/inbound", inbound(SENDER, "x"), "f" * 32),
    "signed for the other webhook": lambda: altered(text("/sms/status"), path="/sms/inbound"),
    "signed for the address that the server sees": lambda: text(base="http://127.0.0.1:8000"),
    "signed for http": lambda: text(base=PUBLIC.replace("https", "http")),
    "a query added": lambda: altered(text(), path="/sms/inbound?org=b"),
    "a query with the same meaning": lambda: altered(
        text("/sms/inbound?org=%C3%A9"), path="/sms/inbound?org=%c3%a9"
    ),
    "a letter changed": lambda: altered(text(), body=text().body.replace(b"passports", b"Passports")),
    "a field added": lambda: altered(text(), body=text().body + b"&Extra=1"),
    "no body": lambda: altered(text(), body=b""),
    "json": lambda: altered(text(), body=json.dumps({"Body": "x"}).encode(), Content_Type="application/json"),
    "json with its digest in the address": lambda: altered(
        text("/sms/inbound?bodySHA256=" + "0" * 64), body=b"{}", Content_Type="application/json"
    ),
    "no content type": lambda: altered(text(), Content_Type=""),
    "a form in parts": lambda: altered(
        text(),
        body=b'--x\r\nContent-Disposition: form-data; name="Body"\r\n\r\nx\r\n--x--\r\n',
        Content_Type="multipart/form-data; boundary=x",
    ),
    "bytes that are no text": lambda: altered(text(), body=b"\xff\xfe\x00Body=x"),
    "more than any text": lambda: sign(PUBLIC, "/sms/inbound", inbound(SENDER, "x" * 100_000)),
    "very many fields": lambda: sign(PUBLIC, "/sms/inbound", [(f"F{n}", "") for n in range(3000)]),
    "signed, but from nobody": lambda: sign(PUBLIC, "/sms/inbound", inbound("", "x")),
    "signed, but without an id": lambda: sign(
        PUBLIC, "/sms/inbound", inbound(SENDER, "x") | {"MessageSid": "", "SmsSid": ""}
    ),
    "signed, but for another account's field names": lambda: sign(PUBLIC, "/sms/inbound", {"text": "x"}),
    "a gateway that is not known": lambda: text("/sms/inbound/nobody"),
    "the simulator, where there is none": lambda: text("/sms/inbound/simulator"),
    "the simulator's status": lambda: text("/sms/status/simulator"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_signed_text_is_taken(server: LiveServer, kept: Database, name: str) -> None:
    before = stored(kept)
    answer = exchange(server, GOOD[name]())

    assert (answer.status, answer.body) == (200, b"<Response/>")
    assert stored(kept)[0] == before[0] + 1


@pytest.mark.parametrize("name", BAD)
def test_anything_else_is_refused_without_a_word(server: LiveServer, kept: Database, name: str) -> None:
    before = stored(kept)
    answer = exchange(server, BAD[name]())

    assert (answer.status, answer.body) == (403, b"")
    assert stored(kept) == before


@pytest.mark.parametrize("path", ("/sms/inbound", "/sms/status", "/sms/inbound/x", "/sms/status/x"))
@pytest.mark.parametrize("method", ("GET", "HEAD", "PUT", "DELETE", "PATCH"))
def test_only_posts_are_looked_at(server: LiveServer, path: str, method: str) -> None:
    answer = exchange(server, altered(text(path), body=b""), method)

    assert (answer.status, answer.body) == (405, b"")


def test_a_forged_status_with_the_right_account_changes_nothing(server: LiveServer) -> None:
    told = urlencode({"MessageSid": new_sid(), "MessageStatus": "delivered", "AccountSid": "AC" + "0" * 32})
    answer = exchange(server, Signed("/sms/status", told.encode(), {"Content-Type": FORM}))

    assert (answer.status, answer.body) == (403, b"")


@pytest.mark.parametrize("state", ("delivered", "some word that nobody knows", ""))
def test_a_signed_status_of_an_unknown_text_is_taken_and_means_nothing(
    server: LiveServer, state: str
) -> None:
    told = {"MessageSid": new_sid(), "MessageStatus": state, "To": SENDER, "From": LINE}
    answer = exchange(server, sign(PUBLIC, "/sms/status?t=00000000-0000-0000-0000-000000000001", told))

    assert (answer.status, answer.body) == (200, b"<Response/>")


def test_no_answer_sets_a_cookie_or_says_more_than_it_must(server: LiveServer) -> None:
    for signed in (text(), altered(text(), X_Twilio_Signature="")):
        headers = exchange(server, signed).headers
        assert "set-cookie" not in headers
        assert headers["cache-control"] == "no-store"
    assert exchange(server, text()).headers["content-type"] == "text/xml; charset=utf-8"


def test_the_log_tells_of_forgeries_without_a_word_of_them(server: LiveServer) -> None:
    exchange(server, altered(text("/sms/inbound?planted=quincunx"), X_Twilio_Signature="planted"))
    log = server.log.read_text()

    assert "text.not_believed" in log
    for secret in (SENDER, SENDER[1:], "passports", "quincunx", "planted", "org=a", "help.example"):
        assert secret not in log.split("stop with Ctrl-C")[-1], secret
