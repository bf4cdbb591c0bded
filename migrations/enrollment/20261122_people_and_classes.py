"""The kernel's tables; programmes, waves, classes and participants; the area copy."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.base import Xid8

revision: str = "a00000000001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "area_copy",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "level",
            sa.Enum(
                "PROVINCE",
                "REGENCY",
                "DISTRICT",
                "VILLAGE",
                name="arealevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
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
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area_copy")),
        schema="enrollment",
    )
    op.create_index(
        "ix_area_copy_level", "area_copy", ["level", "code"], unique=False, schema="enrollment"
    )
    op.create_table(
        "area_level_copied",
        sa.Column(
            "level",
            sa.Enum(
                "PROVINCE",
                "REGENCY",
                "DISTRICT",
                "VILLAGE",
                name="arealevel",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("areas", sa.Integer(), nullable=False),
        sa.Column("copied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("level", name=op.f("pk_area_level_copied")),
        schema="enrollment",
    )
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
        schema="enrollment",
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False, schema="enrollment")
    op.create_index(
        op.f("ix_audit_subject_id"), "audit", ["subject_id"], unique=False, schema="enrollment"
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
        schema="enrollment",
    )
    op.create_index(
        op.f("ix_event_epoch_xid_id"),
        "event",
        ["epoch", "xid", "id"],
        unique=False,
        schema="enrollment",
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
        schema="enrollment",
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
        schema="enrollment",
    )
    op.create_index(
        op.f("ix_idempotency_created_at"),
        "idempotency",
        ["created_at"],
        unique=False,
        schema="enrollment",
    )
    op.create_table(
        "identity_claim",
        sa.Column("nik_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("nik_index", name=op.f("pk_identity_claim")),
        schema="enrollment",
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
        schema="enrollment",
    )
    op.create_index(
        op.f("ix_job_state_due_at"), "job", ["state", "due_at"], unique=False, schema="enrollment"
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nik_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("nik_key_id", sa.String(), nullable=False),
        sa.Column("nik_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("nik_masked", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=False),
        sa.Column(
            "sex",
            sa.Enum(
                "FEMALE", "MALE", name="sex", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("phone", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
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
        sa.Column("nib", sa.String(), nullable=True),
        sa.Column("kbli", sa.String(), nullable=True),
        sa.Column("kbli_scheme", sa.String(), nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=True),
        sa.Column("capital_rupiah", sa.BigInteger(), nullable=True),
        sa.Column("annual_sales_rupiah", sa.BigInteger(), nullable=True),
        sa.Column("kind_by_capital", sa.String(), nullable=True),
        sa.Column("kind_by_sales", sa.String(), nullable=True),
        sa.Column(
            "size_criterion",
            sa.Enum(
                "CAPITAL",
                "SALES",
                "BY_FOUNDING",
                name="sizecriterion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column(
            "legal_basis",
            sa.Enum(
                "PUBLIC_TASK",
                "LEGAL_OBLIGATION",
                "CONSENT",
                name="legalbasis",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("consents", postgresql.JSONB(), nullable=False),
        sa.Column("home_area_code", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(entrant_kind = 'PROSPECTIVE') = (founded_on IS NULL)",
            name=op.f("ck_participant_business_or_prospective"),
        ),
        sa.CheckConstraint("octet_length(nik_index) = 32", name=op.f("ck_participant_nik_index")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        schema="enrollment",
    )
    op.create_table(
        "program",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("entrant_kinds", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("min_age", sa.Integer(), nullable=False),
        sa.Column("max_age", sa.Integer(), nullable=False),
        sa.Column("area_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "size_criterion",
            sa.Enum(
                "CAPITAL",
                "SALES",
                "BY_FOUNDING",
                name="sizecriterion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("default_capacity", sa.Integer(), nullable=False),
        sa.Column("default_reserve_capacity", sa.Integer(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("0 <= min_age AND min_age <= max_age", name=op.f("ck_program_ages")),
        sa.CheckConstraint("cardinality(entrant_kinds) > 0", name=op.f("ck_program_entrant_kinds")),
        sa.CheckConstraint(
            "default_capacity > 0 AND default_reserve_capacity >= 0",
            name=op.f("ck_program_defaults"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_program")),
        sa.UniqueConstraint("code", name=op.f("uq_program_code")),
        schema="enrollment",
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
        schema="enrollment",
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
        schema="enrollment",
    )
    op.create_index(
        op.f("ix_upload_created_at"), "upload", ["created_at"], unique=False, schema="enrollment"
    )
    op.create_table(
        "wave",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "start_rule",
            sa.Enum(
                "SAME_INSTANT",
                "SAME_LOCAL_TIME",
                name="startrule",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("starts_local", sa.DateTime(), nullable=True),
        sa.Column("promote_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(start_rule = 'SAME_INSTANT') = (starts_at IS NOT NULL)"
            " AND (start_rule = 'SAME_LOCAL_TIME') = (starts_local IS NOT NULL)",
            name=op.f("ck_wave_start"),
        ),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_wave_window")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["enrollment.program.id"], name=op.f("fk_wave_program_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave")),
        sa.UniqueConstraint("program_id", "code", name=op.f("uq_wave_program_id_code")),
        schema="enrollment",
    )
    op.create_index(
        "ix_wave_program", "wave", ["program_id", "id"], unique=False, schema="enrollment"
    )
    op.create_table(
        "class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("facility_code", sa.String(), nullable=False),
        sa.Column("facility_name", sa.String(), nullable=False),
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
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
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
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("space_name", sa.String(), nullable=False),
        sa.Column("space_capacity", sa.Integer(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("agreement_number", sa.String(), nullable=False),
        sa.Column("module_id", sa.Uuid(), nullable=False),
        sa.Column("module_title", sa.String(), nullable=False),
        sa.Column("module_version", sa.String(), nullable=False),
        sa.Column("module_hours", sa.Integer(), nullable=False),
        sa.Column("instructors", postgresql.JSONB(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("promote_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("reserve_capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "next_waitlist_number", sa.Integer(), server_default=sa.text("1"), nullable=False
        ),
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
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opening_reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "0 < capacity AND capacity <= space_capacity", name=op.f("ck_class_capacity")
        ),
        sa.CheckConstraint("0 <= taken AND taken <= capacity", name=op.f("ck_class_taken")),
        sa.CheckConstraint(
            "0 <= waiting AND waiting <= reserve_capacity", name=op.f("ck_class_waiting")
        ),
        sa.CheckConstraint("next_waitlist_number > waiting", name=op.f("ck_class_waitlist")),
        sa.ForeignKeyConstraint(
            ["program_id"], ["enrollment.program.id"], name=op.f("fk_class_program_id")
        ),
        sa.ForeignKeyConstraint(["wave_id"], ["enrollment.wave.id"], name=op.f("fk_class_wave_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class")),
        sa.UniqueConstraint("code", name=op.f("uq_class_code")),
        schema="enrollment",
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index(
        "ix_class_facility", "class", ["facility_id", "code"], unique=False, schema="enrollment"
    )
    op.create_index(
        "ix_class_program", "class", ["program_id", "code"], unique=False, schema="enrollment"
    )
    op.create_index(
        "ix_class_promotion", "class", ["promote_until", "id"], unique=False, schema="enrollment"
    )
    op.create_index(
        "ix_class_wave", "class", ["wave_id", "code"], unique=False, schema="enrollment"
    )
    op.create_index(
        "ix_class_wave_province",
        "class",
        ["wave_id", "province_code", "code"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_class_wave_regency",
        "class",
        ["wave_id", "regency_code", "code"],
        unique=False,
        schema="enrollment",
    )


def downgrade() -> None:
    op.drop_table("class", schema="enrollment")
    op.drop_table("wave", schema="enrollment")
    op.drop_table("upload", schema="enrollment")
    op.drop_table("row_verdict", schema="enrollment")
    op.drop_table("program", schema="enrollment")
    op.drop_table("participant", schema="enrollment")
    op.drop_table("job", schema="enrollment")
    op.drop_table("identity_claim", schema="enrollment")
    op.drop_table("idempotency", schema="enrollment")
    op.drop_table("feed_cursor", schema="enrollment")
    op.drop_table("event", schema="enrollment")
    op.drop_table("audit", schema="enrollment")
    op.drop_table("area_level_copied", schema="enrollment")
    op.drop_table("area_copy", schema="enrollment")
