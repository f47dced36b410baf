"""Whoever can write the database takes a site away, hides it or puts it back as it was: no helper with a stake there is asked."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete

from app.cases.custody.deciding import CannotBePlaced, place_case
from app.cases.routing.offers import accept_offer
from app.database import Database, OrganisationId
from app.network import (
    Interest,
    Sector,
    Site,
    SiteHead,
    add_site,
    count_sites,
    declare_interest,
    import_sites,
    match_site,
    remove_site,
    sites_are_whole,
)
from tests.harness.world import site_id
from tests.support.case_views import holder_of_case
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back, table, write_past_us

WORDS: dict[str, Any] = {"site": "Foxglove Circuits, Penang", "site_code": "", "country": "MY"}
NOWHERE: dict[str, Any] = {"site": "", "site_code": "", "country": "MY"}
Attack = Callable[[Database, Any], None]


@pytest.fixture
def interested(desk: Desk) -> Desk:
    """The nearest helper has a stake in the site that reports are told from; other sites are there too."""
    world = desk.world
    with desk.database.writing() as session:
        add_site(session, world.vault, name="Teak Motors", town="Ipoh", country="MY", sector=Sector.VEHICLE)
        declare_interest(
            session,
            world.vault,
            organisation_id=OrganisationId(world.near.id),
            site_id=site_id(world.site),
            reason="Its founder runs it.",
        )
    assert holder_of_case(desk, world.file(**WORDS)) == world.far.id
    assert holder_of_case(desk, world.file(**NOWHERE)) == world.near.id
    return desk


def _delete(database: Database, site: Any) -> None:
    with database.engine.begin() as connection:
        connection.execute(delete(table(Interest)))
        connection.execute(delete(table(Site)).where(table(Site).c.id == site))


def _hide(database: Database, site: Any) -> None:
    write_past_us(database, Site, {"id": site}, state="removed")


def _spoil(database: Database, site: Any) -> None:
    write_past_us(database, Site, {"id": site}, label_veil=b"spoilt")


def _delete_with_head(database: Database, site: Any) -> None:
    _delete(database, site)
    with database.engine.begin() as connection:
        connection.execute(delete(table(SiteHead)))


def _delete_and_count(database: Database, site: Any) -> None:
    _delete(database, site)
    write_past_us(database, SiteHead, {}, number=2)


def _rename(database: Database, site: Any) -> None:
    write_past_us(database, Site, {"id": site}, row_mac=None)


ATTACKS = (_delete, _hide, _spoil, _delete_with_head, _delete_and_count, _rename)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("told", ("words", "code"))
def test_custody_holds_what_is_told_of_a_place(interested: Desk, attack: Attack, told: str) -> None:
    world = interested.world
    attack(interested.database, world.site.id)
    place = WORDS if told == "words" else NOWHERE | {"site_code": world.site.code}
    filed = world.file(**place)
    assert filed.with_custody
    assert holder_of_case(interested, filed) is None
    with interested.database.reading() as session:
        assert not sites_are_whole(session, world.vault)


def test_who_tells_no_place_is_helped_as_before(interested: Desk) -> None:
    _delete(interested.database, interested.world.site.id)
    assert holder_of_case(interested, interested.world.file(**NOWHERE)) == interested.world.near.id


def test_an_older_copy_of_the_site_is_told_from_the_newest(desk: Desk) -> None:
    world = desk.world
    before = copy_of(desk.database, Site, id=world.site.id)
    with desk.database.writing() as session:
        declare_interest(
            session,
            world.vault,
            organisation_id=OrganisationId(world.near.id),
            site_id=site_id(world.site),
            reason="Its founder runs it.",
        )
    with desk.database.engine.begin() as connection:
        connection.execute(delete(table(Interest)))
    write_past_us(
        desk.database, Site, {"id": world.site.id}, stakes=before["stakes"], row_mac=before["row_mac"]
    )
    assert holder_of_case(desk, world.file(**WORDS)) is None


def test_a_custodian_cannot_place_it_until_the_list_is_whole_again(interested: Desk) -> None:
    world, database = interested.world, interested.database
    site = copy_of(database, Site, id=world.site.id)
    stake = copy_of(database, Interest)
    _delete(database, world.site.id)
    case_id = world.case_of(world.file(**WORDS))

    def place(organisation: Any) -> None:
        with database.writing() as session:
            place_case(
                session,
                world.vault,
                world.rules,
                interested.custodian,
                case_id,
                OrganisationId(organisation.id),
            )

    for organisation in (world.near, world.far):
        with pytest.raises(CannotBePlaced, match="site_in_doubt"):
            place(organisation)
    put_back(database, Site, site)
    put_back(database, Interest, stake)
    with pytest.raises(CannotBePlaced, match="interest_in_site"):
        place(world.near)
    place(world.far)
    with database.writing() as session:
        assert accept_offer(session, world.vault, world.rules, interested.far, case_id).taken


def test_a_list_that_the_operator_counted_anew_is_whole(interested: Desk) -> None:
    world = interested.world
    with interested.database.engine.begin() as connection:
        for model in (Site, SiteHead):
            rows = table(model)
            connection.execute(
                delete(rows).where(rows.c.id.in_((world.other_site.id, world.vault.deployment)))
            )
    with interested.database.writing() as session:
        assert count_sites(session, world.vault) == 2
    with interested.database.reading() as session:
        assert sites_are_whole(session, world.vault)
    assert holder_of_case(interested, world.file(**WORDS)) == world.far.id


def test_every_change_of_the_list_is_carried_over_and_hides_none_that_others_made(interested: Desk) -> None:
    world, vault = interested.world, interested.world.vault
    lines = b"name,town,country,sector,os_id\nMangrove Cells,Klang,MY,battery,\nTeak Motors,Ipoh,MY,vehicle,MY20181669S346D\n"

    def whole() -> bool:
        with interested.database.reading() as session:
            return sites_are_whole(session, vault) and match_site(session, vault, "nowhere known").whole

    with interested.database.writing() as session:
        assert import_sites(session, vault, lines).identified == 1
    assert whole()
    with interested.database.writing() as session:
        remove_site(session, vault, world.other_site.code)
    assert whole()
    _delete(interested.database, world.site.id)
    assert not whole()
    with interested.database.writing() as session:
        add_site(session, vault, name="Foxglove Circuits", town="Penang", country="MY", sector=Sector.OTHER)
    assert not whole()
