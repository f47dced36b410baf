"""The form's parser: whatever was posted becomes a form, and what was typed is still in it."""

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from app.cases.case import LONGEST_TEXT
from app.language import clean_words, has_words
from app.web.requests import LARGEST_WORDS
from app.web.worker.report_form import (
    CONSENT,
    CONTACT,
    EXCLUDE,
    LINE_LIMIT,
    TOPICS,
    ReportForm,
    read_report_form,
)

FIELDS = (
    *("danger", "category", "words", "site", "site_code", "exclude", "exclude_other", "contact"),
    *("phone", "safe_times", "name", "consent", "token", "website", "allow"),
)


def posted(*pairs: tuple[str, str]) -> ReportForm:
    return read_report_form(MultiDict(pairs))


def test_known_choices_are_taken_and_unknown_ones_left_out() -> None:
    form = posted(
        ("danger", "yes"),
        ("category", "gbvh"),
        ("category", "wages"),
        ("category", "gbvh"),
        ("category", "everything"),
        ("exclude", "police"),
        ("exclude", "me"),
        ("contact", "fax"),
        ("consent", "union"),
    )
    assert form.danger == "yes"
    assert form.category == ("wages", "gbvh")
    assert form.exclude == ("police",)
    assert form.contact == ""
    assert form.consent == "union"


def test_words_keep_their_lines_and_marks_and_lose_only_what_cannot_be_stored() -> None:
    words = "one\r\ntwo\rthree\x00\x07\t\u200fوجواز\ud800 \ufffe💥\x85"
    assert posted(("words", words)).words == "one\ntwo\nthree\t\u200fوجواز\ufffd \ufffd💥"


def test_one_line_answers_stay_on_one_line() -> None:
    form = posted(("site", " Fox\r\n\ttown  mill "), ("name", "\x00"))
    assert form.site == "Fox town mill"
    assert form.name == ""


def test_a_topic_or_a_word_is_enough_and_spaces_are_not() -> None:
    assert posted(("words", "x")).mistakes == ()
    assert posted(("category", "hours")).mistakes == ()
    for nothing in ("", " \n", "\u200b\u200e\u2060", "\u3000"):
        assert ("category", "empty") in posted(("words", nothing), ("name", "May")).mistakes
        assert ("category", "empty") in posted(("words", nothing), ("danger", "no")).mistakes
        assert posted(("words", nothing), ("danger", "yes")).mistakes == ()


def test_the_limits_are_exact() -> None:
    assert posted(("words", "ကျ" * (LONGEST_TEXT // 2))).mistakes == ()
    assert posted(("words", "x" * (LONGEST_TEXT + 1))).mistakes == (("words", "long"),)
    assert posted(("words", "x"), ("site", "y" * LINE_LIMIT)).mistakes == ()
    assert posted(("words", "x"), ("site", "y" * (LINE_LIMIT + 1))).mistakes == (("site", "long"),)
    assert not posted(("words", "x" * LARGEST_WORDS)).too_large
    assert posted(("words", "x" * (LARGEST_WORDS - 1) + "é")).too_large


def test_danger_and_nobody_asks_until_it_was_answered() -> None:
    form = posted(("words", "x"), ("danger", "yes"), ("consent", "nobody"))
    assert form.asks_again
    yes = posted(("words", "x"), ("danger", "yes"), ("consent", "nobody"), ("allow", "yes"))
    no = posted(("words", "x"), ("danger", "yes"), ("consent", "nobody"), ("allow", "no"))
    assert not yes.asks_again
    assert not no.asks_again
    assert yes.answered().consent == "helper"
    assert no.answered().consent == "nobody"
    assert not posted(("words", "x"), ("danger", "yes"), ("consent", "union")).asks_again


def test_an_answer_about_danger_never_widens_another_consent() -> None:
    assert posted(("consent", "union"), ("allow", "yes")).answered().consent == "union"
    assert posted(("allow", "yes")).answered().consent == ""


def test_nothing_that_was_typed_can_be_printed_by_accident() -> None:
    form = posted(*((name, "secret") for name in FIELDS))
    assert "secret" not in repr(form)


def test_the_choices_are_those_of_the_cases() -> None:
    from app.cases.enums import ConsentLevel, Exclusion
    from app.cases.taxonomy import ABOUT_HELPER, FORM_TOPICS
    from app.intake.report import ContactWay

    assert list(CONSENT) == [level.value for level in ConsentLevel]
    assert set(EXCLUDE) == {exclusion.value for exclusion in Exclusion}
    assert set(CONTACT) == {contact.value for contact in ContactWay}
    assert (*FORM_TOPICS, ABOUT_HELPER) == TOPICS


@given(st.lists(st.tuples(st.sampled_from(FIELDS), st.text(st.characters(exclude_categories=())))))
def test_whatever_is_posted_becomes_a_form_that_can_be_shown_and_sent_again(
    pairs: list[tuple[str, str]],
) -> None:
    form = posted(*pairs)
    again = posted(*form.hidden_fields())
    for name in ("words", "category", "exclude", "consent", "site", "name", "phone", "danger", "contact"):
        assert getattr(again, name) == getattr(form, name)
    for text in (form.words, form.site, form.name):
        assert text.encode() is not None
        assert "\x00" not in text
    assert form.is_empty == (form.danger != "yes" and not form.category and not has_words(form.words))


@given(st.text(st.characters(exclude_categories=())))
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean_words(clean_words(text)) == clean_words(text)
