"""Web workers, and the whole service, killed while twenty phones drain their outboxes: each report, each message is kept once."""

import random
from pathlib import Path

import pytest

from tests.faults.files import check_files
from tests.faults.kills import counted, share, told
from tests.faults.outboxes import SECRET, Outboxes
from tests.faults.promises import check_kept
from tests.faults.service import breathe, service_over
from tests.harness.databases import KINDS, Databases
from tests.support.outbox import number_of_cases


@pytest.mark.timeout(0)
@pytest.mark.parametrize("kind", KINDS)
def test_each_report_of_twenty_phones_is_kept_once_when_web_processes_are_killed(
    databases: Databases, tmp_path: Path, kind: str
) -> None:
    dice = random.Random()  # noqa: S311 - the moment of a kill is no secret
    with databases.fresh(kind, tmp_path) as database, service_over(database, tmp_path) as service:
        before = number_of_cases(service.world)
        phones = Outboxes(service)
        with phones.at_work():
            for _ in counted(f"web workers under outboxes on {kind}", share(19, short=3)):
                breathe(dice, 0.6)
                phones.check()
                service.kill_a_worker(dice)
            for _ in counted(f"the whole service under outboxes on {kind}", share(1, short=1)):
                breathe(dice, 0.6)
                phones.check()
                service.kill_everybody()
                service.start()
        check_kept(service.world, phones.promises)
        check_files(service.world, phones.files)
        kept = len(phones.promises.some())
        assert number_of_cases(service.world) == before + kept
        # Otherwise this test has shown nothing.
        assert len(service.killed) >= share(19, short=3) / 2
        assert phones.lost
        assert len(phones.files) >= 5
        assert kept >= 40
        assert phones.promises.spoken
        assert SECRET not in service.log()
        told(
            f"{kind}: {len(service.killed)} web workers killed under {kept} sealed reports; {phones.lost} posts without an answer, "
            f"{phones.again} answered once more; each kept once, "
            f"and {len(phones.files)} voice notes"
        )
