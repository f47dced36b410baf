"""What every answer carries and every post must pass, for every address of the application."""

import gzip
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from app import clock
from app.settings import read_settings
from app.vault import grants_of_case
from app.web.headers import COMPRESSED
from tests.harness.application import application
from tests.harness.world import World
from tests.support.member import Browse
from tests.support.planting import run_past_us
from tests.support.route_places import PLACES

HOME = "http://localhost"


def posts(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]


def address(app: Flask, rule: Rule) -> str:
    with app.test_request_context():
        built: str = app.url_map.bind("").build(
            rule.endpoint, {name: PLACES[name] for name in rule.arguments}, method="POST"
        )
    return built


@pytest.mark.parametrize(
    "headers",
    (
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": HOME},
    ),
)
def test_a_post_from_another_site_is_refused_everywhere(app: Flask, headers: dict[str, str]) -> None:
    client: FlaskClient = app.test_client()

    assert len(posts(app)) > 20
    for rule in posts(app):
        answer = client.post(address(app, rule), headers=headers)
        assert answer.status_code == 403, rule.endpoint


@pytest.mark.parametrize(
    "headers",
    (
        {},
        {"Origin": HOME},
        {"Origin": "http://127.0.0.1:8000"},  # the public address, which a proxy may not repeat
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    ),
)
def test_a_post_from_our_own_page_reaches_the_form(app: Flask, headers: dict[str, str]) -> None:
    assert app.test_client().post("/en/report", data={}, headers=headers).status_code == 422


@pytest.mark.parametrize(
    "path", ("/", "/en/", "/en/how", "/en/inbox", "/desk/", "/nowhere", "/desk/nowhere", "/healthz")
)
def test_every_answer_carries_the_policy(app: Flask, path: str) -> None:
    headers = app.test_client().get(path).headers

    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "Strict-Transport-Security" not in headers  # not over https here
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize(
    ("path", "speaks"),
    (
        *((path, True) for path in ("/en/", "/en/s/abcd2345", "/en/offline")),
        *(
            (path, False)
            for path in ("/en/how", "/en/saved", "/en/inbox", "/en/calendar", "/desk/", "/sw.js", "/nowhere")
        ),
    ),
)
def test_only_the_form_may_listen_and_play_what_it_heard(app: Flask, path: str, *, speaks: bool) -> None:
    headers = app.test_client().get(path).headers

    assert ("microphone=(self)" in headers["Permissions-Policy"]) is speaks
    assert ("microphone=()" in headers["Permissions-Policy"]) is not speaks
    assert ("media-src blob:" in headers["Content-Security-Policy"]) is speaks
    # Nothing but sound comes from there.
    assert headers["Content-Security-Policy"].count("blob:") == speaks


def test_only_pages_without_secrets_of_others_are_compressed(app: Flask) -> None:
    client = app.test_client()

    for path, endpoint in (("/en/", "worker.form"), ("/en/how", "worker.how"), ("/nowhere", "")):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        squeezed = answer.headers.get("Content-Encoding") == "gzip"
        assert squeezed == (endpoint in COMPRESSED), path
        assert b"<html" in (gzip.decompress(answer.data) if squeezed else answer.data)
    assert "Content-Encoding" not in client.get("/en/").headers


def test_a_style_sheet_is_kept_for_a_year_under_its_own_address(app: Flask) -> None:
    client = app.test_client()
    page = client.get("/en/").text
    sheet = page.split('rel="stylesheet" href="')[1].split('"')[0]

    answer = client.get(sheet)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]
    outdated = client.get(sheet.replace(sheet.split("/")[2], "00000000"))
    assert outdated.data == answer.data
    assert outdated.headers["Cache-Control"] == "no-store"
    assert client.get("/static/00000000/none.css").status_code == 404


def test_an_error_says_what_to_do_and_shows_no_trace(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_arguments: object) -> str:
        raise RuntimeError("planted secret")

    monkeypatch.setitem(app.view_functions, "worker.how", broken)
    answer = app.test_client().get("/en/how")
    assert answer.status_code == 500
    assert "planted secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "Try again" in answer.text


