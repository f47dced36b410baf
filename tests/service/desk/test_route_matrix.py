"""Who may enter, for every address of the whole application: nobody, a worker, and each kind of member in each role."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import clock
from app.network import OrganisationKind, Role
from app.vault import session_form_token
from app.web.access import (
    Door,
    ViewAccess,
    ViewWithoutEntry,
    check_every_view_declares,
    declared_entry,
    open_to_everyone,
)
from tests.harness.beginnings import Beginnings
from tests.harness.databases import Databases
from tests.harness.world import World
from tests.support.member import make_app
from tests.support.route_places import PLACES

NOBODY, WORKER = "nobody", "worker"
ORGANISATIONS = {
    OrganisationKind.MONITORING_PARTNER: "near",
    OrganisationKind.TRADE_UNION: "union",
    OrganisationKind.COORDINATOR: "coordinator",
    OrganisationKind.PUBLIC_BUYER: "buyer",
}


@dataclass(frozen=True)
class Caller:
    """Whoever stands before a view, with the form token of their session."""

    name: str
    client: FlaskClient
    form_token: str
    kind: OrganisationKind | None = None
    role: Role | None = None

    def admitted(self, entry: ViewAccess) -> bool:
        """Whether the declaration lets this caller pass."""
        if self.kind is None or self.role is None:
            return entry.door is Door.EVERYONE
        return entry.admits(self.kind, self.role)


@pytest.fixture(scope="module")
def matrix(
    databases: Databases, worlds: Beginnings[World], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, list[Caller]]]:
    folder = tmp_path_factory.mktemp("matrix")
    with databases.fresh("sqlite", folder) as database:
        world = worlds.copy_into(database)
        app = make_app(world, folder)
        yield app, list(_callers(app, world))


def _callers(app: Flask, world: World) -> Iterator[Caller]:
    yield Caller(NOBODY, app.test_client(), "")
    filed = world.file()
    client = app.test_client()
    client.post("/en/inbox", data={"receipt": filed.receipt})
    assert client.get_cookie("redress_worker") is not None
    yield Caller(WORKER, client, "")
    for kind, role in product(ORGANISATIONS, Role):
        login = f"matrix.{kind.value}.{role.value}"
        clock.set_offset(0)  # signing in moves it half a minute on, to the code after this one
        world.join(getattr(world, ORGANISATIONS[kind]), login, role)
        signed = world.sign_in(login)
        client = app.test_client()
        client.set_cookie("redress_member", world.cookies[login])
        yield Caller(f"{kind} {role}", client, session_form_token(signed.content), kind, role)


def _address(rule: Rule) -> str:
    built = rule.build({name: PLACES[name] for name in rule.arguments})
    assert built is not None
    return built[1]


def _cells(app: Flask) -> Iterator[tuple[Rule, str, ViewAccess]]:
    for rule in app.url_map.iter_rules():
        entry = declared_entry(app.view_functions[rule.endpoint])
        assert entry is not None, rule.endpoint
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule, method, entry


def test_every_cell_of_the_matrix_is_as_declared(matrix: tuple[Flask, list[Caller]]) -> None:
    app, callers = matrix
    wrong, cells = [], 0
    # Logging out and leaving end the caller's session, so they come last.
    ordered = sorted(_cells(app), key=lambda cell: cell[0].endpoint in ("desk.lock", "worker.close"))
    for rule, method, entry in ordered:
        for caller in callers:
            cells += 1
            told = _told(caller, rule, method, entry)
            if told is not None:
                wrong.append(f"{method} {rule.rule} by {caller.name}: {told}")
    assert not wrong, "\n".join(wrong)
    assert cells > 14 * 40


def _told(caller: Caller, rule: Rule, method: str, entry: ViewAccess) -> str | None:
    """What is wrong with the answer, or nothing."""
    data = {"form_token": caller.form_token} if method == "POST" else None
    answer = caller.client.open(_address(rule), method=method, data=data)
    text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
    sent_away = answer.status_code == 401 or answer.headers.get("Location", "").startswith("/desk/sign-in")
    forbidden = "This page is not for you" in text
    seen: tuple[object, ...]
    expected: tuple[object, ...]
    if entry.door is Door.MEMBERS and caller.kind is None:
        seen, expected = (answer.status_code, sent_away), (401 if method == "POST" else 303, True)
    elif entry.door is Door.MEMBERS and not caller.admitted(entry):
        seen, expected = (answer.status_code, forbidden), (403, True)
    elif entry.door is Door.GATEWAYS:
        # Nobody here is a provider: whoever asks without a signature learns nothing at all.
        seen, expected = (answer.status_code, answer.data), (403, b"")
    elif entry.door is Door.WORKERS and caller.name != WORKER:
        # The page that asks for the receipt, and nothing of any inbox.
        seen = (answer.status_code in (200, 422), 'name="receipt"' in text, "desk/lock" in text)
        expected = (True, True, False)
    else:
        seen, expected = (
            (answer.status_code != 500, sent_away and rule.endpoint != "desk.lock", forbidden),
            (True, False, False),
        )
    return None if seen == expected else f"{answer.status_code} {seen}, expected {expected}"


def test_viewers_only_read(matrix: tuple[Flask, list[Caller]]) -> None:
    app, _ = matrix
    may_post = {
        rule.endpoint
        for rule, method, entry in _cells(app)
        if method == "POST" and entry.door is Door.MEMBERS and Role.VIEWER in entry.roles
    }
    assert may_post == {"desk.lock", "desk.contact", "desk.search", "desk.save_time_zone"}


def _say_nothing() -> str:
    return ""


def _declare_nothing() -> str:
    return ""


def test_a_view_that_declares_nothing_keeps_the_application_from_starting() -> None:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/a", "declared", open_to_everyone(_say_nothing))
    check_every_view_declares(app)
    app.add_url_rule("/b", "silent", _declare_nothing)
    with pytest.raises(ViewWithoutEntry, match="silent"):
        check_every_view_declares(app)
