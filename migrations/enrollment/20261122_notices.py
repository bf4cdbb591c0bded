"""Notices, the classes of which people were reminded, and the language of each person's notices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000008"
down_revision: str | Sequence[str] | None = "a00000000007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column(
        "participant",
        sa.Column("language", sa.String(), server_default=sa.text("'id'"), nullable=False),
        schema="enrollment",
    )
    op.create_check_constraint(
        op.f("ck_participant_language"),
        "participant",
        "language IN ('id', 'en')",
        schema="enrollment",
    )
    op.create_table(
        "notice",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "noticekind",
                "SEAT",
                "WAITLISTED",
                "PROMOTED",
                "NOT_PLACED",
                "OFFER",
                "CANCELLED",
                "CLASS_MOVED",
                "CLASS_CANCELLED",
                "START_REMINDER",
                "CERTIFICATE",
                "FOLLOW_UP",
            ),
            nullable=False,
        ),
        sa.Column("occasion_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("params", postgresql.JSONB(), nullable=False),
        sa.Column("token_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("token_key_id", sa.String(), nullable=True),
        sa.Column(
            "state",
            _one_of("noticestate", "PENDING", "SENT", "FAILED", "SUPPRESSED"),
            server_default=sa.text("'PENDING'"),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", _one_of("channel", "EMAIL", "PHONE"), nullable=True),
        sa.Column("language", sa.String(), nullable=True),
        sa.Column("template_version", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(token_cipher IS NULL) = (token_key_id IS NULL)", name=op.f("ck_notice_token")
        ),
        sa.CheckConstraint(
            "(state = 'PENDING') = (settled_at IS NULL)", name=op.f("ck_notice_settled")
        ),
        sa.CheckConstraint("state <> 'SENT' OR reference IS NOT NULL", name=op.f("ck_notice_sent")),
        sa.PrimaryKeyConstraint("participant_id", "id", name=op.f("pk_notice")),
        sa.UniqueConstraint(
            "participant_id", "kind", "occasion_id", "version", name="uq_notice_occasion"
        ),
        schema="enrollment",
    )
    op.create_index(
        "ix_notice_pending",
        "notice",
        ["due_at"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text("state = 'PENDING'"),
    )
    op.create_table(
        "class_reminder",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_class_reminder_class_id")
        ),
        sa.PrimaryKeyConstraint("class_id", "day", "days_before", name=op.f("pk_class_reminder")),
        schema="enrollment",
    )
    op.create_index(
        "ix_class_planned",
        "class",
        ["time_zone", "starts_at"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text("state = 'PLANNED'"),
    )


def downgrade() -> None:
    op.drop_index("ix_class_planned", table_name="class", schema="enrollment")
    op.drop_table("class_reminder", schema="enrollment")
    op.drop_table("notice", schema="enrollment")
    op.drop_constraint("ck_participant_language", "participant", schema="enrollment")
    op.drop_column("participant", "language", schema="enrollment")