def test_what_was_altered_in_the_database_is_not_opened_and_said_so(
    app: Flask, world: World, browse: Browse
) -> None:
    filed = world.file(words="Untouched words")
    case_id = world.case_of(filed)
    lead = browse("near.lead")
    assert lead.post(f"/desk/offers/{case_id}/accept").status == 303
    with world.database.writing() as session:
        for grant in grants_of_case(session, case_id):
            if grant.sealed is not None:
                grant.sealed = grant.sealed[:-1] + bytes([grant.sealed[-1] ^ 1])

    page = lead.open(f"/desk/cases/{case_id}")
    assert page.status == 500
    assert "changed or is damaged" in page.text
    assert "Untouched words" not in page.text

    answer = app.test_client().post("/en/inbox", data={"receipt": filed.receipt}, follow_redirects=True)
    assert answer.status_code == 500
    assert "changed or is damaged" in answer.text


def test_a_worker_reads_words_where_the_ids_of_their_grants_were_spoilt(app: Flask, world: World) -> None:
    filed = world.file(words="Untouched words")
    case_id = world.case_of(filed)
    spoil = "update vault_grants set id = 'zzz' || rowid where case_id = ?"
    assert run_past_us(world.database, spoil, case_id) > 1
    answer = app.test_client().post("/en/inbox", data={"receipt": filed.receipt}, follow_redirects=True)
    assert answer.status_code == 500
    assert "changed or is damaged" in answer.text
    # The others are not in its way.
    other = world.file(words="Other words")
    assert "Other words" in inbox_of(app, other.receipt)


def inbox_of(app: Flask, receipt: str) -> str:
    """What the inbox shows with this code."""
    return app.test_client().post("/en/inbox", data={"receipt": receipt}, follow_redirects=True).text


@pytest.fixture
def public(world: World) -> Flask:
    """The application as it stands on the internet."""
    settings = read_settings(
        {"REDRESS_PUBLIC_URL": "https://help.example.org", "REDRESS_SECURITY_CONTACT": "security@example.org"}
    )
    return application(world, settings)


@pytest.mark.parametrize("path", ("/desk", "/network", "/desk/", "/network/", "/", "/en/report", "/en"))
def test_a_redirect_never_leads_to_the_host_that_was_asked_for(public: Flask, path: str) -> None:
    answer = public.test_client().get(path, headers={"Host": "evil.example"})
    assert answer.status_code in (301, 302, 303, 308, 404)
    assert urlsplit(answer.headers.get("Location", "/")).netloc == ""


def test_over_https_browsers_are_told_to_stay_with_it(public: Flask) -> None:
    headers = public.test_client().get("/en/").headers
    assert int(headers["Strict-Transport-Security"].removeprefix("max-age=")) >= 180 * 86_400


@pytest.mark.parametrize(
    ("origin", "host", "passes"),
    (
        ("https://help.example.org", "help.example.org", True),
        (
            "https://help.example.org",
            "127.0.0.1:8000",
            True,
        ),  # as behind a proxy that does not pass the name on
        ("http://help.example.org", "help.example.org", False),
        ("http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("https://help.example.org:8443", "help.example.org", False),
        ("https://evil.example", "evil.example", False),
    ),
)
def test_a_page_in_the_clear_cannot_post_to_a_service_over_https(
    public: Flask, origin: str, host: str, passes: bool
) -> None:
    answer = public.test_client().post("/en/report", data={}, headers={"Origin": origin, "Host": host})
    assert answer.status_code == (422 if passes else 403)


def test_gauges_ask_for_the_token_wherever_a_plain_proxy_could_stand(public: Flask, app: Flask) -> None:
    assert public.test_client().get("/metrics").status_code == 403
    assert app.test_client().get("/metrics").status_code == 200


def test_security_txt_stands_where_the_operator_named_a_contact(public: Flask, app: Flask) -> None:
    answer = public.test_client().get("/.well-known/security.txt")
    assert answer.content_type == "text/plain; charset=utf-8"
    contact, expires = answer.text.splitlines()
    assert contact == "Contact: mailto:security@example.org"
    at = datetime.fromisoformat(expires.removeprefix("Expires: "))
    assert timedelta(days=30) < at - clock.now() < timedelta(days=366)
    assert app.test_client().get("/.well-known/security.txt").status_code == 404
