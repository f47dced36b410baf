"""That a worker agreed by voice to be texted: which helper heard it, how and when; kept as evidence once it is over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app import clock
from app.cases.enums import TalkHow
from app.database import Base, Blob, CaseId, MemberId, Opaque, OrganisationId
from app.network import Organisation, SignedIn, member_names
from app.vault import Place, Signed, Vault, VeilBroken, is_sound, sound


class TextAgreement(Signed, Base):
    """A worker's spoken yes to texts on a phone that is only theirs. Nothing of who or when is in the clear."""

    __tablename__ = "text_agreements"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    # That of the form which wrote it down: sent twice, it is one agreement.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    # JSON, see `agreement_row`
    told_veil: Mapped[bytes] = mapped_column(
        Blob, info=Opaque.veiled("which helper heard that the worker may be texted, how and when")
    )
    ended_hour: Mapped[datetime | None]


@dataclass(frozen=True)
class SpokenYes:
    """What a case shows of an agreement that stands."""

    how: TalkHow
    took_place: datetime
    organisation_id: OrganisationId
    helper: str = ""  # names; empty where nobody can be named
    organisation: str = ""


def agreement_row(
    vault: Vault, case_id: CaseId, agreement_id: UUID, by: SignedIn, how: TalkHow, took_place: datetime
) -> TextAgreement:
    """The row of an agreement that this member heard, to be added."""
    told = {
        "member": str(by.member.id),
        "organisation": str(by.organisation.id),
        "how": how.value,
        "took_place": took_place.isoformat(timespec="minutes"),
    }
    return TextAgreement(
        case_id=case_id, id=agreement_id, told_veil=vault.veil_json(_place(case_id, agreement_id), told)
    )


def spoken_yes(session: Session, vault: Vault, case_id: UUID) -> SpokenYes | None:
    """The agreement that stands, the one that was heard last; nobody's, or what others wrote or spoilt, is None."""
    heard = (_told(session, vault, row) for row in _standing(session, vault, case_id))
    return max((yes for yes in heard if yes is not None), key=lambda yes: yes.took_place, default=None)


def end_agreements(session: Session, vault: Vault, case_id: UUID) -> int:
    """The worker takes it back, in a case whose row the caller has locked; how many that stood."""
    standing = _standing(session, vault, case_id)
    for row in standing:
        row.ended_hour = clock.hour_of(clock.now())
    session.flush()
    return len(standing)


def _standing(session: Session, vault: Vault, case_id: UUID) -> Sequence[TextAgreement]:
    rows = select(TextAgreement).where(TextAgreement.case_id == case_id, TextAgreement.ended_hour.is_(None))
    return list(sound(vault, session.scalars(rows)))


def _told(session: Session, vault: Vault, row: TextAgreement) -> SpokenYes | None:
    try:
        values = vault.unveil_json(_place(row.case_id, row.id), row.told_veil)
    except VeilBroken:
        return None
    member, organisation = MemberId(UUID(values["member"])), OrganisationId(UUID(values["organisation"]))
    found = session.get(Organisation, organisation)
    return SpokenYes(
        TalkHow(values["how"]),
        datetime.fromisoformat(values["took_place"]),
        organisation,
        helper=member_names(session, vault, [member]).get(member, ""),
        organisation="" if found is None or not is_sound(vault, found) else found.name,
    )


def _place(case_id: UUID, agreement_id: UUID) -> Place:
    return Place("text_agreements", agreement_id, "told_veil", case_id)
