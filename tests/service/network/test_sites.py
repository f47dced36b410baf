"""Sites in the database: veiled names, poster codes, matching among noise, and lists that go in whole or not at all."""

import secrets
from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.network import (
    ImportedSites,
    Sector,
    Site,
    SiteListRefused,
    SiteMatch,
    SiteRefused,
    SiteState,
    add_site,
    import_sites,
    match_site,
    remove_site,
    site_by_code,
    site_label,
    site_names,
)
from tests.support.network import Acts, Network

HEADER = "name,town,country,sector,aliases\n"


def add(network: Network, name: str, town: str, *aliases: str, country: str = "MY") -> Site:
    with network.database.writing() as session:
        return add_site(
            session,
            network.vault,
            name=name,
            town=town,
            country=country,
            sector=Sector.ELECTRONICS,
            aliases=aliases,
        )


def match(network: Network, words: str) -> SiteMatch:
    with network.database.reading() as session:
        return match_site(session, network.vault, words)


def imported(network: Network, text: str | bytes) -> ImportedSites:
    raw = text if isinstance(text, bytes) else text.encode()
    with network.database.writing() as session:
        return import_sites(session, network.vault, raw)


def refused(network: Network, text: str | bytes) -> list[str]:
    with pytest.raises(SiteListRefused) as refusal:
        imported(network, text)
    return refusal.value.lines


def count(network: Network) -> int:
    with network.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Site)) or 0


@pytest.fixture(autouse=True)
def _noise(network: Network) -> None:
    add(network, "Lotus Battery", "Shenzhen", "荷花电池", country="CN")
    add(network, "Nusa Nikel", "Kupang", country="ID")


def test_a_site_keeps_its_names_out_of_the_database(network: Network, stored: Callable[[], bytes]) -> None:
    site = add(network, " Foxway\u202e  Precision ", "Penang", "Foxy", "Foxy", "")
    label = site_label(network.vault, site)
    assert (label.name, label.town, label.aliases) == ("Foxway Precision", "Penang", ("Foxy",))
    assert (site.country, site.sector, site.state) == ("MY", Sector.ELECTRONICS, SiteState.CONFIRMED)
    everything = stored()
    assert site.code.encode() in everything
    for word in ("Foxway", "Precision", "Penang", "Foxy", "Lotus", "荷花电池"):
        assert word.encode() not in everything


@pytest.mark.parametrize(
    ("name", "town", "country", "aliases"),
    (
        ("", "Penang", "MY", ()),
        (" \u200f ", "Penang", "MY", ()),
        ("x" * 201, "Penang", "MY", ()),
        ("Foxway", "x" * 201, "MY", ()),
        ("Foxway", "Penang", "my", ()),
        ("Foxway", "Penang", "UK", ()),
        ("Foxway", "Penang", "", ()),
        ("Foxway", "Penang", "MY", ("x" * 201,)),
        ("Foxway", "Penang", "MY", tuple(map(str, range(21)))),
    ),
)
def test_a_site_that_cannot_be_is_refused_with_a_reason(
    network: Network, name: str, town: str, country: str, aliases: tuple[str, ...]
) -> None:
    with pytest.raises(SiteRefused, match=r"^[A-Z].*\.$"):
        add(network, name, town, *aliases, country=country)


def test_a_posters_code_is_found_however_it_is_typed(network: Network) -> None:
    site = add(network, "Foxway", "Penang")
    typed = (
        site.code,
        site.code.upper(),
        f" {site.code[:4]}-{site.code[4:]} ",
        f"{site.code[:4]} {site.code[4:]}",
    )
    misread = site.code.replace("0", "O").replace("1", "l")
    arabic = site.code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    with network.database.reading() as session:
        for code in (*typed, misread, arabic):
            found = site_by_code(session, code)
            assert found is not None
            assert found.id == site.id
        for code in ("", site.code[:-1], site.code + "0", "u" * 8, "\x00", "é" * 8, "0" * 10_000):
            assert site_by_code(session, code) is None


