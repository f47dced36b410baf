"""The limits of log-ins, and who is locked out by nobody."""

import pytest

from app.network.attempts import (
    SIGN_INS_AT_ADDRESS,
    SIGN_INS_FROM_HERE,
    SIGN_INS_TO_ACCOUNT,
)
from tests.support.addresses import ELSEWHERE

LOGIN, NOBODY, WRONG = "near.lead", "nobody.at.all", "a wrong password of words"


LIMITS = (
    pytest.param(SIGN_INS_FROM_HERE, f"{ELSEWHERE} {{login}}", id="from here"),
    pytest.param(SIGN_INS_AT_ADDRESS, ELSEWHERE, id="at the address"),
    pytest.param(SIGN_INS_TO_ACCOUNT, "{login}", id="to the account"),
)
