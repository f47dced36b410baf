"""A bound deployment, and around every test's own rows the noise of other cases, holders and sessions."""

from datetime import timedelta
from pathlib import Path

import pytest

from app.database import Database, MemberId, OrganisationId, new_id
from app.vault import (
    Actor,
    CircleName,
    Compartment,
    RowSigner,
    Vault,
    bind_deployment,
    journal,
    make_circle,
    new_chain,
    new_receipt,
    open_session,
)
from tests.support.making import new_case, new_vault


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The web's vault of a deployment."""
    return new_vault(tmp_path_factory.mktemp("deployment") / "keys")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    """The vault of another deployment."""
    return new_vault(tmp_path_factory.mktemp("stranger") / "keys")


@pytest.fixture
def store(database: Database, vault: Vault) -> Database:
    """The database, bound to the vault and never empty."""
    database.sign_with(RowSigner(lambda: vault))
    with database.writing() as session:
        bind_deployment(session, vault)
        for _ in range(2):
            case = new_case()
            keys = vault.make_compartments(case)
            row = vault.register_receipt(case, vault.derive_receipt_keys(new_receipt()))
            member = vault.make_member_key(MemberId(new_id()), "noise")
            session.add_all([*keys.rows(), row, member.row, member.public_row])
            make_circle(session, vault, OrganisationId(new_id()), CircleName.EVERYONE, member.public)
            session.add(vault.write_grant(case, keys, set(Compartment), vault.receipt_public_key(row)))
            session.add(vault.write_grant(case, keys, {Compartment.BRIEF}, member.public, offered=True))
            session.add_all(new_chain(vault, case, [("case.filed", Actor("worker"), {})]))
            journal(session, vault, None, "sign_in", Actor("member", member.key.member_id))
            open_session(
                session,
                vault,
                "member",
                member.key.member_id,
                b"noise",
                idle=timedelta(minutes=20),
                longest=timedelta(hours=8),
            )
    return database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A private folder of this test."""
    return tmp_path
