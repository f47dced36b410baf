"""Web workers, and the whole service, killed while people file, accept, answer and write: nothing that was shown is lost."""

import random
from pathlib import Path

import pytest

from tests.faults.crowd import SECRET, Crowd
from tests.faults.kills import counted, share, told
from tests.faults.promises import check_kept
from tests.faults.service import breathe, service_over
from tests.harness.databases import KINDS, Databases


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_was_shown_is_lost_when_web_processes_are_killed(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    dice = random.Random()  # noqa: S311 - the moment of a kill is no secret
    with databases.fresh(kind, tmp_path) as database, service_over(database, tmp_path) as service:
        crowd = Crowd(service)
        with crowd.at_work():
            for _ in counted(f"web workers on {kind}", share(66, short=20)):
                breathe(dice, 0.4)
                crowd.check()
                service.kill_a_worker(dice)
            for _ in counted(f"the whole service on {kind}", share(4, short=2)):
                breathe(dice, 0.4)
                crowd.check()
                service.kill_everybody()
                service.start()
            crowd.go_on_until(receipts=10)
        check_kept(service.world, crowd.promises)
        # Otherwise this test has shown nothing.
        assert len(service.killed) >= share(66, short=20) / 2
        assert crowd.lost >= len(service.killed) / 4
        assert "was sent SIGKILL" in service.log()
        assert SECRET not in service.log()
        told(
            f"{kind}: {len(service.killed)} web workers killed; {crowd.summary()}; all of it kept, nothing twice"
        )
