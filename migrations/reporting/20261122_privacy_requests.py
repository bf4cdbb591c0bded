"""Privacy requests: people whose data may not be processed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d00000000004"
down_revision: str | Sequence[str] | None = "d00000000003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "restricted_person",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_rows", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_restricted_person")),
        schema="reporting",
    )
    op.create_index(
        "ix_followup_incomes",
        "followup",
        ["recorded_at", "id"],
        unique=False,
        schema="reporting",
        postgresql_where=sa.text("incomes_cipher IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_followup_incomes", table_name="followup", schema="reporting")
    op.drop_table("restricted_person", schema="reporting")
