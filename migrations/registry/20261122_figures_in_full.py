"""What figures need of facilities and their hours."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000016"
down_revision: str | Sequence[str] | None = "b00000000015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "feed_cursor",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("caught_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_feed_cursor")),
        schema="registry",
    )
    op.create_table(
        "told_figures",
        sa.Column(
            "told",
            sa.Enum(
                "STANDING",
                "HOURS",
                name="told",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("told", "subject_id", name=op.f("pk_told_figures")),
        schema="registry",
    )
    op.drop_index(
        op.f("ix_area_successor_old_code_valid_from"), "area_successor", schema="registry"
    )
    op.create_index(
        op.f("ix_area_successor_old_code_valid_from_new_code"),
        "area_successor",
        ["old_code", "valid_from", "new_code"],
        schema="registry",
    )


def downgrade() -> None:
    op.drop_index(
        op.f("ix_area_successor_old_code_valid_from_new_code"), "area_successor", schema="registry"
    )
    op.create_index(
        op.f("ix_area_successor_old_code_valid_from"),
        "area_successor",
        ["old_code", "valid_from"],
        schema="registry",
    )
    op.drop_table("told_figures", schema="registry")
    op.drop_table("feed_cursor", schema="registry")
