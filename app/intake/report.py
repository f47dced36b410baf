"""What a worker tells, whichever door it came through: plain values, cleaned by the door."""

import json
from dataclasses import dataclass, fields
from enum import StrEnum

from app.attachments import DeclaredFile
from app.cases.enums import ConsentLevel, Exclusion
from app.database import OrganisationId


class ContactWay(StrEnum):
    """How the worker may be answered."""

    INBOX = "inbox"
    TEXT = "text"
    CALL = "call"


# It may be another on the next day, and a form that is sent again must still be known.
_OF_THE_DOOR = frozenset({"excluded", "country"})


@dataclass(frozen=True)
class Report:
    """A worker's report: every field but the language may be empty. `consent` is None where the question was skipped."""

    language: str
    words: str = ""
    topics: tuple[str, ...] = ()
    danger: bool = False
    no_danger: bool = (
        False  # whether the worker answered that they are in none, which a skipped question does not say
    )
    site_code: str = ""
    site: str = ""
    exclude: frozenset[Exclusion] = frozenset()
    exclude_other: str = ""
    contact: ContactWay = ContactWay.INBOX
    phone: str = ""
    safe_times: str = ""
    name: str = ""
    consent: ConsentLevel | None = None
    # Those that follow it, each bound to its content.
    files: tuple[DeclaredFile, ...] = ()
    # What the door knows, and is no answer of the worker's: who must not know, and where they are.
    excluded: frozenset[OrganisationId] = frozenset()
    country: str = ""

    def canonical(self) -> bytes:
        """The same bytes for the same answers, to tell a second post of a form from one with other words."""
        values = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in _OF_THE_DOOR
        }
        values["exclude"] = sorted(self.exclude)
        # Left out where there are none: a form from before there were files must still be known.
        files = [file.canonical() for file in values.pop("files")]
        values |= {"files": files} if files else {}
        return json.dumps(values, sort_keys=True, ensure_ascii=True).encode("ascii")
