"""The catalogue of services, and the potential of regencies."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000011"
down_revision: str | Sequence[str] | None = "b00000000010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = (
    "CONSULTING",
    "LEGALITY",
    "CERTIFICATION",
    "PACKAGING",
    "DESIGN",
    "TESTING",
    "TOLL_MANUFACTURING",
    "MARKETING",
    "FINANCING_ACCESS",
    "MENTORING",
)


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _create_services()
    _create_potential()


def _create_services() -> None:
    op.create_table(
        "service_offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("kind", _enum("servicekind", *_KINDS), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("capacity_per_month", sa.Integer(), nullable=True),
        sa.Column("customers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("offered_from", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("price >= 0", name=op.f("ck_service_offer_price")),
        sa.CheckConstraint("capacity_per_month > 0", name=op.f("ck_service_offer_capacity")),
        sa.CheckConstraint("ended_on >= offered_from", name=op.f("ck_service_offer_period")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_service_offer_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_offer")),
        sa.UniqueConstraint("facility_id", "code", name=op.f("uq_service_offer_facility_id_code")),
        schema="registry",
    )
    for column in ("facility_id", "kind", "province_code", "regency_code"):
        op.create_index(
            f"ix_service_offer_{column}_id", "service_offer", [column, "id"], schema="registry"
        )
    op.create_index(
        "ix_service_offer_name_trgm",
        "service_offer",
        ["name"],
        schema="registry",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )


def _key() -> list[sa.Column[object]]:
    return [
        sa.Column("regency_code", sa.String(length=5, collation="C"), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
    ]


def _parent(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["regency_code", "year"],
        ["registry.regency_potential.regency_code", "registry.regency_potential.year"],
        name=name,
        ondelete="CASCADE",
    )


def _create_potential() -> None:
    op.create_table(
        "regency_potential",
        *_key(),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_url", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("year BETWEEN 2000 AND 2100", name=op.f("ck_regency_potential_year")),
        sa.PrimaryKeyConstraint("regency_code", "year", name=op.f("pk_regency_potential")),
        schema="registry",
    )
    op.create_index(
        "ix_regency_potential_province_code",
        "regency_potential",
        ["province_code", "regency_code", "year"],
        schema="registry",
    )
    op.create_table(
        "leading_commodity",
        *_key(),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scheme", _enum("commodityscheme", "2020", "2025"), nullable=False),
        sa.Column("division", sa.String(length=2), nullable=False),
        sa.CheckConstraint("rank > 0", name=op.f("ck_leading_commodity_rank")),
        _parent("fk_leading_commodity_potential"),
        sa.PrimaryKeyConstraint("regency_code", "year", "rank", name=op.f("pk_leading_commodity")),
        schema="registry",
    )
    op.create_table(
        "labour_demand",
        *_key(),
        sa.Column("trade", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("division", sa.String(length=2), nullable=False),
        sa.Column("scheme", _enum("demandscheme", "2020", "2025"), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people > 0", name=op.f("ck_labour_demand_people")),
        _parent("fk_labour_demand_potential"),
        sa.PrimaryKeyConstraint(
            "regency_code", "year", "trade", "division", name=op.f("pk_labour_demand")
        ),
        schema="registry",
    )
    op.create_index(
        "ix_labour_demand_trade",
        "labour_demand",
        ["trade", "regency_code", "year"],
        schema="registry",
    )


def downgrade() -> None:
    for table in ("labour_demand", "leading_commodity", "regency_potential", "service_offer"):
        op.drop_table(table, schema="registry")
