"""What a text should not say, because whoever picks up the phone can read it: the workplace, an organisation, a secret code.

A warning for the person who writes, never a refusal: they may know better. What is found is named by its kind only.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cases.case import Case, site_of
from app.language import find_codes
from app.network import Organisation, OrganisationKind, Site, site_label
from app.network.matching import plain_name, plain_text
from app.network.os_ids import os_ids_in
from app.vault import RECEIPT_DIGITS, Vault

# Shorter words of a name ("new", "two") stand in many texts that name nobody.
_TELLING = 4
_NAMED_TO_WORKERS = (
    OrganisationKind.MONITORING_PARTNER,
    OrganisationKind.TRADE_UNION,
    OrganisationKind.COORDINATOR,
)
# Words that many workplaces and organisations share.
_COMMON = frozenset(
    re.findall(
        r"\w+",
        """
        aid assembly association battery board boards centre center circuits city components coordination desk electronics
        factory federation group industries international labour labor line manufacturing metals mine mines mining north
        plant precision recycling rights services south support union works worker workers
        """,
    )
)


class LeakWarning(StrEnum):
    """A kind of thing that a text gives away."""

    SITE = "site"
    ORGANISATION = "organisation"
    RECEIPT = "receipt"


def warn_of_leaks(session: Session, vault: Vault, case: Case, words: str) -> tuple[LeakWarning, ...]:
    """What these words would give away about this case to somebody else who reads them."""
    plain = f" {plain_text(words)} "
    found = []
    site_id = site_of(vault, case)
    site = None if site_id is None else session.get(Site, site_id)
    label = None if site is None else site_label(vault, site)
    # An OS ID leads everybody to the place in a public register; a mistyped one nearly so.
    if os_ids_in(words).any_written or (label and _names(plain, (label.name, *label.aliases))):
        found.append(LeakWarning.SITE)
    organisations = session.scalars(select(Organisation).where(Organisation.kind.in_(_NAMED_TO_WORKERS)))
    if any(_names(plain, (each.name, *each.aliases), whole=True) for each in organisations):
        found.append(LeakWarning.ORGANISATION)
    if find_codes(words, RECEIPT_DIGITS, glued=True):
        found.append(LeakWarning.RECEIPT)
    return tuple(found)


def _names(plain: str, names: Iterable[str], *, whole: bool = False) -> bool:
    """Whether one of the names stands in the words, or a telling word of it; in scripts without spaces only the whole name."""
    for name in map(plain_name, names):
        if name and (f" {name} " in plain or (not name.isascii() and name in plain)):
            return True
        parts = [part for part in name.split() if len(part) >= _TELLING and part not in _COMMON]
        if not whole and any(f" {part} " in plain for part in parts):
            return True
    return False
