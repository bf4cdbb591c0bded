"""In which role an answer to a follow-up was recorded; of older ones nobody knows."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000014"
down_revision: str | Sequence[str] | None = "d00000000013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    for table in ("followup", "followup_version"):
        role = sa.Enum(
            "PERSON",
            "CENTRE",
            "OFFICE",
            name="recordedas",
            native_enum=False,
            create_constraint=True,
            length=40,
        )
        op.add_column(table, sa.Column("recorded_as", role, nullable=True), schema="reporting")


def downgrade() -> None:
    for table in ("followup_version", "followup"):
        op.drop_column(table, "recorded_as", schema="reporting")
