"""Words of danger that nobody ticked, by web and by text: the case rises, is restricted where that must be, somebody is called."""

import pytest

from app.cases.case.models import Case, Clock
from app.cases.enums import ClockKind, Profile, Urgency
from app.cases.taxonomy import Handling
from tests.support.alerts import alerted, both, reachable
from tests.support.danger_sentences import DIE, ORDINARY
from tests.support.text_cases import PLACE, accept, read
from tests.support.texting import Texting, id_of

RAPED = "my boss raped me in the store room"
LOCKED_IN = "they locked us in the dormitory at night"


def restricted(texting: Texting, case: Case) -> bool:
    """Whether it is kept from the wide circles: in what is known of it, and in who may open it."""
    known = Handling.RESTRICTED in texting.facts(case).handling
    live = {circle for _, circle, state in texting.grants(case) if state == "live"}
    assert not known or "everyone" not in live
    return known


def who_reads(language: str) -> str:
    return "custodian.one" if language == "my" else "near.lead"


def filed_by_web(texting: Texting, words: str) -> Case:
    case_id = texting.world.case_of(texting.world.file(words=words))
    with texting.database.reading() as session:
        return session.get_one(Case, case_id)


@pytest.mark.parametrize("language", DIE)
def test_self_harm_in_a_report_calls_somebody_and_is_restricted(texting: Texting, language: str) -> None:
    reachable(texting)
    case = filed_by_web(texting, DIE[language])
    assert case.urgency is Urgency.DANGER
    assert texting.facts(case).profile is Profile.FAST_TRACK
    assert restricted(texting, case)
    # Who reads the language is asked in any case; on the fast track a second partner beside it.
    assert (
        set(both(who_reads(language))) <= set(alerted(texting)) <= set(both(who_reads(language), "far.lead"))
    )


@pytest.mark.parametrize("language", DIE)
def test_self_harm_in_a_first_text_calls_somebody_and_is_restricted(texting: Texting, language: str) -> None:
    reachable(texting)
    texting.say(DIE[language])
    case = texting.case()
    assert case.urgency is Urgency.DANGER
    assert texting.facts().profile is Profile.FAST_TRACK
    assert restricted(texting, case)
    texting.fall_silent()
    assert set(both(who_reads(language))) <= set(alerted(texting))
    assert texting.words() == [DIE[language]]


def test_self_harm_in_a_first_text_is_answered_in_full_once_the_phone_is_their_own(texting: Texting) -> None:
    """With what is true: somebody is asked and alerted with that very text, before the question of danger is answered."""
    reachable(texting)
    answer = texting.say(DIE["en"], "1")[-1]
    assert "A helper is being told. If you can, go to a safe place." in answer
    assert "in danger now?" in answer
    assert set(both("near.lead")) <= set(alerted(texting))


def test_self_harm_where_nobody_can_be_alerted_promises_nobody(texting: Texting) -> None:
    answer = texting.say(DIE["en"], "1")[-1]
    assert "Maybe nobody comes soon." in answer
    assert "being told" not in answer


@pytest.mark.parametrize("whose", ("2", "3"))
def test_self_harm_on_a_phone_of_others_is_answered_by_nothing_after_that_is_known(
    texting: Texting, whose: str
) -> None:
    reachable(texting)
    texting.say(DIE["en"])
    assert not [text for text in texting.say(whose) if "waits for you" not in text]
    assert set(both("near.lead")) <= set(alerted(texting))


@pytest.mark.parametrize("words", DIE.values(), ids=DIE)
def test_self_harm_in_a_later_text_calls_somebody_and_restricts_what_was_open(
    texting: Texting, words: str
) -> None:
    texting.say(ORDINARY, "1", "2", PLACE, "1", "1")
    accept(texting, "near.lead")
    assert texting.case().urgency is Urgency.MEDIUM
    assert "everyone" in {circle for _, circle, _ in texting.grants()}
    reachable(texting)
    texting.say(words)
    assert texting.case().urgency is Urgency.DANGER
    assert restricted(texting, texting.case())
    assert "everyone" not in {circle for _, circle, _ in texting.grants()}
    assert alerted(texting) == both("near.lead")
    assert read(texting, "near.lead")[-1] == words


def test_what_is_urgent_in_a_later_text_hastens_the_clocks_and_calls_nobody(texting: Texting) -> None:
    reachable(texting)
    texting.say(ORDINARY, "1", "2", PLACE, "1", "1")
    accept(texting, "near.lead")
    texting.say(LOCKED_IN)
    assert texting.case().urgency is Urgency.URGENT
    assert texting.facts().profile is Profile.FAST_TRACK
    with texting.database.reading() as session:
        kinds = [row.kind for row in session.query(Clock).filter(Clock.case_id == texting.case().id)]
    assert ClockKind.SAFETY_CONTACT in kinds
    assert alerted(texting) == []


def test_rape_in_a_first_text_is_opened_by_the_restricted_circle_only(texting: Texting) -> None:
    texting.say(RAPED, "1", "2", PLACE)
    assert texting.case().urgency is Urgency.URGENT
    accept(texting, "near.lead")
    assert restricted(texting, texting.case())
    near = id_of(texting.world.near)
    assert {circle for owner, circle, _ in texting.grants() if owner == near} == {"restricted"}
    assert read(texting, "near.lead")[0] == RAPED


def test_ordinary_words_raise_nothing(texting: Texting) -> None:
    reachable(texting)
    assert filed_by_web(texting, ORDINARY).urgency is Urgency.MEDIUM
    texting.say(ORDINARY)
    assert texting.case().urgency is Urgency.MEDIUM
    assert not restricted(texting, texting.case())
    assert alerted(texting) == []
