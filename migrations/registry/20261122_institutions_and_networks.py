"""Institutions change and end, have roles at facilities, and steward networks of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000003"
down_revision: str | Sequence[str] | None = "b00000000002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FACILITY = ("facility_id", "province_code", "regency_code", "owner_ministry")
_SCOPE = ("id", "province_code", "regency_code", "owner_ministry")
_DAYS = sa.text("daterange(valid_from, valid_to, '[]')")


def upgrade() -> None:
    _upgrade_institutions()
    _create_roles()
    _create_networks()


def _upgrade_institutions() -> None:
    op.add_column("institution", sa.Column("parent_id", sa.Uuid()), schema="registry")
    op.add_column("institution", sa.Column("ended_on", sa.Date()), schema="registry")
    version = sa.Column("version", sa.Integer(), nullable=False, server_default="1")
    op.add_column("institution", version, schema="registry")
    op.alter_column("institution", "version", server_default=None, schema="registry")
    updated = sa.Column("updated_at", sa.DateTime(timezone=True))
    op.add_column("institution", updated, schema="registry")
    op.execute("UPDATE registry.institution SET updated_at = created_at")
    op.alter_column("institution", "updated_at", nullable=False, schema="registry")
    op.create_foreign_key(
        op.f("fk_institution_parent_id"),
        "institution",
        "institution",
        ["parent_id"],
        ["id"],
        source_schema="registry",
        referent_schema="registry",
    )
    op.create_check_constraint(
        op.f("ck_institution_parent"), "institution", "parent_id <> id", schema="registry"
    )
    for column in ("kind", "ministry", "province_code", "regency_code", "parent_id"):
        op.create_index(
            f"ix_institution_{column}_code", "institution", [column, "code"], schema="registry"
        )


def _scope_columns() -> list[sa.Column[str]]:
    return [
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
    ]


def _at_facility(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        _FACILITY,
        [f"registry.facility.{column}" for column in _SCOPE],
        name=op.f(name),
        onupdate="CASCADE",
    )


def _create_roles() -> None:
    role = sa.Enum(
        "OWNER",
        "HOST",
        "PARTNER",
        "FUNDER",
        "HIRING_PARTNER",
        name="facilityrole",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "facility_institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        *_scope_columns(),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("role", role, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("hires", sa.Integer(), nullable=True),
        sa.Column("hires_by", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_facility_institution_period")),
        sa.CheckConstraint(
            "(role = 'HIRING_PARTNER') = (hires IS NOT NULL)"
            " AND (hires IS NULL) = (hires_by IS NULL)",
            name=op.f("ck_facility_institution_commitment"),
        ),
        sa.CheckConstraint("hires > 0", name=op.f("ck_facility_institution_hires")),
        _at_facility("fk_facility_institution_facility"),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_facility_institution_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_institution")),
        postgresql.ExcludeConstraint(
            ("facility_id", "="),
            ("institution_id", "="),
            ("role", "="),
            (_DAYS, "&&"),
            name="ex_facility_institution_same",
        ),
        postgresql.ExcludeConstraint(
            ("facility_id", "="),
            ("role", "="),
            (_DAYS, "&&"),
            name="ex_facility_institution_single",
            where=sa.text("role IN ('OWNER', 'HOST')"),
        ),
        schema="registry",
    )
    for column in ("facility_id", "institution_id"):
        op.create_index(
            f"ix_facility_institution_{column}",
            "facility_institution",
            [column, "id"],
            schema="registry",
        )
    op.create_index(
        "ix_facility_institution_hires_by",
        "facility_institution",
        ["hires_by", "id"],
        schema="registry",
        postgresql_where=sa.text("role = 'HIRING_PARTNER'"),
    )


def _create_networks() -> None:
    op.create_table(
        "network",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=True),
        sa.Column("steward_id", sa.Uuid(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["steward_id"], ["registry.institution.id"], name=op.f("fk_network_steward_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("code", name=op.f("uq_network_code")),
        schema="registry",
    )
    op.create_index("ix_network_steward_id", "network", ["steward_id"], schema="registry")
    op.create_table(
        "network_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("network_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        *_scope_columns(),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_network_member_period")),
        _at_facility("fk_network_member_facility"),
        sa.ForeignKeyConstraint(
            ["network_id"], ["registry.network.id"], name=op.f("fk_network_member_network_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_member")),
        postgresql.ExcludeConstraint(
            ("network_id", "="),
            ("facility_id", "="),
            (_DAYS, "&&"),
            name="ex_network_member_same",
        ),
        schema="registry",
    )
    for column in ("network_id", "facility_id"):
        op.create_index(
            f"ix_network_member_{column}", "network_member", [column, "id"], schema="registry"
        )


def downgrade() -> None:
    op.drop_table("network_member", schema="registry")
    op.drop_table("network", schema="registry")
    op.drop_table("facility_institution", schema="registry")
    for column in ("kind", "ministry", "province_code", "regency_code", "parent_id"):
        op.drop_index(f"ix_institution_{column}_code", "institution", schema="registry")
    op.drop_constraint(op.f("ck_institution_parent"), "institution", schema="registry")
    op.drop_constraint(op.f("fk_institution_parent_id"), "institution", schema="registry")
    for column in ("updated_at", "version", "ended_on", "parent_id"):
        op.drop_column("institution", column, schema="registry")
