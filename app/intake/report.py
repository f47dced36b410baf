"""What a worker tells, whichever door it came through: plain values, cleaned by the door."""

import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum

from app.attachments import DeclaredFile
from app.cases.case import HowAllowed, allowed_beside, level_or_default
from app.cases.enums import ConsentHow, ConsentLevel, Exclusion
from app.database import OrganisationId
from app.network import TabletStanding, Vouched


class ContactWay(StrEnum):
    """How the worker may be answered."""

    INBOX = "inbox"
    TEXT = "text"
    CALL = "call"


@dataclass(frozen=True)
class SaidByTablet:
    """What a tablet says of the helper beside the worker: its authority, how consent was given, in which language it was read.

    `without_them` says that the helper's own organisation must not get the report.
    """

    authority: str
    how: HowAllowed
    language: str
    without_them: bool


# It may be another on the next day, and a form that is sent again must still be known.
_OF_THE_DOOR = frozenset({"excluded", "country", "beside", "vouched"})


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
    beside: SaidByTablet | None = None
    vouched: Vouched | None = None  # what the authority was worth when the report arrived

    @property
    def allowed(self) -> tuple[ConsentLevel, ConsentHow]:
        """How far the worker lets the report go, and how they said so."""
        if self.beside is None:
            return level_or_default(self.consent)
        return allowed_beside(self.consent, self.beside.how, self.vouched or Vouched(TabletStanding.UNKNOWN))

    @property
    def excludes_somebody_unknown(self) -> bool:
        """Whether the helper's organisation must not get it and nobody can tell which that is, so that a person has to look."""
        return bool(self.beside and self.beside.without_them and self.vouched and not self.vouched.tablet_id)

    def canonical(self) -> bytes:
        """The same bytes for the same answers, to tell a second post of a form from one with other words.

        In danger files are no part of it: whoever calls for help again in the same words has called already, whatever photo comes
        with them now. Without danger another photo is something new to tell, and goes as that.
        """
        values = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in _OF_THE_DOOR
        }
        values["exclude"] = sorted(self.exclude)
        # Left out where there are none: a form from before there were files must still be known.
        files = [file.canonical() for file in values.pop("files") if not self.danger]
        values |= {"files": files} if files else {}
        if self.beside is not None:
            values["beside"] = asdict(self.beside)
        return json.dumps(values, sort_keys=True, ensure_ascii=True).encode("ascii")
