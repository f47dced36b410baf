"""The queue and what is offered: what a member sees before and after accepting, and what is never shown before."""

from typing import Any

import pytest

from app import clock
from app.cases.routing.offers import DeclineReason
from tests.harness.world import World
from tests.support.member import Browse, Member, accepted

SECRETS = ("They owe us", "Foxglove", "Penang", "gbvh", "Sexual", "Hurt", "Siti", "555 0199")


def _offer(world: World, **answers: Any) -> str:
    told: dict[str, Any] = {"topics": ("gbvh",), "danger": True, "words": "They owe us money."} | answers
    return str(world.case_of(world.file(**told)))


def test_an_empty_queue_says_what_will_come(browse: Browse) -> None:
    page = browse("far.lead").open("/desk/")
    assert "Nothing is waiting for you." in page.text
    assert list(page.root.iter("table")) == []


def test_an_offer_shows_the_card_and_nothing_more(browse: Browse, world: World) -> None:
    _offer(world)
    member = browse("near.lead")
    html = member.page.response.get_data(as_text=True)
    assert "Freedom and treatment" in member.page.text
    assert "Danger" in member.page.text
    assert "Malaysia" in member.page.text
    for secret in SECRETS:
        assert secret not in html


def test_accepting_leads_to_the_case_and_the_queue_then_names_it(browse: Browse, world: World) -> None:
    case_id = _offer(world)
    member = browse("near.lead")
    page = member.send(f"{case_id}/accept")
    assert page.response.request.path == f"/desk/cases/{case_id}"
    assert "They owe us money." in page.text
    queue = member.open("/desk/")
    assert "Foxglove Circuits, Penang" in queue.text
    assert "Offered to you" not in queue.text


def test_an_offer_can_be_accepted_once(browse: Browse, world: World) -> None:
    case_id = _offer(world, topics=("wages",), danger=False)
    first, second = browse("near.lead"), browse("near.caseworker")
    first.send(f"{case_id}/accept")
    page = second.send(f"{case_id}/accept")
    assert page.response.request.path == f"/desk/cases/{case_id}"
    assert "They owe us money." in page.text


def test_declining_needs_a_reason_and_passes_the_case_on(browse: Browse, world: World) -> None:
    case_id = _offer(world)
    near, far = browse("near.lead"), browse("far.lead")
    page = near.send(f"{case_id}/decline")
    assert page.status == 400
    assert "Choose why" in page.text
    page = near.send(f"{case_id}/decline", why=DeclineReason.NO_CAPACITY.value)
    assert "Declined." in page.text
    assert "Offered to you" not in page.text
    assert "Offered to you" in far.open("/desk/").text
    assert near.open(f"/desk/cases/{case_id}").status == 404


def test_what_is_offered_to_others_cannot_be_taken(browse: Browse, world: World) -> None:
    case_id = _offer(world, topics=("wages",), danger=False)
    far = browse("far.lead")
    page = far.post(f"/desk/offers/{case_id}/accept")
    assert page.status == 409
    assert "not offered to you" in page.text
    assert far.open(f"/desk/cases/{case_id}").status == 404


def test_the_second_of_two_who_are_asked_at_once_reads_that_it_was_taken(
    browse: Browse, world: World
) -> None:
    case_id = _offer(world, topics=("wages",))
    near, far = browse("near.lead"), browse("far.lead")
    for member in (near, far):
        assert "Another organisation was asked at the same time." in member.open("/desk/").text
    assert "They owe us money." in far.send(f"{case_id}/accept").text
    # Its page is older than that.
    for act, told in (("accept", {}), ("decline", {"why": DeclineReason.NO_CAPACITY.value})):
        page = near.post(f"/desk/offers/{case_id}/{act}", **told)
        assert page.status == 409
        assert "Another organisation took this case first." in page.text
    assert "Offered to you" not in near.open("/desk/").text
    assert near.open(f"/desk/cases/{case_id}").status == 404


def test_a_viewer_sees_the_queue_without_buttons(browse: Browse, world: World) -> None:
    _offer(world, topics=("wages",), danger=False)
    taken = accepted(world, world.file(topics=("wages",), words="Other words."))
    viewer = browse("near.viewer")
    assert "Offered to you" in viewer.page.text
    assert "Accept" not in [button for form in viewer.page.root.iter("button") for button in form.itertext()]
    page = viewer.open(f"/desk/cases/{taken}")
    assert "Other words." in page.text
    assert "Reply to the worker" not in page.text
    assert [form.get("action") for form in page.root.iter("form")] == ["/desk/search", "/desk/lock"]


def test_a_restricted_case_is_not_in_the_queue_of_the_untrained(browse: Browse, world: World) -> None:
    case_id = _offer(world)
    caseworker = browse("near.caseworker")
    assert "Offered to you" not in caseworker.page.text
    assert caseworker.open(f"/desk/cases/{case_id}").status == 404


def _rows(member: Member) -> int:
    return sum(row.get("class") == "below" for row in member.page.root.iter("tr"))


def test_counts_and_filters_narrow_and_say_so(browse: Browse, world: World) -> None:
    accepted(world, world.file(topics=("wages",), danger=True))
    accepted(world, world.file(topics=("hours",)))
    member = browse("near.lead")
    assert _rows(member) == 2
    member.open("/desk/?show=danger")
    assert _rows(member) == 1
    chosen = [link for link in member.page.root.iter("a") if link.get("aria-current") == "true"]
    assert ["".join(link.itertext()).split() for link in chosen] == [["1", "Danger"]]
    member.open("/desk/?urgency=danger&show=unread")
    assert _rows(member) == 1
    member.open("/desk/?mine=1")
    assert _rows(member) == 0
    assert "No case fits these filters." in member.page.text


@pytest.mark.parametrize(
    "query",
    (
        "urgency=nonsense",
        "stage=<b>",
        "show=everything",
        "after=1_2",
        "after=%00",
        "after=0_99999999999999_" + "0" * 32,
    ),
)
def test_an_address_that_makes_no_sense_still_shows_the_queue(
    browse: Browse, world: World, query: str
) -> None:
    accepted(world)
    member = browse("near.lead")
    assert member.open(f"/desk/?{query}").status == 200


def test_a_long_queue_is_read_page_by_page(
    browse: Browse, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.cases.desk.queue.PAGE", 2)
    wanted = {str(accepted(world, world.file(words=f"Words {number}."))) for number in range(5)}
    member = browse("near.lead")
    seen: list[str] = []
    for _ in range(3):
        seen += [
            str(link.get("href")).rpartition("/")[2]
            for link in member.page.root.iter("a")
            if str(link.get("href")).startswith("/desk/cases/")
        ]
        further = [link for link in member.page.root.iter("a") if link.get("rel") == "next"]
        if further:
            member.open(str(further[0].get("href")))
    assert sorted(seen) == sorted(wanted)
    assert "Back to the top" in member.page.text


def test_what_is_late_is_said(browse: Browse, world: World) -> None:
    accepted(world)
    member = browse("near.lead")
    assert "late since" not in member.page.text
    clock.set_offset(40 * 24 * 3600)
    world.cookies["test clock"] = str(40 * 24 * 3600)
    member.sign_in(world, "near.lead")
    assert "late since" in member.page.text
    assert _rows(member) == 1
    member.open("/desk/?late=1")
    assert _rows(member) == 1
