"""Whether a helper's first answer came in time and whether the worker came back, kept on the case, so that a year can be counted.

Cases of before get what their entries and clocks say.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

# The hour of an entry is the one that it was written in, so one of the very hour that was promised came after it.
_FIRST_ANSWER = """
UPDATE cases SET first_answer = CASE
  WHEN (SELECT min(hour) FROM entries WHERE case_id = cases.id AND kind = 'reply')
    >= (SELECT min(due_at) FROM clocks WHERE case_id = cases.id AND kind = 'acknowledge') THEN 'late'
  ELSE 'in_time' END
WHERE EXISTS (SELECT 1 FROM entries WHERE case_id = cases.id AND kind = 'reply')
"""
_DAY_LATER = {
    "sqlite": "julianday(entries.hour) - julianday(cases.received_hour) >= 1",
    "postgresql": "entries.hour >= cases.received_hour + interval '1 day'",
}
_CAME_BACK = (
    "UPDATE cases SET came_back = :yes WHERE EXISTS (SELECT 1 FROM entries WHERE case_id = cases.id "
    "AND author_kind = 'worker' AND kind IN ('worker_message', 'worse', 'answer') AND {a_day_later})"
)


def upgrade() -> None:
    # Without batches, as in 0008: a new column that is never empty needs a value for the rows that are there.
    op.add_column("cases", sa.Column("first_answer", sa.String(20), nullable=True))
    op.add_column("cases", sa.Column("came_back", sa.Boolean(), nullable=False, server_default=sa.false()))
    connection = op.get_bind()
    connection.execute(sa.text(_FIRST_ANSWER))
    came_back = _CAME_BACK.format(a_day_later=_DAY_LATER[connection.dialect.name])
    connection.execute(sa.text(came_back), {"yes": True})
    op.create_index("ix_cases_months", "cases", ["received_hour", "practice", "first_answer", "came_back"])
