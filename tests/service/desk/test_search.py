"""The search in the bar and its page: what it shows and never shows, where the words may stand, and every way it finds nothing."""

import logging
from urllib.parse import parse_qs, urlsplit

import pytest

from app.cases.desk import search
from app.intake import ContactWay
from tests.harness.crowd import Crowd
from tests.harness.world import World
from tests.support.browsing import Page
from tests.support.member import Browse, Member, accepted

SEARCH = "/desk/search"


def _html(page: Page) -> str:
    return page.response.get_data(as_text=True)


def _crowd(world: World, number: int, words: str = "Words.", **told: str) -> None:
    with world.database.writing() as session:
        made = Crowd(session, world.vault, world.near.id)
        for _ in range(number):
            made.add([words], **told)  # type: ignore[arg-type]


def _filed(world: World) -> str:
    filed = world.file(
        words="They <b>owe</b> us two months since the flood.",
        topics=("wages",),
        contact=ContactWay.TEXT,
        phone="+60 12 555 0199",
        name="Siti Aminah",
    )
    return str(accepted(world, filed))


def _link(page: Page) -> list[str]:
    return [
        str(link.get("href"))
        for link in page.root.iter("a")
        if str(link.get("href")).startswith("/desk/cases/")
    ]


def test_words_are_found_and_shown_escaped_around_them(browse: Browse, world: World) -> None:
    case_id = _filed(world)
    _crowd(world, 3)
    member = browse("near.lead")
    page = member.send(SEARCH, sought="owe</b> US")
    assert _link(page) == [f"/desk/cases/{case_id}"]
    assert "1 case found" in page.text
    assert "They <b>owe</b> us two months" in "".join(
        "".join(each.itertext()) for each in page.root.iter("bdi")
    )
    assert [mark.text for mark in page.root.iter("mark")] == ["owe</b> us"]
    assert list(page.root.iter("b")) == []
    for shown in ("What the worker wrote", "Received", "High", "Read it"):
        assert shown in page.text
    assert page.response.headers["Cache-Control"] == "no-store"


def test_name_and_phone_are_said_to_match_and_never_shown(browse: Browse, world: World) -> None:
    case_id = _filed(world)
    member = browse("near.viewer")
    for typed, kind in (("aminah", "Name"), ("555-0199", "Phone"), ("၀၁၉၉", "Phone")):
        page = member.send(SEARCH, sought=typed)
        assert _link(page) == [f"/desk/cases/{case_id}"]
        cells = ["".join(cell.itertext()) for cell in page.root.iter("td") if cell.get("class") == "q-where"]
        assert cells == [kind]
        for secret in ("Siti", "Aminah", "+60", "12 555", "They"):
            assert secret not in _html(page)


def test_a_reference_opens_its_case(browse: Browse, world: World) -> None:
    case_id = _filed(world)
    member = browse("near.caseworker")
    reference = "".join(
        "".join(head.itertext()).split()[0]
        for head in member.page.root.iter("th")
        if head.get("class") == "q-reference"
    )
    page = member.send(SEARCH, sought=reference.upper().replace("-", " "))
    assert page.response.request.path == f"/desk/cases/{case_id}"
    assert "since the flood" in page.text


