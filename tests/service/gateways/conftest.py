"""A stand-in for Twilio over HTTP, and the gateway that sends through it with Twilio's own client."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from app.messaging.gateways.protocol import TextToSend
from app.messaging.gateways.twilio_gateway import TwilioGateway
from app.settings import read_settings
from tests.harness.provider import NUMBER, Provider, provider
from tests.support.new_text import NewText


@pytest.fixture
def twilio() -> Iterator[Provider]:
    """The provider, with some messages of others in it."""
    with provider() as running:
        yield running


@pytest.fixture
def gateway(twilio: Provider) -> TwilioGateway:
    """What a dispatcher sends with."""
    settings = read_settings(twilio.environment()).twilio
    assert settings is not None
    return TwilioGateway(settings)


@pytest.fixture
def new_text() -> NewText:
    """A text to send; whatever is not said is ordinary."""

    def make(
        to: str = "+254700000001",
        body: str = "Got it.",
        line: str = NUMBER,
        valid_for: timedelta = timedelta(minutes=15),
    ) -> TextToSend:
        text_id = uuid4()
        return TextToSend(
            text_id, to, line, body, valid_for, f"https://help.example.org/sms/status?t={text_id}"
        )

    return make
