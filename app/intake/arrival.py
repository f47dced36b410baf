"""What the database knows when a report arrives: whether its form was filed before, how many came from there, and the site."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, literal_column, select
from sqlalchemy.orm import Session

from app.cases.case import Case
from app.database import Ready, Row, SiteId, Statement, send_together
from app.intake.report import Report
from app.network import OFFERED_REPORTS, REPORTS, FoundSite, site_label
from app.network.attempts import Attempts, tag_of
from app.network.models import Site
from app.network.sites import poster_code
from app.vault import Submission, Vault, row_fits


@dataclass(frozen=True)
class KnownSite:
    """The workplace that a poster's code stands for; its country is not known where others changed its row."""

    id: SiteId
    country: str | None
    zone: str = ""
    row: Row = field(
        default=(), repr=False
    )  # as it was read, for whoever looks at its stakes on the same unit


@dataclass(frozen=True)
class Arrival:
    """What was known before anything was hashed; `sender` is the address that the report is counted under, if a door let it in."""

    sender: str | None = field(repr=False)
    filed_before: bool
    so_far: int
    site: KnownSite | None
    offered: int = 0  # how many of today from there helpers were asked for


# More than any helper has room for.
_CROWDED = 1_000_000_000

_CASES, _ATTEMPTS, _SITES = Case.__table__.c, Attempts.__table__.c, Site.__table__.c

# Four look-ups by unique keys in one statement: every report makes them, and on PostgreSQL each way there and back counts.
_ARRIVAL = Ready(
    select(
        select(_CASES.id).where(_CASES.submission_id == bindparam("submission_id")).scalar_subquery(),
        select(_ATTEMPTS.number).where(_ATTEMPTS.tag == bindparam("tag")).scalar_subquery(),
        select(_ATTEMPTS.number).where(_ATTEMPTS.tag == bindparam("offered")).scalar_subquery(),
        *_SITES,
    )
    .select_from(select(literal_column("1").label("one")).subquery())
    .outerjoin(Site.__table__, _SITES.code == bindparam("code"))
)


def read_arrival(
    session: Session,
    vault: Vault,
    report: Report,
    submission: Submission,
    sender: str | None,
    *,
    crowded: bool = False,
) -> Arrival:
    """Look at what is known, in one statement; `sender` is None only for what no door let in, such as the demo's cases.

    `crowded` says that others from there took the last places while this report was sealed.
    """
    asked = {
        "submission_id": submission.submission_id,
        "tag": b"" if sender is None else tag_of(vault, REPORTS, sender),
        "offered": b"" if sender is None else tag_of(vault, OFFERED_REPORTS, sender),
        "code": poster_code(report.site_code),
    }
    [[(case_id, so_far, offered, *found)]] = send_together(session, [Statement(_ARRIVAL, asked)])
    return Arrival(
        sender=sender,
        filed_before=case_id is not None,
        so_far=so_far or 0,
        site=_known_site(vault, tuple(found)),
        offered=_CROWDED if crowded else offered or 0,
    )


def _known_site(vault: Vault, row: Row) -> KnownSite | None:
    # Others may have changed its row: then nobody there is asked (see network_facts), and what it says of the country is not told.
    said = dict(zip(_SITES.keys(), row, strict=True))
    if said["id"] is None:
        return None
    if not row_fits(vault, Site, said):
        return KnownSite(said["id"], None, row=row)
    found = FoundSite(said["id"], said["country"], said["label_veil"])
    return KnownSite(found.id, found.country, site_label(vault, found).zone, row)
