"""What `redress doctor` finds of somebody who wrote into the database past Redress."""

from collections.abc import Iterator
from itertools import islice

from app.cli.deployment import Deployment
from app.cli.findings import Finding, Weight
from app.network import sites_are_whole
from app.vault import forged_rows, own_chain_stands

_FORGED_AT_MOST = 20


def rows(deployment: Deployment) -> Iterator[Finding]:
    """Rows whose MAC does not fit, by table and id."""
    with deployment.database.reading() as session:
        forged = list(islice(forged_rows(session, deployment.vault), _FORGED_AT_MOST))
    for row in forged:
        yield Finding(
            Weight.BAD,
            f"Somebody wrote into the database past Redress: {row.table} {' '.join(row.ids)}. The row counts for nothing now; "
            "keep a copy as evidence.",
        )
    if not forged:
        yield Finding(Weight.GOOD, "Every row that gives access was written by this deployment.")


def list_of_sites(deployment: Deployment) -> Iterator[Finding]:
    """Whether every known workplace is there, as it was last written."""
    with deployment.database.reading() as session:
        whole = sites_are_whole(session, deployment.vault)
    if not whole:
        yield Finding(
            Weight.BAD,
            "Somebody took workplaces out of the database past Redress, or wrote into them: reports that name a place in words "
            "wait with the coordinator. Bring back what is missing from a backup, look at 'redress site list', then run "
            "'redress site count'.",
        )


def own_record(deployment: Deployment) -> Iterator[Finding]:
    """Whether the record of the deployment's own acts was left alone."""
    with deployment.database.reading() as session:
        stands = own_chain_stands(session, deployment.vault)
    if not stands:
        yield Finding(
            Weight.BAD,
            "Somebody spoilt the record of the deployment's own acts (who signed in, invited, added a site). People sign in all "
            "the same, and new acts stand in a chain of their own: run 'redress journal verify' and keep a copy as evidence.",
        )
