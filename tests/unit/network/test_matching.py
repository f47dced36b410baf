"""Words and the things they name: certain only when there is no doubt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.network.matching import Named, best_match, named, plain_name, plain_text

SITES = [
    named(
        "foxway", ["Foxway Precision Sdn. Bhd.", "ฟอกซ์เวย์", "ဖောက်စ်ဝေး"], ["Penang", "Pulau Pinang", "槟城"]
    ),
    named("foxway north", ["Foxway Precision"], ["Sungai Petani"]),
    named("lotus", ["Lotus Battery Co., Ltd.", "荷花电池"], ["Shenzhen", "深圳"]),
    named("dai loi", ["Công ty Đại Lợi"], ["Bắc Ninh"]),
    named("nickel", ["PT Nusa Nikel"], ["Kupang"]),
    named("zinc", ["PT Nusa Seng"], ["Kupang"]),
    named("plant 3", ["Kino Plant 3"], ["Győr"]),
    named("plant 5", ["Kino Plant 5"], ["Győr"]),
]


@pytest.mark.parametrize(
    ("words", "thing"),
    (
        ("Foxway Precision, Penang", "foxway"),
        ("foxwey precison penang", "foxway"),
        ("FOXWAY PRECISION SDN BHD (PULAU PINANG)", "foxway"),
        ("I clean at the Foxway Precision factory in Sungai Petani, night shift", "foxway north"),
        ("ฉันทำงานที่ฟอกซ์เวย์", None),
        ("ฟอกซ์เวย์", "foxway"),
        ("ဖောက်စ်ဝေး Penang", "foxway"),
        ("我在深圳荷花电池上班", "lotus"),
        ("Lotus Battery", "lotus"),
        ("cong ty dai loi bac ninh", "dai loi"),
        ("nusa nikel, kupang", "nickel"),
        ("Nusa Seng Kupang", "zinc"),
        ("KINO PLANT ٣ Gyor", "plant 3"),
        ("kino plant ５, Győr", "plant 5"),
        # Not enough, or enough for two:
        ("Foxway Precision", None),
        ("Nusa, Kupang", None),
        ("Kino plant, Győr", None),
        ("Penang", None),
        ("battery", None),
        ("factory", None),
        ("Foxway Precision, Johor Bahru", None),
        ("Lotus Battery in Wuhan", None),
        ("PT", None),
        ("", None),
        (" \x00\u200f .,;", None),
    ),
)
def test_words_name_a_site_only_when_nothing_else_comes_near(words: str, thing: str | None) -> None:
    match = best_match(words, SITES)
    assert (match.best if match.certain else None) == thing


def test_what_is_not_certain_still_names_everything_that_could_be_meant() -> None:
    assert set(best_match("Foxway Precision", SITES).possible) == {"foxway", "foxway north"}
    assert set(best_match("kino plant, Győr", SITES).possible) == {"plant 3", "plant 5"}
    guess = best_match("Lotus Battery in Wuhan", SITES)
    assert (guess.best, guess.certain, guess.possible) == ("lotus", False, ("lotus",))


def test_a_longer_name_wins_over_the_shorter_one_inside_it() -> None:
    things = [named("short", ["Foxway"], ["Penang"]), named("long", ["Foxway Precision"], ["Penang"])]
    assert best_match("Foxway Precision Penang", things).best == "long"
    assert best_match("Foxway Precision Penang", things).certain
    assert not best_match("Foxway Penang", things).certain


def test_the_order_of_things_changes_nothing() -> None:
    for words in ("Foxway Precision, Penang", "nusa nikel kupang", "Foxway Precision"):
        there, back = best_match(words, SITES), best_match(words, SITES[::-1])
        assert (there.best, there.certain, set(there.possible)) == (
            back.best,
            back.certain,
            set(back.possible),
        )


def test_names_are_compared_without_case_accents_and_legal_forms() -> None:
    assert plain_text("Győr  ÉLÉCTRO-X") == "gyor electro x"
    assert plain_name("S.A. de C.V.") == "sa de cv"
    assert plain_name("Motores Azteca S.A. de C.V.") == "motores azteca"
    assert plain_text("هواوي\u200f ١٢") == "هواوي 12"
    # Signs that are letters in their script stay.
    assert plain_text("कंपनी") == "कंपनी"


def test_a_wall_of_text_is_cut_before_it_is_compared() -> None:
    assert best_match("x " * 1000 + "Foxway Precision Penang", SITES).possible == ()


@given(st.text(max_size=60))
def test_no_text_breaks_the_comparison(words: str) -> None:
    match = best_match(words, SITES)
    assert match.certain <= (match.best is not None)
    assert match.best is None or match.best in match.possible


@given(st.text(min_size=1, max_size=40), st.text(max_size=20))
def test_a_thing_is_certain_by_its_own_name_and_town(name: str, town: str) -> None:
    things: list[Named[str]] = [named("it", [name], [town]), named("noise", ["Lotus Battery"], ["Shenzhen"])]
    if not things[0].names or "lotus" in plain_text(f"{name} {town}"):
        return
    assert best_match(name, things).best == "it"
