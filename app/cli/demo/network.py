"""The organisations, people and workplaces of the demo, made from config/demo/network.toml."""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.database import OrganisationId, SiteId
from app.network import (
    Mandate,
    Member,
    Organisation,
    OrganisationKind,
    Role,
    Sector,
    SignedIn,
    Site,
    UnionStanding,
    add_organisation,
    add_site,
    admit_member,
    circle_names,
    code_now,
    declare_interest,
    invite_member,
    new_totp_secret,
    prepare_membership,
    read_invitation,
    record_training,
    set_standing,
    take_up_invitation,
)
from app.vault import CircleName, MemberKey, SessionContent, Vault

# No letter that looks like another one: these passwords are typed from a terminal into a phone.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class DemoLogin:
    """What somebody who tries the demo needs to log in as one member."""

    organisation: str
    kind: str
    role: str
    login: str
    password: str
    totp_secret: str

    def as_json(self) -> dict[str, str]:
        """One object of demo-logins.json."""
        return asdict(self)


@dataclass
class DemoNetwork:
    """Everybody and every place of the demo, by the keys of its file."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    people: dict[str, SignedIn] = field(default_factory=dict)
    logins: list[DemoLogin] = field(default_factory=list)

    def acting(self, organisation_id: OrganisationId, role: Role) -> SignedIn:
        """A member of that organisation and role."""
        return next(
            by
            for by in self.people.values()
            if by.organisation.id == organisation_id and by.member.role is role
        )


def load_network(session: Session, vault: Vault, data: dict[str, Any]) -> DemoNetwork:
    """Make the whole network at the time that the clock shows now."""
    network = DemoNetwork()
    for entry in data["site"]:
        network.sites[entry["key"]] = add_site(
            session,
            vault,
            name=entry["name"],
            town=entry["town"],
            country=entry["country"],
            sector=Sector(entry["sector"]),
            aliases=entry.get("aliases", ()),
            os_id=entry["os_id"],
        )
    for entry in data["organisation"]:
        _add_organisation(session, vault, network, entry)
    _add_relations(session, vault, network, data)
    return network


def _add_organisation(session: Session, vault: Vault, network: DemoNetwork, entry: dict[str, Any]) -> None:
    organisation = add_organisation(
        session,
        vault,
        kind=OrganisationKind(entry["kind"]),
        name=entry["name"],
        country=entry["country"],
        mandate=Mandate(
            countries=tuple(entry.get("countries", [entry["country"]])),
            languages=tuple(entry.get("languages", ["en"])),
            trained=tuple(entry.get("trained", [])),
            capacity=entry.get("capacity", 50),
        ),
        aliases=entry.get("aliases", ()),
    )
    network.organisations[entry["key"]] = organisation
    lead: SignedIn | None = None
    for person in entry["members"]:
        by = _join(session, vault, network, organisation, person)
        if lead is None:
            lead = by
            record_training(session, vault, lead, lead.member.id, trained=True)
        if by is not lead:
            _admit(session, vault, lead, by)


def _join(
    session: Session, vault: Vault, network: DemoNetwork, organisation: Organisation, person: dict[str, str]
) -> SignedIn:
    """Invite one person and let them take up the invitation, as the page behind the link does."""
    role, login = Role(person["role"]), person["login"]
    token = invite_member(
        session, vault, organisation_id=organisation.id, role=role, login=login, name=person["name"]
    )
    invited = read_invitation(session, vault, token)
    password, totp_secret = _password(), new_totp_secret()
    prepared = prepare_membership(vault, invited, password, totp_secret, code_now(totp_secret))
    take_up_invitation(session, vault, prepared)
    member = session.get_one(Member, invited.member_id)
    by = _signed_in(member, organisation, person["name"], prepared.new_key.key)
    network.people[login] = by
    network.logins.append(
        DemoLogin(organisation.name, organisation.kind.value, role.value, login, password, totp_secret)
    )
    return by


def _admit(session: Session, vault: Vault, lead: SignedIn, by: SignedIn) -> None:
    circles = set(circle_names(lead.organisation.kind))
    if by.member.role is Role.VIEWER:
        circles = {CircleName.EVERYONE}
    if CircleName.RESTRICTED in circles:
        record_training(session, vault, lead, by.member.id, trained=True)
    admit_member(session, vault, lead, by.member.id, circles)


def _add_relations(session: Session, vault: Vault, network: DemoNetwork, data: dict[str, Any]) -> None:
    for entry in data["standing"]:
        set_standing(
            session,
            vault,
            union_id=network.organisations[entry["union"]].id,
            site_id=SiteId(network.sites[entry["site"]].id),
            standing=UnionStanding(entry["standing"]),
            source=entry["source"],
            as_of=entry["as_of"],
        )
    for entry in data["interest"]:
        declare_interest(
            session,
            vault,
            organisation_id=network.organisations[entry["organisation"]].id,
            site_id=SiteId(network.sites[entry["site"]].id),
            reason=entry["reason"],
        )


def _signed_in(member: Member, organisation: Organisation, name: str, key: MemberKey) -> SignedIn:
    return SignedIn(
        member, organisation, name, key, SessionContent(member.id, b"", b"", wants_touch=False), zone=""
    )


def _password() -> str:
    """Sixteen random letters in four groups: nobody guesses the demo's members either."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
