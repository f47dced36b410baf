"""Who is on duty, who is away, of what each member is told, and which rung of a ladder an alert tells of."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outgoing_texts", sa.Column("rung_id", sa.Uuid(), nullable=True))
    op.create_table(
        "duty_turns",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("turn_veil", sa.LargeBinary(), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisations.id"],
            name=op.f("fk_duty_turns_organisation_id_organisations"),
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_duty_turns_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_turns")),
    )
    op.create_index(op.f("ix_duty_turns_organisation_id"), "duty_turns", ["organisation_id"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("absence_veil", sa.LargeBinary(), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_absences_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index(op.f("ix_absences_member_id"), "absences", ["member_id"])
    op.create_table(
        "member_notices",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("wishes_veil", sa.LargeBinary(), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_member_notices")),
    )
