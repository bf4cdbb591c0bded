"""Files about people, sealed while they wait for their job."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000017"
down_revision: str | Sequence[str] | None = "a00000000016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "upload_key",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["enrollment.upload.id"],
            name=op.f("fk_upload_key_upload_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", name=op.f("pk_upload_key")),
        schema="enrollment",
    )
    op.create_table(
        "upload_part",
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["upload_id"],
            ["enrollment.upload.id"],
            name=op.f("fk_upload_part_upload_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("upload_id", "part", "piece", name=op.f("pk_upload_part")),
        schema="enrollment",
    )
    # What is sealed does not shrink: PostgreSQL need not try.
    op.execute("ALTER TABLE enrollment.upload_part ALTER COLUMN content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.drop_table("upload_part", schema="enrollment")
    op.drop_table("upload_key", schema="enrollment")
