"""Invitations to the near partner, and who took one up: fixtures for every folder that has a `world`."""

from collections.abc import Callable
from functools import partial

import pytest

from app.network import (
    Role,
    code_now,
    invite_member,
    new_totp_secret,
    prepare_membership,
    read_invitation,
    take_up_invitation,
)
from tests.harness.world import PASSWORD, World


@pytest.fixture
def invitation(world: World) -> Callable[..., str]:
    """Invites somebody to the near partner and gives the address of their link."""
    return partial(_invitation_link, world)


@pytest.fixture
def recovery_codes(world: World) -> Callable[[str], str]:
    """Lets somebody join and gives the recovery code that they wrote down."""
    return partial(_recovery_code_of, world)


def _invitation_link(world: World, login: str, role: Role = Role.CASEWORKER) -> str:
    """Invite somebody to the near partner; gives the address of their link."""
    with world.database.writing() as session:
        token = invite_member(
            session,
            world.vault,
            organisation_id=world.near.id,
            role=role,
            login=login,
            name=f"Name of {login}",
        )
    return f"/desk/join/{token}"


def _recovery_code_of(world: World, login: str) -> str:
    """Let somebody join; gives the recovery code that they wrote down."""
    token = _invitation_link(world, login, Role.LEAD).rpartition("/")[2]
    with world.database.reading() as session:
        invited = read_invitation(session, world.vault, token)
    world.secrets[login] = new_totp_secret()
    code = code_now(world.secrets[login])
    prepared = prepare_membership(world.vault, invited, PASSWORD, world.secrets[login], code)
    with world.database.writing() as session:
        return take_up_invitation(session, world.vault, prepared)
