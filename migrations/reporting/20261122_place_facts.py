"""Places counted: standings, hours, and facilities by name."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "d00000000007"
down_revision: str | Sequence[str] | None = "d00000000006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = ("UPTP", "UPTD", "BLKK", "LPKS", "LPK_COMPANY", "PLUT", "PRODUCTION_HOUSE")
_STATUSES = ("PLANNED", "ACTIVE", "SUSPENDED", "CLOSED")
_LEVELS = ("PROVINCE", "REGENCY", "DISTRICT", "VILLAGE")
_STANDINGS = (
    "MATURITY",
    "ROADMAP",
    "MILESTONE",
    "INCUBATOR",
    "TENANT",
    "DEVELOPMENT",
    "GRANT",
    "COVERAGE",
    "AGREEMENT",
    "ACTION",
)
_MINUTES = ("open_minutes", "booked_minutes", "used_minutes", "used_of_open")
_TABLES = (
    "hour_cube",
    "hour_summary",
    "standing_cube",
    "standing_summary",
    "network_member",
    "network_now",
    "area_level_copied",
    "area_link",
    "area_name",
    "facility_alias",
    "facility_now",
)


def _enum(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _create_facilities()
    _create_networks()
    _create_areas()
    _create_cubes()


def _create_facilities() -> None:
    op.create_table(
        "facility_now",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("facility_kind", _enum("facilitykind", _KINDS), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("status", _enum("facilitystatus", _STATUSES), nullable=False),
        sa.PrimaryKeyConstraint("generation", "facility_id", name=op.f("pk_facility_now")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "facility_alias",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("alias_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "alias_id", name=op.f("pk_facility_alias")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )


def _create_networks() -> None:
    op.create_table(
        "network_now",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        *_texts("code", "name"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "network_id", name=op.f("pk_network_now")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "network_member",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        *_texts("valid_from", "valid_to"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "member_id", name=op.f("pk_network_member")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )


def _create_areas() -> None:
    op.create_table(
        "area_name",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("level", _enum("arealevel", _LEVELS), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area_name")),
        schema="reporting",
    )
    op.create_table(
        "area_link",
        sa.Column("old_code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("new_code", sa.String(), nullable=False),
        sa.Column("level", _enum("arealevel", _LEVELS), nullable=False),
        sa.PrimaryKeyConstraint("old_code", "valid_from", "new_code", name=op.f("pk_area_link")),
        schema="reporting",
    )
    op.create_table(
        "area_level_copied",
        sa.Column("level", _enum("arealevel", _LEVELS), nullable=False),
        sa.Column("areas", sa.Integer(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("level", name=op.f("pk_area_level_copied")),
        schema="reporting",
    )


def _create_cubes() -> None:
    for table in ("standing_summary", "standing_cube"):
        _create_counted(
            table,
            sa.Column("kind", _enum("standingkind", _STANDINGS), nullable=False),
            *_texts("value", "detail", "co_ministry"),
            sa.Column("amount", sa.BigInteger(), nullable=False),
        )
    for table in ("hour_summary", "hour_cube"):
        _create_counted(
            table,
            *_texts("month", "purpose", "using_ministry"),
            *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _MINUTES),
        )
    for table, column in (
        ("standing_cube", "facility_id"),
        ("hour_cube", "facility_id"),
        ("hour_cube", "month"),
    ):
        name = op.f(f"ix_{table}_generation_{column}")
        op.create_index(name, table, ["generation", column], schema="reporting")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _create_counted(table: str, *columns: sa.Column[Any]) -> None:
    """Create a table of sums; a cube has days and facilities, a summary has not."""
    fine: list[sa.Column[Any]] = []
    if table.endswith("_cube"):
        fine = [
            sa.Column("day", sa.Date(), nullable=False),
            sa.Column("facility_id", sa.Uuid(), nullable=False),
            *_texts("regency_code"),
        ]
    op.create_table(
        table,
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        *fine,
        *_texts("province_code", "facility_kind", "owner_ministry"),
        *columns,
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f(f"pk_{table}")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table, schema="reporting")
