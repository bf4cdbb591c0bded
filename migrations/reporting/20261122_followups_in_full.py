"""Follow-ups in full: questionnaires, cohorts, links, versions, and what more is counted."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d00000000009"
down_revision: str | Sequence[str] | None = "d00000000008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_STATUSES = (
    "EMPLOYED",
    "SELF_EMPLOYED",
    "BOTH",
    "STUDYING",
    "SEEKING",
    "INACTIVE",
    "UNREACHED",
)
_SIZES = ("MICRO", "SMALL", "MEDIUM", "LARGE")
_FINANCING = ("KUR", "KUR_SYARIAH", "LPDB", "BWM", "OTHER")
_SUMS = (
    "entrepreneurs",
    "nib",
    "halal",
    "financed",
    *(f"financed_{kind.lower()}" for kind in _FINANCING),
    "sizes_compared",
    "size_up",
    "trades_compared",
    "matched",
)


def upgrade() -> None:
    _add_tables()
    _know_statuses("ASKED", *_STATUSES)
    _add_answers()
    _add_versions()
    _add_sums()
    op.create_index(
        "ix_enrollment_now_generation_class_id",
        "enrollment_now",
        ["generation", "class_id"],
        unique=False,
        schema="reporting",
    )
    _publish_national()


def _know_statuses(*statuses: str) -> None:
    told = ", ".join(f"'{status}'" for status in statuses)
    for table in ("followup", "outcome_cube"):
        name = op.f(f"ck_{table}_outcomestatus")
        op.drop_constraint(name, table, schema="reporting")
        op.create_check_constraint(name, table, f"status IN ({told})", schema="reporting")


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _answers() -> list[sa.Column[Any]]:
    """Return what follow-ups say more than before."""
    return [
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("nib_obtained", sa.Boolean(), nullable=True),
        sa.Column("halal_certified", sa.Boolean(), nullable=True),
        sa.Column("financing_kind", _one_of("financing", *_FINANCING), nullable=True),
        sa.Column("financing_bank", sa.String(), nullable=True),
        sa.Column("size_criterion", _one_of("sizecriterion", "CAPITAL", "SALES"), nullable=True),
        sa.Column("size_before", _one_of("size_before", *_SIZES), nullable=True),
        sa.Column("size_after", _one_of("size_after", *_SIZES), nullable=True),
        sa.Column("size_rule", sa.String(), nullable=True),
        sa.Column("matches_trade", sa.Boolean(), nullable=True),
        sa.Column("kept", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draft_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("draft_key_id", sa.String(), nullable=True),
        sa.Column("draft_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
    ]


def _add_answers() -> None:
    for column in _answers():
        op.add_column("followup", column, schema="reporting")
    op.alter_column("followup", "source", nullable=True, schema="reporting")
    op.create_foreign_key(
        op.f("fk_followup_instrument_id"),
        "followup",
        "followup_instrument",
        ["instrument_id"],
        ["id"],
        source_schema="reporting",
        referent_schema="reporting",
    )
    op.create_check_constraint(
        op.f("ck_followup_answered_by"),
        "followup",
        "source IS NOT NULL OR status IN ('ASKED', 'UNREACHED')",
        schema="reporting",
    )
    op.create_check_constraint(
        op.f("ck_followup_draft_sealed"),
        "followup",
        "(draft_cipher IS NULL) = (draft_key_id IS NULL)",
        schema="reporting",
    )
    op.create_index(
        "ix_followup_class_id_horizon_months_id",
        "followup",
        ["class_id", "horizon_months", "id"],
        unique=False,
        schema="reporting",
    )


def _add_sums() -> None:
    added = [
        *(
            sa.Column(name, sa.BigInteger(), server_default=sa.text("0"), nullable=False)
            for name in _SUMS
        ),
    ]
    for column in added:
        op.add_column("outcome_cube", column, schema="reporting")


def _add_tables() -> None:
    op.create_table(
        "followup_instrument",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "DRAFT",
                "PUBLISHED",
                "RETIRED",
                name="instrumentstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("title_id", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_instrument")),
        sa.UniqueConstraint(
            "program_id",
            "number",
            name="uq_followup_instrument_number",
            postgresql_nulls_not_distinct=True,
        ),
        schema="reporting",
    )
    op.create_index(
        "uq_followup_instrument_in_use",
        "followup_instrument",
        ["program_id"],
        unique=True,
        schema="reporting",
        postgresql_where=sa.text("state = 'PUBLISHED'"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "followup_plan",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("horizons", sa.ARRAY(sa.Integer()), nullable=False),
        sa.Column("open_days", sa.Integer(), nullable=False),
        sa.Column("remind_days", sa.Integer(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", name=op.f("pk_followup_plan")),
        schema="reporting",
    )
    op.create_table(
        "followup_cohort",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("horizon_months", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "PLANNED",
                "OPEN",
                "CLOSED",
                name="cohortstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'CLOSED') = (closed_at IS NOT NULL)", name=op.f("ck_followup_cohort_closed")
        ),
        sa.CheckConstraint(
            "(state = 'PLANNED') = (opened_at IS NULL)", name=op.f("ck_followup_cohort_opened")
        ),
        sa.CheckConstraint(
            "completed_on <= due_on AND due_on <= closes_on", name=op.f("ck_followup_cohort_days")
        ),
        sa.CheckConstraint(
            "horizon_months IN (3, 6, 12)", name=op.f("ck_followup_cohort_horizon_months")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["reporting.followup_instrument.id"],
            name=op.f("fk_followup_cohort_instrument_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_cohort")),
        sa.UniqueConstraint(
            "class_id", "horizon_months", name=op.f("uq_followup_cohort_class_id_horizon_months")
        ),
        schema="reporting",
    )
    op.create_index(
        "ix_followup_cohort_closing",
        "followup_cohort",
        ["closes_on", "id"],
        unique=False,
        schema="reporting",
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    op.create_index(
        "ix_followup_cohort_due",
        "followup_cohort",
        ["due_on", "id"],
        unique=False,
        schema="reporting",
        postgresql_where=sa.text("state = 'PLANNED'"),
    )
    op.create_index(
        op.f("ix_followup_cohort_facility_id_id"),
        "followup_cohort",
        ["facility_id", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        op.f("ix_followup_cohort_province_code_regency_code_id"),
        "followup_cohort",
        ["province_code", "regency_code", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_followup_cohort_reminding",
        "followup_cohort",
        ["remind_on", "id"],
        unique=False,
        schema="reporting",
        postgresql_where=sa.text("state = 'OPEN' AND reminded_at IS NULL"),
    )
    op.create_index(
        op.f("ix_followup_cohort_wave_id_id"),
        "followup_cohort",
        ["wave_id", "id"],
        unique=False,
        schema="reporting",
    )
    op.create_table(
        "followup_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("followup_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "WANTED",
                "SENT",
                "USED",
                "REVOKED",
                "DROPPED",
                name="linkstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_by", sa.String(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'USED') = (used_at IS NOT NULL)", name=op.f("ck_followup_link_used")
        ),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["reporting.followup.id"], name=op.f("fk_followup_link_followup_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_followup_link")),
        schema="reporting",
    )
    op.create_index(
        op.f("ix_followup_link_followup_id"),
        "followup_link",
        ["followup_id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        op.f("ix_followup_link_participant_id"),
        "followup_link",
        ["participant_id"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_followup_link_expires_at",
        "followup_link",
        ["expires_at"],
        unique=False,
        schema="reporting",
    )
    op.create_index(
        "ix_followup_link_wanted",
        "followup_link",
        ["tried_at", "id"],
        unique=False,
        schema="reporting",
        postgresql_where=sa.text("state = 'WANTED'"),
    )
    op.create_table(
        "followup_token",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("link_id", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_id"], ["reporting.followup_link.id"], name=op.f("fk_followup_token_link_id")
        ),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_followup_token")),
        schema="reporting",
    )
    op.create_index(
        op.f("ix_followup_token_link_id"),
        "followup_token",
        ["link_id"],
        unique=False,
        schema="reporting",
    )


def _add_versions() -> None:
    op.create_table(
        "followup_version",
        sa.Column("followup_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ASKED",
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
            nullable=True,
        ),
        sa.Column("instrument_id", sa.Uuid(), nullable=True),
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
        sa.Column("nib_obtained", sa.Boolean(), nullable=True),
        sa.Column("halal_certified", sa.Boolean(), nullable=True),
        sa.Column(
            "financing_kind",
            sa.Enum(
                "KUR",
                "KUR_SYARIAH",
                "LPDB",
                "BWM",
                "OTHER",
                name="financing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("financing_bank", sa.String(), nullable=True),
        sa.Column(
            "size_criterion",
            sa.Enum(
                "CAPITAL",
                "SALES",
                name="sizecriterion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "size_before",
            sa.Enum(
                "MICRO",
                "SMALL",
                "MEDIUM",
                "LARGE",
                name="size_before",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column(
            "size_after",
            sa.Enum(
                "MICRO",
                "SMALL",
                "MEDIUM",
                "LARGE",
                name="size_after",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("size_rule", sa.String(), nullable=True),
        sa.Column("matches_trade", sa.Boolean(), nullable=True),
        sa.Column(
            "kept",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("incomes_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("incomes_key_id", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(incomes_cipher IS NULL) = (incomes_key_id IS NULL)",
            name=op.f("ck_followup_version_incomes_sealed"),
        ),
        sa.ForeignKeyConstraint(
            ["followup_id"], ["reporting.followup.id"], name=op.f("fk_followup_version_followup_id")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"],
            ["reporting.followup_instrument.id"],
            name=op.f("fk_followup_version_instrument_id"),
        ),
        sa.PrimaryKeyConstraint("followup_id", "version", name=op.f("pk_followup_version")),
        schema="reporting",
    )
    op.create_index(
        "ix_followup_version_incomes",
        "followup_version",
        ["recorded_at", "followup_id", "version"],
        unique=False,
        schema="reporting",
        postgresql_where=sa.text("incomes_cipher IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_followup_version_participant_id"),
        "followup_version",
        ["participant_id"],
        unique=False,
        schema="reporting",
    )


_WORK = ["EMPLOYED", "SELF_EMPLOYED", "BOTH"]
_STATUS_WORDS = {
    "EMPLOYED": ("Bekerja pada orang lain", "Employed by somebody"),
    "SELF_EMPLOYED": ("Menjalankan usaha sendiri", "Running a business of my own"),
    "BOTH": ("Bekerja dan menjalankan usaha", "Employed, and running a business"),
    "STUDYING": ("Sekolah, kuliah atau pelatihan lain", "At school or in other training"),
    "SEEKING": ("Mencari kerja", "Looking for work"),
    "INACTIVE": ("Tidak satu pun dari itu", "None of these"),
}
_FINANCING_WORDS = {
    "NONE": ("Tidak ada", "None"),
    "KUR": ("KUR", "KUR"),
    "KUR_SYARIAH": ("KUR syariah", "Sharia KUR"),
    "LPDB": ("LPDB", "LPDB"),
    "BWM": ("Bank Wakaf Mikro", "Micro waqf bank (BWM)"),
    "OTHER": ("Sumber lain", "Another source"),
}


def _words(told: tuple[str, str]) -> dict[str, str]:
    return {"id": told[0], "en": told[1]}


def _ask(
    code: str,
    kind: str,
    told: tuple[str, str],
    *,
    options: dict[str, tuple[str, str]] | None = None,
    after: tuple[str, list[str]] | None = None,
    required: bool = False,
) -> dict[str, Any]:
    return {
        "code": code,
        "kind": kind,
        "label": _words(told),
        "required": required,
        "options": [
            {"code": each, "label": _words(words)} for each, words in (options or {}).items()
        ],
        "shown_when": [] if after is None else [{"question": after[0], "answers": after[1]}],
    }


def _questions() -> list[dict[str, Any]]:
    """Return what is asked where a programme asks nothing of its own."""
    working, started = ("status", _WORK), ("business_started", ["true"])
    return [
        _ask(
            "status",
            "CHOICE",
            ("Apa kegiatan utama Anda sekarang?", "What do you mainly do now?"),
            options=_STATUS_WORDS,
            required=True,
        ),
        _ask(
            "days_to_first_income",
            "NUMBER",
            (
                "Berapa hari setelah pelatihan Anda memperoleh penghasilan pertama?",
                "How many days after the training did you earn your first income?",
            ),
            after=working,
        ),
        _ask(
            "matches_trade",
            "YES_NO",
            (
                "Apakah pekerjaan atau usaha itu sesuai dengan pelatihan Anda?",
                "Does that work or business match your training?",
            ),
            after=working,
        ),
        _ask(
            "business_started",
            "YES_NO",
            (
                "Apakah Anda memulai usaha setelah pelatihan?",
                "Did you start a business after the training?",
            ),
        ),
        _ask(
            "business_running",
            "YES_NO",
            ("Apakah usaha itu masih berjalan?", "Is that business still running?"),
            after=started,
        ),
        _ask(
            "people_hired",
            "NUMBER",
            (
                "Berapa orang yang Anda pekerjakan sekarang?",
                "How many people do you employ now?",
            ),
        ),
        _ask(
            "nib_obtained",
            "YES_NO",
            (
                "Apakah usaha Anda memperoleh NIB sejak pelatihan?",
                "Has your business obtained a NIB since the training?",
            ),
        ),
        _ask(
            "halal_certified",
            "YES_NO",
            (
                "Apakah produk Anda bersertifikat halal?",
                "Is your product halal certified?",
            ),
        ),
        _ask(
            "financing_kind",
            "CHOICE",
            (
                "Pembiayaan apa yang Anda peroleh sejak pelatihan?",
                "Which financing have you obtained since the training?",
            ),
            options=_FINANCING_WORDS,
        ),
        *_amounts(),
    ]


def _amounts() -> list[dict[str, Any]]:
    told = {
        "income_before_rupiah": (
            "Penghasilan Anda sebulan sebelum pelatihan (rupiah)",
            "Your income a month before the training (rupiah)",
        ),
        "income_after_rupiah": (
            "Penghasilan Anda sebulan sekarang (rupiah)",
            "Your income a month now (rupiah)",
        ),
        "size_before_rupiah": (
            "Omzet usaha Anda setahun sebelum pelatihan (rupiah)",
            "Your business's sales in the year before the training (rupiah)",
        ),
        "size_after_rupiah": (
            "Omzet usaha Anda setahun terakhir (rupiah)",
            "Your business's sales in the last year (rupiah)",
        ),
    }
    return [_ask(code, "RUPIAH", words) for code, words in told.items()]


def _publish_national() -> None:
    # Known to nobody by this id but the rows that were answered to it.
    statement = sa.text(
        "INSERT INTO reporting.followup_instrument (id, program_id, number, state, title_id,"
        " title_en, questions, drafted_at, drafted_by, published_at, version) VALUES"
        " ('01940000-0000-7000-8000-000000000001', NULL, 1, 'PUBLISHED', :title_id, :title_en,"
        " CAST(:questions AS jsonb), :at, 'balai', :at, 1)"
    )
    op.get_bind().execute(
        statement,
        {
            "title_id": "Bagaimana kabar Anda setelah pelatihan?",
            "title_en": "How have you been since the training?",
            "questions": json.dumps(_questions()),
            "at": datetime(2026, 11, 22, tzinfo=UTC),
        },
    )


def downgrade() -> None:
    op.drop_index(
        "ix_enrollment_now_generation_class_id", table_name="enrollment_now", schema="reporting"
    )
    for name in _SUMS:
        op.drop_column("outcome_cube", name, schema="reporting")
    op.drop_table("followup_version", schema="reporting")
    op.drop_table("followup_token", schema="reporting")
    op.drop_table("followup_link", schema="reporting")
    op.drop_index(
        "ix_followup_class_id_horizon_months_id", table_name="followup", schema="reporting"
    )
    op.drop_constraint(op.f("ck_followup_answered_by"), "followup", schema="reporting")
    op.drop_constraint(op.f("ck_followup_draft_sealed"), "followup", schema="reporting")
    for column in _answers():
        op.drop_column("followup", column.name, schema="reporting")
    op.execute("DELETE FROM reporting.followup WHERE source IS NULL")
    op.alter_column("followup", "source", nullable=False, schema="reporting")
    _know_statuses(*_STATUSES)
    op.drop_table("followup_cohort", schema="reporting")
    op.drop_table("followup_plan", schema="reporting")
    op.drop_table("followup_instrument", schema="reporting")
