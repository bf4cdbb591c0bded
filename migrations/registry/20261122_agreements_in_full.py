"""Agreements in full: their life, coverage over time, actions, targets, developments, reminders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000007"
down_revision: str | Sequence[str] | None = "b00000000006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _agreements()
    _coverage()


def _agreements() -> None:
    for constraint in ("ck_agreement_agreementkind", "ck_agreement_basis"):
        op.drop_constraint(constraint, "agreement", schema="registry")
    op.create_check_constraint(
        op.f("ck_agreement_agreementkind"),
        "agreement",
        "kind IN ('MOU', 'PKS', 'PLAN')",
        schema="registry",
    )
    op.create_check_constraint(
        op.f("ck_agreement_basis"),
        "agreement",
        "(kind = 'MOU') = (follows_from_id IS NULL)",
        schema="registry",
    )
    # What was there was signed, covers what it covers since it began, and states no scope.
    defaults = {
        "state": (sa.String(length=40), "SIGNED"),
        "trades": (postgresql.ARRAY(sa.Text()), "{}"),
        "area_codes": (postgresql.ARRAY(sa.Text()), "{}"),
        "version": (sa.Integer(), "1"),
    }
    for name, (kind, default) in defaults.items():
        op.add_column(
            "agreement",
            sa.Column(name, kind, nullable=False, server_default=default),
            schema="registry",
        )
        op.alter_column("agreement", name, server_default=None, schema="registry")
    op.create_check_constraint(
        op.f("ck_agreement_keptstate"),
        "agreement",
        "state IN ('DRAFT', 'SIGNED', 'TERMINATED', 'RENEWED')",
        schema="registry",
    )
    for column in (
        sa.Column("renews_id", sa.Uuid(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("scope", sa.String(), nullable=True),
    ):
        op.add_column("agreement", column, schema="registry")
    op.alter_column("agreement", "signed_on", nullable=True, schema="registry")
    op.create_foreign_key(
        op.f("fk_agreement_renews_id"),
        "agreement",
        "agreement",
        ["renews_id"],
        ["id"],
        source_schema="registry",
        referent_schema="registry",
    )
    for name, condition in {
        "signed": "(state = 'DRAFT') = (signed_on IS NULL)",
        "ended": "(state IN ('TERMINATED', 'RENEWED')) = (ended_on IS NOT NULL)",
        "renewal": "renews_id <> id",
    }.items():
        op.create_check_constraint(
            op.f(f"ck_agreement_{name}"), "agreement", condition, schema="registry"
        )
    op.drop_index("ix_agreement_follows_from_id", "agreement", schema="registry")
    for name, table, columns in (
        ("ix_agreement_follows_from_id", "agreement", ["follows_from_id", "number"]),
        ("ix_agreement_kind_number", "agreement", ["kind", "number"]),
        ("ix_agreement_valid_to", "agreement", ["valid_to"]),
        ("ix_agreement_party_ministry", "agreement_party", ["ministry"]),
    ):
        op.create_index(name, table, columns, schema="registry")
    op.create_index(
        "uq_agreement_renews_id",
        "agreement",
        ["renews_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("state <> 'DRAFT'"),
    )
    op.create_table(
        "agreement_signatory",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_signatory_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "ordinal", name=op.f("pk_agreement_signatory")),
        schema="registry",
    )
    op.create_table(
        "agreement_document",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("mime", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_document_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_document")),
        schema="registry",
    )
    op.create_index(
        "uq_agreement_document_sha256",
        "agreement_document",
        ["agreement_id", "sha256"],
        unique=True,
        schema="registry",
    )
    op.create_index(
        "ix_agreement_document_agreement_id_id",
        "agreement_document",
        ["agreement_id", "id"],
        schema="registry",
    )


def _coverage() -> None:
    op.add_column(
        "agreement_facility", sa.Column("valid_from", sa.Date(), nullable=True), schema="registry"
    )
    op.add_column(
        "agreement_facility", sa.Column("valid_to", sa.Date(), nullable=True), schema="registry"
    )
    op.execute(
        "UPDATE registry.agreement_facility SET valid_from = agreement.valid_from"
        " FROM registry.agreement WHERE agreement.id = agreement_facility.agreement_id"
    )
    op.alter_column("agreement_facility", "valid_from", nullable=False, schema="registry")
    op.drop_constraint("pk_agreement_facility", "agreement_facility", schema="registry")
    op.create_primary_key(
        op.f("pk_agreement_facility"),
        "agreement_facility",
        ["agreement_id", "facility_id", "valid_from"],
        schema="registry",
    )
    op.create_check_constraint(
        op.f("ck_agreement_facility_period"),
        "agreement_facility",
        "valid_to >= valid_from",
        schema="registry",
    )
    op.execute(
        "ALTER TABLE registry.agreement_facility ADD CONSTRAINT ex_agreement_facility_validity"
        " EXCLUDE USING gist (agreement_id WITH =, facility_id WITH =,"
        " daterange(valid_from, valid_to, '[]') WITH &&)"
    )


def downgrade() -> None:
    pass