def test_the_words_stand_in_no_address_and_no_log(
    browse: Browse, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    _filed(world)
    member = browse("near.lead")
    with caplog.at_level(logging.DEBUG):
        page = member.send(SEARCH, sought="since the flood")
        member.send(SEARCH, sought="quagga")
        # Somebody who puts words into the address finds the empty page.
        asked = member.open(f"{SEARCH}?sought=flood")
    assert "flood" not in caplog.text
    assert "quagga" not in caplog.text
    assert page.response.request.path == SEARCH
    assert page.response.request.query_string == b""
    assert "flood" not in str(page.response.headers)
    assert all("flood" not in str(link.get("href")) for link in page.root.iter("a"))
    assert "flood" not in "".join(page.root.find("head").itertext())  # type: ignore[union-attr]
    assert _link(asked) == []
    assert "flood" not in _html(asked)
    (field,) = [each for each in page.root.iter("input") if each.get("name") == "sought"]
    assert (field.get("autocomplete"), field.get("spellcheck")) == ("off", "false")


def test_nothing_found_says_what_was_looked_through(browse: Browse, world: World) -> None:
    _filed(world)
    _crowd(world, 2)
    offered = world.file(words="Quagga at the gate.")
    member = browse("near.lead")
    page = member.send(SEARCH, sought="quagga")
    assert page.status == 200
    assert "Nothing found." in page.text
    assert "Looked through 3 cases that you can open." in page.text
    assert str(world.case_of(offered)) not in _html(page)
    nothing = browse("far.lead").send(SEARCH, sought="flood")
    assert "Looked through 0 cases" in nothing.text


@pytest.mark.parametrize(
    ("typed", "told"),
    (("", "at least 2"), (" a ", "at least 2"), ("\0a", "at least 2"), ("y" * 201, "at most 200")),
)
def test_too_little_and_too_much_is_said_and_kept(
    browse: Browse, world: World, typed: str, told: str
) -> None:
    _filed(world)
    page = browse("near.lead").send(SEARCH, sought=typed)
    assert page.status == 400
    assert told in page.text
    assert page.form(SEARCH).values["sought"] == [typed.replace("\0", "").strip()]
    assert _link(page) == []


@pytest.mark.parametrize(
    "typed",
    ("<script>alert(1)</script>", "'; DROP TABLE cases; --", "%s %(num)s", "\u202egnorw", "(((", "💧💧"),
)
def test_strange_words_find_nothing_and_break_nothing(browse: Browse, world: World, typed: str) -> None:
    _filed(world)
    page = browse("near.lead").send(SEARCH, sought=typed)
    assert page.status == 200
    assert "Nothing found." in page.text
    assert list(page.root.iter("script")) == []


def test_restricted_cases_are_found_by_the_trained_only(browse: Browse, world: World) -> None:
    case_id = accepted(world, world.file(words="Planted zebra.", topics=("gbvh",)))
    assert _link(browse("near.lead").send(SEARCH, sought="zebra")) == [f"/desk/cases/{case_id}"]
    for login in ("near.caseworker", "near.viewer", "far.lead", "other.lead"):
        assert "Nothing found." in browse(login).send(SEARCH, sought="zebra").text


def test_what_is_not_shown_is_counted_and_the_bound_is_said(
    browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _crowd(world, 5, "Planted zebra.")
    monkeypatch.setattr(search, "SHOWN_AT_MOST", 2)
    member = browse("near.lead")
    page = member.send(SEARCH, sought="zebra")
    assert len(_link(page)) == 2
    assert "5 cases found" in page.text
    assert "3 more are not shown" in page.text
    assert "a search opens at most" not in page.text
    monkeypatch.setattr(search, "OPENED_AT_MOST", 4)
    page = member.send(SEARCH, sought="zebra")
    assert "4 cases found" in page.text
    assert "a search opens at most" in page.text
    assert "This one looked through 4:" in page.text


def test_the_box_stands_where_cases_are_worked_on_only(browse: Browse, world: World) -> None:
    case_id = _filed(world)
    member = browse("near.viewer")
    for address in ("/desk/", f"/desk/cases/{case_id}"):
        member.open(address)
        assert member.page.form(SEARCH).action == SEARCH
    custodian = browse("custodian.one")
    assert SEARCH not in [form.get("action") for form in custodian.page.root.iter("form")]


def _addresses(page: Page) -> list[str]:
    links = [str(link.get("href")) for link in page.root.iter("a")]
    return [address for address in links if address.startswith("/desk/?")]


def _choose(member: Member, name: str, words: str) -> Page:
    """Choose in a filter by the words that a person reads, and send the form."""
    (field,) = [each for each in member.page.root.iter("select") if each.get("name") == name]
    (value,) = [each.get("value") for each in field.iter("option") if each.text == words]
    return member.open(f"/desk/?{name}={value}")


def test_kind_and_site_narrow_the_queue_and_stand_in_no_address(browse: Browse, world: World) -> None:
    pay = accepted(world, world.file(topics=("wages",)))
    hours = accepted(world, world.file(topics=("hours",)))
    member = browse("near.lead")
    assert set(_link(member.page)) == {f"/desk/cases/{pay}", f"/desk/cases/{hours}"}

    page = _choose(member, "kind", "Pay")
    assert _link(page) == [f"/desk/cases/{pay}"]
    address = page.response.request.full_path
    chosen = [
        option.text
        for field in page.root.iter("select")
        for option in field.iter("option")
        if option.get("selected") is not None
    ]
    assert chosen == ["Pay"]
    counts = _addresses(page)
    assert len(counts) == 6
    assert all("kind" in parse_qs(urlsplit(each).query) for each in counts)
    for secret in ("wages", "hours", "Foxglove", str(world.site.id), world.site.id.hex):
        assert all(secret not in each for each in (address, *counts))
        assert all(secret not in str(each.get("value")) for each in page.root.iter("option"))
    # Somebody else's address filters nothing: it was veiled for the member.
    assert set(_link(browse("near.caseworker").open(address))) == {
        f"/desk/cases/{pay}",
        f"/desk/cases/{hours}",
    }
    assert len(_link(member.open("/desk/?kind=wages"))) == 2

    member.open("/desk/")
    assert len(_link(_choose(member, "site", "Foxglove Circuits, Penang"))) == 2


def test_a_filter_that_stops_at_its_bound_says_so_and_leads_on(
    browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(world, world.file(topics=("hours",), danger=True))
    pay = accepted(world, world.file(topics=("wages",)))
    monkeypatch.setattr("app.cases.desk.queue.OPENED_AT_MOST", 1)
    member = browse("near.lead")
    page = _choose(member, "kind", "Pay")
    assert _link(page) == []
    assert "were opened and compared" in page.text
    (further,) = [str(link.get("href")) for link in page.root.iter("a") if link.get("rel") == "next"]
    assert _link(member.open(further)) == [f"/desk/cases/{pay}"]
