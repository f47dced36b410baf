"""What a phone sealed stands nowhere in the clear once it was opened: no word, code or secret in the database or in the log."""

import logging

import pytest
from flask.testing import FlaskClient

from tests.harness.world import World, everything_stored
from tests.support.outbox import Seal, answer, base_64, post

PLANTED = {
    "words": "Zinnober stole the wages.",
    "site": "Karmesin Works",
    "name": "Indigo",
    "phone": "+60 12-987 6543",
    "exclude_other": "Ocker the foreman",
    "safe_times": "after Purpur",
}


def test_nothing_of_a_letter_is_stored_or_logged(
    client: FlaskClient, world: World, seal: Seal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    kept = seal(**PLANTED, category=["wages"])
    refused = seal(**PLANTED, submission=kept.submission)
    envelopes = [kept.envelope(page=True), refused.envelope(), {**seal(**PLANTED).envelope(), "ct": "A" * 64}]
    states = [answer(post(client, envelope)).get("reason", "kept") for envelope in envelopes]
    assert states == ["kept", "conflict", "forged"]
    haystack = everything_stored(world.database) + caplog.text.encode()
    assert kept.submission.replace("-", "").encode() in haystack or kept.submission.encode() in haystack
    for sealing in (kept, refused):
        for secret in (*PLANTED.values(), sealing.receipt, base_64(sealing.ack), sealing.proof):
            assert secret.encode() not in haystack
        assert sealing.ack not in haystack
    for envelope in envelopes:
        assert str(envelope["ct"]).encode() not in haystack
