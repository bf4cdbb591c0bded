"""Areas, facilities and their spaces, agreements, modules, instructors; the kernel's tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.db.base import Xid8

revision: str = "b00000000001"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MOU",
                "PKS",
                name="agreementkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=100, collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("follows_from_id", sa.Uuid(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind = 'PKS') = (follows_from_id IS NOT NULL)", name=op.f("ck_agreement_basis")
        ),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_agreement_period")),
        sa.ForeignKeyConstraint(
            ["follows_from_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_follows_from_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("number", name=op.f("uq_agreement_number")),
        schema="registry",
    )
    op.create_index(
        "ix_agreement_follows_from_id",
        "agreement",
        ["follows_from_id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "area",
        sa.Column("code", sa.String(length=13, collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
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
        sa.Column("parent_code", sa.String(length=13, collation="C"), nullable=True),
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
        sa.Column("decree", sa.String(), server_default="", nullable=False),
        sa.CheckConstraint("valid_to > valid_from", name=op.f("ck_area_validity")),
        sa.PrimaryKeyConstraint("code", "valid_from", name=op.f("pk_area")),
        schema="registry",
    )
    op.create_index(
        "ix_area_level_code", "area", ["level", "code"], unique=False, schema="registry"
    )
    op.create_index(
        "ix_area_name_trgm",
        "area",
        ["name"],
        unique=False,
        schema="registry",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_area_parent_code", "area", ["parent_code", "code"], unique=False, schema="registry"
    )
    op.create_index(
        "uq_area_present",
        "area",
        ["code"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("valid_to IS NULL"),
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
        sa.Column(
            "detail", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
        schema="registry",
    )
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False, schema="registry")
    op.create_index(
        op.f("ix_audit_subject_id"), "audit", ["subject_id"], unique=False, schema="registry"
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
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("stream_id", "id", name=op.f("pk_event")),
        schema="registry",
    )
    op.create_index(
        op.f("ix_event_epoch_xid_id"),
        "event",
        ["epoch", "xid", "id"],
        unique=False,
        schema="registry",
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
        sa.Column(
            "headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "stream_id", "caller", "operation", "key", name=op.f("pk_idempotency")
        ),
        schema="registry",
    )
    op.create_index(
        op.f("ix_idempotency_created_at"),
        "idempotency",
        ["created_at"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "institution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MINISTRY",
                "REGIONAL_GOVERNMENT",
                "FOUNDATION",
                "UNION",
                "COOPERATIVE",
                "BANK",
                "COMPANY",
                "ASSOCIATION",
                "UNIVERSITY",
                "LSP",
                "FORUM",
                name="institutionkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ministry", sa.String(), nullable=True),
        sa.Column("area_code", sa.String(length=13, collation="C"), nullable=True),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_institution")),
        sa.UniqueConstraint("code", name=op.f("uq_institution_code")),
        schema="registry",
    )
    op.create_index(
        "ix_institution_name_trgm",
        "institution",
        ["name"],
        unique=False,
        schema="registry",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
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
        sa.Column(
            "result", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
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
        schema="registry",
    )
    op.create_index(
        op.f("ix_job_state_due_at"), "job", ["state", "due_at"], unique=False, schema="registry"
    )
    op.create_table(
        "module",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("version", sa.String(length=20, collation="C"), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("hours > 0", name=op.f("ck_module_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_module")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_module_code_version")),
        schema="registry",
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
        schema="registry",
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
        schema="registry",
    )
    op.create_index(
        op.f("ix_upload_created_at"), "upload", ["created_at"], unique=False, schema="registry"
    )
    op.create_table(
        "agreement_party",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ministry", sa.String(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(ministry IS NULL) <> (institution_id IS NULL)",
            name=op.f("ck_agreement_party_one_side"),
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_party_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_agreement_party_institution_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "position", name=op.f("pk_agreement_party")),
        schema="registry",
    )
    op.create_index(
        "ix_agreement_party_institution_id",
        "agreement_party",
        ["institution_id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "facility",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
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
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(length=13, collation="C"), nullable=False),
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
        sa.Column("trades", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_facility_point")
        ),
        sa.CheckConstraint("latitude BETWEEN -90 AND 90", name=op.f("ck_facility_latitude")),
        sa.CheckConstraint("longitude BETWEEN -180 AND 180", name=op.f("ck_facility_longitude")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_facility_parent")),
        sa.ForeignKeyConstraint(
            ["institution_id"], ["registry.institution.id"], name=op.f("fk_facility_institution_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["registry.facility.id"], name=op.f("fk_facility_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("code", name=op.f("uq_facility_code")),
        sa.UniqueConstraint(
            "id", "province_code", "regency_code", "owner_ministry", name=op.f("uq_facility_scope")
        ),
        schema="registry",
    )
    op.create_index(
        "ix_facility_area_code_code",
        "facility",
        ["area_code", "code"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_facility_institution_id",
        "facility",
        ["institution_id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_facility_kind_code", "facility", ["kind", "code"], unique=False, schema="registry"
    )
    op.create_index(
        "ix_facility_name_trgm",
        "facility",
        ["name"],
        unique=False,
        schema="registry",
        postgresql_using="gin",
        postgresql_ops={"name": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_facility_parent_id", "facility", ["parent_id"], unique=False, schema="registry"
    )
    op.create_index(
        "ix_facility_point",
        "facility",
        [sa.literal_column("ll_to_earth(latitude, longitude)")],
        unique=False,
        schema="registry",
        postgresql_using="gist",
    )
    op.create_index(
        "ix_facility_province_code_code",
        "facility",
        ["province_code", "code"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_facility_status_code", "facility", ["status", "code"], unique=False, schema="registry"
    )
    op.create_index(
        "ix_facility_trades",
        "facility",
        ["trades"],
        unique=False,
        schema="registry",
        postgresql_using="gin",
    )
    op.create_table(
        "agreement_facility",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["registry.agreement.id"],
            name=op.f("fk_agreement_facility_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id"],
            ["registry.facility.id"],
            name=op.f("fk_agreement_facility_facility_id"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", "facility_id", name=op.f("pk_agreement_facility")),
        schema="registry",
    )
    op.create_index(
        "ix_agreement_facility_facility_id",
        "agreement_facility",
        ["facility_id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "instructor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("home_facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("competences", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["home_facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_instructor_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instructor")),
        sa.UniqueConstraint("code", name=op.f("uq_instructor_code")),
        schema="registry",
    )
    op.create_index(
        "ix_instructor_home_facility_id_code",
        "instructor",
        ["home_facility_id", "code"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_instructor_province_code_code",
        "instructor",
        ["province_code", "code"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "space",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ROOM",
                "WORKSHOP",
                "PRODUCTION_LINE",
                name="spacekind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_space_capacity")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_space_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_space")),
        sa.UniqueConstraint("facility_id", "name", name=op.f("uq_space_facility_id_name")),
        schema="registry",
    )


def downgrade() -> None:
    for table in (
        "space",
        "instructor",
        "agreement_facility",
        "facility",
        "agreement_party",
        "upload",
        "row_verdict",
        "module",
        "job",
        "institution",
        "idempotency",
        "event",
        "audit",
        "area",
        "agreement",
    ):
        op.drop_table(table, schema="registry")
