"""A report written beside a helper: who stood there, in which language it was read aloud, how the worker's consent was given."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.cases.case.consent_levels import level_or_default
from app.cases.case.models import Consent
from app.cases.enums import ConsentHow, ConsentLevel
from app.database import Base, Blob, CaseId, MemberId, Opaque, OrganisationId
from app.network import Organisation, TabletStanding, Vouched, member_names
from app.vault import Place, Signed, Vault, VeilBroken, is_sound

OTHER_LANGUAGE = "other"
"""Read aloud in a language of which there is no page."""


class HowAllowed(StrEnum):
    """How the worker said who may know, beside a helper."""

    TAP = "tap"
    VOICE = "voice"
    NOT = "not"


_HOW = {HowAllowed.TAP: ConsentHow.BESIDE_TAP, HowAllowed.VOICE: ConsentHow.BESIDE_VOICE}


class ReportBeside(Signed, Base):
    """That a case was told beside a helper. Nothing of it is in the clear: it would point at who was at the gate that day."""

    __tablename__ = "reports_beside"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    # JSON, see `beside_row`
    told_veil: Mapped[bytes] = mapped_column(
        Blob,
        info=Opaque.veiled("who helped the worker to write, in which language, and how consent was given"),
    )


TOLD_BESIDE = "case.told_beside"
"""The act of the journal that says so."""


@dataclass(frozen=True)
class ToldBeside:
    """What a case shows of the helper who stood beside the worker."""

    member_id: MemberId | None
    organisation_id: OrganisationId | None
    how: HowAllowed
    language: str
    standing: TabletStanding
    first_receipt: UUID
    """The code that was on the tablet's screen: whoever stood there may have seen it."""
    skipped: bool  # whether the report went on as if nothing was said of who may know
    helper: str = ""  # names; empty where nobody can be named
    organisation: str = ""

    @property
    def counts(self) -> bool:
        """Whether the helper was who the tablet said, so that what was allowed there holds."""
        return self.standing is TabletStanding.STANDS

    @property
    def overruled(self) -> bool:
        """Whether something was allowed there that did not count: who asked for nobody, or was not asked, allowed nothing."""
        return not self.counts and self.skipped and self.how is not HowAllowed.NOT


def allowed_beside(
    chosen: ConsentLevel | None, how: HowAllowed, vouched: Vouched
) -> tuple[ConsentLevel, ConsentHow]:
    """What the worker allows: as chosen where they said it themselves beside a helper who is one, else no more than a helper.

    That nobody may read it holds in any case: it tells nobody anything.
    """
    spoken = _HOW.get(how) if vouched.counts else None
    if chosen is ConsentLevel.NOBODY or (chosen is not None and spoken is not None):
        return chosen, spoken or ConsentHow.FORM
    return level_or_default(None)


def beside_row(
    vault: Vault, case_id: CaseId, how: HowAllowed, language: str, vouched: Vouched, receipt_id: UUID
) -> ReportBeside:
    """The row of a case that was told beside a helper, to be added."""
    told = {
        "member": _text(vouched.member_id),
        "organisation": _text(vouched.organisation_id),
        "tablet": _text(vouched.tablet_id),
        "how": how.value,
        "language": language,
        "standing": vouched.standing.value,
        "receipt": str(receipt_id),
    }
    return ReportBeside(case_id=case_id, told_veil=vault.veil_json(_place(case_id), told))


def told_beside(session: Session, vault: Vault, case_id: UUID) -> ToldBeside | None:
    """Who stood beside the worker when they told this case; nobody, or what others wrote or spoilt, is None."""
    row = session.get(ReportBeside, case_id)
    if row is None or not is_sound(vault, row):
        return None
    try:
        told = vault.unveil_json(_place(case_id), row.told_veil)
    except VeilBroken:
        return None
    return _named(session, vault, case_id, told)


def _named(session: Session, vault: Vault, case_id: UUID, told: dict[str, Any]) -> ToldBeside:
    member = None if told["member"] is None else MemberId(UUID(told["member"]))
    organisation = None if told["organisation"] is None else OrganisationId(UUID(told["organisation"]))
    found = None if organisation is None else session.get(Organisation, organisation)
    skipped = select(Consent.id).where(Consent.case_id == case_id, Consent.how == ConsentHow.FORM_SKIPPED)
    return ToldBeside(
        member_id=member,
        organisation_id=organisation,
        how=HowAllowed(told["how"]),
        language=told["language"],
        standing=TabletStanding(told["standing"]),
        first_receipt=UUID(told["receipt"]),
        skipped=session.scalars(skipped).first() is not None,
        helper="" if member is None else member_names(session, vault, [member]).get(member, ""),
        organisation="" if found is None or not is_sound(vault, found) else found.name,
    )


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _place(case_id: UUID) -> Place:
    return Place("reports_beside", case_id, "told_veil", case_id)
