"""The rows of the network: who takes part, who may come in, where people work, and who has a stake there.

Organisations are public bodies and stand here in the clear. Everything that names a person or a workplace is veiled, so that a
stolen database shows neither a helper's name nor a factory.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Base, Id, MemberId, Opaque, OrganisationId, SiteId, UtcDateTime, new_id, word_column
from app.vault import Signed


class OrganisationKind(StrEnum):
    """What an organisation is in the network."""

    MONITORING_PARTNER = "monitoring_partner"
    TRADE_UNION = "trade_union"
    COORDINATOR = "coordinator"
    PUBLIC_BUYER = "public_buyer"


class OrganisationState(StrEnum):
    """A frozen organisation gets no cases, no sessions and no admissions."""

    ACTIVE = "active"
    FROZEN = "frozen"


class Role(StrEnum):
    """What a member may do: a lead admits others, a caseworker works on cases, a viewer reads."""

    LEAD = "lead"
    CASEWORKER = "caseworker"
    VIEWER = "viewer"


class MemberState(StrEnum):
    """Invited until the link was taken up; departed members never come back in."""

    INVITED = "invited"
    ACTIVE = "active"
    DEPARTED = "departed"


class Sector(StrEnum):
    """What is made or dug up at a site; the supply chain of electronics, batteries and low-emission vehicles."""

    ELECTRONICS = "electronics"
    SEMICONDUCTOR = "semiconductor"
    BATTERY = "battery"
    VEHICLE = "vehicle"
    MINING = "mining"
    SMELTING = "smelting"
    RECYCLING = "recycling"
    E_WASTE = "e_waste"
    RECRUITMENT = "recruitment"
    OTHER = "other"


class SiteState(StrEnum):
    """Only a confirmed site may show help numbers of its country."""

    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    REMOVED = "removed"  # kept for the cases that name it, found by nothing any more


class UnionStanding(StrEnum):
    """How free a union is of the employer at one site; only an independent one gets cases from there."""

    INDEPENDENT = "independent"
    CONTESTED = "contested"
    EMPLOYER_DOMINATED = "employer_dominated"
    ACCUSED = "accused"


# Kept at the width of the first migration.
_WIDTH = 30


class Organisation(Signed, Base):
    """A monitoring partner, trade union, coordinator or public buyer."""

    __tablename__ = "organisations"
    REMEMBERED: ClassVar[bool] = True

    id: Mapped[OrganisationId] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[OrganisationKind] = mapped_column(word_column(OrganisationKind, _WIDTH))
    name: Mapped[str] = mapped_column(String(200))
    # Other names and short forms that workers use; "who must not know" is matched with them.
    aliases: Mapped[list[str]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(2))
    # Where it may take cases: ISO 3166 codes, or "*" for a mandate to work remotely everywhere.
    countries: Mapped[list[str]] = mapped_column(JSON)
    languages: Mapped[list[str]] = mapped_column(JSON)
    trained: Mapped[list[str]] = mapped_column(JSON)
    capacity: Mapped[int]
    employer_run: Mapped[bool]
    state: Mapped[OrganisationState] = mapped_column(word_column(OrganisationState, _WIDTH))
    # Which law or procedure it follows (a profile of config/deadlines.toml), and the region of its country whose holidays it keeps
    # (ISO 3166-2, such as DE-BY): cases take both when it accepts them.
    legal_profile: Mapped[str | None] = mapped_column(String(40))
    region: Mapped[str | None] = mapped_column(String(10))


class Member(Signed, Base):
    """A person of an organisation; login, name and the secret of the codes are veiled."""

    __tablename__ = "members"
    REMEMBERED: ClassVar[bool] = True

    id: Mapped[MemberId] = mapped_column(Id, primary_key=True, default=new_id)
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisations.id"), index=True)
    role: Mapped[Role] = mapped_column(word_column(Role, _WIDTH))
    login_tag: Mapped[bytes] = mapped_column(unique=True, info=Opaque.tag("the login"))
    login_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("the login"))
    name_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("the name"))
    totp_veil: Mapped[bytes | None] = mapped_column(info=Opaque.veiled("the secret of the codes"))
    # The last time step whose code was taken: no code opens the door twice (RFC 6238, 5.2).
    totp_last_step: Mapped[int] = mapped_column(default=0)
    # Wrong codes behind a right password, and until when codes are refused because of them (RFC 4226, 7.3).
    wrong_codes: Mapped[int] = mapped_column(default=0)
    codes_rest_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[MemberState] = mapped_column(word_column(MemberState, _WIDTH))
    trained_restricted: Mapped[bool] = mapped_column(default=False)
    # None until the member says it: then it is that of the organisation's country.
    zone_veil: Mapped[bytes | None] = mapped_column(info=Opaque.veiled("the time zone"))


class DutyTurn(Signed, Base):
    """A member is on duty; on which days is veiled, since a thief must not learn when nobody is."""

    __tablename__ = "duty_turns"

    # That of the form which added it: sent twice, it is one turn.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisations.id"), index=True)
    member_id: Mapped[MemberId] = mapped_column(ForeignKey("members.id"))
    # JSON of days of the week, first and last day, see app.network.duty
    turn_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("on which days somebody is on duty"))


class AbsenceRow(Signed, Base):
    """A member is away; when is veiled."""

    __tablename__ = "absences"

    # That of the form which added it: sent twice, it is one absence.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(ForeignKey("members.id"), index=True)
    # JSON of first and last day
    absence_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("from when to when somebody is away"))


class Tablet(Signed, Base):
    """A tablet on which a member writes down reports beside workers: whose, until when, and whether somebody ended it."""

    __tablename__ = "tablets"
    FREE: ClassVar[dict[str, str]] = {
        "reports": "a number that the desk shows; set to none, the form that started it gets the same again for two minutes"
    }

    # That of the form which started it: sent twice, it is one tablet.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisations.id"), index=True)
    member_id: Mapped[MemberId] = mapped_column(ForeignKey("members.id"))
    label_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("what its member calls it"))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_hour: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reports: Mapped[int] = mapped_column(default=0)


class Invitation(Signed, Base):
    """A single-use link for one member; only a keyed hash of it is kept."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    member_id: Mapped[MemberId] = mapped_column(ForeignKey("members.id"), index=True)
    token_tag: Mapped[bytes] = mapped_column(unique=True, info=Opaque.tag("the token of the link"))
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Nobody where the operator invited from the terminal.
    invited_by: Mapped[MemberId | None] = mapped_column(Id)


