"""`redress org` and `redress member`: taking organisations and their people into the network."""

import argparse
from typing import Any

from app.cli.deployment import Deployment
from app.cli.public_address import warn_where_only_here
from app.cli.refusals import CommandRefused
from app.network import (
    FirstMemberLeads,
    LoginTaken,
    LoginUnusable,
    Mandate,
    NameMissing,
    OrganisationFrozen,
    OrganisationKind,
    OrganisationRefused,
    Role,
    UnknownOrganisation,
    add_organisation,
    colleagues,
    invite_member,
    network_countries,
    organisation_named,
    organisations_of,
)


def add_commands(commands: Any) -> None:
    """Add `org add|list` and `member invite|list`."""
    org = commands.add_parser("org", help="organisations of the network").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    adding = org.add_parser("add", help="take an organisation into the network")
    adding.add_argument("kind", choices=[kind.value for kind in OrganisationKind])
    adding.add_argument("name")
    adding.add_argument("--country", required=True, metavar="MY", help="where it is based")
    adding.add_argument(
        "--countries", nargs="+", metavar="MY", help="where it takes cases; * for everywhere, remotely"
    )
    adding.add_argument("--languages", nargs="+", default=["en"], metavar="en")
    adding.add_argument(
        "--trained",
        nargs="*",
        default=[],
        metavar="TRAINING",
        help="what its helpers are trained in (config/taxonomy.toml)",
    )
    adding.add_argument(
        "--capacity", type=int, default=50, metavar="N", help="how many open cases it can carry"
    )
    adding.add_argument(
        "--alias", action="append", default=[], metavar="NAME", help="another name workers use for it"
    )
    adding.add_argument("--employer-run", action="store_true", help="it gets no cases, ever")
    adding.set_defaults(run=add)
    org.add_parser("list", help="who takes part").set_defaults(run=list_organisations)

    member = commands.add_parser("member", help="people of an organisation").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    inviting = member.add_parser("invite", help="make a link that lets one person in, once, within 48 hours")
    inviting.add_argument("organisation", help="its name")
    inviting.add_argument("role", choices=[role.value for role in Role])
    inviting.add_argument("login", help="for example an e-mail address")
    inviting.add_argument("name", help="the name that colleagues recognise")
    inviting.set_defaults(run=invite)
    listing = member.add_parser("list", help="the members of an organisation")
    listing.add_argument("organisation", help="its name")
    listing.set_defaults(run=list_members)


def add(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Take an organisation in."""
    deployment.check("web")
    known = deployment.rules.taxonomy.trainings
    for training in choice.trained:
        # A misspelled training would keep the organisation out of exactly the cases it was trained for, without a word.
        if training not in known:
            raise CommandRefused(
                f"{training!r} is no training of config/taxonomy.toml; there are: {', '.join(sorted(known))}."
            )
    mandate = Mandate(
        countries=tuple(choice.countries or [choice.country]),
        languages=tuple(choice.languages),
        trained=tuple(choice.trained),
        capacity=choice.capacity,
    )
    with deployment.database.writing() as session:
        before = network_countries(session)
        try:
            added = add_organisation(
                session,
                deployment.vault,
                kind=OrganisationKind(choice.kind),
                name=choice.name,
                country=choice.country,
                mandate=mandate,
                aliases=choice.alias,
                employer_run=choice.employer_run,
            )
        except OrganisationRefused as refused:
            raise CommandRefused(str(refused)) from None
        new = network_countries(session) - before
    print(f"{added.name} takes part now. It gets no case before its first lead has taken up an invitation.")
    if new:
        # Deadlines are earlier until then, never later.
        print(f"Public holidays of {', '.join(sorted(new))} count from the next start of Redress.")
    return 0


def list_organisations(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Print one line for each organisation."""
    deployment.check("web")
    with deployment.database.reading() as session:
        for organisation in organisations_of(session):
            countries = ",".join(organisation.countries) or "-"
            print(
                f"{organisation.kind}\t{organisation.name}\t{organisation.country}\t{countries}\t{organisation.state}"
            )
    return 0


def invite(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Print the single-use link of a new member."""
    deployment.check("web")
    troubles = {
        LoginTaken: "That login is taken.",
        LoginUnusable: "That login cannot be used: write an e-mail address or a short word without spaces.",
        NameMissing: "A member needs a name that colleagues recognise.",
        FirstMemberLeads: "The first member of an organisation must be a lead.",
        OrganisationFrozen: "That organisation is frozen.",
        UnknownOrganisation: f"There is no organisation named {choice.organisation!r}; 'redress org list' shows all.",
    }
    with deployment.database.writing() as session:
        try:
            organisation = organisation_named(session, choice.organisation)
            token = invite_member(
                session,
                deployment.vault,
                organisation_id=organisation.id,
                role=Role(choice.role),
                login=choice.login,
                name=choice.name,
            )
        except tuple(troubles) as trouble:
            raise CommandRefused(troubles[type(trouble)]) from None
    warn_where_only_here(deployment.settings)
    print(f"{deployment.settings.public_url}/desk/join/{token}")
    print("This link works once, within 48 hours. Hand it over in a way that only this person can read.")
    return 0


def list_members(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Print one line for each member of an organisation."""
    deployment.check("web")
    with deployment.database.reading() as session:
        try:
            organisation = organisation_named(session, choice.organisation)
        except UnknownOrganisation:
            raise CommandRefused(f"There is no organisation named {choice.organisation!r}.") from None
        for member in colleagues(session, deployment.vault, organisation.id):
            circles = ",".join(sorted(member.circles)) or "not admitted to any circle"
            print(f"{member.name}\t{member.role}\t{member.state}\t{circles}")
    return 0
