"""Passwords: what is refused, and that two keyboards give one password."""

import pytest

from app.network import PasswordRefused, check_new_password
from app.network.passwords import LONGEST, normal_password


def check(password: str) -> str:
    return check_new_password(
        password, login="mei.ling@partner.example", organisation_name="Centre for Migrant Workers"
    )


@pytest.mark.parametrize(
    ("password", "why"),
    (
        ("", "short"),
        ("elevenchars", "short"),
        # Twelve code points as typed, six letters once composed.
        ("e\u0301" * 6, "short"),
        ("x" * (LONGEST + 1), "long"),
        ("Mei.Ling@partner.example", "login"),
        (" centre for migrant workers ", "organisation"),
        ("half a pair \ud83d and more", "unreadable"),
    ),
)
def test_a_password_is_refused_with_its_reason(password: str, why: str) -> None:
    with pytest.raises(PasswordRefused) as refused:
        check(password)
    assert refused.value.why == why


@pytest.mark.parametrize(
    "password", ("twelve chars", "ကျွန်ုပ်၏ စကားဝှက်", "пароль из слов", "🐘" * 12, " spaces  kept ", "x" * LONGEST)
)
def test_a_long_enough_password_of_any_script_is_taken(password: str) -> None:
    assert check(password) == normal_password(password)


def test_two_ways_of_typing_a_letter_give_the_same_password() -> None:
    assert check("Crème brûlée ok") == check("Cre\u0300me bru\u0302le\u0301e ok")
