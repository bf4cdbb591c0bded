"""Data quality: when openings were told, and pairs that may be one."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000013"
down_revision: str | Sequence[str] | None = "d00000000012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _kept(table: str, key: str, version: Any, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column(key, sa.Uuid(), nullable=False),
        *columns,
        sa.Column("version", version, nullable=False),
        sa.PrimaryKeyConstraint("generation", key, name=op.f(f"pk_{table}")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )


def _moment(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    _kept("class_opening", "class_id", sa.Integer(), _moment("opened_at"), _moment("told_at"))
    for table in ("person_pairs", "facility_pairs"):
        pairs = sa.Column("open_pairs", sa.Integer(), nullable=False)
        _kept(table, "id", sa.BigInteger(), pairs, _moment("told_at"))


def downgrade() -> None:
    for table in ("facility_pairs", "person_pairs", "class_opening"):
        op.drop_table(table, schema="reporting")
