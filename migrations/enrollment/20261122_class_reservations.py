"""When classes meet, and what the registry has reserved for them; older classes have neither."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000005"
down_revision: str | Sequence[str] | None = "a00000000004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for column in (
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("class", column, schema="enrollment")
    op.create_check_constraint(
        op.f("ck_class_ends"), "class", "ends_at > starts_at", schema="enrollment"
    )
    op.create_check_constraint(
        op.f("ck_class_reserved"),
        "class",
        "reserved_at IS NULL OR booking_id IS NOT NULL",
        schema="enrollment",
    )
    op.create_index(
        "ix_class_unsettled",
        "class",
        ["id"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text(
            "booking_id IS NOT NULL AND (reserved_at IS NULL OR state = 'CANCELLED')"
        ),
    )
    op.create_table(
        "class_session",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_class_session_period")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_class_session_class_id_class")
        ),
        sa.PrimaryKeyConstraint("class_id", "position", name=op.f("pk_class_session")),
        schema="enrollment",
    )


def downgrade() -> None:
    op.drop_table("class_session", schema="enrollment")
    op.drop_index("ix_class_unsettled", table_name="class", schema="enrollment")
    for column in ("reserved_at", "booking_id", "ends_at"):
        op.drop_column("class", column, schema="enrollment")
