"""Every code that a members' page may show has words of its own."""

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from gettext import NullTranslations

import pytest
from babel.dates import format_datetime
from flask import Flask, g

from app.attachments import FileKind, FileRefusal
from app.cases import enums
from app.cases.changes import UNREACHABLE
from app.cases.desk.queue import Count
from app.cases.desk.search import Matched
from app.cases.routing.offers import DeclineReason
from app.cases.rules.routing import Reason, RoutingOutcome
from app.cases.rules.rule_set import load_rules
from app.cases.taxonomy import Handling
from app.intake import ContactWay
from app.intake.conversation.machine.position import WhosePhone
from app.intake.texting import Unreachable
from app.language import Language
from app.language.languages import LanguageEntry
from app.messaging.composing.leak_warnings import LeakWarning
from app.messaging.delivery import Delivery, Purpose
from app.network import MemberState, OrganisationKind, Role
from app.settings import PROJECT_ROOT
from app.vault import CircleName
from app.web import labels, text_words
from app.web.language import choose_language

TABLES: tuple[tuple[labels.Labels, type[StrEnum], set[str]], ...] = (
    (labels.URGENCY, enums.Urgency, set()),
    (labels.STAGE, enums.Stage, set()),
    (labels.STATE, enums.State, set()),
    (labels.CLOSING_REASON, enums.ClosingReason, set()),
    (labels.CONSENT, enums.ConsentLevel, set()),
    (labels.EXCLUDED, enums.Exclusion, set()),
    (labels.ENTRY, enums.EntryKind, {"contact"}),
    (labels.CLOCK, enums.ClockKind, set()),
    (labels.QUESTION, enums.FollowupKind, set()),
    (labels.QUESTION_STATE, enums.FollowupState, set()),
    (labels.ANSWER, enums.FollowupAnswer, set()),
    (labels.CLOCK_STATE, enums.ClockState, set()),
    (labels.RUNG, enums.Rung, set()),
    (labels.RUNG_STATE, enums.RungState, set()),
    (labels.WHO, enums.Who, set()),
    (labels.FILE, FileKind, set()),
    (labels.FILE_FAULT, FileRefusal, {"forged", "undeclared", "counts"}),
    (labels.CONTACT, ContactWay, set()),
    (text_words.DELIVERY, Delivery, set()),
    (text_words.PURPOSE, Purpose, set()),
    (text_words.WHOSE_PHONE, WhosePhone, set()),
    (text_words.UNREACHABLE, Unreachable, set()),
    (text_words.GIVEAWAY, LeakWarning, set()),
    (labels.DECLINE, DeclineReason, set()),
    (labels.COUNT, Count, set()),
    (labels.MATCHED, Matched, set()),
    (labels.HANDLING, Handling, set()),
    (labels.LEFT_OUT, Reason, set()),
    (labels.WAITING, RoutingOutcome, {"chosen"}),
    (labels.KIND, OrganisationKind, set()),
    (labels.ROLE, Role, set()),
    (labels.MEMBER_STATE, MemberState, set()),
    (labels.CIRCLE, CircleName, set()),
)


@pytest.mark.parametrize(
    ("table", "codes", "never_shown"), TABLES, ids=lambda value: getattr(value, "__name__", "")
)
def test_every_code_has_words(table: labels.Labels, codes: type[StrEnum], never_shown: set[str]) -> None:
    assert set(table) == {code.value for code in codes} - never_shown


def test_every_way_to_reach_a_worker_has_words() -> None:
    assert set(labels.REACH) == {*ContactWay, UNREACHABLE}


@pytest.mark.parametrize(
    ("code", "said"),
    (
        (None, ""),
        ("30003", "the phone is off or out of reach"),
        ("HTTP 418", "the provider’s reason: HTTP 418"),
    ),
)
def test_a_providers_reason_is_said_in_words_and_an_unknown_one_with_its_code(
    code: str | None, said: str
) -> None:
    with Flask(__name__).test_request_context():
        choose_language(Language(LanguageEntry("en", "English", "ltr", "en", "", ""), NullTranslations()))
        assert text_words.reason(code) == said


class Marked(NullTranslations):
    """A catalogue that shows which text was asked for."""

    def pgettext(self, context: str, message: str) -> str:
        """The message with its context before it."""
        return f"{context}: {message}"


@pytest.mark.parametrize("code", ("en", "ms", "my", "ar"))
def test_hours_countries_and_tables_speak_the_language_of_the_page(code: str) -> None:
    language = Language(LanguageEntry(code, code, "ltr", code, "", ""), Marked())
    moment = datetime(2026, 11, 21, 23, 5, tzinfo=timezone(timedelta(hours=2)))
    with Flask(__name__).test_request_context():
        choose_language(language)
        assert labels.hour(moment) == format_datetime(
            moment, "EEE d MMM, HH:mm 'UTC'", tzinfo=UTC, locale=language.locale
        )
        assert "21:05 UTC" in labels.hour(moment)
        g.zone = "Asia/Kuala_Lumpur"
        assert "05:05" in labels.hour(moment)
        city = language.locale.time_zones.get("Asia/Kuala_Lumpur", {}).get("city", "Kuala Lumpur")
        assert labels.hour(moment).endswith(f" {city}")
        assert labels.country("MM") == language.locale.territories["MM"]
        assert labels.language("my") == language.locale.languages["my"]
        assert labels.word(labels.ENTRY, "note") == "desk: Note"


def test_every_kind_of_problem_has_words() -> None:
    taxonomy = load_rules(PROJECT_ROOT / "config").taxonomy
    assert set(labels.TOPIC) == set(taxonomy.kinds)
    assert set(labels.GROUP) == set(taxonomy.groups)
