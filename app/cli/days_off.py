"""Public holidays of the network's countries, worked out once at a start, before anything is planned."""

import pickle
from functools import partial

from app import clock
from app.cases.rules import public_holidays, regions_of, worked_weekends
from app.cli.deployment import Deployment
from app.cli.processes import work_apart
from app.network import network_countries, network_regions


def count_public_holidays(deployment: Deployment) -> None:
    """Let the deadlines skip the public holidays of every country and region of the network; no connection may be open here."""
    skip_public_holidays(deployment, public_holidays_apart(deployment))


def public_holidays_apart(deployment: Deployment) -> bytes:
    """What `skip_public_holidays` wants to know, worked out in a child; no connection may be open here.

    The library leaves ten megabytes behind, and the days are a few kilobytes. Where it fails the log says so, and nothing is told.
    """
    return work_apart(partial(_public_holidays, deployment))()


def skip_public_holidays(deployment: Deployment, told: bytes) -> None:
    """Let the deadlines skip these days; where there are none they are what they are without: earlier, never later."""
    if told:
        off, worked, regions = pickle.loads(told)  # noqa: S301 - of our own child, through a pipe that nobody else has
        deployment.rules = deployment.rules.with_days_off(off, worked, regions)


def _public_holidays(deployment: Deployment) -> bytes:
    with deployment.database.reading() as session:
        countries, regions = network_countries(session), network_regions(session)
    today = clock.now().date()
    off = public_holidays(countries | regions, today)
    found = off, worked_weekends(countries, today), regions_of(countries)
    return pickle.dumps(found, pickle.HIGHEST_PROTOCOL)
