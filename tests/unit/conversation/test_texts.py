"""Every text in every language: what it costs, what it never says, and that no question asks for a phone company's word."""

import gettext
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.cases.enums import Stage
from app.intake.conversation.machine.saying import LONGEST_NUMBER, LONGEST_TOWN, Texts
from app.intake.conversation.machine.table import TABLE
from app.intake.conversation.machine.texts import Text
from app.language import Language, load_languages
from app.language.catalogues import Project, compile_all
from app.language.languages import LanguageEntry, read_entries
from app.messaging.composing.segments import count_segments, fits_gsm
from app.settings import PROJECT_ROOT
from tests.unit.conversation.measuring import MEASURES, measuring_language

PHONE_COMPANY_WORDS = re.compile(
    r"\b(yes|no|help|info|stop\w*|end|cancel|quit|unsubscribe|revoke|optout|start|unstop|arret)\b",
    re.IGNORECASE,
)
LONGEST_PLACE = ("W", "W" * LONGEST_TOWN)
DAYS_SHOWN = "Mon, Tue, Wed, Thu, Fri, Sat"  # six at most can be named
DAYS = [date(2026, 1, 1) + timedelta(days=number) for number in range(366)]


@pytest.fixture(scope="module")
def languages(tmp_path_factory: pytest.TempPathFactory) -> list[Language]:
    """Every language that is offered, the pseudo-languages too, and those that texts are measured in."""
    made = Project(translations=tmp_path_factory.mktemp("translations"))
    (made.translations / made.template.name).write_bytes(Project().template.read_bytes())
    for entry in read_entries(made.config):
        if entry.catalogue and not entry.pseudo:
            source = entry.compiled(Project().translations).with_suffix(".po")
            target = entry.compiled(made.translations).with_suffix(".po")
            target.parent.mkdir(parents=True)
            target.write_bytes(source.read_bytes())
    assert compile_all(made) == []
    offered = load_languages(made.config, made.translations, pseudo=True).offered
    return [*offered, *map(measuring_language, MEASURES)]


def every_text(language: Language) -> Iterator[tuple[str, str]]:
    """Every text that can go out in a language, with the longest that can stand in it, as `name, body`."""
    texts = Texts(language)
    day = max(map(texts.short_day, DAYS), key=lambda shown: count_segments(shown).units)
    stage = max((language.pgettext("sms", text) for text in Text if text.name.startswith("STAGE_")), key=len)
    place = texts.place(*LONGEST_PLACE)
    values = {
        Text.CALL: {"number": "0" * LONGEST_NUMBER},
        Text.PICK_SITE: {"places": " ".join(f"{number} {place}" for number in (1, 2, 3))},
        Text.PLACE: {"letter": "W", "town": "W" * LONGEST_TOWN},
        Text.ECHO: {"place": place},
        Text.CONTACT: {"day": day},
        Text.REACH: {"day": day},
        Text.WHICH: {
            "places": " ".join(f"{number} {texts.say(Text.REPORT, day=day)}" for number in (1, 2, 3))
        },
        Text.REPORT: {"day": day},
        Text.HOURS_KEPT: {"first": "17", "last": "22"},
        Text.HOURS_KEPT_ON_DAYS: {"first": "17", "last": "22", "days": DAYS_SHOWN},
        Text.HOURS_KEPT_SOMEWHERE: {"first": "17", "last": "22"},
        Text.HOURS_KEPT_ON_DAYS_SOMEWHERE: {"first": "17", "last": "22", "days": DAYS_SHOWN},
        Text.HOURS_KEPT_ON_DAYS_OFF: {"first": "17", "last": "22"},
        Text.TIMES_KEPT: {"first": "17", "last": "22"},
        Text.TIMES_KEPT_ON_DAYS: {"first": "17", "last": "22", "days": DAYS_SHOWN},
        Text.TIMES_KEPT_ON_DAYS_OFF: {"first": "17", "last": "22"},
        Text.STATUS_ONLY: {"stage": stage, "day": day},
        Text.STATUS_ONLY_WITHOUT_DAY: {"stage": stage},
        Text.STATUS: {"stage": stage, "day": day},
        Text.STATUS_WITHOUT_DAY: {"stage": stage},
        Text.STATUS_LATE: {"stage": stage},
        Text.STATUS_LATE_BY: {"stage": stage, "day": day},
        Text.STATUS_OF: {"day": day},
        Text.STATUS_OF_MORE: {"number": "10"},
        Text.RECEIPT: {
            "code": "0000 0000 0000 0000 0000",
            "host": "redress.a-long-name-of-a-network.example.org",
        },
    }
    for text in Text:
        yield text.name, texts.say(text, **values.get(text, {}))
    for text in (Text.REACH_IN_DANGER, Text.HURT_IN_DANGER, Text.TOPIC, Text.CONSENT, Text.LOCKED_IN_DANGER):
        yield f"danger and {text.name}", texts.in_danger("0" * LONGEST_NUMBER, texts.say(text))
    for text in (Text.MAY_TEXT, Text.MAY_CALL):
        yield f"{text.name} and SITE", texts.behind(texts.say(text), texts.say(Text.SITE))
    yield "echo and consent", texts.behind(texts.say(Text.ECHO, place=place), texts.say(Text.CONSENT))


