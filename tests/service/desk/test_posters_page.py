"""Posters and pocket cards: for coordinators, for each workplace and language, the address as a picture for phones' cameras."""

from pathlib import Path

import pytest
from flask import Flask

from app.intake.conversation.machine import CARD
from app.network import remove_site
from app.vault import make_keyrings, newest_intake_key
from app.web.network import posters
from app.web.network.posters import PosterRefused, poster_file
from app.web.qr import qr_picture
from tests.harness.pages import faults_of
from tests.harness.world import World
from tests.support.member import Browse, make_app


def test_a_coordinator_finds_each_workplace_and_its_poster_in_each_language(
    browse: Browse, world: World
) -> None:
    lead = browse("custodian.one")
    assert "Posters and pocket cards" in lead.open("/network/overview").text
    page = lead.open("/network/posters")
    assert "Foxglove Circuits, Penang" in page.text
    assert "Banyan Boards, Chennai" in page.text
    shown = world.vault.intake_keys()[0].fingerprint
    assert shown in page.text
    poster = lead.open(f"/network/posters/{world.site.code}/en")
    assert poster.status == 200
    assert f"/en/s/ {world.site.code}" in poster.text
    assert poster.text.count(shown) == 9  # the poster and eight cards
    assert "Foxglove" not in "".join(poster.root.find("body/main").itertext())  # type: ignore[union-attr]


def test_a_workplace_that_was_removed_and_what_never_was_have_no_poster(browse: Browse, world: World) -> None:
    lead = browse("custodian.one")
    with world.database.writing() as session:
        remove_site(session, world.vault, world.other_site.code)
    assert "Banyan" not in lead.open("/network/posters").text
    for code, lang in ((world.other_site.code, "en"), ("nosuch99", "en"), (world.site.code, "tlh")):
        assert lead.open(f"/network/posters/{code}/{lang}").status == 404


def test_a_language_is_read_however_it_is_typed(browse: Browse, world: World) -> None:
    lead = browse("custodian.one")
    address = f"/network/posters/{world.site.code}/"
    usual = lead.open(address + "en").text
    for typed in ("EN", "En", "\uff25\uff2e"):
        assert lead.open(address + typed).text == usual


def test_a_key_made_anew_is_told_of_before_anybody_prints_the_old_words(
    browse: Browse, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead, line = browse("custodian.one"), "The key was made anew"
    assert line not in lead.open("/network/posters").text
    monkeypatch.setattr(posters, "newest_intake_key", lambda _folder: world.vault.intake_keys()[0])
    assert line not in lead.open("/network/posters").text
    make_keyrings(tmp_path / "keys")
    monkeypatch.setattr(posters, "newest_intake_key", lambda _folder: newest_intake_key(tmp_path / "keys"))
    page = lead.open("/network/posters")
    assert line in page.text


def test_partners_see_no_list_of_workplaces(browse: Browse, world: World) -> None:
    for address in ("/network/posters", f"/network/posters/{world.site.code}/en"):
        assert browse("near.lead").open(address).status == 403


def test_the_file_of_a_poster_needs_nothing_else(app: Flask, world: World) -> None:
    page = poster_file(app, world.site.code, "en")
    faults = faults_of(page, dict(app.test_client().get("/en/").headers), "/poster")
    assert [fault for fault in faults if "inline <style>" not in fault] == []
    for outside in ("<script", '<link rel="stylesheet"', "src=", "url("):
        assert outside not in page
    with pytest.raises(PosterRefused, match="language"):
        poster_file(app, world.site.code, "tlh")
    with pytest.raises(PosterRefused, match="workplace"):
        poster_file(app, "nosuch99", "en")


def test_a_card_says_what_to_do_and_keeps_the_code_of_its_address_together(app: Flask, world: World) -> None:
    page = poster_file(app, world.site.code, "en")
    assert page.count("Point the camera of your own phone here, or type the address.") == 8
    assert page.count(f"/en/s/<wbr>{world.site.code}<") == 9


def test_the_picture_is_the_address_of_the_form_at_this_workplace(app: Flask, world: World) -> None:
    """Drawn once more from the address that stands beside it, it is the same picture."""
    page = poster_file(app, world.site.code, "en")
    address = f"http://127.0.0.1:8000/en/s/{world.site.code}"
    assert f">{address}<" in page.replace("<wbr>", "")
    assert page.count(qr_picture(address)) == 9
    assert app.test_client().get(f"/en/s/{world.site.code}").status_code == 200


def test_a_number_stands_there_only_where_a_real_one_can_answer_and_then_with_the_words_of_the_consent(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "text us" not in poster_file(app, world.site.code, "en")
    gateways = app.extensions["redress"].gateways
    monkeypatch.setattr(gateways, "number_to_print", lambda country: f"+60 1 {country}")
    page = poster_file(app, world.site.code, "en")
    assert "+60 1 MY" in page
    # What a first text is taken to have agreed to.
    assert CARD.words in page


def test_it_is_in_the_language_that_was_asked_for(world: World, tmp_path: Path) -> None:
    app = make_app(world, tmp_path, REDRESS_PSEUDO_LANGUAGES="1")
    page = poster_file(app, world.site.code.upper(), "ar-x-rtl")
    assert '<html lang="ar-x-rtl" dir="rtl">' in page
    assert f"/ar-x-rtl/s/<wbr>{world.site.code}<" in page
    assert "A problem at work?" not in page
