"""The one shape of a claim: a batch of rows that is chosen once and then changed or deleted in the same statement."""

from typing import Any

from sqlalchemy import Select, select


def chosen_once(limited: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """The keys, each whole, that this query with a limit and locks chooses, for `WHERE key IN (...)` of an UPDATE or DELETE.

    As a plain subquery PostgreSQL may repeat it for each row, and each time it skips what was changed or locked meanwhile and
    chooses others: a claimer would get more than its batch. A named one that locks is never folded into the statement around it.
    """
    batch = limited.cte("batch")
    return select(*batch.c)
