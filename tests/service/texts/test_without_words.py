"""A photo, a voice note or a place cannot be opened: whoever sent one is told so, and the helper sees what kind came."""

import pytest

from app.messaging.gateways.media import Media
from tests.support.texting import Texting

CANNOT = "We can only read words. We cannot open photos, voice notes or places. Please write it in words."
WHOSE = "Whose phone is this? 1 Only mine 2 Shared 3 Company"


def _send(texting: Texting, body: str, *came: Media, apart: float = 70) -> list[str]:
    before = len(texting.answers())
    texting.pass_by(seconds=apart)
    texting.hear(texting.received(body, came=came))
    return texting.answers()[before:]


@pytest.mark.parametrize("kind", Media)
@pytest.mark.parametrize("body", ("", " \u200b", "\ufffc", "\u3164"))
def test_the_first_thing_is_no_words(texting: Texting, kind: Media, body: str) -> None:
    (answer,) = _send(texting, body, kind)
    assert answer.startswith(CANNOT)
    assert answer.endswith(WHOSE)
    assert "Got it" not in answer
    assert texting.case().urgency
    # The conversation goes on as after any first text.
    assert texting.say("1") == ["Is anyone in danger now? 1 Yes 2 No"]


def test_with_words_the_words_are_answered(texting: Texting) -> None:
    assert _send(texting, "We were not paid", Media.PHOTO) == [f"Got it. {WHOSE}"]


def test_an_empty_text_is_not_thanked_for_either(texting: Texting) -> None:
    (answer,) = _send(texting, "")
    assert answer.startswith(CANNOT)


def test_in_the_middle_the_question_still_stands(texting: Texting) -> None:
    texting.say("We were not paid", "1")
    (answer,) = _send(texting, "", Media.VOICE)
    assert answer == f"{CANNOT} Is anyone in danger now? 1 Yes 2 No"
    # It was no wrong answer, so that the next ones still count.
    (answer,) = _send(texting, "", Media.PHOTO)
    assert answer.startswith(CANNOT)
    (answer,) = _send(texting, "", Media.PHOTO)
    assert answer.startswith(CANNOT)
    (asked,) = texting.say("2")
    assert asked.endswith("Where do you work? Name, town.")


def test_several_at_one_moment_are_answered_once(texting: Texting) -> None:
    answers = [_send(texting, "", Media.PHOTO, apart=2) for _ in range(4)]
    assert [len(answer) for answer in answers] == [1, 0, 0, 0]


def test_where_others_may_read_along_nothing_is_said(texting: Texting) -> None:
    texting.say("We were not paid", "2")
    assert _send(texting, "", Media.PHOTO) == []


def test_after_the_questions_too(texting: Texting) -> None:
    texting.say("We were not paid for months", "1", "2", "Foxway", "1", "1", "1")
    before = len(texting.words())
    (answer,) = _send(texting, "", Media.LOCATION)
    assert answer.startswith(CANNOT)
    assert "Got it" not in answer
    assert len(texting.words()) == before + 1


@pytest.mark.parametrize(
    "typed",
    (
        "[photo]",
        "[Photo] my hand",
        "photo",
        "<image omitted>",
        "image/jpeg",
        "[voice note]",
        "[location]",
        "📷",
    ),
)
def test_what_is_typed_is_words_and_no_mark_of_a_photo(texting: Texting, typed: str) -> None:
    """That something came is known by what the gateway counts, and never by what somebody wrote."""
    assert texting.say(typed) == [f"Got it. {WHOSE}"]
    texting.say("1", "2", "Foxglove Circuits Penang", "1", "1", "1")
    assert CANNOT not in " ".join(texting.say(typed))
    assert texting.words().count(typed) == 2
    entries = texting.bodies()
    assert not any(body.get("came") for body in entries)


def test_words_beside_a_photo_stay_words(texting: Texting) -> None:
    _send(texting, "[photo]", Media.VOICE)
    (body,) = [body for body in texting.bodies() if body.get("came")]
    assert (body["text"], body["came"]) == ("[photo]", ["voice"])
