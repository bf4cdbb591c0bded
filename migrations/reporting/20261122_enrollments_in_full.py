"""Offers, transfers and disabilities in the figures of enrollments."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000005"
down_revision: str | Sequence[str] | None = "d00000000004"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STATES = ("SEATED", "WAITLISTED", "CANCELLED", "NOT_PLACED", "COMPLETED", "DROPPED_OUT")
_NEW_STATES = ("OFFERED", "DECLINED", "EXPIRED", "TRANSFERRED")
_CUT_BY_STATE = ("enrollment_cube", "enrollment_now", "enrollment_summary")
_CUT_BY_DISABILITY = ("enrollment_cube", "enrollment_now")


def _check_states(states: Sequence[str]) -> None:
    named = ", ".join(f"'{state}'" for state in states)
    for table in _CUT_BY_STATE:
        name = f"ck_{table}_enrollmentstate"
        op.drop_constraint(name, table, schema="reporting")
        op.create_check_constraint(op.f(name), table, f"state IN ({named})", schema="reporting")


def upgrade() -> None:
    _add_bound_logins()
    _check_states((*_STATES, *_NEW_STATES))
    for table in _CUT_BY_DISABILITY:
        op.add_column(
            table,
            sa.Column("disability", sa.Boolean(), server_default=sa.text("false"), nullable=False),
            schema="reporting",
        )


def _add_bound_logins() -> None:
    """Which logins act as which people, as enrollment tells it."""
    op.create_table(
        "bound_login",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("unbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bound_login")),
        schema="reporting",
    )
    for column in ("holder", "participant_id"):
        op.create_index(
            op.f(f"ix_bound_login_{column}"), "bound_login", [column], schema="reporting"
        )


def downgrade() -> None:
    op.drop_table("bound_login", schema="reporting")
    for table in _CUT_BY_DISABILITY:
        op.drop_column(table, "disability", schema="reporting")
    _check_states(_STATES)
