"""What reports of any moment and traces read by."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000008"
down_revision: str | Sequence[str] | None = "d00000000007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_index(
        op.f("ix_ledger_day"),
        "ledger",
        ["day"],
        schema="reporting",
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 32, "autosummarize": True},
    )
    op.create_index(op.f("ix_ledger_stream_id"), "ledger", ["stream_id"], schema="reporting")
    op.create_index(
        "ix_ledger_relocated",
        "ledger",
        ["stream_id"],
        schema="reporting",
        postgresql_where=sa.text("topic = 'enrollment.class.relocated'"),
    )


def downgrade() -> None:
    op.drop_index("ix_ledger_relocated", table_name="ledger", schema="reporting")
    op.drop_index(op.f("ix_ledger_stream_id"), table_name="ledger", schema="reporting")
    op.drop_index(op.f("ix_ledger_day"), table_name="ledger", schema="reporting")
