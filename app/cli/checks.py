"""`redress doctor` and `redress journal verify`: whether this deployment is in order and its record was left alone."""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from app.cases.case import kept_rows, loose_ends
from app.cli.deployment import Deployment
from app.cli.examination import examine
from app.cli.findings import Weight
from app.cli.refusals import CommandRefused
from app.vault import RootBroken, check_outside, gone_since, read_roots, verify_journal


def add_commands(commands: Any) -> None:
    """Add `doctor` and `journal verify`."""
    commands.add_parser("doctor", help="say what is not in order").set_defaults(run=doctor)
    journal = commands.add_parser("journal", help="the record of every act").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    checking = journal.add_parser(
        "verify", help="name what was changed, removed or reordered, also since the last signed root"
    )
    checking.add_argument(
        "--root",
        type=Path,
        metavar="FILE",
        help="also check against a root from outside: a mail, or a copy from roots/",
    )
    checking.set_defaults(run=verify)


def doctor(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Print every finding, the bad ones last; 1 when something must be mended."""
    if not deployment.settings.keys.is_dir():
        raise CommandRefused(
            f"There is no deployment in {deployment.settings.home} yet: run 'redress init' first."
        )
    findings = sorted(examine(deployment), key=lambda finding: finding.weight)
    for finding in findings:
        print(f"{finding.weight.name.lower():5} {finding.text}")
    return 1 if any(finding.weight is Weight.BAD for finding in findings) else 0


def verify(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Read the whole journal and hold it against the signed roots; 1 and what is wrong when somebody tampered with it."""
    deployment.check("web")
    outside = None if choice.root is None else _read_outside(choice.root)
    with deployment.database.reading() as session:
        verdict = verify_journal(session, deployment.vault)
        print(f"{verdict.entries} entries in {verdict.chains} chains read.")
        faults = [f"Chain {fault.chain_id}: {fault.kind} at entry {fault.seq}." for fault in verdict.faults]
        faults += loose_ends(session, deployment.vault)
        faults += _against_roots(deployment, session, outside)
    for fault in dict.fromkeys(faults):
        print(fault)
    print(
        "Somebody tampered with the journal: keep a copy as evidence." if faults else "The journal is whole."
    )
    return 1 if faults else 0


def _against_roots(deployment: Deployment, session: Session, outside: str | None) -> Iterator[str]:
    vault, folder = deployment.vault, deployment.settings.roots
    try:
        roots = read_roots(vault, folder)
        if roots:
            print(f"Held against root {roots[-1].number}, signed on {roots[-1].at:%Y-%m-%d %H:%M} UTC.")
            yield from gone_since(session, folder, roots[-1], kept_rows(session))
        else:
            print("No root was signed yet: what was cut off together with its head cannot be seen.")
        if outside is not None:
            yield from check_outside(vault, roots, outside)
    except RootBroken as broken:
        yield str(broken)


def _read_outside(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandRefused(f"Cannot read {path}: {error.strerror}.") from None
