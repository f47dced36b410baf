"""`redress init` and `upgrade`: the home folder, the keyrings and the tables of a deployment."""

import argparse
from contextlib import suppress
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.cases.case import BOUND_TO_CASES, bind_to_cases
from app.cli.deployment import Deployment
from app.cli.refusals import CommandRefused
from app.database import check_schema, migrate
from app.network import Site, SiteHead, count_sites
from app.network.stakes import date_sites
from app.vault import (
    DeploymentRow,
    KeyringExists,
    Vault,
    alone_with_keys,
    bind_deployment,
    check_deployment,
    make_keyrings,
    replace_private,
    sign_old_rows,
    signed_models,
    write_private,
)

_FIRST_SIGNED = frozenset(
    (
        "cases",
        "consents",
        "custody_readings",
        "entries",
        "invitations",
        "members",
        "offers",
        "organisations",
        "sites",
        "vault_circle_members",
        "vault_circles",
        "vault_grants",
        "vault_receipts",
    )
)
"""What a mark without names of tables stands for."""


def add_commands(commands: Any) -> None:
    """Add `init` and `upgrade`."""
    commands.add_parser("init", help="make the home folder, the keyrings and the tables").set_defaults(
        run=init
    )
    commands.add_parser("upgrade", help="bring the tables of this version and check them").set_defaults(
        run=upgrade
    )


def init(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Make whatever is missing of a deployment; run again, it changes nothing."""
    deployment.make_home()
    settings = deployment.settings
    made = prepare_keys_and_tables(deployment)
    print(f"Redress is {'set up' if made else 'already set up'} in {settings.home}.")
    if made:
        print(
            f"Copy {settings.keys} to a safe place offline: without these files nobody can open a case again."
        )
    return 0


def upgrade(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Migrate an existing deployment and check that its keyrings still fit."""
    vaults = [deployment.vault_of(kind) for kind in ("web", "dispatcher")]
    changed = migrate(deployment.database)
    with deployment.database.writing() as session:
        for vault in vaults:
            check_deployment(session, vault)
    signed = _sign_once(deployment, vaults[0])
    with deployment.database.reading() as session:
        check_schema(session)
        for vault in vaults:
            check_deployment(session, vault)
    if signed:
        print(f"{signed} rows were signed: from now on nobody changes them in the database unnoticed.")
    print("The tables are up to date now." if changed else "The tables were up to date already.")
    return 0


def prepare(deployment: Deployment, *, demo: bool) -> int:
    """What `up` needs before it starts: keys, tables and, when asked, the fictional network."""
    try:
        prepare_keys_and_tables(deployment)
        # Read here for its mistakes alone: later web and dispatcher would each complain of them.
        deployment.gateways(deployment.vault)
        if demo:
            from app.cli.demo import load_demo

            load_demo(deployment)
    finally:
        deployment.close()
    return 0


def prepare_keys_and_tables(deployment: Deployment) -> bool:
    """Make keyrings and tables where they are missing, and bind the one to the other; True when this made the deployment."""
    settings = deployment.settings
    migrate(deployment.database)
    with deployment.database.writing() as session:
        new = session.scalars(select(DeploymentRow.id)).first() is None
        if new and not _has_keyring(deployment):
            make_keyrings(settings.keys)
        vaults = [deployment.vault_of(kind) for kind in ("web", "dispatcher")]
        if len({vault.deployment for vault in vaults}) != 1:
            raise CommandRefused(
                f"The two keyrings in {settings.keys} are not of the same deployment: bring back your copies."
            )
        if new:
            bind_deployment(session, vaults[0])
        for vault in vaults:
            check_deployment(session, vault)
    _sign_once(deployment, vaults[0])
    return new


def _sign_once(deployment: Deployment, vault: Vault) -> int:
    """Sign what an older version left without MACs; how many rows. Once for each table and pair of keyrings, and never again.

    That it is done stands beside the keys, outside the database: else whoever can write there could empty the MACs, turn the
    version back and have their own rows signed at the next upgrade.
    """
    mark = deployment.settings.keys / "rows-signed"
    signed_before = _signed_tables(mark, vault)
    all_signed = frozenset(model.__tablename__ for model in signed_models()) | BOUND_TO_CASES
    tables = all_signed - signed_before
    if not tables:
        return 0
    with deployment.database.writing() as session:
        if Site.__tablename__ in tables:
            date_sites(session)
        signed = sign_old_rows(session, vault, tables)
        for table in tables & BOUND_TO_CASES:
            bind_to_cases(session, vault, table)
        if SiteHead.__tablename__ in tables:
            count_sites(session, vault)
    line = " ".join([str(vault.deployment), *sorted(all_signed | signed_before)])
    with alone_with_keys(mark.parent):
        if mark.exists():
            replace_private(mark, line)
        else:
            with suppress(KeyringExists):  # two first starts at once
                write_private(mark, line)
    return signed


def _signed_tables(mark: Path, vault: Vault) -> frozenset[str]:
    """The tables whose rows were signed once; the version that signed the first of them named none."""
    try:
        of, *tables = mark.read_text(encoding="utf-8").split()
    except (FileNotFoundError, ValueError):  # ValueError: nothing stands in it
        return frozenset()
    if of != str(vault.deployment):
        raise CommandRefused(
            f"{mark} is of another deployment: bring back the copy that belongs to these keyrings."
        )
    return frozenset(tables) or _FIRST_SIGNED


def _has_keyring(deployment: Deployment) -> bool:
    return any((deployment.settings.keys / f"{kind}.json").exists() for kind in ("web", "dispatcher"))
