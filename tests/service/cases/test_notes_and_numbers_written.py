"""Words that others sealed to custody, and numbers that they set to the highest there is: nobody is misled, nobody shut out."""

from datetime import timedelta

import pytest

from app.cases.case.models import Case, Offer, RoutingNote
from app.cases.custody.deciding import CannotBePlaced, place_case
from app.cases.custody.reading import read_routing_note
from app.cases.desk.triage import EditConflict, set_category
from app.cases.routing.records import keep_routing_note, routing_note
from app.cases.worker.sharing import stop_sharing
from app.database import CaseId, OrganisationId, new_id
from app.network import Limit, count_attempt
from app.network.attempts import Attempts
from app.vault import CircleName, circle_public_keys
from tests.support.desk import Desk
from tests.support.past_us import copy_of, put_back, write_past_us


def a_note(desk: Desk, case_id: CaseId, exclude_other: str) -> RoutingNote:
    """Words as anybody seals them who knows custody's public key."""
    coordinator = OrganisationId(desk.world.coordinator.id)
    with desk.database.reading() as session:
        keys = circle_public_keys(session, desk.world.vault, {coordinator: CircleName.CUSTODY})
    return routing_note(desk.world.vault, case_id, keys[coordinator], site="", exclude_other=exclude_other)


def test_words_about_the_place_that_others_sealed_are_not_the_workers(desk: Desk) -> None:
    """Anybody can seal to custody's public key: it takes the deployment to say that these are the worker's words."""
    world, vault = desk.world, desk.world.vault
    case_id = world.case_of(world.file(exclude_other="my cousin Zubin"))
    write_past_us(
        desk.database, RoutingNote, {"case_id": case_id}, sealed=a_note(desk, case_id, "Nobody").sealed
    )
    with desk.database.writing() as session:
        assert read_routing_note(session, vault, desk.custodian, case_id, "No partner fits.") is None
    with pytest.raises(CannotBePlaced), desk.database.writing() as session:
        place_case(session, vault, world.rules, desk.custodian, case_id, OrganisationId(world.near.id))
    with desk.database.writing() as session:
        keep_routing_note(session, vault, a_note(desk, case_id, "my cousin Zubin, too"))
    with desk.database.writing() as session:
        words = read_routing_note(session, vault, desk.custodian, case_id, "No partner fits.")
        assert words is not None
        assert words.exclude_other == "my cousin Zubin, too"


def test_an_edit_number_at_the_highest_begins_anew_and_keeps_nobody_out(desk: Desk) -> None:
    filed = desk.world.file()
    case_id, worker, world = desk.accept(filed), desk.world.enter(filed), desk.world
    other = desk.accepted()
    before = desk.case(other).edit_version
    for number, category in ((2**31 - 1, "wages"), (2_000_000_000, "recruitment")):
        write_past_us(desk.database, Case, {"id": case_id}, edit_version=number)
        with desk.database.writing() as session:
            version = session.get_one(Case, case_id).edit_version
            set_category(session, world.vault, world.rules, desk.lead, case_id, category, version)
        # One for the category, one for an urgency that it raises.
        begun = desk.case(case_id).edit_version
        assert begun in (1, 2)
        with pytest.raises(EditConflict), desk.database.writing() as session:
            set_category(session, world.vault, world.rules, desk.lead, case_id, "hours", version)
    with desk.database.writing() as session:
        stop_sharing(session, world.vault, worker)
    assert desk.case(case_id).edit_version == begun + 1
    assert desk.case(other).edit_version == before


def test_an_offer_at_the_highest_place_is_in_nobodys_way(desk: Desk) -> None:
    world = desk.world
    filed = world.file(exclude_other="my cousin Zubin")
    case_id = world.case_of(filed)
    offer = copy_of(desk.database, Offer, case_id=desk.offered(), organisation_id=world.near.id)
    put_back(desk.database, Offer, offer | {"id": new_id(), "case_id": case_id, "position": 2**31 - 1})
    with desk.database.writing() as session:
        place_case(session, world.vault, world.rules, desk.custodian, case_id, OrganisationId(world.near.id))
    desk.accept(filed)


def test_a_count_at_the_highest_refuses_nothing(desk: Desk) -> None:
    limit, vault = Limit("something", 3, timedelta(hours=1)), desk.world.vault
    with desk.database.writing() as session:
        assert count_attempt(session, vault, limit, "me") == 1
    write_past_us(desk.database, Attempts, {}, number=2**31 - 1)
    for _ in range(2):
        with desk.database.writing() as session:
            assert count_attempt(session, vault, limit, "me") > limit.most
            assert count_attempt(session, vault, limit, "somebody else") >= 1
