"""A wish for a language by text: the case has it for routing and for the desk, at once and whatever was written before."""

import gettext
from dataclasses import replace

import pytest

from app.cases.enums import Urgency
from app.language import Languages
from app.language.languages import Language, LanguageEntry
from tests.support.texting import Texting


class _Nepali(gettext.NullTranslations):
    """Texts that show whose they are."""

    def pgettext(self, context: str, message: str) -> str:
        return f"ne: {super().pgettext(context, message)}"


@pytest.mark.parametrize(
    ("said", "code"), (("Hindi please", "hi"), ("bahasa", "ms"), ("I only speak Nepali", "ne"), ("tiếng Việt", "vi"))
)  # fmt: skip
def test_a_first_text_is_filed_in_the_language_it_wishes_for(texting: Texting, said: str, code: str) -> None:
    texting.say("Somebody else writes this", sender="+60123456799")
    texting.say(said)
    (case,) = [each for each in texting.cases() if texting.words(each) == [said]]
    assert (case.language, texting.facts(case).language_written) == (code, True)


def test_a_number_from_the_philippines_says_no(texting: Texting) -> None:
    texting.say("Hindi kami binabayaran ng amo namin", sender="+639171234567")
    texting.say("1", "Hindi", sender="+639171234567")
    assert texting.case().language == "fil"


@pytest.mark.parametrize("before", ((), ("1",), ("1", "2"), ("1", "2", "Chennai, India", "1")), ids=len)
def test_a_wish_stands_above_what_was_written_before(texting: Texting, before: tuple[str, ...]) -> None:
    texting.say("The boss has kept our pay for two months", *before)
    assert texting.case().language == "en"
    (answer,) = texting.say("Nepali please")
    assert answer
    case = texting.case()
    assert (case.language, texting.facts().language_written) == ("ne", True)
    assert texting.words()[-1] == "Nepali please"
    assert "case.language_told" in texting.journal()
    texting.say("They take our passports and the boss shouts at us")
    assert texting.case().language == "ne"


def test_a_wish_that_needs_the_lock_of_the_case_is_stored_too(texting: Texting) -> None:
    """Danger in the same text leaves the fast path."""
    texting.say("The boss has kept our pay for two months", "1", "2")
    texting.say("He will kill me tonight. Please write in Nepali")
    assert (texting.case().language, texting.case().urgency) == ("ne", Urgency.DANGER)
    assert texting.words()[-1] == "He will kill me tonight. Please write in Nepali"


def test_the_conversation_goes_on_in_a_language_that_has_texts(texting: Texting) -> None:
    english = texting.services.languages.default
    entry = LanguageEntry("ne", "नेपाली", "ltr", "ne", "", "")
    both = Languages((english, Language(entry, _Nepali())))
    texting.services = replace(texting.services, languages=both)
    texting.say("The boss has kept our pay for two months")
    (answer,) = texting.say("Nepali please")
    assert answer.startswith("ne: ")
    (answer,) = texting.say("1")
    assert answer.startswith("ne: ")
    (answer,) = texting.say("English please")
    assert not answer.startswith("ne: ")
