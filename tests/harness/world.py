"""A small network with keys, sites and people, and the acts of a worker: what most service tests stand on."""

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from sqlalchemy import LargeBinary

from app import clock
from app.cases.case.consent_levels import ConsentTexts, consent_texts
from app.cases.rules.rule_set import Rules, load_rules
from app.cases.worker.entering import Worker, enter_inbox, worker_of
from app.database import Base, CaseId, Database, OrganisationId, SiteId
from app.intake import Filed, Report, file_report
from app.language import Languages, load_languages
from app.messaging.gateways.registry import Gateways, load_gateways
from app.network import (
    Mandate,
    Organisation,
    OrganisationKind,
    Role,
    Sector,
    SignedIn,
    Site,
    add_organisation,
    add_site,
    admit_member,
    code_now,
    count_sites,
    invite_member,
    new_totp_secret,
    prepare_membership,
    prepare_sign_in,
    read_invitation,
    record_training,
    signed_in,
    take_sign_in,
    take_up_invitation,
)
from app.services import Services
from app.settings import PROJECT_ROOT, read_settings
from app.vault import (
    CircleName,
    FormToken,
    Hardness,
    RowSigner,
    Vault,
    bind_deployment,
    find_receipt,
    load_keyring,
    make_keyrings,
)

PASSWORD = "a password of words"
LIGHT = Hardness(memory_kib=64, passes=1, lanes=1)
EVERY_TRAINING = ("survivor_care", "child_protection", "coerced_work", "chemical_hazards")


def light_vault(folder: Path) -> Vault:
    """The web process's vault over fresh keyrings, with a light password hash."""
    make_keyrings(folder)
    return Vault(load_keyring(folder, "web"), LIGHT)


def both_vaults(folder: Path) -> tuple[Vault, Vault]:
    """The web process's vault and the dispatcher's, over fresh keyrings, with a light password hash."""
    return light_vault(folder), Vault(load_keyring(folder, "dispatcher"), LIGHT)


def _untranslated(_context: str, text: str) -> str:
    return text


@cache
def shipped_rules() -> Rules:
    """The rules as shipped, read once: they are frozen, and their words take a while to work out."""
    return load_rules(PROJECT_ROOT / "config")


@cache
def shipped_languages() -> Languages:
    """The languages as shipped, read once."""
    return load_languages(PROJECT_ROOT / "config", PROJECT_ROOT / "translations")


