"""Form tokens: the same form gives the same receipt, and nothing stored leads back to it."""

import base64
from datetime import timedelta
from uuid import uuid4

import pytest

from app import clock
from app.vault import TokenForged, Vault


def test_a_token_gives_the_same_receipt_and_submission_id_however_often_it_is_posted(vault: Vault) -> None:
    token = vault.form_token()
    first, second = vault.read_form_token(token), vault.read_form_token(token)
    assert first == second
    assert first.body_tag(b"words") == second.body_tag(b"words")
    assert first.body_tag(b"words") != first.body_tag(b"other words")


def test_two_forms_share_nothing(vault: Vault) -> None:
    first, second = (vault.read_form_token(vault.form_token()) for _ in range(2))
    assert first.receipt != second.receipt
    assert first.submission_id != second.submission_id
    assert first.body_tag(b"words") != second.body_tag(b"words")


def test_a_token_knows_when_it_was_issued_and_when_it_is_too_old(vault: Vault) -> None:
    token = vault.form_token()
    assert abs(vault.read_form_token(token).issued - clock.now()) < timedelta(minutes=1)
    clock.set_offset(7 * 86400 - 60)
    assert not vault.read_form_token(token).expired
    clock.set_offset(7 * 86400 + 60)
    assert vault.read_form_token(token).expired
    clock.set_offset(-86400)  # a clock that jumped back is no reason to turn a worker away
    assert not vault.read_form_token(token).expired


@pytest.mark.parametrize("place", range(0, 59, 4))
def test_an_edited_token_is_forged(vault: Vault, place: int) -> None:
    token = vault.form_token()
    for other in "Az-9":
        edited = token[:place] + other + token[place + 1 :]
        if edited != token:
            with pytest.raises(TokenForged):
                vault.read_form_token(edited)


def test_a_token_cannot_be_made_longer_lived(vault: Vault) -> None:
    raw = bytearray(base64.urlsafe_b64decode(vault.form_token() + "="))
    raw[9] ^= 1
    with pytest.raises(TokenForged):
        vault.read_form_token(base64.urlsafe_b64encode(raw).decode())


@pytest.mark.parametrize("token", ("", "=", "A" * 59, "AQ", "ü" * 59, "\0" * 59, "\udcff", "A" * 100_000))
def test_anything_else_is_forged(vault: Vault, token: str) -> None:
    with pytest.raises(TokenForged):
        vault.read_form_token(token)


def test_the_token_of_another_deployment_is_forged(vault: Vault, stranger: Vault) -> None:
    with pytest.raises(TokenForged):
        vault.read_form_token(stranger.form_token())


def test_a_token_is_short_since_the_form_has_to_fit_one_window(vault: Vault) -> None:
    assert len(vault.form_token()) == 59


def test_neither_receipt_nor_secret_shows_when_a_token_is_printed(vault: Vault) -> None:
    token = vault.read_form_token(vault.form_token())
    assert token.receipt not in repr(token)
    assert repr(token.body_key) not in repr(token)


def test_what_a_post_stores_is_named_by_all_that_it_means(vault: Vault) -> None:
    token, case_id = vault.read_form_token(vault.form_token()), uuid4()
    meant = ("inbox", "worse", case_id, "It is bad.", "")
    assert token.act_id(*meant) == token.act_id(*meant)
    others = (
        ("inbox", "write", case_id, "It is bad.", ""),
        ("inbox", "worse", uuid4(), "It is bad.", ""),
        ("inbox", "worse", case_id, "It is bad", "."),
        ("inbox", "worse", case_id, "It is bad.", "danger"),
    )
    ids = {token.act_id(*each) for each in (meant, *others)} | {token.submission_id}
    assert len(ids) == len(others) + 2
    assert vault.read_form_token(vault.form_token()).act_id(*meant) not in ids


def test_what_is_sent_as_new_after_a_used_token_is_new_once(vault: Vault) -> None:
    token = vault.form_token()
    following = vault.follow_form_token(token, b"other words")
    assert following == vault.follow_form_token(token, b"other words")
    assert len({following, token, vault.follow_form_token(token, b"more words")}) == 3
    first, then = vault.read_form_token(token), vault.read_form_token(following)
    assert then.issued == first.issued
    assert then.receipt != first.receipt
    assert then.submission_id != first.submission_id
    with pytest.raises(TokenForged):
        vault.follow_form_token("x", b"other words")


def test_a_form_names_its_case_so_that_nobody_else_can(vault: Vault, stranger: Vault) -> None:
    case_id, other = uuid4(), uuid4()
    name = vault.name_case(case_id)
    assert vault.is_case_named(name, case_id)
    assert str(case_id) not in name
    assert case_id.hex not in name
    assert not vault.is_case_named(name, other)
    for forged in ("", "x", name[:-1], f"{name}A", stranger.name_case(case_id), "\udcff", "ü"):
        assert not vault.is_case_named(forged, case_id)
