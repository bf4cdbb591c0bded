"""Privacy requests: what is kept of a person is found, and erasures are remembered."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000014"
down_revision: str | Sequence[str] | None = "b00000000013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "person_erasure",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("rows", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_person_erasure")),
        schema="registry",
    )
    op.create_index(
        "ix_booking_participant_id",
        "booking",
        ["participant_id"],
        schema="registry",
        postgresql_where=sa.text("participant_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_booking_participant_id", "booking", schema="registry")
    op.drop_table("person_erasure", schema="registry")