@dataclass
class World:
    """A bound deployment: a coordinator with two custodians, three partners, a union, a buyer, two sites."""

    database: Database
    vault: Vault
    rules: Rules = field(default_factory=shipped_rules)
    texts: ConsentTexts = field(default_factory=lambda: consent_texts(_untranslated))
    secrets: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.database.sign_with(RowSigner(lambda: self.vault))
        self.database.rule_with(lambda: self.rules)
        with self.database.writing() as session:
            bind_deployment(session, self.vault)
            count_sites(session, self.vault)
            self.coordinator = self._organisation(
                session, OrganisationKind.COORDINATOR, "Keel Coordination", "NL"
            )
            self.near = self._partner(session, "Mawar Workers Aid", "MY", ("MY",), ("en", "ms"))
            self.far = self._partner(session, "Distant Line", "CH", ("*",), ("en", "fr"))
            self.other = self._partner(session, "Palmyra Centre", "IN", ("IN",), ("en", "ta"))
            self.union = self._organisation(session, OrganisationKind.TRADE_UNION, "Harbour Union", "MY")
            self.buyer = self._organisation(session, OrganisationKind.PUBLIC_BUYER, "City of Example", "NL")
            self.site = self._site(session, "Foxglove Circuits", "Penang", "MY")
            self.other_site = self._site(session, "Banyan Boards", "Chennai", "IN")
        for organisation, login in (
            (self.coordinator, "custodian.one"),
            (self.coordinator, "custodian.two"),
            (self.near, "near.lead"),
            (self.near, "near.caseworker"),
            (self.far, "far.lead"),
            (self.other, "other.lead"),
            (self.union, "union.lead"),
            (self.buyer, "buyer.lead"),
        ):
            self.join(organisation, login, Role.CASEWORKER if login.endswith("caseworker") else Role.LEAD)

    def over(self, database: Database) -> Self:
        """The same people in a copy of the database, for one test."""
        copied = copy.copy(self)
        copied.database = database
        copied.secrets, copied.cookies = dict(self.secrets), dict(self.cookies)
        database.sign_with(RowSigner(lambda: copied.vault))
        database.rule_with(lambda: copied.rules)
        return copied

    def join(
        self, organisation: Organisation, login: str, role: Role = Role.LEAD, *, by: SignedIn | None = None
    ) -> None:
        """Invite somebody and let them take the invitation up; who comes first makes the organisation's keys."""
        with self.database.writing() as session:
            token = invite_member(
                session,
                self.vault,
                organisation_id=OrganisationId(organisation.id),
                role=role,
                login=login,
                name=f"Name of {login}",
                by=by,
            )
        with self.database.reading() as session:
            invited = read_invitation(session, self.vault, token)
        self.secrets[login] = new_totp_secret()
        code = code_now(self.secrets[login])
        prepared = prepare_membership(self.vault, invited, PASSWORD, self.secrets[login], code)
        with self.database.writing() as session:
            take_up_invitation(session, self.vault, prepared)

    def make_room(self, cases: int = 100_000) -> None:
        """Let every partner have so many open cases, for tests in which one address files more than its share of fifty."""
        with self.database.writing() as session:
            for partner in (self.near, self.far, self.other):
                session.get_one(Organisation, partner.id).capacity = cases

    def admit(self, lead: str, login: str, circles: Iterable[CircleName], days_ago: int = 8) -> None:
        """Let a member in to circles, so long ago that the two count as two people; trained where restricted cases ask for it."""
        by, member = self.sign_in(lead), self.sign_in(login).member
        now = round(clock._offset.total_seconds())
        clock.set_offset(now - days_ago * 86_400)
        with self.database.writing() as session:
            if CircleName.RESTRICTED in circles:
                for each in (by.member.id, member.id):
                    record_training(session, self.vault, by, each, trained=True)
            admit_member(session, self.vault, by, member.id, list(circles))
        clock.set_offset(now)

    def sign_in(self, login: str) -> SignedIn:
        """Who a member is, signed in once for the whole test."""
        if login not in self.cookies:
            self.cookies[login] = self._cookie(login)
        with self.database.reading() as session:
            return signed_in(session, self.vault, self.cookies[login])

    def _cookie(self, login: str) -> str:
        # The code that took the invitation up is spent; half a minute later there is another.
        # Never back: a test may have moved the clock further, and another may have put a whole clock in its place.
        clock.set_offset(max(30, round(clock._offset.total_seconds())))
        with self.database.reading() as session:
            prepared = prepare_sign_in(session, self.vault, login, PASSWORD)
        with self.database.writing() as session:
            return take_sign_in(session, self.vault, prepared, code_now(self.secrets[login])).cookie

    def token(self) -> FormToken:
        """A fresh form's token."""
        return self.vault.read_form_token(self.vault.form_token())

    def file(
        self,
        report: Report | None = None,
        token: FormToken | None = None,
        *,
        sender: str | None = None,
        gateways: Gateways | None = None,
        **answers: Any,
    ) -> Filed:
        """File a report as every door does; without one, plain words from the poster of the Penang site and these answers."""
        told = {"language": "en", "words": "They owe us money.", "site_code": self.site.code} | answers
        return file_report(self.services(gateways), report or Report(**told), token or self.token(), sender)

    def services(self, gateways: Gateways | None = None) -> Services:
        """What the use cases work with; without gateways no text can be sent to anybody."""
        settings = read_settings({})
        return Services(
            settings,
            self.database,
            self.vault,
            self.rules,
            shipped_languages(),
            gateways or load_gateways(settings, self.vault, self.database, {}),
        )

    def enter(self, filed: Filed) -> Worker:
        """Come back with the receipt."""
        keys = self.vault.derive_receipt_keys(filed.receipt)
        with self.database.writing() as session:
            cookie = enter_inbox(session, self.vault, keys)
        return self.worker(cookie)

    def worker(self, cookie: str) -> Worker:
        """Who stands behind a worker's cookie."""
        with self.database.reading() as session:
            return worker_of(session, self.vault, cookie)

    def case_of(self, filed: Filed) -> CaseId:
        """The case that a receipt leads to."""
        with self.database.reading() as session:
            row = find_receipt(session, self.vault.derive_receipt_keys(filed.receipt))
        assert row is not None
        return CaseId(row.case_id)

    def _organisation(
        self, session: Any, kind: OrganisationKind, name: str, country: str, mandate: Mandate | None = None
    ) -> Organisation:
        return add_organisation(session, self.vault, kind=kind, name=name, country=country, mandate=mandate)

    def _partner(
        self, session: Any, name: str, country: str, countries: Iterable[str], languages: Iterable[str]
    ) -> Organisation:
        mandate = Mandate(tuple(countries), tuple(languages), EVERY_TRAINING)
        return self._organisation(session, OrganisationKind.MONITORING_PARTNER, name, country, mandate)

    def _site(self, session: Any, name: str, town: str, country: str) -> Site:
        sector = next(iter(Sector))
        return add_site(session, self.vault, name=name, town=town, country=country, sector=sector)


def site_id(site: Site) -> SiteId:
    """The id of a site row."""
    return SiteId(site.id)


def everything_stored(database: Database) -> bytes:
    """Every value of every row, as bytes, to search for what must not stand there in the clear."""
    found = bytearray()
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()):
                for column, value in zip(table.columns, row, strict=True):
                    raw = (
                        value
                        if isinstance(column.type, LargeBinary) and value is not None
                        else str(value).encode()
                    )
                    found += raw + b"\n"
    return bytes(found)
