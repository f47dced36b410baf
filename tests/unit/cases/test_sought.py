"""What counts as found: the same words in any script, case and spacing, the same number however it is written, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.desk.search_match import LONGEST, SearchTooLong, SearchTooShort, excerpt, read_search


@pytest.mark.parametrize(
    ("typed", "text"),
    (
        ("two MONTHS", "They owe us Two  \n Months of pay."),
        ("fox glove", "the FoxGlove line"),
        ("foxglove", "the Fox glove line"),
        ("josé", "my friend Jose\u0301"),
        ("STRASSE", "an der Straße"),
        ("ﬁre", "the fire door"),
        ("ＡＢＣ", "abc"),
        ("၂၀၂၆", "since 2026"),
        ("2026", "၂၀၂၆ ခုနှစ်"),
        ("လစာမပေး", "လစာ မပေးဘူး"),
        ("工资", "他们不发工 资"),
        ("راتب", "لم يدفعوا \u202bراتب\u202c شهرين"),
        ("foot", "he gave us a fo\u00adot"),
        ("a.c", "the a.c broke"),
        ("100%", "took 100% of it"),
    ),
)
def test_the_same_words_are_found_however_they_are_written(typed: str, text: str) -> None:
    assert read_search(typed).is_in(text)


@pytest.mark.parametrize(
    ("typed", "text"),
    (
        ("sun", "he was unpaid"),
        ("a.c", "abc"),
        (".*", "anything"),
        ("two months", "two of the months"),
        ("jose", "José"),
        ("[a-z]", "b"),
        ("ab", ""),
    ),
)
def test_other_words_are_not_found(typed: str, text: str) -> None:
    assert not read_search(typed).is_in(text)


@pytest.mark.parametrize(
    ("typed", "phone"),
    (
        ("0199", "+60 12-555 0199"),
        ("٠١٩٩", "+60125550199"),
        ("012 555 0199", "+60 12 555 0199"),
        ("(012) 555.0199", "+60125550199"),
        ("+60 12 555 0199", "0125550199"),
        ("0060 12 5550199", "၀၁၂၅၅၅၀၁၉၉"),
        ("125550199", "012 555 0199 or 013 777 0000"),
    ),
)
def test_a_number_is_found_by_its_last_digits_and_with_or_without_the_country(typed: str, phone: str) -> None:
    assert read_search(typed).is_phone(phone)


@pytest.mark.parametrize(
    ("typed", "phone"),
    (
        ("199", "+60 12 555 0199"),
        ("5550", "+60 12 555 0199"),
        ("0198", "+60 12 555 0199"),
        ("0000", "+60 12 555 0199"),
        ("+61 12 555 0199", "+60 12 555 0199"),
        ("room 0199", "+60 12 555 0199"),
        ("0199", ""),
        ("0125550199", "199"),
    ),
)
def test_other_numbers_are_not_found(typed: str, phone: str) -> None:
    assert not read_search(typed).is_phone(phone)


@pytest.mark.parametrize("typed", ("", " ", "a", " a ", "\0a\u200b", "\u202e\u202c", "ａ"))
def test_one_sign_is_too_few(typed: str) -> None:
    with pytest.raises(SearchTooShort):
        read_search(typed)


def test_two_signs_are_enough_and_too_many_are_refused() -> None:
    assert read_search("ab").is_in("cabs")
    assert read_search("x" * LONGEST).is_in("x" * LONGEST)
    with pytest.raises(SearchTooLong):
        read_search("x" * (LONGEST + 1))


def test_a_part_of_a_reference_is_the_whole_part() -> None:
    assert read_search("4821").is_part_of("misolo-satoki-4821")
    assert read_search("Satoki").is_part_of("misolo-satoki-4821")
    assert not read_search("sato").is_part_of("misolo-satoki-4821")


def test_an_excerpt_shows_the_place_in_the_writer_s_own_spelling() -> None:
    long = "We wait. " * 40 + "They OWE\n\nus  Two months <b>. " + "Nobody answers. " * 40
    piece = excerpt(long, read_search("owe us two"))
    assert piece.found == "OWE us Two"
    assert piece.before.endswith("We wait. They ")
    assert piece.after.startswith(" months <b>. Nobody")
    assert piece.before.startswith("… ")
    assert piece.after.endswith(" …")
    assert len(piece.before + piece.found + piece.after) < 220


def test_an_excerpt_never_cuts_a_mark_off_its_letter() -> None:
    piece = excerpt("ကျွန်တော်တို့ကို လစာ မပေးဘူး " * 30, read_search("လစာမပေး"))
    assert piece.found == "လစာ မပေး"
    assert piece.before.startswith("ကျ")


@given(st.text(max_size=60), st.text(min_size=2, max_size=20), st.text(max_size=60))
def test_whatever_stands_in_a_text_is_found_and_cut_out_of_it(before: str, typed: str, after: str) -> None:
    try:
        wanted = read_search(typed)
    except SearchTooShort:
        return
    text = f"{before} {typed} {after}"
    assert wanted.is_in(text)
    piece = excerpt(text, wanted)
    shown = " ".join(text.split())
    assert piece.found in shown
    assert piece.before.removeprefix("… ") + piece.found in shown
    if piece.found:
        assert read_search(piece.found).is_in(typed) or wanted.is_in(piece.found)
