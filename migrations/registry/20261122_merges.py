"""Duplicates of facilities, merges, and the aliases that they leave."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000012"
down_revision: str | Sequence[str] | None = "b00000000011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _create_alias()
    _create_merge()
    _create_duplicate()
    op.create_index(
        "ix_equipment_asset_code",
        "equipment",
        ["asset_code"],
        schema="registry",
        postgresql_where=sa.text("asset_code IS NOT NULL"),
    )


def _create_alias() -> None:
    op.create_table(
        "facility_alias",
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("alias_code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("alias_id <> facility_id", name=op.f("ck_facility_alias_other")),
        sa.ForeignKeyConstraint(
            ["alias_id"], ["registry.facility.id"], name=op.f("fk_facility_alias_alias_id")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["registry.facility.id"], name=op.f("fk_facility_alias_facility_id")
        ),
        sa.PrimaryKeyConstraint("alias_id", name=op.f("pk_facility_alias")),
        schema="registry",
    )
    for column in ("facility_id", "alias_code"):
        op.create_index(
            f"ix_facility_alias_{column}", "facility_alias", [column], schema="registry"
        )


def _create_merge() -> None:
    op.create_table(
        "facility_merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("into_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("consequences", postgresql.JSONB(), nullable=False),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("from_id <> into_id", name=op.f("ck_facility_merge_other")),
        sa.ForeignKeyConstraint(
            ["from_id"], ["registry.facility.id"], name=op.f("fk_facility_merge_from_id")
        ),
        sa.ForeignKeyConstraint(
            ["into_id"], ["registry.facility.id"], name=op.f("fk_facility_merge_into_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_merge")),
        sa.UniqueConstraint("from_id", name=op.f("uq_facility_merge_from_id")),
        schema="registry",
    )
    op.create_index("ix_facility_merge_into_id", "facility_merge", ["into_id"], schema="registry")


def _create_duplicate() -> None:
    op.create_table(
        "facility_duplicate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("a_id", sa.Uuid(), nullable=False),
        sa.Column("b_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "DISMISSED",
                "MERGED",
                name="duplicatestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("a_id < b_id", name=op.f("ck_facility_duplicate_pair")),
        sa.CheckConstraint("score BETWEEN 0 AND 100", name=op.f("ck_facility_duplicate_score")),
        sa.CheckConstraint(
            "(state = 'OPEN') = (decided_by IS NULL)"
            " AND (decided_by IS NULL) = (decided_at IS NULL)",
            name=op.f("ck_facility_duplicate_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["a_id"], ["registry.facility.id"], name=op.f("fk_facility_duplicate_a_id")
        ),
        sa.ForeignKeyConstraint(
            ["b_id"], ["registry.facility.id"], name=op.f("fk_facility_duplicate_b_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_duplicate")),
        sa.UniqueConstraint("a_id", "b_id", name=op.f("uq_facility_duplicate_a_id_b_id")),
        schema="registry",
    )
    op.create_index(
        "ix_facility_duplicate_state_score_id",
        "facility_duplicate",
        ["state", sa.text("score DESC"), "id"],
        schema="registry",
    )
    op.create_index("ix_facility_duplicate_b_id", "facility_duplicate", ["b_id"], schema="registry")


def downgrade() -> None:
    op.drop_index("ix_equipment_asset_code", table_name="equipment", schema="registry")
    for table in ("facility_duplicate", "facility_merge", "facility_alias"):
        op.drop_table(table, schema="registry")
