"""How often a member may search: each search opens very many seals, and workers file on the same machine."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.network import SEARCHES, SignedIn, count_attempt, window_end
from app.vault import Vault


class SearchesRest(Exception):
    """This member searched too often: nothing is opened for them `until` then."""

    def __init__(self) -> None:
        super().__init__("too many searches")
        self.until: datetime = window_end(SEARCHES)


def count_search(session: Session, vault: Vault, by: SignedIn) -> None:
    """Count one more, in a unit of work that commits before anything is opened; raises `SearchesRest`."""
    if count_attempt(session, vault, SEARCHES, str(by.member.id)) > SEARCHES.most:
        raise SearchesRest
