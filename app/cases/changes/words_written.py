"""What a worker's words change before they are sealed: one verb for every door."""

from sqlalchemy.orm import Session

from app.cases.case import Case, Happened, note, restrict_opened
from app.cases.changes.heeding import heed
from app.cases.consent import opens_from_the_start
from app.cases.routing import heed_helpers, is_read_by_somebody, route_again
from app.cases.rules import Rules
from app.database import CaseId
from app.vault import Actor, ReceiptKeys, Vault, open_grant


def heed_words(
    session: Session,
    vault: Vault,
    rules: Rules,
    case: Case,
    words: str,
    by: Actor,
    keys: ReceiptKeys | None = None,
) -> bool:
    """Act on words of danger and about helpers, in a case whose row the caller has locked; whether somebody is called at once.

    Before they are sealed, so that they too are out of reach of whom they keep out. `keys` are those of the worker's code.
    """
    heeded = heed(session, vault, rules, case, words, by)
    if heeded.restricted:
        opened = None if keys is None else open_grant(session, vault, CaseId(case.id), keys)
        # Without a code, or with one that came by text, nobody can seal the first words anew: what was kept ready takes
        # their place.
        sealed_anew = opened is not None and opens_from_the_start(session, case, opened)
        if opened is not None and sealed_anew:
            restrict_opened(session, vault, by, case, opened)
        if not sealed_anew or not is_read_by_somebody(session, vault, case):
            route_again(session, vault, rules, case, complete=False)
    heed_helpers(session, vault, rules, case, words, by)
    if heeded.calls:
        note(session, vault, Happened.CALLED, case)
    return heeded.calls
