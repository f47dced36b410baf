"""A NUL in an address: PostgreSQL can neither store nor compare it, so none gets as far as the database: values come cleaned."""

from pathlib import Path

from flask import Flask

from app.database import Database
from tests.harness.beginnings import Beginnings
from tests.harness.pages import checked_client
from tests.harness.world import World
from tests.support.member import Member, make_app
from tests.support.route_places import PLACES

_NAMES = (
    "urgency",
    "stage",
    "country",
    "language",
    "mine",
    "show",
    "kind",
    "site",
    "after",
    "done",
    "next",
    "late",
)


def test_no_query_with_a_nul_is_an_error_of_ours(
    database: Database, worlds: Beginnings[World], tmp_path: Path
) -> None:
    world = worlds.copy_into(database)
    app = make_app(world, tmp_path)
    member = Member(checked_client(app))
    member.sign_in(world, "near.lead")
    for name in _NAMES:
        for value in ("%00", "MY%00", "%00MY", "a%00b&country=MY"):
            assert member.client.get(f"/desk/?{name}={value}").status_code < 400, name
    assert member.client.get("/desk/?coun%00try=MY").status_code == 400
    assert member.client.get("/desk/?country=MY").status_code == 200
    # What is no NUL filters nothing or everything, and is no error either.
    for value in ("%ff%fe", "%ed%a0%80", "%EF%BF%BF", "x" * 3000, "0_99999999999999999999_x", "%D9%A3"):
        for name in _NAMES:
            assert member.client.get(f"/desk/?{name}={value}").status_code < 500, (name, value)
    for address in gets(app):
        # Nothing dispatches here, and the page for the operator says so whatever it is asked.
        allowed = 503 if address == "/healthz" else 499
        assert member.client.get(f"{address}?anything=%00").status_code <= allowed, address
        assert member.client.get(f"{address}%00").status_code == 404, address
        assert member.client.get(f"%00{address}").status_code == 404, address


def gets(app: Flask) -> list[str]:
    """Every address of the application that can be opened."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    with app.test_request_context():
        urls = app.url_map.bind("")
        return [urls.build(rule.endpoint, {name: PLACES[name] for name in rule.arguments}) for rule in rules]
