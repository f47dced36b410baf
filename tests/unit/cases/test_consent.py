import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from app.cases.case.consent_levels import (
    TEXT_VERSION,
    ConsentRecord,
    consent_texts,
    covers,
    covers_company,
    level_or_default,
    narrows,
)
from app.cases.enums import ConsentHow, ConsentLevel

ENGLISH_HASHES = {"1": "f597a24fb28e4cdec4c970806e8488e1eef972e947a8880dbd792d09ffce430f"}
LEVELS = ["nobody", "helper", "union", "buyers"]
RECORD = ConsentRecord(
    case_id=UUID(int=7),
    level=ConsentLevel.UNION,
    tell_company=False,
    text_version="1",
    text_hash=bytes(range(32)),
    language="en",
    how=ConsentHow.FORM,
    hour=datetime(2026, 11, 21, 10, tzinfo=UTC),
)


def english(_context: str, text: str) -> str:
    return text


def test_the_words_change_only_with_their_version() -> None:
    assert consent_texts(english).hash.hex() == ENGLISH_HASHES[TEXT_VERSION]


def test_each_level_is_asked_once_and_in_order() -> None:
    assert [option.level for option in consent_texts(english).options] == LEVELS


def test_another_language_has_another_hash_and_every_text_goes_through_the_catalogue() -> None:
    asked: list[tuple[str, str]] = []

    def shouting(context: str, text: str) -> str:
        asked.append((context, text))
        return text.upper()

    texts = consent_texts(shouting)
    assert texts.hash != consent_texts(english).hash
    assert len(asked) == 10
    assert {context for context, _ in asked} == {"consent"}
    shown = (texts.question, texts.afterwards, *(option.title + option.meaning for option in texts.options))
    assert all(text == text.upper() for text in shown)


def test_moving_a_word_from_one_text_to_the_next_changes_the_hash() -> None:
    texts = consent_texts(english)
    first, *others = texts.options
    moved = replace(first, title=first.title + first.meaning[:2], meaning=first.meaning[2:])
    assert replace(texts, options=(moved, *others)).hash != texts.hash


def test_the_record_is_signed_in_one_canonical_form() -> None:
    elsewhere = replace(RECORD, hour=RECORD.hour.replace(tzinfo=UTC))
    assert RECORD.canonical() == elsewhere.canonical()
    assert json.loads(RECORD.canonical()) == {
        "case": str(UUID(int=7)),
        "hour": "2026-11-21T10:00:00+00:00",
        "how": "form",
        "language": "en",
        "level": "union",
        "record": "consent 1",
        "tell_company": False,
        "text_hash": bytes(range(32)).hex(),
        "text_version": "1",
    }
    assert RECORD.canonical().isascii()


OTHERS: dict[str, Any] = {
    "case_id": UUID(int=8),
    "level": ConsentLevel.BUYERS,
    "tell_company": True,
    "text_version": "2",
    "text_hash": bytes(32),
    "language": "my",
    "how": ConsentHow.HELPER,
    "hour": RECORD.hour + timedelta(hours=1),
}


@pytest.mark.parametrize("name", [field.name for field in fields(ConsentRecord)])
def test_nothing_of_a_record_can_change_without_changing_what_is_signed(name: str) -> None:
    assert replace(RECORD, **{name: OTHERS[name]}).canonical() != RECORD.canonical()


def test_a_skipped_question_means_a_helper_and_is_recorded_as_skipped() -> None:
    assert level_or_default(None) == (ConsentLevel.HELPER, ConsentHow.FORM_SKIPPED)
    assert level_or_default(ConsentLevel.HELPER) == (ConsentLevel.HELPER, ConsentHow.FORM)
    assert level_or_default(ConsentLevel.NOBODY) == (ConsentLevel.NOBODY, ConsentHow.FORM)


def test_each_level_covers_the_ones_before_it() -> None:
    for level in ConsentLevel:
        for needed in ConsentLevel:
            assert covers(level, needed) == (LEVELS.index(level) >= LEVELS.index(needed))
            assert narrows(level, needed) == (LEVELS.index(needed) < LEVELS.index(level))


def test_the_company_may_hear_of_it_only_with_buyers_or_a_yes_to_a_helper() -> None:
    assert [level for level in ConsentLevel if covers_company(level, tell_company=False)] == ["buyers"]
    assert [level for level in ConsentLevel if covers_company(level, tell_company=True)] == LEVELS[1:]
