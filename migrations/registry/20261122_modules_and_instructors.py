"""Modules and instructors in full: states, units, certificates, engagements.

What was there is kept: every module was published when it was made, every instructor is in
service. The defaults that say so serve this revision only.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000008"
down_revision: str | Sequence[str] | None = "b00000000007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TEXTS = postgresql.ARRAY(sa.Text())
_JSONB = postgresql.JSONB(astext_type=sa.Text())


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=False, length=40)


def _add_filled(table: str, name: str, kind: sa.types.TypeEngine, value: str) -> None:
    """Add a column that every row needs; the rows that are there get `value`."""
    column = sa.Column(name, kind, nullable=False, server_default=sa.text(value))
    op.add_column(table, column, schema="registry")
    op.alter_column(table, name, server_default=None, schema="registry")


def upgrade() -> None:
    _upgrade_modules()
    _upgrade_instructors()
    _add_certificates()
    _add_engagements()


def _upgrade_modules() -> None:
    _add_filled(
        "module", "state", _enum("modulestate", "DRAFT", "PUBLISHED", "RETIRED"), "'PUBLISHED'"
    )
    _add_filled("module", "language", sa.String(), "'id'")
    _add_filled("module", "units", _JSONB, "'[]'::jsonb")
    _add_filled("module", "files", _JSONB, "'[]'::jsonb")
    _add_filled("module", "required_competences", _TEXTS, "'{}'::text[]")
    _add_filled("module", "requires_certificate", sa.Boolean(), "false")
    _add_filled("module", "revision", sa.Integer(), "1")
    for column in (
        sa.Column("follows_id", sa.Uuid(), nullable=True),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("module", column, schema="registry")
    op.execute("UPDATE registry.module SET published_at = created_at")
    op.create_foreign_key(
        op.f("fk_module_follows_id"),
        "module",
        "module",
        ["follows_id"],
        ["id"],
        source_schema="registry",
        referent_schema="registry",
    )
    for name, condition in (
        ("ck_module_modulestate", "state IN ('DRAFT', 'PUBLISHED', 'RETIRED')"),
        ("ck_module_level", "level BETWEEN 1 AND 9"),
        ("ck_module_published", "(state = 'DRAFT') = (published_at IS NULL)"),
        ("ck_module_retired", "(state = 'RETIRED') = (retired_at IS NOT NULL)"),
    ):
        op.create_check_constraint(op.f(name), "module", condition, schema="registry")
    for column in ("owner_ministry", "trade", "state"):
        op.create_index(
            f"ix_module_{column}_code_version",
            "module",
            [column, "code", "version"],
            schema="registry",
        )
    op.create_index("ix_module_follows_id", "module", ["follows_id"], schema="registry")
    op.create_index(
        "ix_module_title_trgm",
        "module",
        ["title"],
        schema="registry",
        postgresql_using="gin",
        postgresql_ops={"title": "gin_trgm_ops"},
    )


def _upgrade_instructors() -> None:
    _add_filled("instructor", "version", sa.Integer(), "1")
    kinds = ("CIVIL_SERVANT", "GOVERNMENT_CONTRACT", "EMPLOYEE", "FREELANCE", "VOLUNTEER")
    for column in (
        sa.Column("home_ministry", sa.String(), nullable=True),
        sa.Column("employment", _enum("employment", *kinds), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
    ):
        op.add_column("instructor", column, schema="registry")
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(
        op.f("ck_instructor_employment"),
        "instructor",
        f"employment IN ({listed})",
        schema="registry",
    )
    op.create_index(
        "ix_instructor_competences",
        "instructor",
        ["competences"],
        schema="registry",
        postgresql_using="gin",
    )


def _add_certificates() -> None:
    op.create_table(
        "instructor_certificate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("number", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("issuer_id", sa.Uuid(), nullable=True),
        sa.Column("competences", _TEXTS, nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_because", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_instructor_certificate_period")),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revoked_because IS NULL)",
            name=op.f("ck_instructor_certificate_revoked"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["registry.instructor.id"],
            name=op.f("fk_instructor_certificate_instructor_id"),
        ),
        sa.ForeignKeyConstraint(
            ["issuer_id"],
            ["registry.institution.id"],
            name=op.f("fk_instructor_certificate_issuer_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor_certificate")),
        sa.UniqueConstraint(
            "issuer", "number", name=op.f("uq_instructor_certificate_issuer_number")
        ),
        schema="registry",
    )
    op.create_index(
        "ix_instructor_certificate_instructor_id_valid_from_id",
        "instructor_certificate",
        ["instructor_id", "valid_from", "id"],
        schema="registry",
    )
    op.create_index(
        "ix_instructor_certificate_issuer_id",
        "instructor_certificate",
        ["issuer_id"],
        schema="registry",
    )


def _add_engagements() -> None:
    op.create_table(
        "engagement",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id"], ["registry.facility.id"], name=op.f("fk_engagement_facility_id")
        ),
        sa.ForeignKeyConstraint(
            ["module_id"], ["registry.module.id"], name=op.f("fk_engagement_module_id")
        ),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_engagement")),
        schema="registry",
    )
    for column in ("facility_id", "module_id"):
        op.create_index(f"ix_engagement_{column}", "engagement", [column], schema="registry")
    op.create_table(
        "engagement_slot",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("instructor_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("during", postgresql.TSTZRANGE(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["registry.engagement.class_id"],
            name=op.f("fk_engagement_slot_class_id"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["registry.instructor.id"],
            name=op.f("fk_engagement_slot_instructor_id"),
        ),
        sa.PrimaryKeyConstraint(
            "class_id", "instructor_id", "position", name=op.f("pk_engagement_slot")
        ),
        postgresql.ExcludeConstraint(
            (sa.column("instructor_id"), "="),
            (sa.column("during"), "&&"),
            using="gist",
            name="ex_engagement_slot_instructor",
        ),
        sa.CheckConstraint("NOT isempty(during)", name=op.f("ck_engagement_slot_during")),
        schema="registry",
    )
    op.create_index(
        "ix_engagement_slot_instructor_id_start",
        "engagement_slot",
        ["instructor_id", sa.literal_column("lower(during)")],
        schema="registry",
    )


def downgrade() -> None:
    op.drop_table("engagement_slot", schema="registry")
    op.drop_table("engagement", schema="registry")
    op.drop_table("instructor_certificate", schema="registry")
    op.drop_index("ix_instructor_competences", table_name="instructor", schema="registry")
    for column in ("left_on", "employment", "home_ministry", "version"):
        op.drop_column("instructor", column, schema="registry")
    for column in (
        "retired_at",
        "published_at",
        "level",
        "trade",
        "follows_id",
        "revision",
        "requires_certificate",
        "required_competences",
        "files",
        "units",
        "language",
        "state",
    ):
        op.drop_column("module", column, schema="registry")
