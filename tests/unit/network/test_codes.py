"""Authenticator codes: the right one of now, one step of tolerance, any script's digits."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from app import clock
from app.network import TotpSecretUnusable, code_now, new_totp_secret, totp_uri
from app.network.codes import step_of_code

NOON = datetime(2026, 11, 21, 12, 0, 10, tzinfo=UTC)
STEP = int(NOON.timestamp()) // 30


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def code_at(secret: str, seconds: int) -> str:
    return pyotp.TOTP(secret).at(NOON + timedelta(seconds=seconds))


def test_codes_of_this_step_and_its_neighbours_are_right_and_no_others() -> None:
    secret = new_totp_secret()
    steps = [step_of_code(secret, code_at(secret, seconds)) for seconds in (-60, -30, 0, 30, 60)]
    assert steps == [None, STEP - 1, STEP, STEP + 1, None]


def test_the_codes_are_those_of_the_standard() -> None:
    # RFC 6238, appendix B: the SHA-1 vector for 59 seconds, whose last six digits are 287082.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert pyotp.TOTP(secret).generate_otp(1) == "287082"


def test_a_code_is_not_good_again_once_its_step_was_taken() -> None:
    secret = new_totp_secret()
    assert step_of_code(secret, code_now(secret), after=STEP - 1) == STEP
    assert step_of_code(secret, code_now(secret), after=STEP) is None
    assert step_of_code(secret, code_at(secret, -30), after=STEP) is None


@pytest.mark.parametrize("digits", ("٠١٢٣٤٥٦٧٨٩", "၀၁၂၃၄၅၆၇၈၉", "०१२३४५६७८९", "0123456789"))
def test_a_code_may_be_typed_in_the_digits_of_any_script_and_with_spaces(digits: str) -> None:
    secret = new_totp_secret()
    typed = "".join(digits[int(digit)] for digit in code_now(secret))
    assert step_of_code(secret, f" {typed[:3]} {typed[3:]} ") == STEP


@pytest.mark.parametrize("code", ("", "12345", "1234567", "é" * 6, "\x00", "9" * 10_000, "½" * 6, "abcdef"))
def test_what_is_no_code_is_wrong_and_nothing_breaks(code: str) -> None:
    assert step_of_code(new_totp_secret(), code) is None


@pytest.mark.parametrize("secret", ("", "A" * 8, "not base32!", "é" * 32, "1" * 32))
def test_a_secret_that_was_edited_in_the_form_is_unusable(secret: str) -> None:
    with pytest.raises(TotpSecretUnusable):
        step_of_code(secret, "123456")


def test_the_address_for_the_qr_code_names_product_and_login() -> None:
    uri = totp_uri(new_totp_secret(), "mei@partner.example")
    assert uri.startswith("otpauth://totp/Redress:mei%40partner.example?secret=")