def test_codes_are_never_digits_alone_and_never_alike(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len({add(network, f"Site {number}", "Penang").code for number in range(30)}) == 30
    signs = iter("12345678" + "1234567x")
    monkeypatch.setattr(secrets, "choice", lambda _: next(signs))
    assert add(network, "Foxway", "Penang").code == "1234567x"


def test_words_find_a_site_among_others(network: Network) -> None:
    penang, petani = add(network, "Foxway", "Penang / 槟城"), add(network, "Foxway", "Sungai Petani")
    for words, site in (
        ("foxway, penang", penang),
        ("FOXWAY 槟城", penang),
        ("Foxwey sungai petani", None),
        ("the Foxway factory in Sungai Petani", petani),
        ("Foxway", None),
        ("", None),
    ):
        found = match(network, words)
        assert (found.site.id if found.certain and found.site else None) == (site.id if site else None), words
    assert {site.id for site in match(network, "Foxway").possible} == {penang.id, petani.id}


def test_a_code_among_the_words_is_certain(network: Network) -> None:
    site = add(network, "Foxway", "Penang")
    found = match(network, f"It is on the card: {site.code[:4]}-{site.code[4:].upper()} thank you")
    assert found.site is not None
    assert (found.site.id, found.certain) == (site.id, True)


def test_a_list_goes_in_whole(network: Network, acts: Acts) -> None:
    text = (
        "\ufeffName,TOWN,country,sector,aliases\r\n"
        '"Foxway, Plant 2",Penang,my,Electronics,Foxy|FX 2\r\n'
        "\r\n"
        "မြစ်ကြီးနား သတ္တု,Myitkyina,MM,mining,\r\n"
        "Lotus Battery,Shenzhen,CN,battery,\r\n"
    )
    before = count(network)
    assert imported(network, text) == ImportedSites(added=2, known=1)
    assert count(network) == before + 2
    found = match(network, "FX 2")
    assert found.site is not None
    assert site_label(network.vault, found.site).name == "Foxway, Plant 2"
    with network.database.reading() as session:
        sector = session.get_one(Site, found.site.id).sector
    assert (found.certain, found.site.country, sector) == (True, "MY", Sector.ELECTRONICS)
    assert imported(network, text) == ImportedSites(added=0, known=3)
    assert [act for act, _ in acts()] == ["sites.imported"] * 2


def test_aliases_may_be_left_out(network: Network) -> None:
    assert imported(network, "country,name,sector,town\nMY,Foxway,mining,\n").added == 1


def test_every_bad_line_is_named_and_nothing_goes_in(network: Network) -> None:
    before = count(network)
    lines = refused(
        network,
        HEADER
        + "Good one,Penang,MY,electronics,\n"
        + ",Penang,MY,electronics,\n"
        + "Foxway,Penang,UK,electronics,\n"
        + "Foxway,Penang,MY,shoes,\n"
        + "Foxway,Penang,MY\n"
        + "Foxway,Penang,MY,mining,,more\n"
        + "good ONE,penang,my,mining,\n",
    )
    assert [line.split(":")[0] for line in lines] == [f"Line {number}" for number in range(3, 9)]
    assert "the same site as in line 2" in lines[-1]
    assert count(network) == before


@pytest.mark.parametrize(
    ("raw", "line"),
    (
        (b"", "Line 1:"),
        (b"name;town;country;sector\n", "Line 1:"),
        (b"name,town,country\nA,B,MY\n", "Line 1:"),
        (b"name,town,country,sector,owner\nA,B,MY,mining,C\n", "Line 1:"),
        (b"name,name,town,country,sector\nA,A,B,MY,mining\n", "Line 1:"),
        (HEADER.encode(), "The file has no sites."),
        (HEADER.encode() + b"Caf\xe9,Lyon,FR,other,\n", "Line 2:"),
        (HEADER.encode() + b'"never closed,Lyon,FR,other,\n', "Line 2:"),
        (HEADER.encode() + b"x" * 200_000 + b",Lyon,FR,other,\n", "Line 2:"),
        (HEADER.encode() + b"\x00,Lyon,FR,other,\n", "Line 2:"),
        (b"x" * 5_000_001, "The file is larger"),
    ),
)
def test_what_is_no_list_gets_one_clear_line(network: Network, raw: bytes, line: str) -> None:
    before = count(network)
    lines = refused(network, raw)
    assert len(lines) == 1
    assert lines[0].startswith(line)
    assert count(network) == before


@pytest.mark.parametrize(
    ("name", "town", "aliases"),
    (
        ("Foxway Precision", "Penang", ()),
        ("  FOXWAY\u200b precision ", "penang", ()),
        ("Foxway Precision Ltd.", "Pénang", ()),
        ("Foxway Precision", "Pulau Pinang", ()),
        ("Foxy", "Penang", ()),
        ("Another name", "Penang", ("Foxway Precision",)),
        ("Another name", "Pulau Pinang / Penang", ("foxy",)),
    ),
)
def test_a_double_is_refused_and_named(
    network: Network, name: str, town: str, aliases: tuple[str, ...]
) -> None:
    site = add(network, "Foxway Precision", "Penang / Pulau Pinang", "Foxy")
    before = count(network)
    with pytest.raises(SiteRefused, match="Foxway Precision, Penang / Pulau Pinang, MY") as refusal:
        add(network, name, town, *aliases)
    assert site.code in str(refusal.value)
    line = f"{name.strip()},{town},MY,mining,{'|'.join(aliases)}\n"
    if not aliases and name != "Foxy" and town != "Pulau Pinang":
        line = line.replace(town, "Penang / Pulau Pinang")
        assert imported(network, HEADER + line) == ImportedSites(added=0, known=1)
    else:
        assert refused(network, HEADER + line)[0].startswith("Line 2: it is there already: Foxway Precision")
    assert count(network) == before


@pytest.mark.parametrize(
    ("name", "town", "country"),
    (
        ("Foxway Precision", "Kulim", "MY"),
        ("Foxway Precision", "Penang", "ID"),
        ("Foxway Precision Plant 2", "Penang", "MY"),
    ),
)
def test_what_only_looks_alike_is_another_place(network: Network, name: str, town: str, country: str) -> None:
    add(network, "Foxway Precision", "Penang")
    before = count(network)
    add(network, name, town, country=country)
    assert count(network) == before + 1


def test_a_removed_site_is_found_by_nothing_and_may_be_added_again(network: Network, acts: Acts) -> None:
    site = add(network, "Foxway Precision", "Penang", "Foxy")
    with network.database.writing() as session:
        assert (
            remove_site(session, network.vault, f" {site.code.upper()[:4]}-{site.code[4:]} ")[0].id == site.id
        )
    assert acts()[-1][0] == "site.removed"
    assert match(network, "Foxway Precision, Penang").possible == ()
    assert match(network, site.code).site is None
    with network.database.reading() as session:
        assert site_by_code(session, site.code) is None
        # Whatever names it still tells its name.
        assert site_names(session, network.vault, [site.id]) == {site.id: "Foxway Precision, Penang"}
    for code in (site.code, "nothing", ""):
        with (
            network.database.writing() as session,
            pytest.raises(SiteRefused, match="No workplace has this code"),
        ):
            remove_site(session, network.vault, code)
    again = add(network, "Foxway Precision", "Penang", "Foxy")
    found = match(network, "Foxway Precision, Penang").site
    assert found is not None
    assert (found.id, again.code != site.code) == (again.id, True)


@pytest.mark.parametrize(
    ("written", "hint"),
    (
        ("UK", "write GB"),
        ("uk", "write GB"),
        ("U.K.", "write GB"),
        ("England", "write GB"),
        ("Malaysia", "write MY"),
    ),
)
def test_a_country_as_people_write_it_gets_its_code(network: Network, written: str, hint: str) -> None:
    with pytest.raises(SiteRefused, match=hint):
        add(network, "Foxway Precision", "Leeds", country=written)
    (line,) = refused(network, HEADER + f"Foxway,Leeds,{written},mining,\n")
    assert line.startswith("Line 2: The country")
    assert hint in line


@pytest.mark.parametrize(
    ("raw", "fault"),
    (
        (b"name;town;country;sector\nA;B;MY;mining\n", "semicolons"),
        (b"\xef\xbb\xbfname;town;country;sector\r\nA;B;MY;mining\r\n", "semicolons"),
        (b"name\ttown\tcountry\tsector\nA\tB\tMY\tmining\n", "tabs"),
        (b"\nname,town,country,sector\nA,B,MY,mining\n", "blank"),
        (b" \r\n\r\nname,town,country,sector\r\nA,B,MY,mining\r\n", "blank"),
        (b"sep=;\nname;town;country;sector\n", "sign between"),
        ("name,town,country,sector\nA,B,MY,mining\n".encode("utf-16"), "UTF-16"),
        ("name,town,country,sector\nA,B,MY,mining\n".encode("utf-16-le"), "UTF-16"),
    ),
)
def test_what_a_program_made_of_a_list_is_named(network: Network, raw: bytes, fault: str) -> None:
    (line,) = refused(network, raw)
    assert line.startswith("Line 1: ")
    assert fault in line


@pytest.mark.parametrize("end", ("\r\n", "\n", "\r"))
def test_a_list_with_any_line_ends_and_a_mark_before_it_is_read(network: Network, end: str) -> None:
    text = end.join(("\ufeffName, Town ,COUNTRY,sector", "Café,Lyon,fr,other", ""))
    assert imported(network, text) == ImportedSites(added=1, known=0)


def test_a_list_brings_the_time_zones_of_its_sites(network: Network, stored: Callable[[], bytes]) -> None:
    head = "name,town,country,sector,zone\n"
    assert imported(
        network, head + "Timur Nikel,Jayapura,ID,mining,asia/jayapura\nBarat,Medan,ID,mining,\n"
    ) == (ImportedSites(added=2, known=0))
    with network.database.reading() as session:
        labels = [site_label(network.vault, site) for site in session.scalars(select(Site))]
    zones = {label.name: label.zone for label in labels}
    assert (zones["Timur Nikel"], zones["Barat"], zones["Nusa Nikel"]) == ("Asia/Jayapura", "", "")
    assert b"Asia/Jayapura" not in stored()
    assert refused(network, head + "X,Medan,ID,mining,Asia/Tokyo\nY,Medan,ID,mining,Mars\n") == [
        "Line 2: Asia/Tokyo is no time zone of ID: Asia/Jakarta, Asia/Jayapura, Asia/Makassar, Asia/Pontianak.",
        "Line 3: There is no such time zone; write it like Asia/Kuala_Lumpur.",
    ]
