"""What `redress doctor` finds of somebody who wrote into the database past Redress."""

from collections.abc import Iterator
from itertools import islice

from sqlalchemy.orm import Session

from app import clock
from app.cases.case import spoilt_journals
from app.cases.clocks import put_off
from app.cases.rules import public_holidays
from app.cli.deployment import Deployment
from app.cli.findings import Finding, Weight
from app.network import network_countries, network_regions, sites_are_whole
from app.vault import Vault, forged_rows, own_chain_stands, unreadable_times

_AT_MOST = 20


def written_past_us(deployment: Deployment) -> Iterator[Finding]:
    """Rows, workplaces and records that somebody wrote into, took away or spoilt."""
    with deployment.database.reading() as session:
        for look in (_rows, _times, _list_of_sites, _own_record, _records_of_cases):
            found = list(islice(look(session, deployment.vault), _AT_MOST))
            yield from (Finding(Weight.BAD, f"Somebody {what}") for what in found)
            if look is _rows and not found:
                yield Finding(Weight.GOOD, "Every row that gives access was written by this deployment.")
        places = network_countries(session) | network_regions(session)
        holidays = public_holidays(places, clock.now().date())
        deadlines = deployment.rules.deadlines.with_days_off(holidays)
        for reference in put_off(session, deadlines)[:_AT_MOST]:
            yield Finding(
                Weight.BAD,
                f"A date of case {reference} is later than any deadline there is: somebody moved it.",
            )


def _rows(session: Session, vault: Vault) -> Iterator[str]:
    """Rows whose MAC does not fit, by table and id."""
    for row in forged_rows(session, vault):
        yield (
            f"wrote into the database past Redress: {row.table} {' '.join(row.ids)}. The row counts for nothing now; keep a "
            "copy as evidence."
        )


def _times(session: Session, _vault: Vault) -> Iterator[str]:
    """Rows with a date that is none."""
    for row in unreadable_times(session):
        yield (
            f"wrote a date that is none into the database: {row.table} {' '.join(row.ids)}. Nothing is done by that date; "
            "bring the row back from a backup."
        )


def _list_of_sites(session: Session, vault: Vault) -> Iterator[str]:
    """Whether every known workplace is there, as it was last written."""
    if not sites_are_whole(session, vault):
        yield (
            "took workplaces out of the database past Redress, or wrote into them: reports that name a place in words wait "
            "with the coordinator. Bring back what is missing from a backup, look at 'redress site list', then run "
            "'redress site count'."
        )


def _own_record(session: Session, vault: Vault) -> Iterator[str]:
    """Whether the record of the deployment's own acts was left alone."""
    if not own_chain_stands(session, vault):
        yield (
            "spoilt the record of the deployment's own acts (who signed in, invited, added a site). People sign in all the "
            "same, and new acts stand in a chain of their own: run 'redress journal verify' and keep a copy as evidence."
        )


def _records_of_cases(session: Session, vault: Vault) -> Iterator[str]:
    """The cases whose own record was not left alone."""
    for reference in spoilt_journals(session, vault):
        yield (
            f"spoilt the record of case {reference}. New acts stand in a chain of their own: run 'redress journal verify' and "
            "keep a copy as evidence."
        )
