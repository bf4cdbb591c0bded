"""Exports of reports, and boundaries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d00000000011"
down_revision: str | Sequence[str] | None = "d00000000010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_LEVEL = sa.Enum(
    "PROVINCE",
    "REGENCY",
    "DISTRICT",
    "VILLAGE",
    name="arealevel",
    native_enum=False,
    create_constraint=True,
    length=40,
)
_FORMAT = sa.Enum(
    "json",
    "csv",
    "xlsx",
    "geojson",
    name="reportformat",
    native_enum=False,
    create_constraint=True,
    length=40,
)


def _create_boundaries() -> None:
    op.create_table(
        "boundary_list",
        sa.Column("level", _LEVEL, nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("areas", sa.Integer(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("level", name=op.f("pk_boundary_list")),
        schema="reporting",
    )
    op.create_table(
        "area_boundary",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("exact", postgresql.JSONB(), nullable=False),
        sa.Column("outline", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "code", name=op.f("pk_area_boundary")),
        schema="reporting",
    )


def _create_exports() -> None:
    op.create_table(
        "report_export",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report", sa.String(), nullable=False),
        sa.Column("format", _FORMAT, nullable=False),
        sa.Column("cut", postgresql.JSONB(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("standing", postgresql.JSONB(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_export")),
        schema="reporting",
    )
    op.create_index(
        op.f("ix_report_export_expires_at"), "report_export", ["expires_at"], schema="reporting"
    )
    op.create_index(
        op.f("ix_report_export_asked_by_created_at_id"),
        "report_export",
        ["asked_by", "created_at", "id"],
        schema="reporting",
    )


def upgrade() -> None:
    _create_boundaries()
    _create_exports()


def downgrade() -> None:
    for name in ("report_export", "area_boundary", "boundary_list"):
        op.drop_table(name, schema="reporting")
