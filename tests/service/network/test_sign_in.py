"""Signing in: one refusal for every reason, one hash for every attempt, no code twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.network import (
    Member,
    MemberState,
    NotSignedIn,
    Organisation,
    OrganisationState,
    Role,
    SignInRefused,
    code_now,
    new_totp_secret,
    sign_out,
    signed_in,
    stay_signed_in,
)
from app.vault import members
from tests.support.network import PASSWORD, Acts, Network, Person
from tests.support.network_sign_in import attempt, prepare, take


def test_password_and_code_open_a_session_with_the_members_key(network: Network, lea: Person) -> None:
    noise = network.enter(network.join(network.organisation("Others"), "noise.person"))
    cookie = attempt(network, " LEA@Helpers.example ", PASSWORD, code_now(lea.totp_secret))
    with network.database.reading() as session:
        by = signed_in(session, network.vault, cookie)
    assert (by.member.id, by.organisation.name, by.name) == (
        lea.invited.member_id,
        "Helpers",
        f"Name of {lea.login}",
    )
    assert by.member.role is Role.LEAD
    assert by.key.member_id == lea.invited.member_id != noise.key.member_id
    assert (by.actor.kind, by.actor.id, by.actor.organisation_id) == (
        "member",
        by.member.id,
        by.organisation.id,
    )


def test_every_refusal_reads_the_same_and_stands_in_the_journal(
    network: Network, lea: Person, acts: Acts
) -> None:
    helpers = network.organisation("More helpers")
    gone, frozen = network.join(helpers, "gone"), network.join(network.organisation("Cold"), "frozen")
    network.invite(helpers, "not.yet.here")
    network.watch.pass_by(seconds=30)
    with network.database.writing() as session:
        session.get_one(Member, gone.invited.member_id).state = MemberState.DEPARTED
        session.get_one(Organisation, frozen.invited.organisation_id).state = OrganisationState.FROZEN
    wrong = code_now(new_totp_secret())
    texts = set()
    for login, password, code in (
        ("nobody", PASSWORD, wrong),
        ("", "", ""),
        ("\x00\ud83d" * 400, "\ud83d", "\x00"),
        (lea.login, "another password", code_now(lea.totp_secret)),
        (lea.login, PASSWORD + "x" * 1000, code_now(lea.totp_secret)),
        (lea.login, PASSWORD, wrong),
        ("not.yet.here", PASSWORD, wrong),
        (gone.login, PASSWORD, code_now(gone.totp_secret)),
        (frozen.login, PASSWORD, code_now(frozen.totp_secret)),
    ):
        with pytest.raises(SignInRefused) as refused:
            attempt(network, login, password, code)
        texts.add(str(refused.value))
    assert len(texts) == 1
    refusals = [why for act, why in acts() if act == "sign_in.refused"]
    assert refusals == ["unknown"] * 3 + ["password"] * 2 + ["code", "invited", "departed", "frozen"]


def test_what_was_typed_into_the_login_field_is_kept_nowhere(
    network: Network, lea: Person, stored: Callable[[], bytes]
) -> None:
    for login in ("a secret typed in the wrong field", lea.login):
        with pytest.raises(SignInRefused):
            attempt(network, login, "wrong password", "123456")
    everything = stored()
    assert b"a secret typed" not in everything
    assert lea.login.encode() not in everything


@pytest.mark.parametrize(
    ("login", "password"),
    (
        ("lea@helpers.example", PASSWORD),
        ("lea@helpers.example", "wrong"),
        ("lea@helpers.example", "x" * 5000),
        ("lea@helpers.example", "\ud83d"),
        ("waiting", PASSWORD),
        ("nobody", PASSWORD),
        ("nobody", "x" * 5000),
    ),
)
def test_every_attempt_costs_exactly_one_hash(
    network: Network, lea: Person, monkeypatch: pytest.MonkeyPatch, login: str, password: str
) -> None:
    network.invite(network.organisation("More helpers"), "waiting")
    runs: list[tuple[int, int]] = []

    def counted(**how: Any) -> Argon2id:
        runs.append((how["memory_cost"], how["iterations"]))
        return Argon2id(**how)

    monkeypatch.setattr(members, "Argon2id", counted)
    prepare(network, login, password)
    assert runs == [(network.vault.hardness.memory_kib, network.vault.hardness.passes)]


def test_a_code_is_good_once(network: Network, lea: Person) -> None:
    code = code_now(lea.totp_secret)
    attempt(network, lea.login, PASSWORD, code)
    for _ in range(2):
        with pytest.raises(SignInRefused):
            attempt(network, lea.login, PASSWORD, code)
        network.watch.pass_by(seconds=29)
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))


def test_the_code_of_the_invitation_is_not_good_again(network: Network) -> None:
    person = network.join(network.organisation("Helpers"), "new")
    with pytest.raises(SignInRefused):
        attempt(network, "new", PASSWORD, code_now(person.totp_secret))


def test_one_code_in_many_windows_at_once_opens_one_session(network: Network, lea: Person) -> None:
    prepared, code = prepare(network, lea.login), code_now(lea.totp_secret)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: take(network, prepared, code), range(6)))
    assert sum(answer.opened is not None for answer in answers) == 1


def test_wrong_codes_behind_the_right_password_make_codes_rest(
    network: Network, lea: Person, acts: Acts
) -> None:
    wrong = f"{(int(code_now(lea.totp_secret)) + 1) % 10**6:06}"
    for _ in range(5):
        with pytest.raises(SignInRefused):
            attempt(network, lea.login, PASSWORD, wrong)
    network.watch.pass_by(minutes=14)
    with pytest.raises(SignInRefused):
        attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))
    assert [why for _, why in acts()][-2:] == ["code", "resting"]
    network.watch.pass_by(minutes=1)
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))


def test_rests_grow_and_end_with_the_next_sign_in(network: Network, lea: Person) -> None:
    rests = []
    for _ in range(3):
        for _ in range(5):
            with pytest.raises(SignInRefused):
                attempt(network, lea.login, PASSWORD, "000")
        with network.database.reading() as session:
            until = session.get_one(Member, lea.invited.member_id).codes_rest_until
        assert until is not None
        rests.append((until - network.watch.now).total_seconds() / 60)
        network.watch.now = until
    assert rests == [15, 30, 60]
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))
    with network.database.reading() as session:
        row = session.get_one(Member, lea.invited.member_id)
        assert (row.wrong_codes, row.codes_rest_until) == (0, None)


def test_a_stranger_without_the_password_cannot_lock_anybody_out(network: Network, lea: Person) -> None:
    for _ in range(12):
        with pytest.raises(SignInRefused):
            attempt(network, lea.login, "guess after guess", "123456")
    attempt(network, lea.login, PASSWORD, code_now(lea.totp_secret))


def test_a_password_typed_on_another_keyboard_still_fits(network: Network) -> None:
    person = network.join(network.organisation("Helpers"), "new", password="Crème brûlée des îles")
    network.watch.pass_by(seconds=30)
    attempt(network, "new", "Cre\u0300me bru\u0302le\u0301e des i\u0302les", code_now(person.totp_secret))


def test_a_session_ends_after_twenty_idle_minutes_unless_used(network: Network, lea: Person) -> None:
    cookie = network.cookie(lea)
    for _ in range(3):
        network.watch.pass_by(minutes=19)
        with network.database.reading() as session:
            assert signed_in(session, network.vault, cookie).content.wants_touch
        with network.database.writing() as session:
            stay_signed_in(session, network.vault, cookie)
    network.watch.pass_by(minutes=20)
    with network.database.reading() as session, pytest.raises(NotSignedIn):
        signed_in(session, network.vault, cookie)
    with network.database.writing() as session, pytest.raises(NotSignedIn):
        stay_signed_in(session, network.vault, cookie)


def test_a_session_ends_after_eight_hours_whatever_happens(network: Network, lea: Person) -> None:
    cookie = network.cookie(lea)
    for _ in range(31):
        network.watch.pass_by(minutes=15)
        with network.database.writing() as session:
            stay_signed_in(session, network.vault, cookie)
    network.watch.pass_by(minutes=15)
    with network.database.reading() as session, pytest.raises(NotSignedIn):
        signed_in(session, network.vault, cookie)


@pytest.mark.parametrize("cookie", ("", "no cookie of ours", "A" * 43, "\ud83d"))
def test_a_forged_cookie_opens_nothing(network: Network, lea: Person, cookie: str) -> None:
    network.cookie(lea)
    with network.database.reading() as session, pytest.raises(NotSignedIn):
        signed_in(session, network.vault, cookie)


def test_signing_out_ends_this_session_and_no_other(network: Network, lea: Person, acts: Acts) -> None:
    here, there = network.cookie(lea), network.cookie(lea)
    for _ in range(2):
        with network.database.writing() as session:
            sign_out(session, network.vault, here)
    with network.database.reading() as session:
        with pytest.raises(NotSignedIn):
            signed_in(session, network.vault, here)
        assert signed_in(session, network.vault, there).member.id == lea.invited.member_id
    assert [act for act, _ in acts()].count("sign_out") == 1


def test_a_member_who_departed_or_whose_organisation_froze_is_out_at_once(
    network: Network, lea: Person
) -> None:
    colleague = network.join(network.organisation("Cold"), "frozen")
    of_lea, of_colleague = network.cookie(lea), network.cookie(colleague)
    with network.database.writing() as session:
        session.get_one(Member, lea.invited.member_id).state = MemberState.DEPARTED
        session.get_one(Organisation, colleague.invited.organisation_id).state = OrganisationState.FROZEN
    for cookie in (of_lea, of_colleague):
        with network.database.reading() as session, pytest.raises(NotSignedIn):
            signed_in(session, network.vault, cookie)