class Site(Signed, Base):
    """A workplace. Its names are veiled; the code on its posters is random and says nothing."""

    __tablename__ = "sites"
    REMEMBERED: ClassVar[bool] = True
    __table_args__ = (Index("ix_sites_os_id", "os_id_tag", unique=True),)

    id: Mapped[SiteId] = mapped_column(Id, primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    # Name, town, aliases and OS ID in one veil: matching a worker's words opens every site, so each costs one decryption.
    label_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("names, town and OS ID"))
    # An OS ID is public and leads to the name, so a site is found by its keyed tag.
    os_id_tag: Mapped[bytes | None] = mapped_column(info=Opaque.tag("the OS ID"))
    country: Mapped[str] = mapped_column(String(2))
    sector: Mapped[Sector] = mapped_column(word_column(Sector, _WIDTH))
    state: Mapped[SiteState] = mapped_column(word_column(SiteState, _WIDTH))
    # A digest over who has an interest or a standing here (see app.network.stakes): the MAC covers it, so that none can be changed
    # and none taken away either.
    stakes: Mapped[bytes | None] = mapped_column(
        info=Opaque.nothing_to_open("digest", "of who has an interest or a standing at the site")
    )


class SiteHead(Signed, Base):
    """The one row that says which sites are known, so that none is taken away unseen (see app.network.site_head)."""

    __tablename__ = "site_heads"
    REMEMBERED: ClassVar[bool] = True

    # The deployment's.
    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    total: Mapped[bytes] = mapped_column(info=Opaque.nothing_to_open("digest", "of the known sites"))


class Standing(Base):
    """How independent a union is at a site, who says so (veiled), and when that was true."""

    __tablename__ = "standings"
    __table_args__ = (UniqueConstraint("union_id", "site_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    union_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisations.id"))
    site_id: Mapped[SiteId] = mapped_column(ForeignKey("sites.id"), index=True)
    standing: Mapped[UnionStanding] = mapped_column(word_column(UnionStanding, _WIDTH))
    source_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("who says so"))
    as_of: Mapped[date]


class Interest(Base):
    """An organisation has a stake in a site: it never learns that a case from there exists."""

    __tablename__ = "interests"
    __table_args__ = (UniqueConstraint("organisation_id", "site_id"), Index(None, "site_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    organisation_id: Mapped[OrganisationId] = mapped_column(ForeignKey("organisations.id"))
    site_id: Mapped[SiteId] = mapped_column(ForeignKey("sites.id"))
    reason_veil: Mapped[bytes] = mapped_column(info=Opaque.veiled("why there is an interest"))
