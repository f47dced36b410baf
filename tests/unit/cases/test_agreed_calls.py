"""Whether calls are agreed: by what the worker said last, and beside a yes to texts that a helper heard."""

from typing import Any

import pytest

from app.cases.case import agreed_calls
from app.cases.enums import AuthorKind

CALL, TEXT, INBOX = ({"contact": how, "phone": f"{at}"} for at, how in enumerate(("call", "text", "inbox")))
WORKER, HELPER = AuthorKind.WORKER, AuthorKind.MEMBER


@pytest.mark.parametrize(
    ("told", "agreed"),
    (
        ((), None),
        (((WORKER, CALL),), CALL),
        (((WORKER, TEXT),), None),
        (((WORKER, INBOX),), None),
        (((WORKER, CALL), (HELPER, TEXT)), CALL),
        (((WORKER, CALL), (HELPER, TEXT), (HELPER, INBOX)), None),
        (((WORKER, CALL), (HELPER, INBOX), (HELPER, TEXT)), None),
        (((WORKER, CALL), (WORKER, TEXT)), None),
        (((WORKER, TEXT), (WORKER, CALL)), CALL),
        (((WORKER, CALL), (WORKER, None)), None),
        (((WORKER, None), (WORKER, CALL)), CALL),
    ),
)
def test_calls_stand_until_the_worker_says_otherwise(
    told: tuple[tuple[AuthorKind, dict[str, Any] | None], ...], agreed: dict[str, Any] | None
) -> None:
    assert agreed_calls(told) == agreed
