"""What the registry's assignments let people do; the index serves every look-up of a caller."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d00000000002"
down_revision: str | Sequence[str] | None = "d00000000001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "held_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "NATIONAL_ADMIN",
                "PROGRAM_MANAGER",
                "REGIONAL_OFFICER",
                "FACILITY_OPERATOR",
                "INSTRUCTOR",
                "PARTICIPANT",
                "ANALYST",
                "AUDITOR",
                "SERVICE",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ministries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facilities", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_grant")),
        schema="reporting",
    )
    op.create_index(
        op.f("ix_held_grant_holder"), "held_grant", ["holder"], unique=False, schema="reporting"
    )


def downgrade() -> None:
    op.drop_table("held_grant", schema="reporting")
