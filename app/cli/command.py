"""All commands by name. Every mistake ends in one line on standard error, never in a stack trace."""

import argparse
import gc
import os
from collections.abc import Sequence
from functools import partial

# Nearly all that is imported stays: the collector would look through it again and again, for an eighth of the time.
gc.disable()
try:
    from app import clock, logs
    from app.cli import accounts, checks, keys, places, posters, running, setup, texting
    from app.cli.deployment import Deployment
    from app.cli.refusals import complain, guarded
    from app.settings import SettingsRefused, read_settings
finally:
    gc.enable()


def run(arguments: Sequence[str] | None) -> int:
    """Run one command; 0 when it did what was asked, 1 when it could not, 2 when it was asked wrongly or settings are wrong."""
    choice = _parser().parse_args(arguments)
    # Whatever this process makes is closed to other users, the database and its log first of all.
    os.umask(0o077)
    logs.configure_logs()
    try:
        settings = read_settings(os.environ)
    except SettingsRefused as refused:
        return complain(refused.mistakes, 2)
    clock.set_offset(settings.clock_offset)
    deployment = Deployment(settings)
    try:
        return guarded(settings, choice.command, partial(choice.run, deployment, choice))
    finally:
        deployment.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="redress", description="Takes a grievance from the first message to a remedy."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for room in (setup, running, checks, keys, accounts, places, posters, texting):
        room.add_commands(commands)
    return parser
