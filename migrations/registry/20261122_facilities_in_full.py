"""Facilities in full: history, contacts, equipment, shifts, external codes, search."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000004"
down_revision: str | Sequence[str] | None = "b00000000003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SCOPE = ("facility_id", "province_code", "regency_code", "owner_ministry")


def upgrade() -> None:
    _add_updated_at()
    _create_facility_period()
    _begin_histories()
    _create_contacts()
    _create_equipment()
    _create_shifts()
    _create_codes()
    _create_search()


def _add_updated_at() -> None:
    """Add when a facility last changed; its event log knows it of those that are there."""
    op.add_column(
        "facility",
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        schema="registry",
    )
    op.execute(
        """
        UPDATE registry.facility SET updated_at = coalesce(
            (SELECT max(occurred_at) FROM registry.event WHERE stream_id = facility.id),
            created_at
        )
        """
    )
    op.alter_column("facility", "updated_at", nullable=False, schema="registry")
    op.create_index("ix_facility_updated_at", "facility", ["updated_at"], schema="registry")
    op.create_index(
        "ix_facility_owner_ministry_code", "facility", ["owner_ministry", "code"], schema="registry"
    )


def _create_facility_period() -> None:
    op.create_table(
        "facility_period",
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "UPTP",
                "UPTD",
                "BLKK",
                "LPKS",
                "LPK_COMPANY",
                "PLUT",
                "PRODUCTION_HOUSE",
                name="facilitykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "form",
            sa.Enum(
                "BBPVP",
                "BPVP",
                "SATPEL",
                "BPKK",
                name="facilityform",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("area_code", sa.String(length=13, collation="C"), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PLANNED",
                "ACTIVE",
                "SUSPENDED",
                "CLOSED",
                name="facilitystatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("changed", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_facility_period_validity")),
        postgresql.ExcludeConstraint(
            (sa.column("facility_id"), "="),
            (sa.text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_facility_period_facility_id",
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["registry.facility.id"],
            name=op.f("fk_facility_period_facility_id"),
        ),
        sa.PrimaryKeyConstraint("facility_id", "version", name=op.f("pk_facility_period")),
        schema="registry",
    )
    op.create_index(
        "uq_facility_period_present",
        "facility_period",
        ["facility_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("valid_to IS NULL"),
    )


def _begin_histories() -> None:
    """Begin each facility's history with its last event: since then it stands as it does now."""
    op.execute(
        """
        INSERT INTO registry.facility_period (
            facility_id, version, valid_from, kind, form, owner_ministry, institution_id,
            area_code, status, changed, actor
        )
        SELECT facility.id, facility.version, facility.updated_at, facility.kind, facility.form,
            facility.owner_ministry, facility.institution_id, facility.area_code, facility.status,
            '{}', coalesce(latest.actor, 'balai|migration')
        FROM registry.facility
        LEFT JOIN LATERAL (
            SELECT actor FROM registry.event
            WHERE stream_id = facility.id ORDER BY id DESC LIMIT 1
        ) AS latest ON true
        """
    )


def _scope_columns() -> list[sa.Column]:
    return [
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _SCOPE[1:]),
    ]


def _scope_key(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        list(_SCOPE),
        [f"registry.facility.{each}" for each in ("id", *_SCOPE[1:])],
        name=name,
        onupdate="CASCADE",
    )


def _version_columns() -> list[sa.Column]:
    return [
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def _create_contacts() -> None:
    op.create_table(
        "facility_contact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        *_version_columns(),
        *_scope_columns(),
        _scope_key("fk_facility_contact_facility"),
        sa.CheckConstraint(
            "phone IS NOT NULL OR email IS NOT NULL", name=op.f("ck_facility_contact_reachable")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_contact")),
        schema="registry",
    )
    op.create_index(
        "ix_facility_contact_facility_id_id",
        "facility_contact",
        ["facility_id", "id"],
        schema="registry",
    )


def _create_equipment() -> None:
    op.create_table(
        "equipment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column(
            "condition",
            sa.Enum(
                "GOOD",
                "MINOR_DAMAGE",
                "MAJOR_DAMAGE",
                name="equipmentcondition",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asset_code", sa.String(), nullable=True),
        *_version_columns(),
        *_scope_columns(),
        _scope_key("fk_equipment_facility"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_equipment_quantity")),
        sa.ForeignKeyConstraint(
            ["space_id"], ["registry.space.id"], name=op.f("fk_equipment_space_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        schema="registry",
    )
    op.create_index(
        "ix_equipment_facility_id_name_id",
        "equipment",
        ["facility_id", "name", "id"],
        schema="registry",
    )
    op.create_index("ix_equipment_space_id", "equipment", ["space_id"], schema="registry")


def _create_shifts() -> None:
    op.create_table(
        "facility_shift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        *_version_columns(),
        *_scope_columns(),
        _scope_key("fk_facility_shift_facility"),
        sa.CheckConstraint("ends > starts", name=op.f("ck_facility_shift_hours")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_facility_shift_capacity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_shift")),
        sa.UniqueConstraint("facility_id", "name", name=op.f("uq_facility_shift_facility_id_name")),
        schema="registry",
    )


def _create_codes() -> None:
    op.create_table(
        "facility_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("code", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *_scope_columns(),
        _scope_key("fk_facility_code_facility"),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_facility_code_validity")),
        postgresql.ExcludeConstraint(
            (sa.column("scheme"), "="),
            (sa.column("code"), "="),
            (sa.text("daterange(valid_from, valid_to)"), "&&"),
            name="ex_facility_code_scheme_code",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_code")),
        schema="registry",
    )
    op.create_index(
        "ix_facility_code_facility_id_scheme_id",
        "facility_code",
        ["facility_id", "scheme", "id"],
        schema="registry",
    )
    op.create_index(
        "ix_facility_code_scheme_code", "facility_code", ["scheme", "code"], schema="registry"
    )


def _create_search() -> None:
    """Create the search for names that are like some words, always by the index of trigrams.

    0.5 finds Garment for garmnt, which the default of 0.6 does not. Words have about a trigram a
    letter, and two wrong letters make up to six of them differ on both sides: from 17 letters on
    that many may, for at 0.5 a whole name is like every name of its kind, and comparing them took
    68 ms instead of 10. The planner takes a comparison for as cheap as any and would scan the
    table: 80 ms instead of 2 at 5,000 facilities.
    """
    # The parameter is known once the extension has been used.
    op.execute("SELECT word_similarity('a', 'a')")
    op.execute(
        """
        CREATE FUNCTION registry.facilities_named_like(words text) RETURNS SETOF uuid
        LANGUAGE plpgsql STABLE
        SET pg_trgm.word_similarity_threshold = 0.5
        SET enable_seqscan = off
        AS $$
        BEGIN
            -- For the rest of the function only, as the setting above is.
            PERFORM set_config(
                'pg_trgm.word_similarity_threshold',
                greatest(0.5, (length(words) - 5.0) / (length(words) + 7))::text,
                true
            );
            RETURN QUERY SELECT id FROM registry.facility WHERE name %> words;
        END
        $$
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION registry.facilities_named_like(text)")
    for table in ("facility_code", "facility_shift", "equipment", "facility_contact"):
        op.drop_table(table, schema="registry")
    op.drop_table("facility_period", schema="registry")
    op.drop_index("ix_facility_owner_ministry_code", "facility", schema="registry")
    op.drop_index("ix_facility_updated_at", "facility", schema="registry")
    op.drop_column("facility", "updated_at", schema="registry")
