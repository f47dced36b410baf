"""Words with numbers in flat arrays say what a dictionary would, to every word that is asked."""

import pickle
from zlib import crc32

import pytest

from app.cases.words.word_numbers import WordNumbers

_SCRIPTS = ("danger", "পাসপোর্ট", "危险", "опасно", "خطر", "x", "\ud83d", "")


def test_each_word_has_its_number_and_no_other_word_has_one() -> None:
    words = {f"{script}{number}": number for number in range(500) for script in _SCRIPTS}
    table = pickle.loads(pickle.dumps(WordNumbers(words)))  # noqa: S301 - as a child hands it on
    assert all(table.get(word) == number for word, number in words.items())
    # What begins like one, ends like one or follows the last one is another word.
    others = {f"{word}{more}" for word in words for more in ("0", "a")} | {word[:-1] for word in words}
    assert {word for word in others - words.keys() if table.get(word) is not None} == set()


def test_words_that_fall_on_one_place_are_told_apart() -> None:
    # Of a table for four words, which has sixteen places: these all begin at the last one, and go on at the first.
    last = [word for word in map(str, range(500)) if crc32(word.encode()) % 16 == 15]
    inside, outside = last[:4], last[4:]
    table = WordNumbers({word: number for number, word in enumerate(inside)})
    assert [table.get(word) for word in inside] == [0, 1, 2, 3]
    assert {table.get(word) for word in outside} == {None}


def test_a_table_without_words_knows_none() -> None:
    assert WordNumbers({}).get("danger") is None
    assert WordNumbers({}).get("") is None


def test_a_number_too_large_is_refused_and_not_cut() -> None:
    with pytest.raises(OverflowError):
        WordNumbers({"danger": 65_536})
