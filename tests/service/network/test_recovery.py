"""Coming back with the printed code: it serves once, sets everything anew, and ends what was open."""

import pytest

from app.network import (
    CodeRefused,
    Member,
    MemberState,
    NewSecrets,
    NotSignedIn,
    PasswordRefused,
    PreparedRecovery,
    RecoveryAnswer,
    SignInRefused,
    code_now,
    new_totp_secret,
    prepare_recovery,
    prepare_sign_in,
    signed_in,
    take_recovery,
    take_sign_in,
)
from tests.support.network import PASSWORD, Acts, Network, Person

NEW_PASSWORD = "another set of words"


@pytest.fixture
def lea(network: Network) -> Person:
    network.join(network.organisation("Others"), "noise.person")
    return network.join(network.organisation("Helpers of the North"), "lea")


def chosen(password: str = NEW_PASSWORD) -> NewSecrets:
    secret = new_totp_secret()
    return NewSecrets(password, secret, code_now(secret))


def prepare(network: Network, login: str, code: str, secrets: NewSecrets | None = None) -> PreparedRecovery:
    with network.database.reading() as session:
        return prepare_recovery(session, network.vault, login, code, secrets or chosen())


def take(network: Network, prepared: PreparedRecovery) -> RecoveryAnswer:
    with network.database.writing() as session:
        return take_recovery(session, network.vault, prepared)


def test_the_recovery_code_gives_the_same_key_under_a_new_password(
    network: Network, lea: Person, acts: Acts
) -> None:
    before = network.enter(lea)
    secrets = chosen()
    answer = take(network, prepare(network, " Lea", lea.recovery_code.lower(), secrets))
    with network.database.reading() as session:
        assert signed_in(session, network.vault, answer.cookie).key.pair == before.key.pair
    lea.password, lea.totp_secret = NEW_PASSWORD, secrets.totp_secret
    assert network.enter(lea).key.pair == before.key.pair
    assert acts()[-2:] == [("sign_in.recovered", ""), ("sign_in", "")]
    assert answer.recovery_code != lea.recovery_code


def test_it_ends_every_open_session_and_the_old_password_and_phone(network: Network, lea: Person) -> None:
    stolen = network.cookie(lea)
    take(network, prepare(network, "lea", lea.recovery_code)).cookie  # noqa: B018 - reading it raises a refusal
    with network.database.reading() as session, pytest.raises(NotSignedIn):
        signed_in(session, network.vault, stolen)
    with pytest.raises(SignInRefused):
        network.cookie(lea)


def test_a_recovery_code_serves_once_and_the_new_one_after_it(network: Network, lea: Person) -> None:
    answer = take(network, prepare(network, "lea", lea.recovery_code))
    with pytest.raises(SignInRefused):
        take(network, prepare(network, "lea", lea.recovery_code)).cookie  # noqa: B018 - reading it raises
    assert take(network, prepare(network, "lea", answer.recovery_code)).cookie


def test_two_windows_with_one_recovery_code_give_one_session(network: Network, lea: Person) -> None:
    first, second = (prepare(network, "lea", lea.recovery_code) for _ in range(2))
    assert take(network, first).cookie
    assert take(network, second).opened is None


def test_a_password_tried_before_a_recovery_does_not_open_after_it(network: Network, lea: Person) -> None:
    network.watch.pass_by(seconds=30)
    with network.database.reading() as session:
        prepared = prepare_sign_in(session, network.vault, "lea", PASSWORD)
    secrets = chosen()
    take(network, prepare(network, "lea", lea.recovery_code, secrets))
    network.watch.pass_by(seconds=30)
    with network.database.writing() as session:
        answer = take_sign_in(session, network.vault, prepared, code_now(secrets.totp_secret))
    assert answer.opened is None


def test_every_refusal_is_the_same_and_journaled(network: Network, lea: Person, acts: Acts) -> None:
    gone = network.join(network.organisation("More helpers"), "gone")
    with network.database.writing() as session:
        session.get_one(Member, gone.invited.member_id).state = MemberState.DEPARTED
    for login, code in (
        ("lea", ""),
        ("lea", gone.recovery_code),
        ("nobody", lea.recovery_code),
        ("gone", gone.recovery_code),
    ):
        answer = take(network, prepare(network, login, code))
        with pytest.raises(SignInRefused):
            answer.recovery_code  # noqa: B018 - reading it raises
    refusals = [why for act, why in acts() if act == "sign_in.refused"]
    assert refusals == ["recovery_code", "recovery_code", "unknown", "departed"]
    assert network.cookie(lea)


def test_what_is_chosen_anew_is_checked_and_the_code_stays_unused(network: Network, lea: Person) -> None:
    for password in ("short", "helpers of the north"):
        with pytest.raises(PasswordRefused):
            prepare(network, "lea", lea.recovery_code, chosen(password))
    secret = new_totp_secret()
    with pytest.raises(CodeRefused):
        prepare(network, "lea", lea.recovery_code, NewSecrets(NEW_PASSWORD, secret, "12345"))
    # Without the right code nobody learns which organisation a login belongs to.
    prepare(network, "lea", "", chosen("helpers of the north"))
    assert take(network, prepare(network, "lea", lea.recovery_code)).cookie
