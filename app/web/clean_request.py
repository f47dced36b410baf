"""What a browser sends, cleaned once for every page: no NUL and no half of a sign gets as far as a database by any of them."""

from collections.abc import Iterable
from typing import Any

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict

from app.language import clean_words

# A password is never stored, only hashed, and has to stay what it was when it was chosen.
_AS_TYPED = frozenset({"password", "again"})


class CleanFields(ImmutableMultiDict[str, Any]):
    """The fields of a form or of an address, their values cleaned; files stay as they came."""

    def __init__(self, fields: Iterable[tuple[str, Any]] = ()) -> None:
        super().__init__([(name, _cleaned(name, value)) for name, value in fields])


class CleanRequest(Request):
    """A request whose fields are cleaned. The webhooks of gateways read the raw body instead, since that is what was signed."""

    parameter_storage_class = CleanFields


def _cleaned(name: str, value: object) -> object:
    return clean_words(value) if isinstance(value, str) and name not in _AS_TYPED else value
