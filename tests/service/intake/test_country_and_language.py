"""What is told of a case besides its page: the country by the words about the place, the language by the words themselves."""

from uuid import uuid4

from app.cases.case.models import Case
from app.cases.case.veils import facts_of
from app.cases.enums import CountryFrom, Exclusion
from app.cases.worker.case_language import note_language
from app.cases.worker.messages import write
from app.intake import Filed
from app.network.models import Organisation
from tests.harness.world import World


def case_of(world: World, filed: Filed) -> Case:
    with world.database.reading() as session:
        return session.get_one(Case, world.case_of(filed))


def speaks(world: World, *languages: str) -> None:
    """The near partner works in these languages."""
    with world.database.writing() as session:
        session.get_one(Organisation, world.near.id).languages = list(languages)


def test_a_country_in_words_finds_the_partner_of_that_country(world: World) -> None:
    filed = world.file(site_code="", site="the yellow shed, Batu Pahat, Malaysia")

    case = case_of(world, filed)
    assert (case.country, case.organisation_id, case.site_veil) == ("MY", world.near.id, None)
    assert facts_of(world.vault, case).country_from is CountryFrom.WORDS
    # A guess gives no help numbers by itself; a number on the form is read as people of that country write it.
    assert (filed.country, filed.home_country) == (None, "MY")


def test_words_that_may_mean_two_countries_leave_it_unknown(world: World) -> None:
    filed = world.file(site_code="", site="ask for Jordan at the gate")

    case = case_of(world, filed)
    assert (case.country, case.organisation_id) == (None, world.far.id)
    assert facts_of(world.vault, case).country_from is CountryFrom.UNKNOWN


def test_a_known_site_stands_above_the_words(world: World) -> None:
    case = case_of(world, world.file(site="Chennai, India"))

    assert (case.country, facts_of(world.vault, case).country_from) == ("MY", CountryFrom.SITE)


def test_a_country_in_words_excludes_as_before(world: World) -> None:
    filed = world.file(
        site_code="",
        site="Batu Pahat, Malaysia",
        exclude=frozenset({Exclusion.OTHER}),
        exclude_other="Mawar Workers Aid",
    )

    assert filed.organisation_id == world.far.id


def test_the_language_is_that_of_the_words_and_decides_who_is_asked(world: World) -> None:
    """The page was English; the near partner reads no Burmese until it says so."""
    words = "လစာမရတာ သုံးလရှိပြီ။ ကူညီပါ"
    before = world.file(words=words)
    speaks(world, "en", "my")
    after = world.file(words=words)

    assert case_of(world, before).language == case_of(world, after).language == "my"
    assert before.organisation_id != world.near.id
    assert after.organisation_id == world.near.id
    assert facts_of(world.vault, case_of(world, after)).language_written


def test_words_that_do_not_tell_leave_the_language_of_the_page(world: World) -> None:
    case = case_of(world, world.file(words="mera malik paisa nahi deta, mujhe marta hai", language="en"))

    assert (case.language, facts_of(world.vault, case).language_written) == ("en", False)


def test_the_first_words_that_tell_it_stand(world: World) -> None:
    """A report of ticks alone tells no language; the first message does; a later "thank you" changes nothing."""
    filed = world.file(words="", topics=("wages",))
    worker = world.enter(filed)
    told = []
    for words in ("12", "Hatujalipwa mshahara kwa miezi mitatu", "Thank you, please help me"):
        with world.database.writing() as session:
            write(session, world.vault, world.rules, worker, words, uuid4())
            note_language(session, world.vault, world.rules, worker, words)
        told.append(case_of(world, filed).language)
    assert told == ["en", "sw", "sw"]


def test_a_wish_on_the_form_and_in_the_inbox_is_the_language(world: World) -> None:
    """It stands above the words' own language, and decides who is asked."""
    words = "The boss has kept our pay for two months. Please answer in Burmese"
    before = world.file(words=words)
    speaks(world, "en", "my")
    filed = world.file(words=words)
    assert case_of(world, before).language == case_of(world, filed).language == "my"
    assert (before.organisation_id != world.near.id, filed.organisation_id) == (True, world.near.id)

    worker = world.enter(filed)
    for wish, code in (("I only speak Nepali", "ne"), ("They pay nothing and the boss shouts", "ne")):
        with world.database.writing() as session:
            write(session, world.vault, world.rules, worker, wish, uuid4())
            note_language(session, world.vault, world.rules, worker, wish)
        assert case_of(world, filed).language == code
