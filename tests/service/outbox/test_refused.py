"""What is no report is refused in a way that a phone understands, and stores nothing; what may come later stays on the phone."""

import json
import string
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from app.cases.worker.entering import Worker, enter_inbox, worker_of
from app.cases.worker.sharing import replace_receipt
from app.intake import LimitMetMeanwhile, reporting
from app.network import EVERYBODY, HELD_REPORTS, REPORTS
from app.network.attempts import Attempts, count_attempt, tag_of
from app.vault import Receipt, TooBusy, Vault, new_receipt
from tests.harness.hours import five_past_ten
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.service.abuse.at_once import gate_before_writing
from tests.support.making import new_vault
from tests.support.outbox import (
    OUTBOX,
    WORDS,
    Kit,
    Seal,
    Sealing,
    answer,
    base_64,
    fresh_point,
    from_base_64,
    number_of_cases,
    post,
    words_under,
)


@pytest.fixture
def refuses(client: FlaskClient, world: World) -> Any:
    """Posts, and looks that it is refused for this reason and nothing was stored."""

    def look(envelope: Any, reason: str, status: int, **options: Any) -> dict[str, Any]:
        before = number_of_cases(world)
        response = post(client, envelope, **options)
        told = answer(response)
        assert (told["state"], told["reason"], response.status_code) == ("refused", reason, status)
        assert number_of_cases(world) == before
        return told

    return look


_LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"


def _changed(text: str, at: int = 5) -> str:
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


@pytest.mark.parametrize("part", ("enc", "ct"))
def test_a_seal_that_was_cut_or_changed_is_forged(refuses: Any, seal: Seal, part: str) -> None:
    whole = seal().envelope()
    raw = from_base_64(whole[part])
    others = [raw[:-1], raw[:10], raw[1:], raw + b"\0", b"\0" * len(raw)]
    for other in [base_64(each) for each in others] + [_changed(whole[part])]:
        refuses({**whole, part: other}, "forged", 422)


def test_a_seal_with_another_sender_half_is_forged(refuses: Any, seal: Seal) -> None:
    refuses({**seal().envelope(), "enc": base_64(fresh_point())}, "forged", 422)


def test_a_seal_under_another_submission_is_forged(refuses: Any, seal: Seal) -> None:
    """Replayed as a report of its own: its id is bound by the seal itself."""
    refuses({**seal().envelope(), "submission": seal().submission}, "forged", 422)


def test_a_seal_of_another_deployment_is_forged_or_its_key_unknown(
    refuses: Any, seal: Seal, vault: Vault, tmp_path: Path
) -> None:
    elsewhere, here = Kit.of(new_vault(tmp_path / "keys")), Kit.of(vault)
    refuses(seal(kit=elsewhere).envelope(), "unknown_key", 422)
    # Whoever runs another deployment gives its phones our key, or theirs under the name of ours.
    refuses(seal(kit=Kit(elsewhere.deployment, here.key, here.public)).envelope(), "forged", 422)
    refuses(seal(kit=Kit(here.deployment, here.key, elsewhere.public)).envelope(), "forged", 422)


@pytest.mark.parametrize(
    "inside",
    (
        {"submission": "00000000-0000-4000-8000-000000000000"},
        {"key": "00000000"},
        {"v": 2},
        {"submission": None},
    ),
)
def test_inside_and_outside_must_say_the_same(refuses: Any, seal: Seal, inside: dict[str, Any]) -> None:
    refuses(seal(inside=inside).envelope(), "forged", 422)


def test_a_key_that_nobody_knows_is_told_so(refuses: Any, seal: Seal) -> None:
    for key in ("00000000", "x", "../../etc/passwd", "\u0000", "ü" * 64):
        refuses({**seal().envelope(), "key": key}, "unknown_key", 422)


def test_an_older_version_is_told_what_is_the_oldest(refuses: Any) -> None:
    for envelope in ({"v": 0}, {"v": -1, "shape": "another"}):
        assert refuses(envelope, "old_client", 410)["oldest"] == 1


@pytest.mark.parametrize(
    "raw",
    (
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{'v': 1}",
        b'{"v": NaN}',
        b'{"v": 1e400}',
        b'{"v": 1' + b"0" * 5000 + b"}",
        b'{"v": true}',
        b'{"v": "1"}',
        b'{"v": 1.0}',
        b'{"v": 2}',
        b'{"v": 1, "v": 0}',
        b"[" * 50_000,
        b'{"a":' * 20_000,
        b'{"v": 1, "page": 1}',
        "<html>a hotel's page</html>".encode("utf-16"),
    ),
    ids=lambda raw: raw[:12],
)
def test_what_is_no_envelope_is_malformed(refuses: Any, raw: bytes) -> None:
    refuses(raw, "malformed", 400)


