"""Classes whose hour has passed without a word are found by an index of their own."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000003"
down_revision: str | Sequence[str] | None = "a00000000002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        "ix_class_silent",
        "class",
        ["starts_at"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text("state = 'PLANNED' AND promote_until IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_class_silent", table_name="class", schema="enrollment")
