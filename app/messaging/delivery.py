"""How far a text has come. States only move forward, in whatever order a provider's reports arrive."""

from datetime import timedelta
from enum import StrEnum


class Delivery(StrEnum):
    """The states of an outgoing text, ours before the provider has it and the provider's afterwards."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    UNCLEAR = "unclear"  # handed over, and no answer came
    ACCEPTED = "accepted"  # the provider has it
    SENT = "sent"  # the phone company has it
    CANCELLED = "cancelled"  # no longer wanted before it went out
    EXPIRED = "expired"  # too old to go out
    OPTED_OUT = "opted_out"  # the person said stop before it went out
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    DELIVERED = "delivered"


UNCLEAR_REASON = "unclear"
"""Nobody can tell whether a text went out, so it is never sent again and a person decides."""


class Purpose(StrEnum):
    """Why a text goes out."""

    CONVERSATION = "conversation"
    REPLY = "reply"  # a helper's own words
    STATUS = "status"
    RECEIPT = "receipt"
    FOLLOWUP = "followup"  # a question or news that comes by itself
    URGENT = "urgent"  # news that cannot wait, of a case on the fast track
    ALERT = "alert"  # to a member: something needs them, without content


BY_ITSELF = frozenset({Purpose.FOLLOWUP, Purpose.URGENT})
"""Nobody asked for these just now: they go out in the worker's own hours only."""

NOT_URGENT = frozenset({Purpose.FOLLOWUP, Purpose.REPLY})
"""Of these a phone gets few: a person's own answer is never held back by it, but what comes by itself waits after one."""

_RANK = {
    Delivery.WAITING: 0,
    Delivery.CLAIMED: 1,
    Delivery.UNCLEAR: 2,
    Delivery.ACCEPTED: 3,
    Delivery.SENT: 4,
    Delivery.CANCELLED: 5,
    Delivery.EXPIRED: 5,
    Delivery.OPTED_OUT: 6,
    Delivery.UNDELIVERED: 7,
    Delivery.FAILED: 8,
    # What reached the phone reached it, whatever else was said before or after.
    Delivery.DELIVERED: 9,
}

FINAL = frozenset(state for state, rank in _RANK.items() if rank >= _RANK[Delivery.CANCELLED])
"""Nothing more is to be done for a text in one of these."""

CALLED_OFF = frozenset({Delivery.CANCELLED, Delivery.OPTED_OUT})
"""Somebody did not want a text in one of these any more, before it went out."""

UNHEARD = CALLED_OFF | {Delivery.EXPIRED, Delivery.UNDELIVERED, Delivery.FAILED}
"""A text in one of these has reached nobody, as far as anybody can tell."""

ASKED_ABOUT = frozenset({Delivery.ACCEPTED, Delivery.SENT})
"""The provider has it and has not said the last word: when that does not come, it is asked."""

ASKED_AFTER = timedelta(hours=2)
"""Reports come within seconds where they come at all. In whole hours, so it may be one hour only."""

GIVEN_UP_AFTER = timedelta(days=1)
"""So long after a text's validity no phone gets it any more: whatever is known by then is all there will be."""


def further(now: Delivery, reported: Delivery) -> bool:
    """Whether what a provider reports is further along than where the text stands, so that the order of reports never matters."""
    return _RANK[reported] > _RANK[now]
