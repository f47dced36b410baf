"""`/healthz` and `/metrics`: they tell the operator's monitoring how the service is, and a stranger nothing."""

import dataclasses
import json
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text, update

from app import clock
from app.cases.case.models import Offer
from app.cases.enums import State, Urgency
from app.database import Database
from app.dispatcher.heartbeat import STALE_AFTER
from app.dispatcher.jobs import JOBS
from app.dispatcher.run import tick
from app.messaging.members.addresses import Channel, keep_address
from app.services import Services
from app.settings import Settings, read_settings
from tests.harness.application import application
from tests.harness.world import World


@pytest.fixture
def settings(world: World, tmp_path: Path) -> Settings:
    return read_settings({"REDRESS_HOME": str(tmp_path), "DATABASE_URL": world.database.url})


@pytest.fixture
def app(world: World, settings: Settings) -> Flask:
    return application(world, settings)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _tick_all(tools: Services) -> None:
    for job in JOBS:
        tick(job, tools)


def test_a_service_whose_dispatcher_ticks_is_well(world: World, tools: Services, client: FlaskClient) -> None:
    assert client.get("/healthz").status_code == 503
    _tick_all(tools)
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.get_json() == {"ok": True, "database": True, "tables": True, "dispatcher": True}
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_dispatcher_that_stopped_is_noticed(world: World, tools: Services, client: FlaskClient) -> None:
    _tick_all(tools)
    clock.set_offset(int(STALE_AFTER.total_seconds()) + 60)
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert answer.get_json() == {"ok": False, "database": True, "tables": True, "dispatcher": False}


def test_a_dispatcher_whose_writes_fail_for_more_than_a_minute_is_noticed(
    world: World, tools: Services, client: FlaskClient
) -> None:
    _tick_all(tools)
    clock.set_offset(75)
    assert client.get("/healthz").get_json()["dispatcher"] is False
    # One that goes through is enough: the others have their own times.
    tick(JOBS[0], tools)
    assert client.get("/healthz").get_json()["dispatcher"] is True


def test_one_job_that_never_goes_through_is_noticed(
    world: World, tools: Services, client: FlaskClient
) -> None:
    for job in JOBS[:-1]:
        tick(job, tools)
    assert client.get("/healthz").status_code == 503


def test_an_old_schema_is_noticed(world: World, tools: Services, client: FlaskClient) -> None:
    _tick_all(tools)
    with world.database.writing() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert client.get("/healthz").get_json() == {
        "ok": False,
        "database": True,
        "tables": False,
        "dispatcher": False,
    }


def test_a_database_that_is_gone_is_noticed_without_details(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    gone = Database("postgresql+psycopg://someone:very-secret@127.0.0.1:9/redress")
    client = application(world, settings, gone).test_client()
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert json.loads(answer.text) == {"ok": False, "database": False, "tables": False, "dispatcher": False}


def test_gauges_count_what_stands_in_the_database(world: World, tools: Services, client: FlaskClient) -> None:
    world.file()
    world.file(danger=True)
    world.file(danger=True, site_code=world.other_site.code)
    world.file(site_code="", site="", exclude_other="the man with the hat")
    _tick_all(tools)
    body = client.get("/metrics").text
    assert f'redress_open_cases{{state="offered",urgency="{Urgency.DANGER.value}"}} 2.0' in body
    assert "redress_offers_waiting 3.0" in body
    assert "redress_custody_waiting 1.0" in body
    assert "redress_late_clocks 0.0" in body
    assert "redress_organisations_not_alerted 4.0" in body
    assert 'redress_dispatcher_last_tick_seconds{job="expire_offers"}' in body
    lead = world.sign_in("near.lead")
    with world.database.writing() as session:
        keep_address(session, world.vault, lead, Channel.EMAIL, "lead@mail.example")
    assert "redress_organisations_not_alerted 3.0" in client.get("/metrics").text
    clock.set_offset(3 * 86_400)
    assert "redress_late_clocks 0.0" not in client.get("/metrics").text


def test_a_gauge_counts_the_cases_that_were_forgotten(world: World, client: FlaskClient) -> None:
    forgotten = world.case_of(world.file())
    world.file()
    assert "redress_cases_without_next_step 0.0" in client.get("/metrics").text
    with world.database.writing() as session:
        session.execute(update(Offer).where(Offer.case_id == forgotten).values(expires_at=None))
    assert "redress_cases_without_next_step 1.0" in client.get("/metrics").text


def test_gauges_never_name_a_site_a_topic_a_country_or_an_organisation(
    world: World, client: FlaskClient
) -> None:
    world.file(topics=("gbvh",))
    body = client.get("/metrics").text
    for word in ("gbvh", "Foxglove", "Penang", "MY", "Mawar", world.site.code, str(world.near.id)):
        assert word not in body
    labels = {
        part.split("=")[0]
        for line in body.splitlines()
        if "{" in line
        for part in line[line.index("{") + 1 :].split(",")
    }
    assert labels == {"state", "urgency"}
    assert all(f'state="{state.value}"' in body for state in State)


def test_strangers_get_no_gauges(client: FlaskClient) -> None:
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "198.51.100.4"}).status_code == 403
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": ""}).status_code == 403
    # A proxy on this machine passes a stranger's request on from loopback.
    for header in ("X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"):
        assert client.get("/metrics", headers={header: "198.51.100.4"}).status_code == 403
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", environ_base={"REMOTE_ADDR": "::1"}).status_code == 200


def test_the_token_opens_the_gauges_from_anywhere(world: World, settings: Settings) -> None:
    token = os.urandom(8).hex()
    with_token = dataclasses.replace(settings, metrics_token=token)
    client = application(world, with_token).test_client()
    far = {"REMOTE_ADDR": "198.51.100.4"}

    def ask(authorization: str) -> int:
        return client.get("/metrics", environ_base=far, headers={"Authorization": authorization}).status_code

    assert ask(f"Bearer {token}") == 200
    assert ask(f"Bearer {token}x") == 403
    assert ask("Bearer ") == 403
    assert ask("Bearer t\u00f6ken") == 403
