"""A log-in in its two halves."""

from app.network import (
    PreparedSignIn,
    SignInAnswer,
    prepare_sign_in,
    take_sign_in,
)
from tests.support.network import PASSWORD, Network


def prepare(network: Network, login: str, password: str = PASSWORD) -> PreparedSignIn:
    """Its first half: the slow one, without a write."""
    with network.database.reading() as session:
        return prepare_sign_in(session, network.vault, login, password)


def take(network: Network, prepared: PreparedSignIn, code: str) -> SignInAnswer:
    """Its second half, with a code."""
    with network.database.writing() as session:
        return take_sign_in(session, network.vault, prepared, code)


def attempt(network: Network, login: str, password: str, code: str) -> str:
    """Both; gives the cookie."""
    return take(network, prepare(network, login, password), code).cookie