@pytest.mark.parametrize("name", ("key", "submission", "enc", "ct"))
def test_each_part_of_an_envelope_has_one_spelling(refuses: Any, seal: Seal, name: str) -> None:
    whole = seal().envelope()
    values: list[Any] = [None, "", 7, [], {}]
    if name == "submission":
        value = whole[name]
        values += [value.upper(), value.replace("-", ""), f"{{{value}}}", value + "\n", f"urn:uuid:{value}"]
        values += [value.replace("-", "‐"), "٣" * 8 + value[8:]]
    elif name != "key":
        # The last letter of base 64 has bits that nobody reads: only one of its spellings is taken.
        values += [whole[name] + "=", whole[name] + "\n", "+/" + whole[name], whole[name] + "AA", "A"]
        values.append(whole[name][:-1] + _LETTERS[_LETTERS.index(whole[name][-1]) + 1])
    for value in values:
        refuses({**whole, name: value}, "malformed", 400)
    refuses({key: value for key, value in whole.items() if key != name}, "malformed", 400)


@pytest.mark.parametrize(
    "inside",
    (
        {"v": None},
        {"v": True},
        {"receipt": "1234"},
        {"receipt": 12345678901234567890},
        {"receipt": "١٢٣٤٥٦٧٨٩٠١٢٣٤٥٦٧٨٩٠"},
        {"receipt": " " * 20},
        {"ack": "AAAA"},
        {"ack": ""},
        {"ack": "+" * 43},
        {"lang": None},
        {"lang": "x" * 65},
        {"fields": None},
        {"fields": {}},
        {"fields": [["words"]]},
        {"fields": [["words", "a", "b"]]},
        {"fields": [["words", None]]},
        {"fields": [[1, "a"]]},
        {"fields": ["ab"]},
        {"fields": [["x" * 65, "a"]]},
        {"fields": [["words", "a"]] * 201},
    ),
    ids=str,
)
def test_what_is_under_the_seal_must_be_a_letter(refuses: Any, seal: Seal, inside: dict[str, Any]) -> None:
    refuses(seal(inside=inside).envelope(), "malformed", 400)


@pytest.mark.parametrize("plain", (b"", b" " * 1024, b"[]", b"\xff" * 64, b'{"v":1,"v":1}', b"[" * 60_000))
def test_a_seal_with_something_else_in_it_is_malformed(refuses: Any, seal: Seal, plain: bytes) -> None:
    refuses(seal().envelope(plain=plain), "malformed", 400)


def test_only_json_is_read(refuses: Any, client: FlaskClient, seal: Seal) -> None:
    raw = json.dumps(seal().envelope()).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        response = client.post(OUTBOX, data=raw, content_type=kind)
        assert (answer(response)["reason"], response.status_code) == ("malformed", 400)


def test_what_is_larger_than_the_form_takes_is_too_large(refuses: Any, seal: Seal) -> None:
    whole = seal().envelope()
    refuses({**whole, "ct": "A" * 192 * 1024}, "too_large", 413)
    refuses(b" " * (192 * 1024 + 1), "too_large", 413)


def test_the_forms_own_mistakes_are_told_by_field(refuses: Any, seal: Seal) -> None:
    for answers, mistakes in (
        ({"words": " \u200f"}, [["category", "empty"]]),
        ({"danger": "no", "name": "Thida"}, [["category", "empty"]]),
        ({"words": "x" * 20_001, "site": "y" * 501}, [["words", "long"], ["site", "long"]]),
        ({"words": WORDS, "website": "https://example.org"}, [["words", "robot"]]),
    ):
        assert refuses(seal(**answers).envelope(), "mistakes", 422)["mistakes"] == mistakes


def test_one_submission_with_other_content_is_a_conflict_and_the_first_stands(
    refuses: Any, client: FlaskClient, world: World, seal: Seal
) -> None:
    first = seal()
    assert answer(post(client, first.envelope()))["state"] == "kept"
    same = {"submission": first.submission, "receipt": first.receipt, "ack": first.ack}
    for other in (
        seal(**same, words="Something else."),
        seal(**same, language="ar-x-rtl", words=WORDS),
        seal(**same | {"receipt": new_receipt()}),
        # Who knows the id and even the words cannot make us prove anything to them.
        seal(**same | {"ack": bytes(32)}),
    ):
        refuses(other.envelope(), "conflict", 409)
    assert words_under(world, first.receipt) == WORDS
    assert answer(post(client, first.envelope()))["already"] is True


def test_a_submission_that_the_form_made_is_a_conflict(refuses: Any, world: World, seal: Seal) -> None:
    token = world.token()
    filed = world.file(token=token)
    refuses(seal(submission=str(token.submission_id), receipt=filed.receipt).envelope(), "conflict", 409)


