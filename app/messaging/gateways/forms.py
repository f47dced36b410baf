"""The form body of a webhook, read the way providers sign it: every value kept, also those that come twice or empty."""

from urllib.parse import parse_qsl

from app.messaging.gateways.protocol import Forged, SignedRequest

FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 200


class Form(dict[str, list[str]]):
    """The fields of a form; a name may have several values, and `getlist` is how Twilio's validator asks for them."""

    def getlist(self, name: str) -> list[str]:
        """Every value of a field, in the order in which they came."""
        return self.get(name, [])

    def one(self, name: str, *, most: int) -> str:
        """The value of a field that must be there once, not be empty and not be too long; raises `Forged`."""
        values = self.getlist(name)
        if len(values) != 1 or not 0 < len(values[0]) <= most:
            raise Forged(name)
        return values[0]

    def first(self, name: str) -> str:
        """The first value of a field, or an empty text when it is missing."""
        return next(iter(self.getlist(name)), "")


def media_type(request: SignedRequest) -> str:
    """What kind of body this is, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def read_form(request: SignedRequest) -> Form:
    """The form in a request; raises `Forged` when it is none.

    Bytes that are no UTF-8 become U+FFFD, which is also what a provider signs that decoded them before us.
    """
    if media_type(request) != FORM:
        raise Forged("content type")
    try:
        pairs = parse_qsl(
            request.body.decode("utf-8", "replace"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="replace",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:
        # A flood of fields: no provider sends that.
        raise Forged("form") from None
    form = Form()
    for name, value in pairs:
        form.setdefault(name, []).append(value)
    return form
