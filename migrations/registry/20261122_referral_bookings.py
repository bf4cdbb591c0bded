"""Hours of production houses that belong to a referral."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b00000000015"
down_revision: str | Sequence[str] | None = "b00000000014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("booking", sa.Column("referral_id", sa.Uuid(), nullable=True), schema="registry")
    op.create_check_constraint(
        op.f("ck_booking_referral"),
        "booking",
        "referral_id IS NULL OR purpose = 'ENTREPRENEUR'",
        schema="registry",
    )
    op.create_index(
        "uq_booking_referral",
        "booking",
        ["referral_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("state IN ('REQUESTED', 'APPROVED')"),
    )


def downgrade() -> None:
    op.drop_index("uq_booking_referral", "booking", schema="registry")
    op.drop_constraint(op.f("ck_booking_referral"), "booking", schema="registry")
    op.drop_column("booking", "referral_id", schema="registry")
