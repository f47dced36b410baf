"""One text may be about several cases of a phone, so what it is about is found by it."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_planned_texts_text", "planned_texts", ["text_id"])
