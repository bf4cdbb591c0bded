"""The ledger, the figures folded from it, follow-ups; the kernel's tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.base import Xid8

revision: str = "d00000000001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("detail", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        schema="reporting",
    )
    op.create_index("ix_audit_at", "audit", ["at"], unique=False, schema="reporting")
    op.create_index(
        "ix_audit_subject_id", "audit", ["subject_id"], unique=False, schema="reporting"
    )
    op.create_table(
        "class_cube",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column(
            "time_zone",
            sa.Enum(
                "WIB",
                "WITA",
                "WIT",
                name="timezone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
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
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PLANNED",
                "OPENED",
                "COMPLETED",
                "CANCELLED",
                name="classstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f("pk_class_cube")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "class_summary",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column(
            "time_zone",
            sa.Enum(
                "WIB",
                "WITA",
                "WIT",
                name="timezone",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PLANNED",
                "OPENED",
                "COMPLETED",
                "CANCELLED",
                name="classstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f("pk_class_summary")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "enrollment_cube",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "SEATED",
                "WAITLISTED",
                "CANCELLED",
                "NOT_PLACED",
                "COMPLETED",
                "DROPPED_OUT",
                name="enrollmentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "UNREPORTED",
                "PRESENT",
                "ABSENT",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
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
        sa.Column("host_ministry", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f("pk_enrollment_cube")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_enrollment_cube_generation_facility_id",
        "enrollment_cube",
        ["generation", "facility_id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_enrollment_cube_generation_province_code_regency_code",
        "enrollment_cube",
        ["generation", "province_code", "regency_code"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_enrollment_cube_generation_wave_id",
        "enrollment_cube",
        ["generation", "wave_id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_enrollment_cube_home",
        "enrollment_cube",
        ["generation", "home_province_code", "home_regency_code"],
        unique=False,
        schema="reporting",
    )
    op.create_table(
        "enrollment_now",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "SEATED",
                "WAITLISTED",
                "CANCELLED",
                "NOT_PLACED",
                "COMPLETED",
                "DROPPED_OUT",
                name="enrollmentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "UNREPORTED",
                "PRESENT",
                "ABSENT",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
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
        sa.Column("host_ministry", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("generation", "enrollment_id", name=op.f("pk_enrollment_now")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "enrollment_summary",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "SEATED",
                "WAITLISTED",
                "CANCELLED",
                "NOT_PLACED",
                "COMPLETED",
                "DROPPED_OUT",
                name="enrollmentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.Column(
            "presence",
            sa.Enum(
                "UNREPORTED",
                "PRESENT",
                "ABSENT",
                name="presence",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f("pk_enrollment_summary")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "event",
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("xid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=True),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "id", name=op.f("pk_event")),
        schema="reporting",
    )
    op.create_index(
        "ix_event_epoch_xid_id", "event", ["epoch", "xid", "id"], unique=False, schema="reporting"
    )
    op.create_table(
        "facility_cube",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
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
        sa.Column("owner_ministry", sa.String(), nullable=False),
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
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f("pk_facility_cube")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "feed_cursor",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("epoch", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_event_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("caught_up", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_feed_cursor")),
        schema="reporting",
    )
    op.create_table(
        "fold",
        sa.Column(
            "source",
            sa.Enum(
                "registry",
                "enrollment",
                "reporting",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("era", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("next_generation", sa.Integer(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_fold")),
        schema="reporting",
    )
    op.create_table(
        "followup",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("horizon_months", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "EMPLOYED",
                "SELF_EMPLOYED",
                "BOTH",
                "STUDYING",
                "SEEKING",
                "INACTIVE",
                "UNREACHED",
                name="outcomestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "source",
            sa.Enum(
                "SELF",
                "PROXY",
                "VERIFIED",
                name="followupsource",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("days_to_first_income", sa.Integer(), nullable=True),
        sa.Column("business_started", sa.Boolean(), nullable=True),
        sa.Column("business_running", sa.Boolean(), nullable=True),
        sa.Column("people_hired", sa.Integer(), nullable=True),
        sa.Column(
            "income_change",
            sa.Enum(
                "UP",
                "SAME",
                "DOWN",
                name="incomechange",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("incomes_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("incomes_key_id", sa.String(), nullable=True),
        sa.Column("counted", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(incomes_cipher IS NULL) = (incomes_key_id IS NULL)",
            name=op.f("ck_followup_incomes_sealed"),
        ),
        sa.CheckConstraint("horizon_months IN (3, 6, 12)", name=op.f("ck_followup_horizon_months")),
        sa.CheckConstraint(
            "people_hired >= 0 AND days_to_first_income >= 0", name=op.f("ck_followup_counts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup")),
        sa.UniqueConstraint(
            "enrollment_id", "horizon_months", name=op.f("uq_followup_enrollment_id_horizon_months")
        ),
        schema="reporting",
    )
    op.create_index(
        "ix_followup_facility_id_id",
        "followup",
        ["facility_id", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_followup_home",
        "followup",
        ["home_province_code", "home_regency_code", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_followup_participant_id_id",
        "followup",
        ["participant_id", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_followup_province_code_regency_code_id",
        "followup",
        ["province_code", "regency_code", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_table(
        "idempotency",
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("caller", sa.String(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("body_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("headers", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "stream_id", "caller", "operation", "key", name=op.f("pk_idempotency")
        ),
        schema="reporting",
    )
    op.create_index(
        "ix_idempotency_created_at", "idempotency", ["created_at"], unique=False, schema="reporting"
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "SUCCEEDED",
                "FAILED",
                "CANCELLED",
                name="jobstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            server_default=sa.text("'QUEUED'"),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("max_attempts", sa.Integer(), server_default=sa.text("5"), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("progress_done", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("progress_total", sa.Integer(), nullable=True),
        sa.Column("result", postgresql.JSONB(none_as_null=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column(
            "cancel_requested", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        schema="reporting",
    )
    op.create_index(
        "ix_job_state_due_at", "job", ["state", "due_at"], unique=False, schema="reporting"
    )
    op.create_table(
        "ledger",
        sa.Column(
            "source",
            sa.Enum(
                "registry",
                "enrollment",
                "reporting",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("era", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stream_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("schema", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("source", "era", "seq", name=op.f("pk_ledger")),
        sa.UniqueConstraint("source", "era", "id", name=op.f("uq_ledger_source_era_id")),
        schema="reporting",
    )
    op.create_table(
        "outcome_cube",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("waited", sa.Boolean(), nullable=False),
        sa.Column("horizon_months", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "EMPLOYED",
                "SELF_EMPLOYED",
                "BOTH",
                "STUDYING",
                "SEEKING",
                "INACTIVE",
                "UNREACHED",
                name="outcomestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("businesses_started", sa.BigInteger(), nullable=False),
        sa.Column("businesses_running", sa.BigInteger(), nullable=False),
        sa.Column("people_hired", sa.BigInteger(), nullable=False),
        sa.Column("first_incomes", sa.BigInteger(), nullable=False),
        sa.Column("days_to_first_income", sa.BigInteger(), nullable=False),
        sa.Column("incomes_compared", sa.BigInteger(), nullable=False),
        sa.Column("incomes_up", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
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
        sa.Column("host_ministry", sa.String(), nullable=False),
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
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f("pk_outcome_cube")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_index(
        "ix_outcome_cube_generation_facility_id",
        "outcome_cube",
        ["generation", "facility_id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_outcome_cube_generation_province_code_regency_code",
        "outcome_cube",
        ["generation", "province_code", "regency_code"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_outcome_cube_generation_wave_id",
        "outcome_cube",
        ["generation", "wave_id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_outcome_cube_home",
        "outcome_cube",
        ["generation", "home_province_code", "home_regency_code"],
        unique=False,
        schema="reporting",
    )
    op.create_table(
        "program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        schema="reporting",
    )
    op.create_table(
        "row_verdict",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("detail", sa.String(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "row", name=op.f("pk_row_verdict")),
        schema="reporting",
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
        schema="reporting",
    )
    op.create_index(
        "ix_upload_created_at", "upload", ["created_at"], unique=False, schema="reporting"
    )
    op.create_table(
        "wave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        schema="reporting",
    )
    op.execute(
        "INSERT INTO reporting.fold (source, era, generation, next_generation, position)"
        " VALUES ('registry', 1, 1, 2, 0), ('enrollment', 1, 1, 2, 0), ('reporting', 1, 1, 2, 0)"
    )


def downgrade() -> None:
    op.drop_table("wave", schema="reporting")
    op.drop_index("ix_upload_created_at", table_name="upload", schema="reporting")
    op.drop_table("upload", schema="reporting")
    op.drop_table("row_verdict", schema="reporting")
    op.drop_table("program", schema="reporting")
    op.drop_index("ix_outcome_cube_home", table_name="outcome_cube", schema="reporting")
    op.drop_index(
        "ix_outcome_cube_generation_wave_id", table_name="outcome_cube", schema="reporting"
    )
    op.drop_index(
        "ix_outcome_cube_generation_province_code_regency_code",
        table_name="outcome_cube",
        schema="reporting",
    )
    op.drop_index(
        "ix_outcome_cube_generation_facility_id", table_name="outcome_cube", schema="reporting"
    )
    op.drop_table("outcome_cube", schema="reporting")
    op.drop_table("ledger", schema="reporting")
    op.drop_index("ix_job_state_due_at", table_name="job", schema="reporting")
    op.drop_table("job", schema="reporting")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency", schema="reporting")
    op.drop_table("idempotency", schema="reporting")
    op.drop_index(
        "ix_followup_province_code_regency_code_id", table_name="followup", schema="reporting"
    )
    op.drop_index("ix_followup_participant_id_id", table_name="followup", schema="reporting")
    op.drop_index("ix_followup_home", table_name="followup", schema="reporting")
    op.drop_index("ix_followup_facility_id_id", table_name="followup", schema="reporting")
    op.drop_table("followup", schema="reporting")
    op.drop_table("fold", schema="reporting")
    op.drop_table("feed_cursor", schema="reporting")
    op.drop_table("facility_cube", schema="reporting")
    op.drop_index("ix_event_epoch_xid_id", table_name="event", schema="reporting")
    op.drop_table("event", schema="reporting")
    op.drop_table("enrollment_summary", schema="reporting")
    op.drop_table("enrollment_now", schema="reporting")
    op.drop_index("ix_enrollment_cube_home", table_name="enrollment_cube", schema="reporting")
    op.drop_index(
        "ix_enrollment_cube_generation_wave_id", table_name="enrollment_cube", schema="reporting"
    )
    op.drop_index(
        "ix_enrollment_cube_generation_province_code_regency_code",
        table_name="enrollment_cube",
        schema="reporting",
    )
    op.drop_index(
        "ix_enrollment_cube_generation_facility_id",
        table_name="enrollment_cube",
        schema="reporting",
    )
    op.drop_table("enrollment_cube", schema="reporting")
    op.drop_table("class_summary", schema="reporting")
    op.drop_table("class_cube", schema="reporting")
    op.drop_index("ix_audit_subject_id", table_name="audit", schema="reporting")
    op.drop_index("ix_audit_at", table_name="audit", schema="reporting")
    op.drop_table("audit", schema="reporting")
