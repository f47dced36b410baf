"""Whatever is posted to the outbox: the answer is JSON of ours, never a fault, and what is kept is kept once."""

import dataclasses
import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from app.web.worker.report_form import ReportForm
from tests.harness.databases import KINDS, Databases
from tests.harness.pages import checked_client
from tests.harness.world import World, light_vault
from tests.support.member import make_app
from tests.support.outbox import Kit, Sealing, answer, as_phones_write, from_base_64, number_of_cases, post
from tests.support.outbox import base_64 as written

_examples = count(1)

# Every sign that JSON can carry, halves of signs too.
_texts = st.text(st.characters(), max_size=40)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_texts, inner, max_size=4),
    max_leaves=8,
)
_names = st.sampled_from(["quick", "website", *(field.name for field in dataclasses.fields(ReportForm))])
_values = st.sampled_from(("yes", "no", "wages", "gbvh", "text", "call", "nobody", "union", "other")) | _texts
_fields = st.lists(st.tuples(_names | _texts, _values), max_size=12)
_outside = st.dictionaries(
    st.sampled_from(("v", "key", "submission", "enc", "ct", "page")) | _texts, _json, max_size=3
)
_inside = st.dictionaries(
    st.sampled_from(("v", "key", "submission", "receipt", "ack", "lang", "fields")) | _texts,
    _json,
    max_size=3,
)


@pytest.fixture(scope="module", params=KINDS)
def world(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for all examples, whose phones come from different addresses."""
    folder: Path = tmp_path_factory.mktemp("outbox")
    with databases.fresh(request.param, folder) as database:
        yield World(database, light_vault(folder / "keys"))


@pytest.fixture(scope="module")
def client(world: World, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    home = tmp_path_factory.mktemp("outbox-home")
    light_vault(home / "keys")  # an unknown key is looked for in the file too
    return checked_client(make_app(world, home))


def _post(client: FlaskClient, raw: bytes) -> dict[str, Any]:
    client.environ_base["REMOTE_ADDR"] = f"10.3.{next(_examples) % 250}.1"
    return answer(post(client, raw))


@settings(max_examples=150, deadline=None)
@given(raw=st.binary(max_size=200) | _json.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_posted_the_answer_is_ours(client: FlaskClient, raw: bytes) -> None:
    assert _post(client, raw)["state"] == "refused"


@settings(max_examples=150, deadline=None)
@given(outside=_outside)
def test_an_envelope_with_anything_in_the_place_of_its_parts(
    client: FlaskClient, world: World, outside: dict[str, Any]
) -> None:
    sealing = Sealing(Kit.of(world.vault), outside=outside)
    told = _post(client, as_phones_write(sealing.envelope()))
    assert told["state"] in ("kept", "refused")
    if told["state"] == "kept":
        assert told["proof"] == sealing.proof


@settings(max_examples=100, deadline=None)
@given(which=st.sampled_from(("enc", "ct")), at=st.integers(0, 2000), bit=st.integers(0, 7))
def test_a_single_bit_of_a_seal(client: FlaskClient, world: World, which: str, at: int, bit: int) -> None:
    before = number_of_cases(world)
    envelope = Sealing(Kit.of(world.vault)).envelope()
    raw = bytearray(from_base_64(envelope[which]))
    raw[at % len(raw)] ^= 1 << bit
    told = _post(client, as_phones_write({**envelope, which: written(bytes(raw))}))
    assert (told["state"], told["reason"]) == ("refused", "forged")
    assert number_of_cases(world) == before


@settings(max_examples=100, deadline=None)
@given(inside=_inside)
def test_anything_under_a_good_seal(client: FlaskClient, world: World, inside: dict[str, Any]) -> None:
    told = _post(client, as_phones_write(Sealing(Kit.of(world.vault), inside=inside).envelope()))
    assert told["state"] in ("kept", "refused")


@settings(max_examples=100, deadline=None)
@given(fields=_fields, page=st.booleans())
def test_anything_in_the_fields_is_kept_once_or_named_as_a_mistake(
    client: FlaskClient, world: World, fields: list[tuple[str, str]], page: bool
) -> None:
    before = number_of_cases(world)
    sealing = Sealing(Kit.of(world.vault), inside={"fields": fields})
    raw = as_phones_write(sealing.envelope(page=page))
    first, again = _post(client, raw), _post(client, raw)
    if first["state"] == "refused":
        assert first["reason"] in ("mistakes", "malformed")
        assert first == again
        assert number_of_cases(world) == before
    else:
        assert (first["already"], again["already"], again["proof"]) == (False, True, sealing.proof)
        assert ("page" in first) is page
        assert number_of_cases(world) == before + 1
