"""One round of questions to the providers about texts that they hold: a few at once, and whoever fails thrice rests until the next.

Sending itself is not one of them: there a refusal is an outcome of its own, and a silence must never be asked twice.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Generic, Protocol, TypeVar

from app.logs import describe, log_event
from app.messaging.gateways.protocol import CannotTell, Gateway, SendRefused, TryLater
from app.messaging.gateways.registry import Gateways

_AT_ONCE = 4
_TROUBLES = 3

A = TypeVar("A")


class _Held(Protocol):
    """A text of a gateway."""

    @property
    def gateway(self) -> Any:  # a name; a model's column is no `str` to the type checker
        """The gateway's name."""


T = TypeVar("T", bound=_Held)


class RoundOutcome(Enum):
    """What became of a question: an answer, none now, or none ever."""

    ANSWERED = auto()
    LATER = auto()
    NEVER = auto()


@dataclass(frozen=True)
class AskedText(Generic[T, A]):
    """A text with the outcome of its question, and the answer where there is one."""

    text: T
    outcome: RoundOutcome
    answer: A | None = None


def ask_each(
    gateways: Gateways, texts: Sequence[T], what: str, question: Callable[[Gateway, T], A]
) -> list[AskedText[T, A]]:
    """Put the question about each text to its provider, with no transaction and no lock held; `what` names it in the log."""
    troubles: Counter[str] = Counter()

    def ask(text: T) -> AskedText[T, A]:
        if troubles[text.gateway] >= _TROUBLES:
            return AskedText(text, RoundOutcome.LATER)
        try:
            return AskedText(text, RoundOutcome.ANSWERED, question(gateways.gateway(text.gateway), text))
        except (CannotTell, SendRefused, KeyError):
            # It cannot be asked, holds no such text, or is no gateway of ours any more.
            return AskedText(text, RoundOutcome.NEVER)
        except TryLater:
            troubles[text.gateway] += 1
        except Exception as error:  # noqa: BLE001 - a gateway's own fault must not keep the others' texts
            log_event(f"{what}.failed", level=logging.ERROR, gateway=text.gateway, error=describe(error))
            troubles[text.gateway] += 1
        return AskedText(text, RoundOutcome.LATER)

    with ThreadPoolExecutor(_AT_ONCE, what) as pool:
        return list(pool.map(ask, texts))
