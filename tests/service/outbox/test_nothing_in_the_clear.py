"""What a phone sealed stands nowhere in the clear once it was opened: no word, code or secret in the database or in the log."""

import logging
import subprocess
import sys

import pytest
from flask.testing import FlaskClient

from app.settings import PROJECT_ROOT
from tests.harness.world import World, everything_stored
from tests.support.files import ogg, photo, post_chunk, told_of, with_files
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


def test_nothing_of_a_file_is_stored_or_logged(
    client: FlaskClient, world: World, seal: Seal, caplog: pytest.LogCaptureFixture
) -> None:
    """Whether it is whole, waits for chunks or is refused: no byte of it, no secret, and no process here that knows Pillow."""
    caplog.set_level(logging.DEBUG)
    sealing = seal()
    planted = b"Karmesin was here, " * 20
    voice = ogg().replace(bytes([3]) * 200, planted[:200])
    [whole] = with_files(sealing, voice, kind="voice")
    waits, refused = with_files(sealing, photo(900, 700, quality=95, comment=planted), planted)
    answer(post(client, sealing.envelope()))
    states = [told_of(post_chunk(client, file.chunk(0)))[1]["state"] for file in (whole, waits, refused)]
    assert states == ["whole", "kept", "refused"]
    haystack = everything_stored(world.database) + caplog.text.encode()
    for secret in (b"Karmesin", b"OpusHead", waits.body[2000:2032], sealing.ack):
        assert secret not in haystack
    for file in (whole, waits, refused):
        for index in (None, 0):
            assert file.proof(index).encode() not in haystack
    assert all(word not in caplog.text for word in (whole.file, "photo", "voice"))


def test_what_decodes_is_in_no_process_of_ours() -> None:
    """Neither the web nor the dispatcher knows Pillow, or the examiner, once all of their rooms are loaded."""
    load = (
        "import sys; import app.dispatcher.run, app.cli; from app import web_rooms; web_rooms(); "
        "print(sorted(each for each in sys.modules if each.split('.')[0] == 'PIL' or each.startswith('app.examiner')))"
    )
    told = subprocess.run(
        [sys.executable, "-c", load], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == "[]"
