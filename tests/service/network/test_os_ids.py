"""Sites by their OS ID: certain like a poster's code, never in the clear, one site each, and in lists."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from app.network import (
    ImportedSites,
    Sector,
    Site,
    SiteListRefused,
    SiteMatch,
    SiteRefused,
    add_site,
    import_sites,
    match_site,
    site_label,
)
from app.vault import Vault
from app.vault.keyring import Key, KeyState
from tests.support.network import Acts, Network

# Made up: in 2018 none was given yet.
FIRST = "MY20181669S346D"
SECOND = "MY20181883D25VM"
OF_NOISE = "ID20182907E3S3Q"
UNKNOWN = "IN2018349VMXXQJ"
MISTYPED = FIRST[:-1] + "E"
HEADER = "name,town,country,sector,os_id\n"


def add(network: Network, name: str, town: str, os_id: str = "", vault: Vault | None = None) -> Site:
    with network.database.writing() as session:
        return add_site(
            session,
            vault or network.vault,
            name=name,
            town=town,
            country="MY",
            sector=Sector.ELECTRONICS,
            os_id=os_id,
        )


def match(network: Network, words: str, vault: Vault | None = None) -> SiteMatch:
    with network.database.reading() as session:
        return match_site(session, vault or network.vault, words)


def certain(network: Network, words: str) -> object:
    """The id of the site that these words certainly mean, or nothing."""
    found = match(network, words)
    return found.site.id if found.certain and found.site else None


def imported(network: Network, lines: str) -> ImportedSites:
    with network.database.writing() as session:
        return import_sites(session, network.vault, (HEADER + lines).encode())


def refused(network: Network, lines: str) -> list[str]:
    with pytest.raises(SiteListRefused) as refusal:
        imported(network, lines)
    return refusal.value.lines


@pytest.fixture(autouse=True)
def _noise(network: Network) -> None:
    add(network, "Nusa Nikel", "Kupang", OF_NOISE)
    add(network, "Lotus Battery", "Shah Alam")


def test_an_os_id_is_certain_and_stands_nowhere_in_the_clear(
    network: Network, stored: Callable[[], bytes]
) -> None:
    site = add(network, "Foxway", "Penang", " my 2018166-9s346-d ")

    for words in (
        FIRST,
        FIRST.lower(),
        f"It is {FIRST[:2]} {FIRST[2:9]} {FIRST[9:]}.",
        f"Lotus Battery {FIRST}",
    ):
        found = match(network, words)
        assert (certain(network, words), found.possible[0].id) == (site.id, site.id), words
    assert site_label(network.vault, site).os_id == FIRST
    everything = stored()
    assert site.code.encode() in everything
    for part in (FIRST, FIRST.lower(), FIRST[2:], FIRST[9:], OF_NOISE):
        assert part.encode() not in everything


def test_what_is_mistyped_or_unknown_is_never_taken_for_another_site(network: Network) -> None:
    first, second = add(network, "Foxway", "Penang", FIRST), add(network, "Foxglove", "Muar")

    for words in (MISTYPED, UNKNOWN, FIRST[:-1], f"{MISTYPED[:2]} {MISTYPED[2:]}"):
        assert match(network, words) == SiteMatch(None, False, ()), words
    # The name alone would be certain; with an identifier that is not this site's a person has to look.
    assert certain(network, "Foxway Penang") == first.id
    for words in (f"Foxway Penang {MISTYPED}", f"Foxway Penang {UNKNOWN}"):
        assert certain(network, words) is None
        assert [site.id for site in match(network, words).possible] == [first.id]
    # Of this one no identifier is known, so nothing speaks against the name.
    assert certain(network, f"Foxglove Muar {UNKNOWN}") == second.id


def test_two_identifiers_of_two_sites_are_not_certain(network: Network) -> None:
    first, second = add(network, "Foxway", "Penang", FIRST), add(network, "Foxglove", "Muar", SECOND)

    for words in (f"{FIRST} {SECOND}", f"{second.code} {FIRST}"):
        found = match(network, words)
        assert (found.site, found.certain) == (None, False)
        assert {site.id for site in found.possible} == {first.id, second.id}
    assert certain(network, f"{first.code} {FIRST}") == first.id


def test_it_is_found_under_every_version_of_the_index_key(network: Network) -> None:
    site = add(network, "Foxway", "Penang", FIRST)
    index = next(key for key in network.vault.keyring.keys if key.kind == "index")
    fresh = Key("0badcafe", index.kind, index.created, KeyState.CURRENT, bytes(range(32)), None)
    others = (key for key in network.vault.keyring.keys if key is not index)
    keys = (*others, replace(index, state=KeyState.RETIRED), fresh)
    later = Vault(replace(network.vault.keyring, keys=keys), network.vault.hardness)

    found = match(network, FIRST, later)
    assert found.site is not None
    assert (found.site.id, found.certain) == (site.id, True)
    with pytest.raises(SiteRefused, match="Another site"):
        add(network, "Foxglove", "Muar", FIRST, later)


@pytest.mark.parametrize(
    ("os_id", "line"), ((MISTYPED, "mistyped"), ("Foxway", "must be two letters"), (OF_NOISE, "Another site"))
)
def test_a_wrong_one_is_refused_with_a_reason_that_does_not_repeat_it(
    network: Network, os_id: str, line: str
) -> None:
    with pytest.raises(SiteRefused, match=line) as refusal:
        add(network, "Foxglove", "Muar", os_id)
    assert os_id not in str(refusal.value)
    assert not match(network, "Foxglove Muar").possible


def test_a_list_brings_them_for_new_and_for_known_sites(network: Network, acts: Acts) -> None:
    known = add(network, "Foxway", "Penang")
    lines = f"Foxway,Penang,MY,other,{FIRST.lower()}\nFoxglove,Muar,MY,other,{SECOND}\nBay,Perai,MY,other,\n"

    assert imported(network, lines) == ImportedSites(added=2, known=1, identified=1)
    assert imported(network, lines) == ImportedSites(added=0, known=3, identified=0)
    assert certain(network, FIRST) == known.id
    assert certain(network, SECOND) == certain(network, "Foxglove Muar")
    label = site_label(network.vault, match(network, FIRST).possible[0])
    assert (label.name, label.town, label.os_id) == ("Foxway", "Penang", FIRST)
    with network.database.reading() as session:
        assert session.get_one(Site, known.id).sector is Sector.ELECTRONICS
    assert [act for act, _ in acts()] == ["site.added", "sites.imported", "sites.imported"]


def test_a_list_that_contradicts_itself_or_what_is_known_changes_nothing(network: Network) -> None:
    add(network, "Foxway", "Penang", FIRST)

    lines = refused(
        network,
        f"Foxway,Penang,MY,other,{UNKNOWN}\n"
        f"Other,Muar,MY,other,{FIRST}\n"
        f"Lotus Battery,Shah Alam,MY,other,{SECOND}\n"
        f"Bay,Perai,MY,other,{SECOND}\n",
    )
    assert lines == [
        "Line 2: this site has another OS ID.",
        "Line 3: another site has this OS ID.",
        "Line 5: another site has this OS ID.",
    ]
    (line,) = refused(network, f"Bay,Perai,MY,other,{MISTYPED}\n")
    assert line.startswith("Line 2: The OS ID is mistyped")
    assert not match(network, SECOND).possible
