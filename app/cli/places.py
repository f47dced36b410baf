"""`redress site`: the workplaces that posters, routing and help numbers know."""

import argparse
from pathlib import Path
from typing import Any

from app.cli.deployment import Deployment
from app.cli.refusals import Refused
from app.network import Sector, SiteRefused, add_site, import_sites, site_label, sites_of


def add_commands(commands: Any) -> None:
    """Add `site add|list|import`."""
    site = commands.add_parser("site", help="workplaces").add_subparsers(dest="act", required=True, metavar="act")
    adding = site.add_parser("add", help="add one workplace")
    adding.add_argument("name")
    adding.add_argument("town")
    adding.add_argument("country", metavar="MY")
    adding.add_argument("--sector", choices=[sector.value for sector in Sector], default=Sector.OTHER.value)
    adding.add_argument("--alias", action="append", default=[], metavar="NAME", help="what workers call it")
    adding.set_defaults(run=add)
    site.add_parser("list", help="every workplace with the code for its posters").set_defaults(run=list_sites)
    importing = site.add_parser("import", help="add many from a CSV file")
    importing.add_argument("file", type=Path, help="UTF-8, with a header line")
    importing.set_defaults(run=import_file)