def test_no_text_costs_more_than_three_segments_in_any_language(languages: list[Language]) -> None:
    costly = [
        (language.code, name, count_segments(body).units)
        for language in languages
        for name, body in every_text(language)
        if count_segments(body).count > 3
    ]
    assert costly == []
    assert {language.is_pseudo for language in languages} == {True, False}


def test_every_english_text_is_one_segment_but_those_joined_to_the_safety_line(texts: Texts) -> None:
    for name, body in every_text(texts.language):
        counted = count_segments(body)
        assert counted.encoding == "GSM-7", name
        assert counted.count == 1 or (name.startswith("danger and ") and counted.count == 2), (name, body)
    bodies = dict(every_text(texts.language))
    assert count_segments(bodies["danger and REACH_IN_DANGER"]).count == 1


BUDGETS = {
    **dict.fromkeys(
        ("WHOSE_PHONE", "DANGER", "SITE", "CONTACT_IN_DANGER", "LOCKED_IN_DANGER", "MAY_CALL and SITE"), 1
    ),
    "MAY_TEXT and SITE": 1,
    **dict.fromkeys(
        (
            "PICK_SITE",
            "TOPIC",
            "echo and consent",
            "CONTACT",
            "LOCKED",
            "REACH",
            "danger and REACH_IN_DANGER",
        ),
        2,
    ),
    "danger and HURT_IN_DANGER": 3,
}


@pytest.mark.parametrize("code", MEASURES)
def test_questions_in_real_languages_keep_to_their_budget(code: str) -> None:
    for name, body in every_text(measuring_language(code)):
        if name in BUDGETS:
            assert count_segments(body).count <= BUDGETS[name], (name, count_segments(body).units)


def test_no_text_offers_a_phone_companys_word_as_an_answer(languages: list[Language]) -> None:
    for language in languages:
        for name, body in every_text(language):
            # "1 Yes" says what the digit means, and "can help" asks for nothing. Every other place of such a word is an offer.
            rest = re.sub(r"(?<!\S)[12] (Yes|No)\b|\bcan help\b", "", body)
            assert not PHONE_COMPANY_WORDS.search(rest), (language.code, name, body)


def test_every_answer_of_a_question_is_a_digit(texts: Texts) -> None:
    for row in TABLE.values():
        offered = {
            int(digit) for digit in re.findall(r"(?<!\S)(\d) ", row.text.replace("%(places)s", "1 . 2 . 3 ."))
        }
        # 9 stands with the echo of the place, which not every question has.
        assert offered == set(row.answers) - ({9} if row.text == Text.CONSENT else set()), row.text
    assert " 9." in Text.ECHO


def test_a_labels_own_name_chooses_its_digit(texts: Texts) -> None:
    assert texts.options(Text.WHOSE_PHONE) == {"only mine": 1, "shared": 2, "company": 3}
    assert texts.options(Text.DANGER) == {"yes": 1, "no": 2}
    assert texts.options(Text.CONTACT)["no"] == 2


KINDS = re.compile(
    r"pay|wage|hour|sick|passport|debt|hurt|union|job|child|land|water|threat|touch", re.IGNORECASE
)


