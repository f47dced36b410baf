"""A worker texts the OS ID where the place is asked for; on the web it goes into the field for the site."""

from app.cases.case.models import Case
from app.cases.case.veils import site_of
from app.cases.enums import OfferState
from app.network import Sector, Site, add_site
from tests.harness.world import everything_stored
from tests.support.texting import Texting, id_of

# Made up: in 2018 none was given yet.
OS_ID = "MY20181883D25VM"
FIRST = "Please help us, it is bad here"


def add(texting: Texting) -> Site:
    with texting.database.writing() as session:
        return add_site(
            session,
            texting.world.vault,
            name="Orchid Phones",
            town="Ipoh",
            country="MY",
            sector=Sector.ELECTRONICS,
            os_id=OS_ID,
        )


def test_the_place_is_found_by_its_os_id_and_echoed_masked(texting: Texting) -> None:
    site = add(texting)
    texting.say(FIRST, "1", "2", "my 2018188-3d25v m")
    assert site_of(texting.world.vault, texting.case()) == site.id
    # The question about the topic has no room for it.
    (asked,) = texting.say("1")
    assert asked.startswith("O... in Ipoh? If not, text 9.")

    texting.say("1", "1")
    assert texting.offers()[id_of(texting.world.near)] is OfferState.OFFERED
    assert OS_ID.encode() not in everything_stored(texting.database)


def test_a_mistyped_one_places_nothing(texting: Texting) -> None:
    add(texting)
    texting.say(FIRST, "1", "2", OS_ID[:-1] + "N")
    assert site_of(texting.world.vault, texting.case()) is None
    assert OS_ID[:-1] + "N" in texting.words()


def test_the_form_on_the_web_finds_it_too(texting: Texting) -> None:
    site = add(texting)
    filed = texting.world.file(site_code="", site=f"my factory is {OS_ID.lower()}")
    with texting.database.reading() as session:
        case = session.get_one(Case, texting.world.case_of(filed))
    assert site_of(texting.world.vault, case) == site.id
    assert filed.organisation_id == texting.world.near.id
    assert OS_ID.encode() not in everything_stored(texting.database)
