"""Texts in and out: phones, opt-outs, conversations and the outgoing queue."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("position_veil", sa.LargeBinary(), nullable=False),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    with op.batch_alter_table("conversations", schema=None) as batch_op:
        batch_op.create_index("ix_conversations_case", ["case_id"], unique=False)
        batch_op.create_index("ix_conversations_phone", ["phone_id", "ended"], unique=False)
        batch_op.create_index("ix_conversations_silent", ["ended", "silent_at"], unique=False)

    op.create_table(
        "inbound_texts",
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("provider_id", sa.String(length=80), nullable=False),
        sa.Column("phone_id", sa.Uuid(), nullable=True),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "provider_id", name=op.f("pk_inbound_texts")),
    )
    with op.batch_alter_table("inbound_texts", schema=None) as batch_op:
        batch_op.create_index("ix_inbound_texts_redacting", ["redacted", "hour"], unique=False)

    op.create_table(
        "member_addresses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("hint_veil", sa.LargeBinary(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_addresses")),
        sa.UniqueConstraint("member_id", "channel", name=op.f("uq_member_addresses_member_id_channel")),
    )
    op.create_table(
        "opt_outs",
        sa.Column("tag", sa.LargeBinary(), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_opt_outs")),
    )
    op.create_table(
        "outgoing_steps",
        sa.Column("text_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.PrimaryKeyConstraint("text_id", "state", name=op.f("pk_outgoing_steps")),
    )
    op.create_table(
        "outgoing_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("phone_id", sa.Uuid(), nullable=True),
        sa.Column("address_id", sa.Uuid(), nullable=True),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("line", sa.String(length=60), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("encoding", sa.String(length=10), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=True),
        sa.Column("provider_id", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=60), nullable=True),
        sa.Column("redacted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_texts")),
        sa.UniqueConstraint("gateway", "provider_id", name=op.f("uq_outgoing_texts_gateway_provider_id")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_texts_key")),
    )
    with op.batch_alter_table("outgoing_texts", schema=None) as batch_op:
        batch_op.create_index("ix_outgoing_texts_case", ["case_id"], unique=False)
        batch_op.create_index("ix_outgoing_texts_due", ["state", "due_at"], unique=False)
        batch_op.create_index("ix_outgoing_texts_phone", ["phone_id"], unique=False)
        batch_op.create_index("ix_outgoing_texts_redacting", ["redacted", "state"], unique=False)

    op.create_table(
        "phones",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("pepper", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.LargeBinary(), nullable=True),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("line", sa.String(length=60), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("made_hour", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phones")),
        sa.UniqueConstraint("tag", name=op.f("uq_phones_tag")),
    )
    op.create_table(
        "simulated_texts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("phone_tag", sa.LargeBinary(), nullable=False),
        sa.Column("outgoing_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_veil", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_simulated_texts")),
        sa.UniqueConstraint("outgoing_id", name=op.f("uq_simulated_texts_outgoing_id")),
    )
    with op.batch_alter_table("simulated_texts", schema=None) as batch_op:
        batch_op.create_index("ix_simulated_texts_phone", ["phone_tag", "id"], unique=False)

    with op.batch_alter_table("sites", schema=None) as batch_op:
        batch_op.add_column(sa.Column("os_id_tag", sa.LargeBinary(), nullable=True))
        batch_op.create_index("ix_sites_os_id", ["os_id_tag"], unique=True)
