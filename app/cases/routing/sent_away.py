"""Who has a case and who was sent away from it, as its journal tells: an older row, put back, has a MAC that fits all the same."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Session

from app.database import CaseId, OrganisationId
from app.vault import JournalEntry, Vault, read_journal

_ANSWERS = ("case.declined", "case.offer_expired", "case.taken_elsewhere", "case.refused", "case.lost")
_ELSEWHERE = ("case.taken_elsewhere", "case.accepted")

# From here on it is before nobody, until somebody is asked again.
_FOR_EVERYBODY = ("case.held", "case.nobody_may_hold_it", "case.locked", "case.stopped")


@dataclass
class SentAway:
    """What the journal of a case says, act for act: `by` whom an organisation that was asked was sent away, and who `holder` is."""

    by: dict[str, str] = field(default_factory=dict)
    holder: str | None = None
    _asked: set[str] = field(default_factory=set)

    def act_for(self, organisation: object) -> str | None:
        """The act that sent this organisation away since it was asked last."""
        return self.by.get(str(organisation))

    def is_elsewhere(self, organisation: object) -> bool:
        """Whether another one was faster than this organisation."""
        return self.act_for(organisation) in _ELSEWHERE

    @property
    def with_old_keys(self) -> set[OrganisationId]:
        """Whose wrapped grant was deleted and no new keys made: what is sealed later must not open with it."""
        gone = (*_ANSWERS, *_ELSEWHERE)
        return {OrganisationId(UUID(each)) for each, act in self.by.items() if act in gone}

    def goes_on(self, entry: JournalEntry) -> None:
        """Take in the next entry."""
        act, organisation = entry.act, str(entry.detail.get("organisation"))
        if act == "case.offered":
            self._asked.add(organisation)
            self.by.pop(organisation, None)
            self.holder = None
        elif act == "case.accepted":
            self._send_away(self._asked - {organisation} - self.by.keys(), act)
            self.by.pop(organisation, None)
            self._asked.add(organisation)
            self.holder = organisation
        elif act in _ANSWERS:
            self._send_away((organisation,), act)
        elif act == "case.routed_again":
            self._send_away(self._asked & entry.detail["left_out"].keys(), act)
        elif act in _FOR_EVERYBODY or (act == "consent.given" and entry.detail["level"] == "nobody"):
            self._send_away(self._asked, act)

    def _send_away(self, organisations: Iterable[str], act: str) -> None:
        self.by |= dict.fromkeys(organisations, act)
        if self.holder in self.by:
            self.holder = None


def sent_away(session: Session, vault: Vault, case_id: CaseId) -> SentAway:
    """Read the journal of a case once, from its first entry to its last."""
    told = SentAway()
    for entry in read_journal(session, vault, case_id):
        told.goes_on(entry)
    return told