def test_no_text_tells_what_a_report_is_about() -> None:
    """Only the two menus list kinds of problem and of readers, the same ones to everybody."""
    for text in Text:
        if text not in (Text.TOPIC, Text.CONSENT):
            assert not KINDS.search(text), text
    assert not re.search(
        r"factory|employer|company|boss|case|complaint|grievance", " ".join(set(Text) - {Text.WHOSE_PHONE})
    )


def test_values_come_from_no_name(texts: Texts) -> None:
    """What can stand in a text: a masked place, a day, times of a day, a stage, a checked number, the code and our own address."""
    placeholders = {name for text in Text for name in re.findall(r"%\((\w+)\)s", text)}
    hours = {"first", "last", "days"}
    assert placeholders == hours | {
        *("number", "places", "place", "letter", "town", "day", "stage", "code", "host")
    }


@pytest.mark.parametrize(
    ("name", "town", "shown"),
    (
        ("Foxway Precision Sdn Bhd", "Kulim", "F... in Kulim"),
        ("foxway", "Penang / Pulau Pinang", "F... in Penang"),
        ("Öko", "Mộc Châu", "Ö... in Moc Chau"),
        ("ไทย", "", "ไ..."),
        ("မြန်မာ", "", "မြ..."),
        ("Foxway", "Llanfairpwllgwyngyllgogerych", "F... in Llanfairpwllgwyn"),
        ("", "", "..."),
    ),
)
def test_a_place_is_masked(texts: Texts, name: str, town: str, shown: str) -> None:
    assert texts.place(name, town) == shown


def test_a_place_in_another_script_stays_readable(texts: Texts) -> None:
    assert texts.place("Foxway", "ဟားခါး") == "F... in ဟားခါး"


class _Curly(gettext.NullTranslations):
    def pgettext(self, context: str, message: str) -> str:
        return message.replace("'", "’").replace("...", "…").replace("Got it", "Got ‘it’ – now")


def test_curly_quotes_do_not_make_a_text_dear(texts: Texts) -> None:
    curly = Texts(Language(LanguageEntry("en", "English", "ltr", "en_GB", "", ""), _Curly()))
    assert fits_gsm(curly.say(Text.WHOSE_PHONE))
    assert "'it' - now" in curly.say(Text.WHOSE_PHONE)
    assert curly.place("Foxway", "L’Aquila") == "F... in L'Aquila"


def test_status_is_stage_and_next_date_only(texts: Texts) -> None:
    bodies = [texts.status(stage, date(2026, 12, 3)) for stage in Stage]
    assert len(set(bodies)) == len(Stage)
    assert all("Thu 3 Dec" in body and "2 starts a new report" in body for body in bodies)
    assert texts.status(Stage.CLOSED, None) == "Closed. 2 starts a new report."


def test_who_is_in_danger_reads_what_to_do_first(texts: Texts) -> None:
    told = "A helper is being told. If you can, go to a safe place."
    assert texts.in_danger("999", "Next?") == f"{told} Emergency: call 999. Next?"
    assert texts.in_danger("", "Next?") == f"{told} Next?"
    assert texts.in_danger("0800 123-456", "Next?") == f"{told} Emergency: call 0800123456. Next?"
    assert texts.in_danger("0" * (LONGEST_NUMBER + 1), "Next?") == f"{told} Next?"


def test_where_room_is_short_the_number_goes_before_the_promise(texts: Texts) -> None:
    long = "b" * 400
    assert texts.in_danger("999", long) == f"Emergency: call 999. {long}"
    assert texts.in_danger("", long) == f"A helper is being told. If you can, go to a safe place. {long}"
    assert texts.in_danger("999", "b" * 459) == "b" * 459


def test_what_is_too_long_together_goes_out_alone(texts: Texts) -> None:
    assert texts.behind("a" * 158, "b" * 300) == "a" * 158 + " " + "b" * 300
    assert texts.behind("a" * 159, "b" * 300) == "b" * 300
    assert texts.behind("", "b") == "b"


def test_the_catalogue_holds_every_text() -> None:
    template = Path(PROJECT_ROOT / "translations" / "messages.pot").read_text(encoding="utf-8")
    for text in Text:
        assert f'msgctxt "sms"\nmsgid "{text}"' in template
