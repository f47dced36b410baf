"""The page on which a helper says where a case is, and what the case page shows of country and language."""

import pytest

from app.cases.case.models import Case
from app.cases.case.veils import site_of
from app.database import CaseId
from app.network import declare_interest, remove_site
from tests.harness.world import World, site_id
from tests.support.member import Browse, accepted

WORDS = "the yellow shed, Batu Pahat, Malaysia"


@pytest.fixture
def unplaced(world: World) -> CaseId:
    """A case of which the words tell only the country."""
    return accepted(
        world,
        world.file(site_code="", site=WORDS, words="Syarikat tak bayar gaji kami tiga bulan"),
    )


def _case(world: World, case_id: CaseId) -> Case:
    with world.database.reading() as session:
        return session.get_one(Case, case_id)


def test_the_case_page_says_where_country_and_language_are_from(browse: Browse, unplaced: CaseId) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{unplaced}")
    assert "Malaysia (as read from the worker’s words)" in page.text
    assert "Malay (as the worker writes)" in page.text
    assert "Use the language they wrote in (Malay)" in page.text


def test_a_site_is_chosen_by_its_name(browse: Browse, world: World, unplaced: CaseId) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{unplaced}/workplace")
    page = member.send("/workplace", site="foxglove circuits penang", country="")
    assert "Site and country saved." in page.text
    assert "Foxglove Circuits, Penang" in page.text
    assert "Malaysia (set by a helper)" in page.text
    assert WORDS in page.text
    assert "oxglove" not in page.response.request.path


def test_every_site_can_be_chosen_from_the_list(browse: Browse, world: World, unplaced: CaseId) -> None:
    member = browse("near.lead")
    page = member.open(f"/desk/cases/{unplaced}/workplace")
    listed = [
        option.get("value") for option in page.root.iter("option") if "·" in (option.get("value") or "")
    ]
    assert listed[0] == f"Foxglove Circuits, Penang · {world.site.code}"
    assert len(listed) == 2
    for choice, country in zip(listed, ("MY", "IN"), strict=True):
        member.open(f"/desk/cases/{unplaced}/workplace")
        assert member.send("/workplace", site=choice).status == 200
        assert _case(world, unplaced).country == country


def test_what_is_not_known_for_certain_is_asked_back_with_every_word(
    browse: Browse, unplaced: CaseId
) -> None:
    member = browse("near.lead")
    member.open(f"/desk/cases/{unplaced}/workplace")
    page = member.send("/workplace", site="Foxglove", country="VN")
    assert page.status == 400
    assert "Foxglove Circuits, Penang" in page.text
    chosen = [each.get("value") for each in page.root.iter("option") if each.get("selected") is not None]
    assert (page.form("/workplace").values["site"], chosen) == (["Foxglove"], ["VN"])
    page = member.send("/workplace", site="nothing like any of them")
    assert page.status == 400
    assert "no site of that name" in page.text
    assert "Choose a country" in member.send("/workplace", site="", country="UK").text


def test_the_second_of_two_helpers_sees_both_and_chooses(
    browse: Browse, world: World, unplaced: CaseId
) -> None:
    first, second = browse("near.lead"), browse("near.caseworker")
    for member in (first, second):
        member.open(f"/desk/cases/{unplaced}/workplace")
    assert first.send("/workplace", site="", country="VN").status == 200
    page = second.send("/workplace", site="Foxglove Circuits, Penang")
    assert page.status == 409
    assert "It says now No site, Vietnam" in page.text
    assert page.form("/workplace").values["site"] == ["Foxglove Circuits, Penang"]
    assert _case(world, unplaced).country == "VN"
    assert "Site and country saved." in second.send("/workplace").text
    assert _case(world, unplaced).country == "MY"


def test_a_case_from_a_site_of_ones_own_interest_is_gone_at_once(
    browse: Browse, world: World, unplaced: CaseId
) -> None:
    with world.database.writing() as session:
        declare_interest(
            session,
            world.vault,
            organisation_id=world.near.id,
            site_id=site_id(world.site),
            reason="It pays for our office.",
        )
    member = browse("near.lead")
    member.open(f"/desk/cases/{unplaced}/workplace")
    page = member.send("/workplace", site="Foxglove Circuits, Penang")
    assert "Your organisation may not have a case from that site" in page.text
    assert member.open(f"/desk/cases/{unplaced}").status == 404
    assert member.open(f"/desk/cases/{unplaced}/workplace").status == 404


def test_viewers_and_other_organisations_have_no_such_page(browse: Browse, unplaced: CaseId) -> None:
    assert browse("near.viewer").open(f"/desk/cases/{unplaced}/workplace").status == 403
    assert browse("far.lead").open(f"/desk/cases/{unplaced}/workplace").status == 404


def test_the_country_of_a_case_is_corrected_though_its_site_was_removed(
    browse: Browse, world: World, unplaced: CaseId
) -> None:
    here = f"Foxglove Circuits, Penang · {world.site.code}"
    member = browse("near.lead")
    member.open(f"/desk/cases/{unplaced}/workplace")
    assert member.send("/workplace", site=here).status == 200
    with world.database.writing() as session:
        remove_site(session, world.vault, world.site.code)

    page = member.open(f"/desk/cases/{unplaced}/workplace")
    assert page.form("/workplace").values["site"] == [here]
    listed = [option.get("value") or "" for option in page.root.iter("option")]
    assert [choice for choice in listed if "·" in choice] == [
        f"Banyan Boards, Chennai · {world.other_site.code}"
    ]
    page = member.send("/workplace", country="VN")
    assert (page.status, "Site and country saved." in page.text) == (200, True)
    assert "Foxglove Circuits, Penang" in page.text
    case = _case(world, unplaced)
    assert (case.country, site_of(world.vault, case)) == ("VN", site_id(world.site))


def test_a_removed_site_is_no_choice_for_another_case(browse: Browse, world: World, unplaced: CaseId) -> None:
    with world.database.writing() as session:
        remove_site(session, world.vault, world.site.code)
    member = browse("near.lead")
    member.open(f"/desk/cases/{unplaced}/workplace")
    page = member.send("/workplace", site=f"Foxglove Circuits, Penang · {world.site.code}")
    assert page.status == 400
    assert "no site of that name" in page.text
    assert site_of(world.vault, _case(world, unplaced)) is None
