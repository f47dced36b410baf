"""The key that phones seal reports to: `redress keys rotate`, and what `redress doctor` says of it."""

import argparse
from collections.abc import Iterator
from typing import Any

from app.cli.deployment import Deployment
from app.cli.findings import Finding, Weight
from app.vault import Actor, journal, left_behind, rotate_intake_key


def add_commands(commands: Any) -> None:
    """Add `keys rotate`."""
    keys = commands.add_parser("keys", help="the keys of this deployment").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    anew = keys.add_parser(
        "rotate",
        help="make the key anew that phones seal to; what was sealed to the old one opens for 24 months",
    )
    anew.add_argument(
        "--clock-is-right",
        action="store_true",
        help="the clock was wrong when the newest key was made, and is right now",
    )
    anew.set_defaults(run=rotate)


def rotate(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Put a new intake key in the place of the current one; as the user who may replace the keyring, with two users root."""
    deployment.check("web")
    key = rotate_intake_key(deployment.settings.keys, clock_is_right=choice.clock_is_right)
    with deployment.database.writing() as session:
        journal(session, deployment.vault, None, "keys.rotated", Actor("operator"), {"intake": key.id})
    print(
        f"Phones seal to key {key.id} as soon as the web half is started anew. Its words: {key.fingerprint}"
    )
    print("Reports that were sealed to the key before still arrive for 24 months.")
    print(
        "Print posters and pocket cards anew: they carry the words of the old key. 'redress poster' makes them."
    )
    print(f"Copy {deployment.settings.keys} to a safe place offline once more.")
    return 0


def unfinished_keys(deployment: Deployment) -> Iterator[Finding]:
    """Copies of the keys that a killed command left; they would stay, and with them every key that is destroyed later."""
    for path in left_behind(deployment.settings.keys):
        yield Finding(
            Weight.BAD,
            f"{path} was left by a command that was stopped while it wrote the keys, and holds a copy of them. "
            "Remove it, also from your backups; 'redress keys rotate' removes it too.",
        )


def intake_key(deployment: Deployment) -> Iterator[Finding]:
    """The key that posters and the page "How it works" have to name; a keyring without one is refused before."""
    [key] = deployment.vault.intake_keys()
    yield Finding(Weight.GOOD, f"Phones seal reports to intake key {key.id}. Its words: {key.fingerprint}.")
    made = deployment.vault.intake_key_made_anew_at()
    if made is not None:
        yield Finding(
            Weight.GOOD,
            f"That key was made at {made:%Y-%m-%d %H:%M} UTC. A web half that was started before still gives out the one "
            "before it and its words: start it anew, and print posters only then.",
        )
