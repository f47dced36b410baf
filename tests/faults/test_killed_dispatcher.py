"""A dispatcher killed at any instruction leaves every case with exactly one current offer, and the next one carries on."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from app.cases.enums import OfferState, State
from app.cases.models import Case, Offer
from app.database import CaseId, Database
from app.settings import PROJECT_ROOT
from app.vault import GrantRow, GrantState, Vault, verify_journal
from tests.harness.world import World, light_vault

_CASES = 10
_SIX_DAYS = 6 * 86_400


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("faults") / "keys"


@pytest.fixture(scope="module")
def vault(keys: Path) -> Vault:
    return light_vault(keys)


def test_a_killed_dispatcher_leaves_each_case_with_one_current_offer(
    database: Database, vault: Vault, keys: Path
) -> None:
    world = World(database, vault)
    cases = [world.case_of(world.file(words=f"Report {number}.")) for number in range(_CASES)]
    database.dispose()
    parent = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.warm_dispatcher", database.url, str(keys)],
        cwd=PROJECT_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    answers: Counter[str] = Counter()
    with parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        # From before the first statement to after the commit; the last one has all the time it needs.
        for milliseconds in (1, 5, 10, 15, 20, 30, 40, 60, 80, 110, 150, 20_000):
            parent.stdin.write(f"{_SIX_DAYS} expire_offers {milliseconds * 1000}\n")
            parent.stdin.flush()
            if milliseconds == 20_000:
                parent.stdin.close()
            answers[parent.stdout.readline().strip()] += 1
            _check(world, cases)
        assert parent.wait(30) == 0
    # Otherwise this test has shown nothing.
    assert answers["killed"] >= 3
    assert answers["finished"] >= 1
    with database.reading() as session:
        moved = session.scalars(
            select(Offer.organisation_id).where(Offer.state == OfferState.OFFERED, Offer.case_id.in_(cases))
        ).all()
        assert set(moved) == {world.far.id}
        assert verify_journal(session, vault).sound


def _check(world: World, cases: list[CaseId]) -> None:
    """Each case is offered to exactly one organisation, which has exactly one grant waiting for its yes."""
    with world.database.reading() as session:
        for case in session.scalars(select(Case).where(Case.id.in_(cases))):
            current = session.scalars(
                select(Offer).where(Offer.case_id == case.id, Offer.state == OfferState.OFFERED)
            ).all()
            assert len(current) == 1
            assert case.state is State.OFFERED
            assert current[0].organisation_id == case.organisation_id
            grant = session.get_one(GrantRow, current[0].grant_id)
            assert grant.state == GrantState.OFFERED
