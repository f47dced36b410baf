"""A lead chooses the law that the organisation follows, on a page that works without script."""

from app.network import choose_procedure, get_organisation
from tests.harness.world import World
from tests.support.member import Browse


def test_a_lead_chooses_among_the_profiles_and_an_unknown_one_is_refused(
    browse: Browse, world: World
) -> None:
    lead = browse("near.lead")
    assert "Law or procedure" in lead.open("/network/members").text
    page = lead.open("/network/procedure")
    assert "EU Whistleblower Directive" in page.text
    page = lead.send("/procedure", profile="eu_whistleblower")
    assert "It holds for the cases that you accept from now on." in page.text
    with world.database.reading() as session:
        assert get_organisation(session, world.near.id).legal_profile == "eu_whistleblower"
        assert get_organisation(session, world.far.id).legal_profile is None
    page = lead.send("/procedure", profile="law_of_the_jungle")
    assert "There is no such procedure. Choose one from the list." in page.text
    with world.database.reading() as session:
        assert get_organisation(session, world.near.id).legal_profile == "eu_whistleblower"


def test_a_law_that_the_network_does_not_have_any_more_is_said_on_the_page(
    browse: Browse, world: World
) -> None:
    lead, by = browse("near.lead"), world.sign_in("near.lead")
    with world.database.writing() as session:
        choose_procedure(session, world.vault, by, "of_last_year", "", profiles=("of_last_year",), regions=())
    page = lead.open("/network/procedure")
    assert (
        "You chose “of_last_year”. This network does not have it any more, so it asks for nothing."
        in page.text
    )
    lead.send("/procedure", profile="eu_whistleblower")
    assert "does not have it any more" not in lead.open("/network/procedure").text
