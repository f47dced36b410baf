import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.cases.case.references import SPACE, new_reference, read_reference

ALIKE_ON_THE_PHONE = ("bpd", "mn", "kg", "sfz", "lr", "ei", "ou", "vwb")


def test_a_reference_is_two_words_of_three_plain_syllables_and_four_digits() -> None:
    for _ in range(2000):
        reference = new_reference()
        assert re.fullmatch(r"([bklmst][aio]){3}-([bklmst][aio]){3}-[0-9]{4}", reference)
        assert len(reference) <= 40


def test_no_two_letters_of_a_reference_sound_alike_on_the_phone() -> None:
    letters = {letter for _ in range(2000) for letter in new_reference() if letter.isalpha()}
    assert letters == set("bklmstaio")
    assert [sounds for sounds in ALIKE_ON_THE_PHONE if len(letters & set(sounds)) > 1] == []


def test_words_that_mean_something_are_refused() -> None:
    words = [word for _ in range(20_000) for word in new_reference().split("-")[:2]]
    for refused in ("baka", "mati", "kala", "kabila", "bom", "sala", "siko", "lima"):
        assert not any(refused in word for word in words), refused
    assert all(len({word[0], word[2], word[4]}) == 3 for word in words)


def test_references_are_drawn_from_the_whole_of_a_large_space() -> None:
    assert SPACE > 10**10
    drawn = [new_reference() for _ in range(20_000)]
    # Among so many of that space two are the same once in eighty times, and ten never.
    assert len(set(drawn)) > len(drawn) - 10
    last = Counter(reference[-1] for reference in drawn)
    assert len(last) == 10
    assert min(last.values()) > 1500


@given(st.sampled_from(["-", " ", "", " - ", "_", "\N{NON-BREAKING HYPHEN}"]), st.booleans())
def test_a_reference_is_found_however_it_was_taken_down(between: str, upper: bool) -> None:
    reference = new_reference()
    written = f" {reference.replace('-', between)} "
    assert read_reference(written.upper() if upper else written) == reference


@pytest.mark.parametrize("digits", ("৪৮২১", "٤٨٢١", "၄၈၂၁", "4821"))
def test_the_digits_of_every_script_are_read(digits: str) -> None:
    assert read_reference(f"misolo satoki {digits}") == "misolo-satoki-4821"


@pytest.mark.parametrize(
    "text", ("", "misolo", "misolo-4821", "4821", "misolo-satoki-48210", "misolo-satoki-482", "\0")
)
def test_what_is_no_reference_is_not_taken_for_one(text: str) -> None:
    assert read_reference(text) is None