def test_a_code_that_somebody_has_or_had_is_refused_like_a_mistyped_one(
    refuses: Any, client: FlaskClient, world: World, seal: Seal
) -> None:
    live, replaced = world.file(), world.file()
    worker = _worker(world, replaced.receipt)
    with world.database.writing() as session:
        fresh = world.vault.derive_receipt_keys(new_receipt())
        replace_receipt(session, world.vault, worker, fresh)
    good = new_receipt()
    mistyped = good[:-1] + str((int(good[-1]) + 1) % 10)
    told = [
        refuses(seal(receipt=code).envelope(), "receipt", 409)
        for code in (live.receipt, replaced.receipt, mistyped)
    ]
    assert told[0] == told[1] == told[2]
    # The report is as good as before: with another code it is taken.
    sealing = seal(receipt=live.receipt)
    refuses(sealing.envelope(), "receipt", 409)
    sealing.receipt = good
    assert answer(post(client, sealing.envelope()))["state"] == "kept"


def _worker(world: World, receipt: Receipt) -> Worker:
    keys = world.vault.derive_receipt_keys(receipt)
    with world.database.writing() as session:
        cookie = enter_inbox(session, world.vault, keys)
    with world.database.reading() as session:
        return worker_of(session, world.vault, cookie)


def test_two_phones_that_made_one_code_at_one_moment_do_not_share_it(
    app: Flask, world: World, seal: Seal, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = new_receipt()
    sealings = [seal(receipt=receipt, words=words) for words in ("One.", "Two.")]
    told: dict[str, dict[str, Any]] = {}

    def send(sealing: Sealing) -> None:
        told[sealing.submission] = answer(post(checked_client(app), sealing.envelope()))

    gate_before_writing(world, monkeypatch)([partial(send, each) for each in sealings])
    states = {told[each.submission]["state"]: each for each in sealings}
    assert set(states) == {"kept", "refused"}
    assert told[states["refused"].submission]["reason"] == "receipt"
    assert words_under(world, receipt) == states["kept"].answers["words"]


@pytest.mark.parametrize(
    ("failure", "reason", "status"),
    (
        (TooBusy(), "busy", 503),
        (LimitMetMeanwhile(), "busy", 503),
        (OperationalError("select", {}, Exception("away")), "broken", 503),
        (OSError("no space"), "broken", 503),
        (RuntimeError("anything"), "broken", 503),
    ),
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_what_may_be_taken_later_stays_on_the_phone(
    client: FlaskClient,
    world: World,
    seal: Seal,
    monkeypatch: pytest.MonkeyPatch,
    failure: Exception,
    reason: str,
    status: int,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise failure

    sealing = seal()
    with monkeypatch.context() as broken:
        broken.setattr(reporting, "file_grievance", fail)
        response = post(client, sealing.envelope())
    assert (answer(response)["state"], answer(response)["reason"]) == ("later", reason)
    assert response.status_code == status
    assert answer(post(client, sealing.envelope()))["already"] is False
    assert words_under(world, sealing.receipt) == WORDS


def test_a_flood_is_told_when_to_come_back(client: FlaskClient, world: World, seal: Seal) -> None:
    """By the same counters as the form's: what came by it counts here."""
    with five_past_ten():
        with world.database.writing() as session:
            for limit, whom in ((REPORTS, "127.0.0.1"), (HELD_REPORTS, EVERYBODY)):
                count_attempt(session, world.vault, limit, whom)
                tag = tag_of(world.vault, limit, whom)
                session.execute(update(Attempts).where(Attempts.tag == tag).values(number=limit.most))
        before = number_of_cases(world)
        response = post(client, seal().envelope())
        assert (answer(response)["state"], answer(response)["reason"]) == ("later", "flood")
        assert response.status_code == 429
        assert 0 < int(response.headers["Retry-After"]) <= 3600
        assert number_of_cases(world) == before


def test_other_addresses_below_it_answer_as_json_too(client: FlaskClient) -> None:
    for method, path, status in (
        ("GET", OUTBOX, 405),
        ("POST", "/api/v1/kit", 405),
        ("GET", "/api/v2/kit", 404),
    ):
        response = client.open(path, method=method)
        assert (answer(response)["reason"], response.status_code) == ("malformed", status)


def test_another_site_cannot_post_and_a_phone_with_a_wrong_address_keeps_what_it_has(
    client: FlaskClient, world: World, seal: Seal
) -> None:
    before = number_of_cases(world)
    response = post(client, seal().envelope(), headers={"Origin": "https://elsewhere.example"})
    assert (response.status_code, answer(response)["state"]) == (403, "later")
    assert number_of_cases(world) == before
