"""A lead chooses the law that the organisation follows, on a page that works without script."""

from app.network import get_organisation
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
