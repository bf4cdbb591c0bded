"""Applications with their choices, documents and codes; attempts of who guesses."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000012"
down_revision: str | Sequence[str] | None = "a00000000011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "application",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "SUBMITTED",
                "WITHDRAWN",
                "PLACED",
                "RESERVE",
                "NOT_SELECTED",
                "INELIGIBLE",
                name="applicationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "channel",
            sa.Enum(
                "SELF",
                "ASSISTED",
                name="applicationchannel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("assisted_by", sa.String(), nullable=True),
        sa.Column("paper_reference", sa.String(), nullable=True),
        sa.Column("paper_sha256", sa.String(), nullable=True),
        sa.Column(
            "sex",
            sa.Enum(
                "FEMALE", "MALE", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column(
            "entrant_kind",
            sa.Enum(
                "MICRO",
                "SMALL",
                "MEDIUM",
                "PROSPECTIVE",
                name="entrantkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("judged_kind", sa.String(), nullable=True),
        sa.Column("age", sa.Integer(), nullable=True),
        sa.Column("disability", sa.Boolean(), nullable=True),
        sa.Column("judged_on", sa.Date(), nullable=True),
        sa.Column("rule_version", sa.String(), nullable=True),
        sa.Column(
            "reasons", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("enrollment_id", sa.Uuid(), nullable=True),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(channel = 'ASSISTED') = (assisted_by IS NOT NULL)",
            name=op.f("ck_application_assisted"),
        ),
        sa.CheckConstraint(
            "(channel = 'ASSISTED') = (paper_reference IS NOT NULL)"
            " AND (paper_reference IS NULL) = (paper_sha256 IS NULL)",
            name=op.f("ck_application_paper"),
        ),
        sa.CheckConstraint(
            "(state IN ('PLACED', 'RESERVE')) <= (enrollment_id IS NOT NULL)"
            " AND (class_id IS NULL) = (enrollment_id IS NULL)",
            name=op.f("ck_application_place"),
        ),
        sa.CheckConstraint(
            "state IN ('DRAFT', 'WITHDRAWN') OR submitted_at IS NOT NULL",
            name=op.f("ck_application_submitted"),
        ),
        sa.CheckConstraint(
            "submitted_at IS NULL OR num_nulls(sex, entrant_kind, judged_kind, age, disability,"
            " judged_on, rule_version) = 0",
            name=op.f("ck_application_facts"),
        ),
        sa.PrimaryKeyConstraint("participant_id", "id", name=op.f("pk_application")),
        schema="enrollment",
    )
    op.create_index(
        "ix_application_wave", "application", ["wave_id", "id"], unique=False, schema="enrollment"
    )
    op.create_index(
        "ix_application_wave_state",
        "application",
        ["wave_id", "state", "id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_application_wave_updated",
        "application",
        ["wave_id", "updated_at"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "uq_application_active",
        "application",
        ["participant_id", "wave_id"],
        unique=True,
        schema="enrollment",
        postgresql_where=sa.text("state IN ('DRAFT', 'SUBMITTED', 'PLACED', 'RESERVE')"),
    )
    op.create_table(
        "application_choice",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.CheckConstraint("rank BETWEEN 1 AND 5", name=op.f("ck_application_choice_rank")),
        sa.ForeignKeyConstraint(
            ["participant_id", "application_id"],
            ["enrollment.application.participant_id", "enrollment.application.id"],
            name=op.f("fk_application_choice_participant_id_application_id"),
        ),
        sa.PrimaryKeyConstraint(
            "participant_id", "application_id", "rank", name=op.f("pk_application_choice")
        ),
        sa.UniqueConstraint(
            "participant_id", "application_id", "facility_id", name="uq_application_choice_facility"
        ),
        schema="enrollment",
    )
    op.create_index(
        "ix_application_choice_facility",
        "application_choice",
        ["wave_id", "facility_id", "application_id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_application_choice_home",
        "application_choice",
        ["wave_id", "home_province_code", "application_id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_application_choice_province",
        "application_choice",
        ["wave_id", "province_code", "application_id"],
        unique=False,
        schema="enrollment",
    )
    op.create_table(
        "application_code",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_application_code")),
        sa.UniqueConstraint("application_id", name=op.f("uq_application_code_application_id")),
        schema="enrollment",
    )
    op.create_table(
        "application_document",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "IDENTITY",
                "BUSINESS_LICENCE",
                "BUSINESS_PLAN",
                "INCOME",
                "RECOMMENDATION",
                "OTHER",
                name="documentkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_application_document_size")),
        sa.ForeignKeyConstraint(
            ["participant_id", "application_id"],
            ["enrollment.application.participant_id", "enrollment.application.id"],
            name=op.f("fk_application_document_participant_id_application_id"),
        ),
        sa.PrimaryKeyConstraint(
            "participant_id", "application_id", "id", name=op.f("pk_application_document")
        ),
        sa.UniqueConstraint(
            "participant_id", "application_id", "sha256", name="uq_application_document_sha256"
        ),
        schema="enrollment",
    )
    op.create_table(
        "attempt",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("count >= 0", name=op.f("ck_attempt_count")),
        sa.PrimaryKeyConstraint("kind", "key", name=op.f("pk_attempt")),
        schema="enrollment",
    )
    op.create_index(
        op.f("ix_attempt_expires_at"), "attempt", ["expires_at"], unique=False, schema="enrollment"
    )
    op.create_index(
        "ix_enrollment_application",
        "enrollment",
        ["application_id"],
        schema="enrollment",
        postgresql_where=sa.text("application_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_enrollment_application", table_name="enrollment", schema="enrollment")
    for name in (
        "attempt",
        "application_document",
        "application_code",
        "application_choice",
        "application",
    ):
        op.drop_table(name, schema="enrollment")
