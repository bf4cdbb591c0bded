"""Assessments and what follows: completion by rule, certificates of training and competence."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000015"
down_revision: str | Sequence[str] | None = "a00000000014"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TABLES = (
    "assessment_sheet",
    "assessment",
    "assessment_correction",
    "completion_decision",
    "certificate_order",
    "certificate_counter",
    "training_certificate",
    "competence_certificate",
)


def upgrade() -> None:
    op.add_column("program", sa.Column("min_post_score", sa.Integer()), schema="enrollment")
    op.add_column(
        "program",
        sa.Column(
            "all_units_required", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        schema="enrollment",
    )
    op.create_check_constraint(
        op.f("ck_program_min_post_score"),
        "program",
        "min_post_score BETWEEN 0 AND 100",
        schema="enrollment",
    )
    op.create_table(
        "assessment_sheet",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("units", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_assessment_sheet_class_id")
        ),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_assessment_sheet")),
        schema="enrollment",
    )
    op.create_table(
        "assessment",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("pre_score", sa.Integer(), nullable=True),
        sa.Column("post_score", sa.Integer(), nullable=True),
        sa.Column("units", postgresql.JSONB(), nullable=False),
        sa.Column("remedials", postgresql.JSONB(), nullable=False),
        sa.CheckConstraint(
            "coalesce(pre_score, 0) BETWEEN 0 AND 100"
            " AND coalesce(post_score, 0) BETWEEN 0 AND 100",
            name=op.f("ck_assessment_scores"),
        ),
        sa.ForeignKeyConstraint(
            ["class_id", "enrollment_id"],
            ["enrollment.enrollment.class_id", "enrollment.enrollment.id"],
            name=op.f("fk_assessment_class_id_enrollment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["enrollment.assessment_sheet.class_id"],
            name=op.f("fk_assessment_class_id"),
        ),
        sa.PrimaryKeyConstraint("class_id", "enrollment_id", name=op.f("pk_assessment")),
        schema="enrollment",
    )
    op.create_table(
        "assessment_correction",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("replaced", postgresql.JSONB(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("corrected_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["class_id"],
            ["enrollment.assessment_sheet.class_id"],
            name=op.f("fk_assessment_correction_class_id"),
        ),
        sa.PrimaryKeyConstraint("class_id", "version", name=op.f("pk_assessment_correction")),
        schema="enrollment",
    )
    op.create_table(
        "completion_decision",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "PASSED",
                "NOT_PASSED",
                "UNDECIDED",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reasons", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.Column(
            "ending",
            sa.Enum(
                "COMPLETED",
                "DROPPED_OUT",
                name="ending",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "followed OR reason IS NOT NULL", name=op.f("ck_completion_decision_reason")
        ),
        sa.ForeignKeyConstraint(
            ["class_id", "enrollment_id"],
            ["enrollment.enrollment.class_id", "enrollment.enrollment.id"],
            name=op.f("fk_completion_decision_class_id_enrollment_id"),
        ),
        sa.PrimaryKeyConstraint("class_id", "enrollment_id", name=op.f("pk_completion_decision")),
        schema="enrollment",
    )
    op.create_table(
        "certificate_order",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_ids", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("signatory_name", sa.String(), nullable=False),
        sa.Column("signatory_title", sa.String(), nullable=False),
        sa.Column("facility_name", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_certificate_order_class_id")
        ),
        sa.PrimaryKeyConstraint("class_id", "id", name=op.f("pk_certificate_order")),
        schema="enrollment",
    )
    op.create_table(
        "certificate_counter",
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("facility_id", "year", name=op.f("pk_certificate_counter")),
        schema="enrollment",
    )
    op.create_table(
        "training_certificate",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column(
            "facility_kind",
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
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "FEMALE", "MALE", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "age_band",
            sa.Enum(
                "UNDER_18",
                "18_24",
                "25_34",
                "35_44",
                "45_54",
                "55_PLUS",
                name="ageband",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
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
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "VALID",
                "REVOKED",
                "REISSUED",
                name="certificatestate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("program_name", sa.String(), nullable=False),
        sa.Column("facility_name", sa.String(), nullable=False),
        sa.Column("class_label", sa.String(), nullable=False),
        sa.Column("module_title", sa.String(), nullable=False),
        sa.Column("module_version", sa.String(), nullable=False),
        sa.Column("module_hours", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("signatory_name", sa.String(), nullable=False),
        sa.Column("signatory_title", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("name_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("pdf_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("pdf_sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("replaces", sa.String(), nullable=True),
        sa.Column("replaced_by", sa.String(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'REISSUED') = (replaced_by IS NOT NULL)",
            name=op.f("ck_training_certificate_replaced"),
        ),
        sa.CheckConstraint(
            "(state = 'VALID') = (ended_at IS NULL)", name=op.f("ck_training_certificate_ended")
        ),
        sa.CheckConstraint(
            "(pdf_cipher IS NULL) = (pdf_sha256 IS NULL)", name=op.f("ck_training_certificate_pdf")
        ),
        sa.PrimaryKeyConstraint("participant_id", "id", name=op.f("pk_training_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_training_certificate_number")),
        schema="enrollment",
    )
    op.create_index(
        "ix_training_certificate_class_id_enrollment_id",
        "training_certificate",
        ["class_id", "enrollment_id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_training_certificate_class_id_id",
        "training_certificate",
        ["class_id", "id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_training_certificate_unprinted",
        "training_certificate",
        ["class_id", "id"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text("pdf_sha256 IS NULL"),
    )
    op.create_index(
        "uq_training_certificate_id",
        "training_certificate",
        ["id"],
        unique=True,
        schema="enrollment",
    )
    op.create_index(
        "uq_training_certificate_valid",
        "training_certificate",
        ["class_id", "enrollment_id"],
        unique=True,
        schema="enrollment",
        postgresql_where=sa.text("state = 'VALID'"),
    )
    op.create_table(
        "competence_certificate",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column(
            "facility_kind",
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
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "FEMALE", "MALE", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "age_band",
            sa.Enum(
                "UNDER_18",
                "18_24",
                "25_34",
                "35_44",
                "45_54",
                "55_PLUS",
                name="ageband",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
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
            nullable=False,
        ),
        sa.Column("lsp_name", sa.String(), nullable=False),
        sa.Column("lsp_license", sa.String(), nullable=False),
        sa.Column("scheme_code", sa.String(), nullable=True),
        sa.Column("scheme_name", sa.String(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=True),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("details_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("number_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "RECORDED",
                "VERIFIED",
                "REJECTED",
                name="verificationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_by", sa.String(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'RECORDED') = (judged_at IS NULL)",
            name=op.f("ck_competence_certificate_judged"),
        ),
        sa.CheckConstraint(
            "level IS NULL OR level BETWEEN 1 AND 9", name=op.f("ck_competence_certificate_level")
        ),
        sa.CheckConstraint(
            "octet_length(number_index) = 32", name=op.f("ck_competence_certificate_number_index")
        ),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= issued_on",
            name=op.f("ck_competence_certificate_validity"),
        ),
        sa.PrimaryKeyConstraint("participant_id", "id", name=op.f("pk_competence_certificate")),
        sa.UniqueConstraint("number_index", name=op.f("uq_competence_certificate_number_index")),
        schema="enrollment",
    )
    op.create_index(
        "ix_competence_certificate_class_id_id",
        "competence_certificate",
        ["class_id", "id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "uq_competence_certificate_id",
        "competence_certificate",
        ["id"],
        unique=True,
        schema="enrollment",
    )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table, schema="enrollment")
    op.drop_column("program", "all_units_required", schema="enrollment")
    op.drop_column("program", "min_post_score", schema="enrollment")
