"""The start, the way out, languages, sizes and headers of the worker's pages."""

import gzip
import re
from collections.abc import Callable

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from app.web.assets import load_assets
from tests.harness.world import World
from tests.support.browsing import Visitor
from tests.support.wire_sizes import as_sent

BUDGET = 14_600  # bytes of one initial TCP window (RFC 6928: ten segments of 1,460)
LANGUAGES = ("en", "my-x-long", "ar-x-rtl")
PAGES = ("", "how", "inbox", "calendar", "s/nosuch99")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_load_of_the_form_fits_one_initial_window(app: Flask, language: str) -> None:
    client, squeezed = FlaskClient(app, Response), {"Accept-Encoding": "gzip"}
    page = client.get(f"/{language}/", headers=squeezed)
    assert page.headers["Content-Encoding"] == "gzip"
    html = gzip.decompress(page.get_data()).decode()
    sent = as_sent(page)
    for chunk in html.split("<link ")[1:] + html.split("<script ")[1:]:
        tag = chunk.split(">")[0]
        address = tag.split('href="' if "href" in tag else 'src="')[1].split('"')[0]
        if "manifest" not in tag and not address.startswith("data:"):
            sent += as_sent(client.get(address, headers=squeezed))
    assert sent < BUDGET
    # Room for the later issues' fields, and for languages longer than the long pseudo-language.
    assert sent < 10_000


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_in_the_language_of_its_address(
    visitor: Visitor, world: World, language: str, page: str
) -> None:
    shown = visitor.open(f"/{language}/{page}")
    assert shown.status == 200
    assert shown.root.get("lang") == language
    assert shown.root.get("dir") == ("rtl" if language == "ar-x-rtl" else "ltr")
    if language != "en":
        # Nothing of the source language is left over, apart from names and the words of the key.
        text = shown.text.replace(world.vault.intake_keys()[0].fingerprint, "")
        assert not {"the", "you", "your", "help", "what"} & set(text.lower().split())


def test_how_it_works_shows_the_words_of_the_key_and_what_they_cannot_do(
    visitor: Visitor, world: World
) -> None:
    shown = visitor.open("/en/how").text
    assert world.vault.intake_keys()[0].fingerprint in shown
    assert "A false page can show you the right words" in shown


def test_the_start_leads_to_the_language_the_browser_asks_for_but_never_to_a_pseudo_one(
    client: FlaskClient,
) -> None:
    for wanted in ("my, en;q=0.5", "ar", "", "xx;q=bad", "en-GB"):
        response = client.get("/", headers={"Accept-Language": wanted})
        assert response.status_code == 302
        assert response.headers["Location"] == "/en/"
        assert "Accept-Language" in response.headers["Vary"]


@pytest.mark.parametrize("address", ("/xx/", "/xx/inbox", "/EN/", "/e%00n/", "/%F0%9F%92%A5/how"))
def test_an_unknown_language_lists_those_there_are(visitor: Visitor, address: str) -> None:
    page = visitor.open(address)
    assert page.status == 404
    assert "English" in page.text
    assert page.root.findtext("head/title") == "Help and information"


@pytest.mark.parametrize("address", ("/en/", "/en/how", "/en/exit", "/en/calendar", "/en/inbox"))
def test_nobody_gets_a_cookie_before_there_is_a_session(client: FlaskClient, address: str) -> None:
    assert "Set-Cookie" not in client.get(address).headers


def test_the_way_out_is_on_every_page_and_asks_nobody_else_for_anything(visitor: Visitor) -> None:
    for page in ("", "how", "inbox"):
        shown = visitor.open(f"/en/{page}")
        ways = [link.get("href") for link in shown.root.iter("a") if "".join(link.itertext()) == "Leave now"]
        assert ways == ["/en/exit"], page
    calendar = visitor.open("/en/exit")
    assert calendar.root.findtext("head/title") == "Calendar"
    assert "help" not in calendar.text.lower().replace("help and information", "")


def test_a_form_holds_a_fresh_token_and_is_not_stored(client: FlaskClient) -> None:
    first, second = client.get("/en/"), client.get("/en/")
    assert first.headers["Cache-Control"] == "no-store"
    assert first.get_data() != second.get_data()


def test_the_page_of_a_poster_never_echoes_what_stands_in_its_address(
    client: FlaskClient, world: World
) -> None:
    # It is compressed and holds a token: an echo of the attacker's choice would tell the token's letters by size (BREACH).
    page = client.get(f"/en/s/{world.site.code.upper()}%20").get_data(as_text=True)
    assert world.site.code.upper() not in page


def test_the_phone_shows_the_neutral_title_on_its_home_screen(client: FlaskClient) -> None:
    response = client.get("/manifest.webmanifest")
    assert response.content_type == "application/manifest+json"
    manifest = response.get_json()
    assert manifest["name"] == manifest["short_name"] == "Help and information"
    assert client.get(manifest["icons"][0]["src"]).status_code == 200


def test_how_it_works_names_the_helpers_and_the_deadlines_of_this_service(
    visitor: Visitor, world: World
) -> None:
    page = visitor.open("/en/how")
    assert world.near.name in page.text
    assert "Within 2 working days, or 24 hours if you are in danger." in page.text
    assert world.union.name not in page.text


def test_a_post_from_another_site_is_refused(
    client: FlaskClient, world: World, another_visitor: Callable[[], Visitor]
) -> None:
    response = client.post(
        "/en/report",
        data={"words": "x", "token": world.vault.form_token()},
        headers={"Origin": "https://evil.example"},
    )
    assert response.status_code == 403


def test_a_phone_that_opens_its_last_page_anew_lands_on_a_page_that_helps(visitor: Visitor) -> None:
    assert visitor.open("/en/report").form("/report").values
    for act in ("write", "code", "stop"):
        assert visitor.open(f"/en/inbox/{act}").form("/inbox").values


def test_an_address_that_leads_nowhere_answers_in_its_language(visitor: Visitor) -> None:
    page = visitor.open("/ar-x-rtl/nowhere")
    assert page.status == 404
    assert page.root.get("dir") == "rtl"
    assert visitor.open("/nowhere/at/all").root.get("lang") == "en"


def test_what_leaving_cannot_do_is_said_where_somebody_leaves(visitor: Visitor) -> None:
    assert "stay in your phone’s history until you clear it" in visitor.open("/en/how").text
    visitor.open("/en/")
    receipt = visitor.send("/report", words="The foreman keeps our pay.")
    assert "stays in your phone’s history. Close it and clear the history." in receipt.text


def test_each_kind_of_problem_has_a_picture_of_its_own(visitor: Visitor) -> None:
    tiles = [each for each in visitor.open("/en/").root.iter("label") if each.get("class") == "tile"]
    pictures = [picture.get("class") for each in tiles for picture in each.iter("i")]
    assert len(set(pictures)) == len(tiles) >= 10
    sheet = load_assets()["worker.css"].body.decode()
    places = dict(re.findall(r"\.(t-\w+)\{background-position-x:(-\d+rem)", sheet.replace(" ", "")))
    # All stand in one row; the first of it needs no place.
    assert len(set(pictures) - set(places)) == 1
    assert len(set(places.values())) == len(tiles) - 1
