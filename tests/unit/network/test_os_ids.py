"""OS IDs as people write them: the published ones fit their check sign, each single slip is noticed, other words stay words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.os_ids import CROCKFORD, OsIdRefused, os_ids_in, read_os_id

# Given by the registry, as its documentation and public lists show them.
PUBLISHED = (
    "BD2021113R7R87P",
    "CN2019303BQ3FZP",
    "CN202031463D4MB",
    "CN2021250D1DTN7",
    "CN2024221G4W0WA",
    "CN2024351RXE7HX",
    "CN2025016GP2VEJ",
    "US2025026H5N0X1",
    "VN2025093077Q64",
)
ONE = "CN2021250D1DTN7"
# Made up, with a date before the registry began.
WITH_MISREAD_COUNTRY = "IL2018001DEM01H"


@pytest.mark.parametrize("os_id", PUBLISHED)
def test_published_identifiers_fit_their_check_sign(os_id: str) -> None:
    assert read_os_id(os_id) == os_id
    assert os_ids_in(os_id).found == {os_id}


@pytest.mark.parametrize("os_id", PUBLISHED[:3])
def test_each_wrong_sign_is_noticed(os_id: str) -> None:
    for place in range(2, len(os_id)):
        for sign in set(CROCKFORD) - {os_id[place]}:
            wrong = os_id[:place] + sign + os_id[place + 1 :]
            assert not os_ids_in(wrong).found, wrong
            with pytest.raises(OsIdRefused):
                read_os_id(wrong)
    for place in range(2):
        for letter in set("ABCDEFGHIJKLMNOPQRSTUVWXYZ") - {os_id[place]}:
            assert not os_ids_in(os_id[:place] + letter + os_id[place + 1 :]).found


@pytest.mark.parametrize(
    "typed",
    (
        "cn2021250d1dtn7",
        " CN 2021250 D1DTN 7 ",
        "CN-2021250-D1DTN-7",
        "CN\u20132021\u2011250\u2212D1DTN7",
        "C N 2 0 2 1 2 5 0 D 1 D T N 7",
        "CN2O2125OD1DTN7",
        "CN202l250DIDTN7",
        "cn2o2i25odldtn7",
        "CN٢٠٢١٢٥٠D١DTN٧",
        "CN२०२१२५०D१DTN७",
        "ＣＮ２０２１２５０Ｄ１ＤＴＮ７",
        "CN2021\u200b250\u00adD1DTN7\u200f",
    ),
)
def test_it_is_read_however_it_was_typed(typed: str) -> None:
    assert read_os_id(typed) == ONE
    assert os_ids_in(f"I work at {typed}, please help").found == {ONE}


def test_the_letters_of_the_country_are_never_taken_for_digits() -> None:
    assert read_os_id(WITH_MISREAD_COUNTRY) == WITH_MISREAD_COUNTRY
    with pytest.raises(OsIdRefused):
        read_os_id("1" + WITH_MISREAD_COUNTRY[1:])


@pytest.mark.parametrize(
    "written",
    (
        "",
        "CN",
        ONE[:-1],
        ONE + "7",
        "Foxway",
        "CN2021250U1DTN7",
        "CN2021000D1DTN7",
        "CN2021367D1DTN7",
        "CN1921250D1DTN7",
    ),
)
def test_what_is_none_is_refused_in_a_plain_line(written: str) -> None:
    with pytest.raises(OsIdRefused, match=r"^The OS ID must be two letters, .*\.$"):
        read_os_id(written)


def test_a_mistyped_one_is_refused_in_another_line() -> None:
    with pytest.raises(OsIdRefused, match=r"^The OS ID is mistyped: .*\.$"):
        read_os_id("CN2021250D1DTN8")


@pytest.mark.parametrize(
    ("words", "rest"),
    (
        (f"Foxway {ONE} Penang", "Foxway Penang"),
        ("Foxway CN 2021250 D1DTN 8 Penang", "Foxway Penang"),
        ("Foxway CN9999250D1DTN7 Penang", "Foxway Penang"),
        (f"工厂{ONE}槟城", "工厂 槟城"),
        (f"{ONE} {PUBLISHED[0]}", ""),
    ),
)
def test_what_looks_like_one_is_no_part_of_a_name(words: str, rest: str) -> None:
    read = os_ids_in(words)
    assert " ".join(read.rest.split()) == rest
    assert read.any_written


@pytest.mark.parametrize(
    "words",
    (
        "Foxway, PJ 7654321 Penang",
        "in 2021 we began at Foxway",
        f"{ONE}7",
        f"X{ONE}",
        ONE[:-1],
        "call +60 12 345 6789 or mail ab@example.org",
        "",
    ),
)
def test_other_words_stay_as_they_are(words: str) -> None:
    read = os_ids_in(words)
    assert (read.found, read.any_written, read.rest) == (frozenset(), False, words)


@given(st.text())
def test_any_words_can_be_read(words: str) -> None:
    for found in os_ids_in(f"{words} {ONE} {words}").found:
        assert read_os_id(found) == found


def test_a_long_text_costs_no_more_than_its_length() -> None:
    assert not os_ids_in("a2 2- " * 50_000).any_written
