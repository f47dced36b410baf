"""`redress site`: the workplaces that posters, routing and help numbers know."""

import argparse
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.cli.deployment import Deployment
from app.cli.public_address import warn_where_only_here
from app.cli.refusals import CommandRefused
from app.network import (
    Sector,
    Site,
    SiteListRefused,
    SiteRefused,
    add_site,
    count_sites,
    import_sites,
    remove_site,
    site_label,
)
from app.vault import Actor, journal


def add_commands(commands: Any) -> None:
    """Add `site add|list|remove|import|count`."""
    site = commands.add_parser("site", help="workplaces").add_subparsers(
        dest="act", required=True, metavar="act"
    )
    adding = site.add_parser("add", help="add one workplace")
    adding.add_argument("name")
    adding.add_argument("town")
    adding.add_argument("country", metavar="MY")
    adding.add_argument("--sector", choices=[sector.value for sector in Sector], default=Sector.OTHER.value)
    adding.add_argument("--alias", action="append", default=[], metavar="NAME", help="what workers call it")
    adding.add_argument("--os-id", default="", metavar="ID", help="its identifier at Open Supply Hub")
    adding.add_argument(
        "--zone", default="", metavar="Asia/Jakarta", help="its time zone, where the country has several"
    )
    adding.set_defaults(run=add)
    site.add_parser("list", help="every workplace with the code for its posters").set_defaults(run=list_sites)
    removing = site.add_parser(
        "remove", help="take one out: nothing finds it any more, its cases keep its name"
    )
    removing.add_argument("code", help="the code of its posters, as 'site list' prints it")
    removing.set_defaults(run=remove)
    importing = site.add_parser("import", help="add many from a CSV file")
    importing.add_argument(
        "file", type=Path, help="UTF-8, columns name,town,country,sector,aliases (divided by |),os_id,zone"
    )
    importing.set_defaults(run=import_file)
    counting = site.add_parser(
        "count", help="take the list for whole as it stands, after somebody changed it past Redress"
    )
    counting.set_defaults(run=count)


def add(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Add one workplace and print its poster's address."""
    deployment.check("web")
    with deployment.database.writing() as session:
        try:
            site = add_site(
                session,
                deployment.vault,
                name=choice.name,
                town=choice.town,
                country=choice.country.upper() if len(choice.country) == 2 else choice.country,
                sector=Sector(choice.sector),
                aliases=choice.alias,
                os_id=choice.os_id,
                zone=choice.zone,
            )
        except SiteRefused as refused:
            raise CommandRefused(str(refused)) from None
    warn_where_only_here(deployment.settings)
    print(f"Its posters lead to {deployment.settings.public_url}/en/s/{site.code}")
    return 0


def list_sites(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Print one line for each workplace, by country and name; its OS ID comes last, where it has one."""
    deployment.check("web")
    with deployment.database.reading() as session:
        lines = [
            (site.country, site_label(deployment.vault, site), site) for site in session.scalars(select(Site))
        ]
    for country, label, site in sorted(lines, key=lambda line: (line[0], line[1].name.casefold())):
        columns = (
            country,
            label.name,
            label.town,
            site.sector,
            site.state,
            site.code,
            label.os_id,
            label.zone,
        )
        print("\t".join(columns).rstrip("\t"))
    return 0


def remove(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Take one workplace out."""
    deployment.check("web")
    with deployment.database.writing() as session:
        try:
            site, label = remove_site(session, deployment.vault, choice.code)
        except SiteRefused as refused:
            raise CommandRefused(str(refused)) from None
    where = ", ".join(part for part in (label.name, label.town) if part)
    print(f"{where} is removed: no words and no poster with the code {site.code} lead to it any more.")
    print("Cases that name it keep its name.")
    return 0


def count(deployment: Deployment, _choice: argparse.Namespace) -> int:
    """Begin the head of the list anew: the operator has looked at it and brought back what was missing."""
    deployment.check("web")
    with deployment.database.writing() as session:
        number = count_sites(session, deployment.vault)
        journal(session, deployment.vault, None, "sites.counted", Actor("operator"), {"number": number})
    print(f"{number} workplaces are known; from now on Redress says when one of them is taken away.")
    return 0


def import_file(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Add every new workplace of a list; a list with one bad line changes nothing."""
    deployment.check("web")
    raw = choice.file.read_bytes()
    with deployment.database.writing() as session:
        try:
            imported = import_sites(session, deployment.vault, raw)
        except SiteListRefused as refused:
            raise CommandRefused(*(f"{line} (In {choice.file}.)" for line in refused.lines)) from None
    print(f"{imported.added} added, {imported.known} known before.")
    if imported.identified:
        print(f"{imported.identified} of those known got an OS ID.")
    return 0
