"""A request as our pages read it: what its parts may cost to take apart is bounded, whatever somebody fills them with."""

from io import BytesIO
from typing import IO, Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from app.web.clean_request import CleanRequest

LARGEST_WORDS = 500_000
"""Bytes of words that come back on the page when they cannot be kept; above, the page itself becomes too heavy."""
LARGEST_FORM = 3 * LARGEST_WORDS + 64 * 1024
"""A form writes each byte of the words with up to three characters; and there is some room for the other fields."""

# No form of ours has a tenth of these.
MOST_FIELDS = 1_000
# A browser asks for a handful of languages and has a few cookies of ours; several headers of one name come joined.
_LONGEST_LANGUAGES = 500
_LONGEST_COOKIES = 8_000


class BoundedForms(FormDataParser):
    """Werkzeug's reader of forms, which bounds the fields of one kind of form only."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> Any:
        """Read a form; raises 413 for one with too many fields before any of them is taken apart."""
        if mimetype != "application/x-www-form-urlencoded":
            return super().parse(stream, mimetype, content_length, options)
        body = stream.read()
        if too_many_fields(body):
            raise RequestEntityTooLarge
        return super().parse(BytesIO(body), mimetype, content_length, options)


class BoundedRequest(CleanRequest):
    """A request whose forms, languages and cookies are bounded. Of cookies that are too long none is read."""

    form_data_parser_class = BoundedForms

    def __init__(self, environ: dict[str, Any], *given: Any, **named: Any) -> None:
        languages = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        if len(languages) > _LONGEST_LANGUAGES:
            environ["HTTP_ACCEPT_LANGUAGE"] = languages[:_LONGEST_LANGUAGES].rpartition(",")[0]
        if len(environ.get("HTTP_COOKIE", "")) > _LONGEST_COOKIES:
            environ["HTTP_COOKIE"] = ""
        super().__init__(environ, *given, **named)


def too_many_fields(body: bytes) -> bool:
    """Whether a form's body has more fields than any form of ours; they may all be empty."""
    return body.count(b"&") >= MOST_FIELDS
