"""What was sent with a form that is refused: it comes back in the fields of that form exactly as it was sent, and in no other."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request


@dataclass(frozen=True)
class Drafts:
    """A form by its name on the page, and all that was sent with it; none by default, and then every field shows what stands."""

    form: str = ""
    sent: Mapping[str, str] = field(repr=False, default_factory=dict)

    def get(self, form: str, name: str, stands: str | None = "") -> str:
        """What a field of a form shows: what was sent, also where that was nothing, else what stands."""
        return self.sent.get(name, "") if form == self.form else stands or ""


def sent_with(form: str) -> Drafts:
    """What this post sent."""
    return Drafts(form, request.form.to_dict())
