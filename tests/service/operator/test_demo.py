"""The demo network is made by the real verbs, on both databases, and shows every stage that the product can reach."""

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app import clock
from app.cases.case.models import Case
from app.cases.enums import ClosingReason, State
from app.cli.demo import load_demo
from app.cli.deployment import Deployment
from app.cli.examination import examine
from app.cli.refusals import CommandRefused
from app.database import Database
from app.network import Member, Organisation, OrganisationKind, Site, UnionStanding, count_sites
from app.network.models import Standing
from app.settings import read_settings
from app.vault import RowSigner, bind_deployment, verify_journal
from tests.harness.world import light_vault


@pytest.fixture
def deployment(database: Database, tmp_path: Path) -> Deployment:
    """A bound, empty deployment whose password hashes are light."""
    home = tmp_path / "home"
    made = Deployment(
        read_settings({"REDRESS_HOME": str(home), "DATABASE_URL": database.url, "REDRESS_DEMO": "1"})
    )
    made.make_home()
    vault = light_vault(home / "keys")
    made.__dict__ |= {"vault": vault, "database": database}
    database.sign_with(RowSigner(lambda: vault))
    with database.writing() as session:
        bind_deployment(session, vault)
        count_sites(session, vault)
    return made


def test_the_demo_shows_what_the_issue_asks_for(
    deployment: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    before = clock.now()
    load_demo(deployment)
    assert abs((clock.now() - before).total_seconds()) < 120
    silent = [found.text for found in examine(deployment) if "can be alerted to danger" in found.text]
    assert len(silent) == 4, (
        "nobody of the demo has said where to be alerted, and the doctor names each organisation"
    )
    with deployment.database.reading() as session:
        kinds = dict(
            session.execute(select(Organisation.kind, func.count()).group_by(Organisation.kind)).all()
        )
        assert kinds == {
            OrganisationKind.COORDINATOR: 1,
            OrganisationKind.MONITORING_PARTNER: 3,
            OrganisationKind.TRADE_UNION: 2,
            OrganisationKind.PUBLIC_BUYER: 1,
        }
        assert len(set(session.scalars(select(Standing.standing)))) > 1
        assert UnionStanding.INDEPENDENT in set(session.scalars(select(Standing.standing)))
        assert session.scalar(select(func.count()).select_from(Site)) == 12
        assert len(set(session.scalars(select(Site.country)))) == 6
        cases = session.scalars(select(Case)).all()
        assert 28 <= len(cases) <= 40
        assert {case.state for case in cases} == {
            State.RECEIVED,
            State.OFFERED,
            State.ACCEPTED,
            State.ASSESSING,
            State.ENGAGING,
            State.CLOSED,
        }
        assert {ClosingReason.REFERRED, ClosingReason.OUT_OF_SCOPE} <= {case.closing_reason for case in cases}
        assert max(case.received_hour for case in cases) <= clock.now()
        assert any(case.stopped_hour for case in cases)
        assert any(case.worker_wrote for case in cases)
        assert verify_journal(session, deployment.vault).sound
        assert session.scalar(select(func.count()).select_from(Member)) == capsys.readouterr().out.count(
            ".example  "
        )


def test_loading_again_changes_nothing(deployment: Deployment, capsys: pytest.CaptureFixture[str]) -> None:
    load_demo(deployment)
    logins = (deployment.settings.home / "demo-logins.json").read_bytes()
    capsys.readouterr()
    load_demo(deployment)
    assert (deployment.settings.home / "demo-logins.json").read_bytes() == logins
    assert "as you left it" in capsys.readouterr().out
    os.unlink(deployment.settings.home / "demo-logins.json")  # noqa: PTH108 - as an operator's rm
    with pytest.raises(CommandRefused, match="another REDRESS_HOME"):
        load_demo(deployment)


def test_a_demo_that_breaks_off_leaves_nothing(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.cli.demo._write_logins", full)
    with pytest.raises(OSError, match="No space"):
        load_demo(deployment)
    with deployment.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0
    monkeypatch.undo()
    load_demo(deployment)
