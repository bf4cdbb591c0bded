"""Devices, what they told later, and the log as the phones of one facility read it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000016"
down_revision: str | Sequence[str] | None = "a00000000015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "device",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skew_ms", sa.Integer(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)", name=op.f("ck_device_revoked")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        schema="enrollment",
    )
    op.create_index("ix_device_owner", "device", ["owner", "id"], schema="enrollment")
    op.create_index("ix_device_facility", "device", ["facility_id", "id"], schema="enrollment")
    op.create_table(
        "sync_change",
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("makes", sa.Uuid(), nullable=True),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_ms", sa.Integer(), nullable=False),
        sa.Column(
            "verdict",
            sa.Enum(
                "APPLIED",
                "DUPLICATE",
                "CONFLICT",
                "REFUSED",
                name="verdict",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["device_id"], ["enrollment.device.id"], name=op.f("fk_sync_change_device_id_device")
        ),
        sa.PrimaryKeyConstraint("device_id", "change_id", name=op.f("pk_sync_change")),
        schema="enrollment",
    )
    for name, columns in (
        ("ix_sync_change_subject", ["device_id", "subject"]),
        ("ix_sync_change_makes", ["device_id", "makes"]),
        ("ix_sync_change_received_at", ["received_at"]),
    ):
        op.create_index(name, "sync_change", columns, schema="enrollment")
    op.create_index(
        "ix_event_facility",
        "event",
        ["facility_id", "epoch", "xid", "id"],
        schema="enrollment",
        postgresql_where=sa.text("facility_id IS NOT NULL"),
    )
    op.create_index(
        "ix_event_relocated",
        "event",
        ["epoch", "xid", "id"],
        schema="enrollment",
        postgresql_where=sa.text("topic = 'enrollment.class.relocated'"),
    )


def downgrade() -> None:
    op.drop_index("ix_event_relocated", table_name="event", schema="enrollment")
    op.drop_index("ix_event_facility", table_name="event", schema="enrollment")
    op.drop_table("sync_change", schema="enrollment")
    op.drop_table("device", schema="enrollment")
