"""Area changes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000002"
down_revision: str | Sequence[str] | None = "b00000000001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    # Alembic's own form takes columns only, not the range that two of them make.
    op.execute(
        "ALTER TABLE registry.area ADD CONSTRAINT ex_area_validity"
        " EXCLUDE USING gist"
        " (CAST(replace(code, '.', '') AS bigint) WITH =,"
        " daterange(valid_from, valid_to) WITH &&)"
    )
    _create_changes()
    _create_work_items()


def _create_changes() -> None:
    op.create_table(
        "area_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "SPLIT",
                "MERGE",
                "RENAME",
                "RECODE",
                name="areachangekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decree", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("from_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("to_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("areas", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_change")),
        schema="registry",
    )
    op.create_index(
        "ix_area_change_valid_from_id", "area_change", ["valid_from", "id"], schema="registry"
    )
    op.create_table(
        "area_successor",
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("old_code", sa.String(length=13, collation="C"), nullable=False),
        sa.Column("new_code", sa.String(length=13, collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["registry.area_change.id"],
            name=op.f("fk_area_successor_change_id"),
        ),
        sa.PrimaryKeyConstraint(
            "change_id", "old_code", "new_code", name=op.f("pk_area_successor")
        ),
        schema="registry",
    )
    for column in ("old_code", "new_code"):
        op.create_index(
            f"ix_area_successor_{column}_valid_from",
            "area_successor",
            [column, "valid_from"],
            schema="registry",
        )


def _create_work_items() -> None:
    op.create_table(
        "area_work_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("old_code", sa.String(length=13, collation="C"), nullable=False),
        sa.Column("candidates", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "OPEN",
                "RESOLVED",
                name="workitemstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("area_code", sa.String(length=13, collation="C"), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(facility_id IS NULL) <> (institution_id IS NULL)",
            name=op.f("ck_area_work_item_one_subject"),
        ),
        sa.CheckConstraint(
            "(state = 'RESOLVED') = (resolved_at IS NOT NULL)",
            name=op.f("ck_area_work_item_resolved"),
        ),
        sa.ForeignKeyConstraint(
            ["change_id"],
            ["registry.area_change.id"],
            name=op.f("fk_area_work_item_change_id"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            onupdate="CASCADE",
            name="fk_area_work_item_facility",
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_area_work_item_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_work_item")),
        schema="registry",
    )
    op.create_index(
        "ix_area_work_item_state_id", "area_work_item", ["state", "id"], schema="registry"
    )
    for column in ("facility_id", "institution_id"):
        op.create_index(
            f"uq_area_work_item_open_{column}",
            "area_work_item",
            [column],
            unique=True,
            schema="registry",
            postgresql_where=sa.text("state = 'OPEN'"),
        )


def downgrade() -> None:
    op.drop_table("area_work_item", schema="registry")
    op.drop_table("area_successor", schema="registry")
    op.drop_table("area_change", schema="registry")
    op.drop_constraint("ex_area_validity", "area", schema="registry")
