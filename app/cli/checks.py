"""`redress doctor` and `redress journal verify`: whether this deployment is in order and its record was left alone."""

import argparse
from typing import Any

from app.cli.deployment import Deployment
from app.cli.examination import Weight, examine
from app.cli.refusals import Refused
from app.vault import verify_journal


def add_commands(commands: Any) -> None:
    """Add `doctor` and `journal verify`."""
    commands.add_parser("doctor", help="say what is not in order").set_defaults(run=doctor)
    journal = commands.add_parser("journal", help="the record of every act").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    journal.add_parser(
        "verify", help="name the first entry that was changed, removed or reordered"
    ).set_defaults(run=verify)


def doctor(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Print every finding, the bad ones last; 1 when something must be mended."""
    if not deployment.settings.keys.is_dir():
        raise Refused(f"There is no deployment in {deployment.settings.home} yet: run 'redress init' first.")
    findings = sorted(examine(deployment), key=lambda finding: finding.weight)
    for finding in findings:
        print(f"{finding.weight.name.lower():5} {finding.text}")
    return 1 if any(finding.weight is Weight.BAD for finding in findings) else 0


def verify(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Read the whole journal; 1 and the first broken entry when somebody tampered with it."""
    deployment.check("web")
    with deployment.database.reading() as session:
        verdict = verify_journal(session, deployment.vault)
    print(f"{verdict.entries} entries in {verdict.chains} chains read.")
    for fault in verdict.faults:
        print(f"Chain {fault.chain_id}: {fault.kind} at entry {fault.seq}.")
    print(
        "The journal is whole."
        if verdict.sound
        else "Somebody tampered with the journal: keep a copy as evidence."
    )
    return 0 if verdict.sound else 1
