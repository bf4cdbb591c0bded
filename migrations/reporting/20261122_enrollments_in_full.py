"""Enrollments in full."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000005"
down_revision: str | Sequence[str] | None = "d00000000004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _add_bound_logins()


def _add_bound_logins() -> None:
    op.create_table(
        "bound_login",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("unbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bound_login")),
        schema="reporting",
    )
    op.create_index(op.f("ix_bound_login_holder"), "bound_login", ["holder"], schema="reporting")


def downgrade() -> None:
    op.drop_table("bound_login", schema="reporting")
