"""What an answer, or none, means for a text: only what surely was not sent may be sent again unasked."""

import socket
import ssl

import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.response import Response
from urllib3.connection import HTTPConnection
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError, SSLError

from app.messaging.gateways.outcomes import new_http_session, outcome_of_status, outcome_of_trouble
from app.messaging.gateways.protocol import NotSent, OptedOut, SendRefused, TryLater, Unclear
from app.messaging.gateways.twilio_gateway import outcome_of_twilio


@pytest.mark.parametrize(
    ("status", "outcome"),
    (
        (301, TryLater),
        (400, SendRefused),
        (401, TryLater),
        (403, TryLater),
        (404, TryLater),
        (408, Unclear),
        (409, Unclear),
        (410, SendRefused),
        (422, SendRefused),
        (429, TryLater),
        (500, Unclear),
        (502, Unclear),
        (503, TryLater),
        (504, Unclear),
    ),
)
def test_a_status(status: int, outcome: type[NotSent]) -> None:
    found = outcome_of_status(status)
    assert type(found) is outcome
    assert found.reason == f"HTTP {status}"


_POOL = requests.adapters.HTTPAdapter().poolmanager.connection_from_url("http://127.0.0.1")


@pytest.mark.parametrize(
    ("error", "outcome"),
    (
        (requests.ConnectTimeout(), TryLater),
        (
            requests.ConnectionError(
                MaxRetryError(_POOL, "/", NewConnectionError(HTTPConnection("127.0.0.1"), "refused"))
            ),
            TryLater,
        ),
        (
            requests.exceptions.SSLError(
                MaxRetryError(_POOL, "/", SSLError(ssl.SSLCertVerificationError("expired")))
            ),
            TryLater,
        ),
        (requests.exceptions.SSLError(MaxRetryError(_POOL, "/", SSLError("EOF"))), Unclear),
        (requests.ReadTimeout(), Unclear),
        (requests.ConnectionError(ProtocolError("aborted", ConnectionResetError())), Unclear),
        (requests.exceptions.ChunkedEncodingError(), Unclear),
        (requests.exceptions.InvalidURL(), SendRefused),
        (requests.exceptions.InvalidHeader(), SendRefused),
    ),
)
def test_no_answer(error: requests.RequestException, outcome: type[NotSent]) -> None:
    assert type(outcome_of_trouble(error)) is outcome


def test_a_port_where_nobody_listens_and_a_name_that_nobody_has() -> None:
    with socket.socket() as probe, new_http_session() as session:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        for url in (f"http://127.0.0.1:{port}/", "http://nobody.invalid/"):
            with pytest.raises(requests.RequestException) as failed:
                session.post(url, data={"a": "b"}, timeout=5)
            assert type(outcome_of_trouble(failed.value)) is TryLater


def test_nothing_is_tried_again_by_itself() -> None:
    with new_http_session() as session:
        for url in ("https://api.example/", "http://192.0.2.10/"):
            adapter = session.get_adapter(url)
            assert isinstance(adapter, requests.adapters.HTTPAdapter)
            assert (adapter.max_retries.total, adapter.max_retries.read) == (0, False)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    (
        (400, 21610, OptedOut),
        (400, 21211, SendRefused),
        (400, 21614, SendRefused),
        (400, 21408, SendRefused),
        (400, 30003, SendRefused),
        (400, 30005, SendRefused),
        (400, 30007, SendRefused),
        (400, 30001, TryLater),
        (400, 21611, TryLater),
        (429, 20429, TryLater),
        (429, 63038, TryLater),
        (401, 20003, TryLater),
        (404, 20404, SendRefused),
        (409, 20009, TryLater),
        (500, 20500, Unclear),
        (503, 20503, TryLater),
        (504, 20504, Unclear),
        (429, 429, TryLater),
        (502, 502, Unclear),
        (418, None, SendRefused),
    ),
)
def test_codes_of_twilio(status: int, code: int | None, outcome: type[NotSent]) -> None:
    found = outcome_of_twilio(TwilioRestException(status, "/Messages.json", "to +254700000001", code))
    assert type(found) is outcome
    assert found.reason == (f"HTTP {status}" if code in (None, status) else str(code))


def test_a_page_of_a_list_that_fails_and_a_trouble_without_status() -> None:
    page = TwilioException("Unable to fetch page", Response(429, "{}"))
    assert type(outcome_of_twilio(page)) is TryLater
    assert type(outcome_of_twilio(TwilioException("odd"))) is Unclear
