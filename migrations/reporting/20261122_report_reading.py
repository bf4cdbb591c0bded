"""What reports of any moment and traces read by."""

from collections.abc import Sequence

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


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_day"), table_name="ledger", schema="reporting")
