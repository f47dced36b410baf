"""What a phone keeps of us to open without a network, and how it learns of a new version."""

import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from app.settings import PROJECT_ROOT
from app.web.assets import FOLDER, load_assets
from tests.support.browsing import Visitor
from tests.support.wire_sizes import as_sent

KIT = 60_000  # bytes on the wire, all of it, in one language
LANGUAGES = ("en", "my-x-long", "ar-x-rtl")
PAGES = ("offline", "saved", "how", "inbox", "calendar")


def kept(client: FlaskClient) -> dict[str, object]:
    """What the service worker is told to keep."""
    script = client.get("/sw.js").get_data(as_text=True)
    told: dict[str, object] = json.loads(script.split("serve(")[1].rsplit(")", 1)[0])
    return told


def files_of(client: FlaskClient) -> list[str]:
    files = kept(client)["files"]
    assert isinstance(files, list)
    return [str(each) for each in files]


def test_the_service_worker_is_asked_for_anew_each_time_and_is_for_the_whole_place(
    client: FlaskClient,
) -> None:
    answer = client.get("/sw.js")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"
    assert "connect-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.get_data() == client.get("/sw.js").get_data()
    module = answer.get_data(as_text=True).split('"')[1]
    assert client.get(module).headers["Cache-Control"].endswith("immutable")


def test_whatever_it_keeps_is_there(client: FlaskClient) -> None:
    files = files_of(client)
    assert {address.split("/")[-1] for address in files} >= {
        "start.js",
        "form.js",
        "hpke.min.js",
        "worker.css",
        "manifest.webmanifest",
    }
    for address in files:
        assert client.get(address).status_code == 200, address


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_whole_kit_is_light(app: Flask, language: str) -> None:
    client, squeezed = FlaskClient(app, Response), {"Accept-Encoding": "gzip"}
    addresses = [*files_of(client), "/sw.js", *(f"/{language}/{page}" for page in PAGES)]
    assert sum(as_sent(client.get(address, headers=squeezed)) for address in addresses) < KIT


def test_another_style_sheet_is_another_version(app: Flask) -> None:
    client = FlaskClient(app, Response)
    first = kept(client)["version"]
    assets = app.extensions["redress.assets"]
    changed = {"worker.css": replace(assets["worker.css"], digest="00000000")}
    app.extensions.pop("redress.kit")
    app.extensions["redress.assets"] = assets | changed
    assert kept(client)["version"] != first


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_that_phones_keep_holds_no_token_and_comes_back_with_one(
    visitor: Visitor, language: str
) -> None:
    page = visitor.open(f"/{language}/offline")
    assert page.status == 200
    fields = [field.get("name") for field in page.root.iter("input")]
    assert "token" not in fields
    assert "site" in fields
    answer = visitor.client.post(f"/{language}/report", data={"words": "The foreman keeps our pay."})
    assert answer.status_code == 400
    assert 'name="token"' in answer.get_data(as_text=True)
    assert "The foreman keeps our pay." in answer.get_data(as_text=True)


def test_no_page_of_the_kit_sets_a_cookie(client: FlaskClient) -> None:
    for path in ("/sw.js", "/en/offline", "/en/saved"):
        assert "Set-Cookie" not in client.get(path).headers


def test_modules_find_those_they_were_written_for() -> None:
    assets = load_assets()
    together = {asset.digest for name, asset in assets.items() if name.startswith(("kit/", "vendor/"))}
    assert len(together) == 1
    assert assets["desk.css"].digest not in together


def test_the_sealing_library_is_the_one_that_was_looked_at() -> None:
    wanted = (PROJECT_ROOT / "vendor" / "hpke.sha256").read_text().split()[0]
    built = (FOLDER / "vendor" / "hpke.min.js").read_bytes()
    assert hashlib.sha256(built).hexdigest() == wanted
    assert len(gzip.compress(built, 9)) < 10_000
    assert (FOLDER / "vendor" / "hpke.LICENSE.txt").read_text().startswith("MIT License")


def test_the_lock_of_the_library_names_versions_and_hashes_and_no_address() -> None:
    lock = (PROJECT_ROOT / "vendor" / "package-lock.json").read_text()
    packages = json.loads(lock)["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)
    assert "http" not in lock.replace("https://opencollective.com", "")


WRITTEN = """// Why.
import { a } from "./a.js"

/** One line. */
export const b = 1 // bytes

/** Several lines,

the last of which ends. */
export function c() {
  // Why not.
  return ["https://x", 'a // b', `/** ${b} */`].map((each) => each.replace(/\\/\\//, "")) // as "quoted"
}
"""
SENT = """import { a } from "./a.js"
export const b = 1
export function c() {
return ["https://x", 'a // b', `/** ${b} */`].map((each) => each.replace(/\\/\\//, "")) // as "quoted"
}
"""


def test_on_their_way_modules_lose_only_what_is_for_readers(tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "c.js").write_text(WRITTEN)
    assert load_assets(tmp_path)["kit/c.js"].body.decode() == SENT
    for path in sorted((FOLDER / "kit").glob("*.js")):
        # A text over several lines would lose the steps of its lines.
        assert all(line.count("`") % 2 == 0 for line in path.read_text().splitlines()), path.name
