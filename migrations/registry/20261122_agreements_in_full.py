"""Agreements in full: their life, coverage over time, actions, targets, developments, reminders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000007"
down_revision: str | Sequence[str] | None = "b00000000006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _agreements()
    _coverage()
    _what_follows()


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


def _what_follows() -> None:
    op.create_table(
        "agreement_target",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("by_day", sa.Date(), nullable=False),
        sa.Column(
            "mode",
            sa.Enum(
                "TOTAL",
                "ADDITIONAL",
                name="targetmode",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("value >= 0", name=op.f("ck_agreement_target_value")),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_target_agreement_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "ordinal", name=op.f("pk_agreement_target")),
        schema="registry",
    )
    op.create_index(
        "uq_agreement_target_indicator",
        "agreement_target",
        ["agreement_id", "indicator", "mode", "by_day"],
        unique=True,
        schema="registry",
    )
    op.create_table(
        "agreement_action",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("responsible_ministry", sa.String(), nullable=True),
        sa.Column("responsible_institution_id", sa.Uuid(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PLANNED",
                "IN_PROGRESS",
                "DONE",
                "CANCELLED",
                name="actionstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("evidence_reference", sa.String(), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("cancel_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(status = 'DONE') = (evidence_reference IS NOT NULL AND evidence_sha256 IS NOT NULL"
            " AND done_on IS NOT NULL)",
            name=op.f("ck_agreement_action_evidence"),
        ),
        sa.CheckConstraint(
            "(responsible_ministry IS NULL) <> (responsible_institution_id IS NULL)",
            name=op.f("ck_agreement_action_one_side"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_action_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_agreement_action_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["responsible_institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_agreement_action_responsible_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_action")),
        schema="registry",
    )
    op.create_index(
        "ix_agreement_action_agreement_id_due_on_id",
        "agreement_action",
        ["agreement_id", "due_on", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_agreement_action_due_on_id",
        "agreement_action",
        ["due_on", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_agreement_action_facility_id_due_on_id",
        "agreement_action",
        ["facility_id", "due_on", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_agreement_action_open",
        "agreement_action",
        ["due_on", "id"],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("status IN ('PLANNED', 'IN_PROGRESS')"),
    )
    op.create_table(
        "development",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "BLKK_DEVELOPMENT",
                name="developmentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("follows_from_id", sa.Uuid(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=False),
        sa.Column("grant_rupiah", sa.BigInteger(), nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "PROPOSED",
                "VERIFIED",
                "SIGNED",
                "FIRST_PAYMENT",
                "HALF_BUILT",
                "SECOND_PAYMENT",
                "BUILT",
                "EQUIPPED",
                "ACCOUNTED_FOR",
                name="developmentstep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("accounts_due_on", sa.Date(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(step IN ('PROPOSED', 'VERIFIED')) = (accounts_due_on IS NULL)",
            name=op.f("ck_development_accounts_due"),
        ),
        sa.CheckConstraint("grant_rupiah > 0", name=op.f("ck_development_grant")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_development_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["follows_from_id"],
            ["registry.agreement.id"],
            name=op.f("fk_development_follows_from_id"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_development_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_development")),
        sa.UniqueConstraint("facility_id", name=op.f("uq_development_facility_id")),
        sa.UniqueConstraint("number", name=op.f("uq_development_number")),
        schema="registry",
    )
    op.create_index(
        "ix_development_owing",
        "development",
        ["accounts_due_on", "id"],
        unique=False,
        schema="registry",
        postgresql_where=sa.text("step <> 'ACCOUNTED_FOR'"),
    )
    op.create_index(
        "ix_development_province_code_number",
        "development",
        ["province_code", "number"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_development_regency_code_number",
        "development",
        ["regency_code", "number"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "development_step",
        sa.Column("development_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "step",
            sa.Enum(
                "PROPOSED",
                "VERIFIED",
                "SIGNED",
                "FIRST_PAYMENT",
                "HALF_BUILT",
                "SECOND_PAYMENT",
                "BUILT",
                "EQUIPPED",
                "ACCOUNTED_FOR",
                name="developmentstep",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("amount_rupiah", sa.BigInteger(), nullable=True),
        sa.Column("evidence_reference", sa.String(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(step IN ('FIRST_PAYMENT', 'SECOND_PAYMENT')) = (amount_rupiah IS NOT NULL)",
            name=op.f("ck_development_step_payment"),
        ),
        sa.CheckConstraint("amount_rupiah > 0", name=op.f("ck_development_step_amount")),
        sa.ForeignKeyConstraint(
            ["development_id"],
            ["registry.development.id"],
            name=op.f("fk_development_step_development_id"),
        ),
        sa.PrimaryKeyConstraint("development_id", "position", name=op.f("pk_development_step")),
        schema="registry",
    )
    op.create_table(
        "agreement_reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "subject",
            sa.Enum(
                "AGREEMENT",
                "ACTION",
                "ACCOUNTS",
                name="remindersubject",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "days_before IN (7, 30, 90)", name=op.f("ck_agreement_reminder_days_before")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_reminder_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_agreement_reminder_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_reminder")),
        sa.UniqueConstraint(
            "subject_id", "due_on", "days_before", name="uq_agreement_reminder_subject"
        ),
        schema="registry",
    )
    op.create_index(
        "ix_agreement_reminder_due_on_id",
        "agreement_reminder",
        ["due_on", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_agreement_reminder_province_code_due_on_id",
        "agreement_reminder",
        ["province_code", "due_on", "id"],
        unique=False,
        schema="registry",
    )


def downgrade() -> None:
    # Drafts and plans have no place in what was there before: with them this fails.
    for table in (
        "agreement_reminder",
        "development_step",
        "development",
        "agreement_action",
        "agreement_target",
        "agreement_document",
        "agreement_signatory",
    ):
        op.drop_table(table, schema="registry")
    for constraint in (
        "ex_agreement_facility_validity",
        "ck_agreement_facility_period",
        "pk_agreement_facility",
    ):
        op.drop_constraint(constraint, "agreement_facility", schema="registry")
    op.execute(
        "DELETE FROM registry.agreement_facility AS older"
        " USING registry.agreement_facility AS later WHERE later.agreement_id = older.agreement_id"
        " AND later.facility_id = older.facility_id AND later.valid_from > older.valid_from"
    )
    for column in ("valid_from", "valid_to"):
        op.drop_column("agreement_facility", column, schema="registry")
    op.create_primary_key(
        op.f("pk_agreement_facility"),
        "agreement_facility",
        ["agreement_id", "facility_id"],
        schema="registry",
    )
    op.drop_index("ix_agreement_party_ministry", "agreement_party", schema="registry")
    for index in (
        "ix_agreement_follows_from_id",
        "ix_agreement_kind_number",
        "ix_agreement_valid_to",
        "uq_agreement_renews_id",
    ):
        op.drop_index(index, "agreement", schema="registry")
    for constraint in ("agreementkind", "basis", "keptstate", "signed", "ended", "renewal"):
        op.drop_constraint(f"ck_agreement_{constraint}", "agreement", schema="registry")
    for column in (
        "renews_id",
        "state",
        "ended_on",
        "end_reason",
        "trades",
        "area_codes",
        "scope",
        "version",
    ):
        op.drop_column("agreement", column, schema="registry")
    op.alter_column("agreement", "signed_on", nullable=False, schema="registry")
    op.create_check_constraint(
        op.f("ck_agreement_agreementkind"), "agreement", "kind IN ('MOU', 'PKS')", schema="registry"
    )
    op.create_check_constraint(
        op.f("ck_agreement_basis"),
        "agreement",
        "(kind = 'PKS') = (follows_from_id IS NOT NULL)",
        schema="registry",
    )
    op.create_index(
        "ix_agreement_follows_from_id", "agreement", ["follows_from_id"], schema="registry"
    )
