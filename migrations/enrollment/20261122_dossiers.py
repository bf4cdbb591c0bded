"""Samples that auditors draw."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000021"
down_revision: str | Sequence[str] | None = "a00000000020"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("arrived_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.String(), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("n > 0 AND population >= 0", name=op.f("ck_sample_counts")),
        sa.CheckConstraint("arrived_until <= drawn_at", name=op.f("ck_sample_arrived_until")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["enrollment.program.id"], name=op.f("fk_sample_program_id")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["enrollment.wave.id"], name=op.f("fk_sample_wave_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample")),
        schema="enrollment",
    )
    op.create_table(
        "sample_member",
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("ticket", sa.LargeBinary(length=32), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_sample_member_position")),
        sa.CheckConstraint("octet_length(ticket) = 32", name=op.f("ck_sample_member_ticket")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["enrollment.sample.id"], name=op.f("fk_sample_member_sample_id")
        ),
        sa.PrimaryKeyConstraint("sample_id", "position", name=op.f("pk_sample_member")),
        schema="enrollment",
    )


def downgrade() -> None:
    op.drop_table("sample_member", schema="enrollment")
    op.drop_table("sample", schema="enrollment")
