"""A text that a gateway is given."""

from collections.abc import Callable

from app.messaging.gateways.protocol import TextToSend

NewText = Callable[..., TextToSend]
