"""A helper says where it is: checked, locked, written down, and whoever has an interest in that site does not keep the case."""

import pytest
from sqlalchemy import select

from app.cases.case.access import NoAccess, NotYours, ReadOnly
from app.cases.case.models import Offer
from app.cases.case.veils import facts_of, site_of
from app.cases.desk.triage import EditConflict
from app.cases.desk.workplace import UnknownCountry, Workplace, set_workplace
from app.cases.enums import CountryFrom, OfferState, State
from app.cases.worker.inbox import open_inbox
from app.database import CaseId, OrganisationId, SiteId
from app.network import SignedIn, declare_interest
from app.vault import read_journal
from tests.harness.world import site_id
from tests.support.desk import Desk


def say(
    desk: Desk,
    case_id: CaseId,
    site: SiteId | None = None,
    country: str | None = None,
    *,
    by: SignedIn | None = None,
    seen: int | None = None,
) -> bool:
    seen = desk.case(case_id).edit_version if seen is None else seen
    with desk.database.writing() as session:
        return set_workplace(
            session,
            desk.world.vault,
            desk.world.rules,
            by or desk.caseworker,
            case_id,
            Workplace(site, country),
            seen,
        )


def declare(desk: Desk, organisation: OrganisationId) -> None:
    with desk.database.writing() as session:
        declare_interest(
            session,
            desk.world.vault,
            organisation_id=organisation,
            site_id=site_id(desk.world.other_site),
            reason="It pays for our office.",
        )


def unplaced(desk: Desk) -> CaseId:
    """A case of the near partner of which only the country is known."""
    return desk.accepted(site_code="", site="the yellow shed near Batu Pahat, Malaysia")


def test_a_site_brings_its_country_and_the_workers_words_stay(desk: Desk) -> None:
    case_id, other = unplaced(desk), unplaced(desk)

    assert say(desk, case_id, site_id(desk.world.site), "IN")
    page = desk.open(desk.lead, case_id)
    assert (page.site, page.country, page.country_from) == (
        "Foxglove Circuits, Penang",
        "MY",
        CountryFrom.HELPER,
    )
    assert page.site_words == "the yellow shed near Batu Pahat, Malaysia"
    assert desk.open(desk.lead, other).site is None
    assert desk.acts(case_id)[-2:] == ["case.workplace", "case.read"]
    with desk.database.reading() as session:
        written = next(
            entry
            for entry in read_journal(session, desk.world.vault, case_id)
            if entry.act == "case.workplace"
        )
    assert written.detail == {"site": str(desk.world.site.id), "country": "MY"}


def test_only_the_country_and_nothing_at_all_can_be_said(desk: Desk) -> None:
    case_id = unplaced(desk)

    assert say(desk, case_id, country="VN")
    assert desk.case(case_id).country == "VN"
    version = desk.case(case_id).edit_version
    assert say(desk, case_id, country="VN", seen=0)  # the same again changes nothing, also from an old page
    assert desk.case(case_id).edit_version == version
    assert say(desk, case_id)
    assert desk.case(case_id).country is None
    assert facts_of(desk.world.vault, desk.case(case_id)).country_from is CountryFrom.UNKNOWN


@pytest.mark.parametrize("country", ("UK", "EU", "my", "", "\0", "Malaysia"))
def test_what_is_no_country_is_refused(desk: Desk, country: str) -> None:
    case_id = unplaced(desk)

    with pytest.raises(UnknownCountry):
        say(desk, case_id, country=country)
    assert desk.case(case_id).country == "MY"


def test_two_people_never_write_over_each_other(desk: Desk) -> None:
    case_id = unplaced(desk)
    seen = desk.case(case_id).edit_version

    assert say(desk, case_id, country="VN", seen=seen)
    with pytest.raises(EditConflict) as conflict:
        say(desk, case_id, site_id(desk.world.site), by=desk.lead, seen=seen)
    assert conflict.value.version == seen + 1
    assert (desk.case(case_id).country, desk.case(case_id).site_veil) == ("VN", None)


def test_viewers_others_and_closed_cases_change_nothing(desk: Desk) -> None:
    case_id = unplaced(desk)

    with pytest.raises(ReadOnly):
        say(desk, case_id, country="VN", by=desk.viewer)
    for stranger in (desk.far, desk.custodian):
        with pytest.raises(NoAccess):
            say(desk, case_id, country="VN", by=stranger)
    with desk.database.writing() as session:
        session.get_one(type(desk.case(case_id)), case_id).is_open = False
    with pytest.raises(NotYours):
        say(desk, case_id, country="VN")
    assert desk.case(case_id).country == "MY"


def test_whoever_has_an_interest_in_the_site_loses_the_case_and_reads_nothing_more(desk: Desk) -> None:
    """It goes on to who may have it; what is written from then on is sealed to keys that the first one never gets."""
    case_id, other = unplaced(desk), unplaced(desk)
    declare(desk, OrganisationId(desk.world.near.id))

    assert not say(desk, case_id, site_id(desk.world.other_site))
    case = desk.case(case_id)
    assert (case.organisation_id, case.assignee_id, case.country) == (desk.world.far.id, None, "IN")
    assert case.state is State.OFFERED
    with desk.database.reading() as session:
        assert site_of(desk.world.vault, case) == desk.world.other_site.id
        states = {
            offer.organisation_id: offer.state
            for offer in session.scalars(select(Offer).where(Offer.case_id == case_id))
        }
    assert states[desk.world.near.id] is OfferState.WITHDRAWN
    for member in (desk.lead, desk.caseworker):
        with pytest.raises(NoAccess):
            desk.open(member, case_id)
    assert desk.open(desk.lead, other).site is None


def test_the_worker_sees_until_when_who_lost_it_could_read(desk: Desk) -> None:
    filed = desk.world.file(site_code="", site="a shed near Batu Pahat, Malaysia")
    case_id = desk.accept(filed)
    declare(desk, OrganisationId(desk.world.near.id))
    say(desk, case_id, site_id(desk.world.other_site))
    worker = desk.world.enter(filed)
    with desk.database.reading() as session:
        lines = [
            line
            for line in open_inbox(session, desk.world.vault, worker).access
            if line.organisation == desk.world.near.name
        ]
    assert lines
    assert all(line.until is not None for line in lines)


def test_where_nobody_else_may_have_it_custody_holds_it(desk: Desk) -> None:
    case_id = unplaced(desk)
    for organisation in (desk.world.near, desk.world.far):
        declare(desk, OrganisationId(organisation.id))

    assert not say(desk, case_id, site_id(desk.world.other_site))
    case = desk.case(case_id)
    assert (case.state, case.organisation_id) == (State.RECEIVED, None)
    assert "case.held" in desk.acts(case_id)
