"""`redress poster`: a workplace's poster and pocket cards as a file to print."""

import argparse
from typing import Any

from app import create_app
from app.cli.deployment import Deployment
from app.cli.public_address import warn_where_only_here
from app.cli.refusals import CommandRefused


def add_commands(commands: Any) -> None:
    """Add `poster`."""
    poster = commands.add_parser(
        "poster",
        help="a poster and pocket cards of a workplace, as a page to print: redress poster CODE > poster.html",
    )
    poster.add_argument("code", help="the code of the workplace, as `redress site list` prints it")
    poster.add_argument("--lang", default="en", metavar="CODE", help="the language, such as en")
    poster.set_defaults(run=poster_page)


def poster_page(deployment: Deployment, choice: argparse.Namespace) -> int:
    """Print the page, which needs nothing else: no network, no script."""
    from app.web.network.posters import PosterRefused, poster_file

    deployment.check("web")
    try:
        print(poster_file(create_app(deployment.services(deployment.vault)), choice.code, choice.lang))
    except PosterRefused as refused:
        raise CommandRefused(str(refused)) from None
    warn_where_only_here(deployment.settings)
    return 0
