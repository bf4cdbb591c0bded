"""Merged facilities: where the classes of a facility go that the registry has merged."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000006"
down_revision: str | Sequence[str] | None = "a00000000005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "merged_facility",
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("stays", postgresql.JSONB(), nullable=False),
        sa.Column("spaces", postgresql.JSONB(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", name=op.f("pk_merged_facility")),
        schema="enrollment",
    )


def downgrade() -> None:
    op.drop_table("merged_facility", schema="enrollment")
