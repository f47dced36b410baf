"""Signing the journal once a day, and sending the root to every lead: commit first, send afterwards."""

from app import clock
from app.cases.case import kept_rows
from app.database import Database
from app.messaging.members import mail_cut, mail_root
from app.settings import Settings
from app.vault import JournalCut, Root, RootBroken, Vault, read_roots, sign_root


def sign_today(database: Database, vault: Vault, settings: Settings) -> int:
    """Sign the day's root unless there is one, and mail the newest; 1 when it was signed now.

    Raises `JournalCut` or `RootBroken` after telling the leads: what is in the way of the record is never in a log alone.
    """
    now = clock.now()
    try:
        roots = read_roots(vault, settings.roots) if settings.roots.is_dir() else []
        root, signed = (roots[-1] if roots else None), 0
        if root is None or root.at.date() < now.date():
            new = _sign(database, vault, settings)
            root, signed = (new or root), int(new is not None)
    except (JournalCut, RootBroken):
        with database.writing() as session:
            mail_cut(session, vault, f"{now:%Y-%m-%d}")
        raise
    if root is not None:
        # Also when it was signed before: whoever died between the two, the mail is still written down, once for each lead.
        with database.writing() as session:
            mail_root(session, vault, root)
    return signed


def _sign(database: Database, vault: Vault, settings: Settings) -> Root | None:
    with database.reading() as session:
        return sign_root(session, vault, settings.roots, kept_rows(session), clock.now())
