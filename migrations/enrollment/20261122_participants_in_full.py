"""Participants in full: keys of persons, and whose data may not be processed further."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000014"
down_revision: str | Sequence[str] | None = "a00000000013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column(
        "participant",
        sa.Column("restricted_at", sa.DateTime(timezone=True), nullable=True),
        schema="enrollment",
    )
    op.create_table(
        "person_key",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(wrapped_key IS NULL) = (destroyed_at IS NOT NULL)",
            name=op.f("ck_person_key_destroyed"),
        ),
        sa.CheckConstraint(
            "(wrapped_key IS NULL) = (key_id IS NULL)", name=op.f("ck_person_key_wrapped")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_person_key")),
        schema="enrollment",
    )


def downgrade() -> None:
    op.drop_table("person_key", schema="enrollment")
    op.drop_column("participant", "restricted_at", schema="enrollment")
