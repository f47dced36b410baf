"""Tablets on which members write down reports beside workers, and for each such report who stood beside and how."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tablets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("label_veil", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_hour", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name=op.f("fk_tablets_organisation_id_organisations")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_tablets_member_id_members")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablets")),
    )
    op.create_index(op.f("ix_tablets_organisation_id"), "tablets", ["organisation_id"])
    op.create_table(
        "reports_beside",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("told_veil", sa.LargeBinary(), nullable=False),
        sa.Column("row_mac", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reports_beside_case_id_cases")),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_reports_beside")),
    )
