"""Accreditations, maturity, roadmaps and incubators, with first national criteria and roadmap.

Version 1 of the criteria and of the roadmap stand on every fresh database, so that a centre can be
assessed from the first day. Their wording is a proposal of ours (usulan): the four classes are the
programme's own words, but no regulation or decree known to us states criteria or milestones. Both
carry no decree therefore; whoever decides them publishes version 2 (POST /v1/maturity-criteria,
POST /v1/roadmap-templates), and what was assessed by version 1 keeps it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000006"
down_revision: str | Sequence[str] | None = "b00000000005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SOURCE = "Usulan Balai; belum ditetapkan dengan peraturan"
_PUBLISHED_AT = datetime(2026, 11, 22, tzinfo=UTC)

# Code, class that needs it, Indonesian, English.
_CRITERIA = (
    (
        "PROGRAM",
        "TUMBUH",
        "Mempunyai program pelatihan berbasis kompetensi untuk kejuruannya.",
        "It has a competency-based training programme for its trade.",
    ),
    (
        "INSTRUCTORS",
        "TUMBUH",
        "Mempunyai sedikitnya dua instruktur yang kompeten pada kejuruannya.",
        "It has at least two instructors who are competent in its trade.",
    ),
    (
        "EQUIPMENT",
        "TUMBUH",
        "Peralatan pelatihan lengkap dan berfungsi.",
        "Its training equipment is complete and works.",
    ),
    (
        "TRAINED",
        "TUMBUH",
        "Menyelenggarakan sedikitnya satu paket pelatihan dalam dua belas bulan terakhir.",
        "It has run at least one training class in the last twelve months.",
    ),
    (
        "PARTNERSHIP",
        "BERKEMBANG",
        "Mempunyai perjanjian tertulis yang berlaku dengan industri, UMKM, atau bank.",
        "It has a written agreement in force with industry, small business or a bank.",
    ),
    (
        "FUNDING",
        "BERKEMBANG",
        "Menerima pendanaan di luar bantuan pembangunannya.",
        "It has received funding other than the grant it was built with.",
    ),
    (
        "ALUMNI",
        "BERKEMBANG",
        "Mencatat alumni dan menelusuri sedikitnya separuh dari mereka.",
        "It keeps a record of its alumni and follows up half of them at least.",
    ),
    (
        "OWN_INCOME",
        "MANDIRI",
        "Pendapatan sendiri menutup biaya operasional tahun terakhir.",
        "Its own income has covered the running costs of the last year.",
    ),
    (
        "BUSINESS_UNIT",
        "MANDIRI",
        "Unit usaha atau inkubator wirausaha berjalan.",
        "A business unit or an incubator runs.",
    ),
    (
        "ACCREDITED",
        "MANDIRI",
        "Terakreditasi LA-LPK dan masih berlaku.",
        "It is accredited by LA-LPK, and the accreditation is valid.",
    ),
)

# Code, months after the adoption, Indonesian, English, what shows it in Indonesian and English.
_MILESTONES = (
    (
        "GOVERNANCE",
        3,
        "Pengelola, prosedur kerja, dan rekening lembaga ditetapkan.",
        "Management, procedures and an account of its own are in place.",
        "Surat keputusan pengelola dan prosedur kerja.",
        "The decision that names the management, and the procedures.",
    ),
    (
        "PROGRAM",
        6,
        "Program pelatihan sesuai potensi setempat tersedia.",
        "There is a training programme that suits the local potential.",
        "Dokumen program dan modul.",
        "The programme and its modules.",
    ),
    (
        "INSTRUCTORS",
        6,
        "Dua instruktur bersertifikat bertugas.",
        "Two certified instructors are at work.",
        "Sertifikat kompetensi instruktur.",
        "The instructors' certificates of competence.",
    ),
    (
        "LICENSE",
        9,
        "Terdaftar dan berizin sebagai lembaga pelatihan kerja.",
        "It is registered and licensed as a training institution.",
        "Izin atau tanda daftar.",
        "The licence or registration.",
    ),
    (
        "PARTNERSHIP",
        12,
        "Kerja sama dengan industri, UMKM, bank, atau komunitas ekonomi syariah berlaku.",
        "A partnership with industry, small business, a bank or the sharia economy is in force.",
        "Perjanjian kerja sama.",
        "The agreement.",
    ),
    (
        "FUNDING",
        12,
        "Pendanaan selain bantuan pemerintah diperoleh.",
        "Funding other than government grants is found.",
        "Perjanjian atau bukti penerimaan dana.",
        "The agreement or proof of receipt.",
    ),
    (
        "BUSINESS_UNIT",
        18,
        "Unit usaha balai berjalan.",
        "The centre's business unit runs.",
        "Laporan penjualan enam bulan.",
        "A report of six months of sales.",
    ),
    (
        "ALUMNI",
        24,
        "Jejaring alumni berjalan dan ditelusuri.",
        "There is a network of alumni, who are followed up.",
        "Laporan penelusuran alumni.",
        "A report of the follow-up.",
    ),
    (
        "ACCREDITATION",
        24,
        "Terakreditasi LA-LPK.",
        "It is accredited by LA-LPK.",
        "Sertifikat akreditasi.",
        "The certificate of accreditation.",
    ),
    (
        "INCUBATION",
        24,
        "Menginkubasi wirausaha sebagai tenan.",
        "It incubates entrepreneurs as tenants.",
        "Penetapan inkubator dan daftar tenan tanpa data pribadi.",
        "The designation and a list of tenants without personal data.",
    ),
    (
        "OWN_INCOME",
        36,
        "Pendapatan sendiri menutup biaya operasional.",
        "Its own income covers the running costs.",
        "Laporan keuangan tahunan.",
        "The annual financial report.",
    ),
)


def upgrade() -> None:
    op.create_table(
        "accreditation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "ACCREDITATION",
                "LICENSE",
                name="accreditationkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("decree_number", sa.String(), nullable=True),
        sa.Column("trade", sa.String(), nullable=True),
        sa.Column("program", sa.String(), nullable=True),
        sa.Column("standards", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("document_reference", sa.String(), nullable=False),
        sa.Column("document_sha256", sa.String(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revocation_reason", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("facility_id"), "="),
            (sa.column("kind"), "="),
            (sa.text("coalesce(trade, '')"), "="),
            (sa.text("coalesce(program, '')"), "="),
            (sa.text("daterange(valid_from, least(valid_to + 1, revoked_on), '[)')"), "&&"),
            using="gist",
            name="ex_accreditation_scope",
        ),
        sa.CheckConstraint(
            "kind <> 'ACCREDITATION' OR (valid_to IS NOT NULL AND decree_number IS NOT NULL)",
            name=op.f("ck_accreditation_grounds"),
        ),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revocation_reason IS NULL)",
            name=op.f("ck_accreditation_revocation_reason"),
        ),
        sa.CheckConstraint("revoked_on >= valid_from", name=op.f("ck_accreditation_revoked_on")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_accreditation_period")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_accreditation_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accreditation")),
        schema="registry",
    )
    op.create_index(
        "ix_accreditation_facility_id_valid_from_id",
        "accreditation",
        ["facility_id", "valid_from", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_accreditation_province_code_valid_to_id",
        "accreditation",
        ["province_code", "valid_to", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_accreditation_regency_code_valid_to_id",
        "accreditation",
        ["regency_code", "valid_to", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_accreditation_valid_to_id",
        "accreditation",
        ["valid_to", "id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "maturity_criteria",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("decree_number", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_maturity_criteria")),
        sa.UniqueConstraint("id", name=op.f("uq_maturity_criteria_id")),
        schema="registry",
    )
    op.create_table(
        "maturity_criterion",
        sa.Column("criteria_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "needed_for",
            sa.Enum(
                "BARU",
                "TUMBUH",
                "BERKEMBANG",
                "MANDIRI",
                name="maturityclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("text_id", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.CheckConstraint("needed_for <> 'BARU'", name=op.f("ck_maturity_criterion_needed_for")),
        sa.ForeignKeyConstraint(
            ["criteria_version"],
            ["registry.maturity_criteria.version"],
            name=op.f("fk_maturity_criterion_criteria_version"),
        ),
        sa.PrimaryKeyConstraint("criteria_version", "code", name=op.f("pk_maturity_criterion")),
        schema="registry",
    )
    op.create_table(
        "maturity_assessment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column(
            "maturity_class",
            sa.Enum(
                "BARU",
                "TUMBUH",
                "BERKEMBANG",
                "MANDIRI",
                name="maturityclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("criteria_version", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("met", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["criteria_version"],
            ["registry.maturity_criteria.version"],
            name=op.f("fk_maturity_assessment_criteria_version"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_maturity_assessment_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_maturity_assessment")),
        sa.UniqueConstraint(
            "facility_id", "year", name=op.f("uq_maturity_assessment_facility_id_year")
        ),
        schema="registry",
    )
    op.create_index(
        "ix_maturity_assessment_maturity_class_year_id",
        "maturity_assessment",
        ["maturity_class", "year", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_maturity_assessment_province_code_year_id",
        "maturity_assessment",
        ["province_code", "year", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_maturity_assessment_regency_code_year_id",
        "maturity_assessment",
        ["regency_code", "year", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_maturity_assessment_year_id",
        "maturity_assessment",
        ["year", "id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "maturity_revision",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "maturity_class",
            sa.Enum(
                "BARU",
                "TUMBUH",
                "BERKEMBANG",
                "MANDIRI",
                name="maturityclass",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("criteria_version", sa.Integer(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("met", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["assessment_id"],
            ["registry.maturity_assessment.id"],
            name=op.f("fk_maturity_revision_assessment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["criteria_version"],
            ["registry.maturity_criteria.version"],
            name=op.f("fk_maturity_revision_criteria_version"),
        ),
        sa.PrimaryKeyConstraint("assessment_id", "version", name=op.f("pk_maturity_revision")),
        schema="registry",
    )
    op.create_table(
        "roadmap_template",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("decree_number", sa.String(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_roadmap_template")),
        sa.UniqueConstraint("id", name=op.f("uq_roadmap_template_id")),
        schema="registry",
    )
    op.create_table(
        "roadmap_template_milestone",
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("text_id", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("evidence_id", sa.String(), nullable=False),
        sa.Column("evidence_en", sa.String(), nullable=False),
        sa.CheckConstraint("months >= 0", name=op.f("ck_roadmap_template_milestone_months")),
        sa.ForeignKeyConstraint(
            ["template_version"],
            ["registry.roadmap_template.version"],
            name=op.f("fk_roadmap_template_milestone_template_version"),
        ),
        sa.PrimaryKeyConstraint(
            "template_version", "code", name=op.f("pk_roadmap_template_milestone")
        ),
        schema="registry",
    )
    op.create_table(
        "roadmap",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("adopted_on", sa.Date(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_roadmap_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["template_version"],
            ["registry.roadmap_template.version"],
            name=op.f("fk_roadmap_template_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roadmap")),
        sa.UniqueConstraint("facility_id", name=op.f("uq_roadmap_facility_id")),
        schema="registry",
    )
    op.create_index(
        "ix_roadmap_province_code_id",
        "roadmap",
        ["province_code", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_roadmap_regency_code_id",
        "roadmap",
        ["regency_code", "id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "roadmap_milestone",
        sa.Column("roadmap_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40, collation="C"), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "PLANNED",
                "IN_PROGRESS",
                "DONE",
                "DROPPED",
                name="milestonestatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.Column("evidence_reference", sa.String(), nullable=True),
        sa.Column("evidence_sha256", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(status = 'DONE') = (done_on IS NOT NULL)", name=op.f("ck_roadmap_milestone_done_on")
        ),
        sa.CheckConstraint(
            "status <> 'DONE' OR evidence_reference IS NOT NULL",
            name=op.f("ck_roadmap_milestone_evidence"),
        ),
        sa.CheckConstraint(
            "status <> 'DROPPED' OR note IS NOT NULL", name=op.f("ck_roadmap_milestone_note")
        ),
        sa.CheckConstraint(
            "(evidence_reference IS NULL) = (evidence_sha256 IS NULL)",
            name=op.f("ck_roadmap_milestone_evidence_sha256"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_roadmap_milestone_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["roadmap_id"], ["registry.roadmap.id"], name=op.f("fk_roadmap_milestone_roadmap_id")
        ),
        sa.ForeignKeyConstraint(
            ["template_version", "code"],
            [
                "registry.roadmap_template_milestone.template_version",
                "registry.roadmap_template_milestone.code",
            ],
            name="fk_roadmap_milestone_template",
        ),
        sa.PrimaryKeyConstraint("roadmap_id", "code", name=op.f("pk_roadmap_milestone")),
        schema="registry",
    )
    op.create_index(
        "ix_roadmap_milestone_due_on_roadmap_id_code",
        "roadmap_milestone",
        ["due_on", "roadmap_id", "code"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_roadmap_milestone_facility_id",
        "roadmap_milestone",
        ["facility_id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_roadmap_milestone_province_code_due_on_roadmap_id_code",
        "roadmap_milestone",
        ["province_code", "due_on", "roadmap_id", "code"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "incubator",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("decree_number", sa.String(), nullable=False),
        sa.Column("decreed_on", sa.Date(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("holder_institution_id", sa.Uuid(), nullable=True),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("tenants", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ACTIVE",
                "SUSPENDED",
                "ENDED",
                name="incubatorstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("end_reason", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("facility_id"), "="),
            (sa.text("daterange(valid_from, least(valid_to + 1, ended_on), '[)')"), "&&"),
            using="gist",
            name="ex_incubator_period",
        ),
        sa.CheckConstraint(
            "(state = 'ENDED') = (ended_on IS NOT NULL)", name=op.f("ck_incubator_ended")
        ),
        sa.CheckConstraint(
            "(ended_on IS NULL) = (end_reason IS NULL)", name=op.f("ck_incubator_end_reason")
        ),
        sa.CheckConstraint(
            "ended_on BETWEEN valid_from AND valid_to", name=op.f("ck_incubator_ended_on")
        ),
        sa.CheckConstraint("tenants BETWEEN 0 AND capacity", name=op.f("ck_incubator_tenants")),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_incubator_period")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_incubator_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["holder_institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_incubator_holder_institution_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incubator")),
        schema="registry",
    )
    op.create_index(
        "ix_incubator_facility_id_id",
        "incubator",
        ["facility_id", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_incubator_holder_institution_id",
        "incubator",
        ["holder_institution_id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_incubator_province_code_id",
        "incubator",
        ["province_code", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_incubator_regency_code_id",
        "incubator",
        ["regency_code", "id"],
        unique=False,
        schema="registry",
    )
    op.create_table(
        "incubator_person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incubator_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "MANAGER",
                "MENTOR",
                name="personrole",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=True),
        sa.Column("instructor_id", sa.Uuid(), nullable=True),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(name IS NULL) <> (instructor_id IS NULL)", name=op.f("ck_incubator_person_one")
        ),
        sa.CheckConstraint(
            "contact IS NULL OR name IS NOT NULL", name=op.f("ck_incubator_person_contact")
        ),
        sa.CheckConstraint("until >= since", name=op.f("ck_incubator_person_until")),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_incubator_person_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["incubator_id"],
            ["registry.incubator.id"],
            name=op.f("fk_incubator_person_incubator_id"),
        ),
        sa.ForeignKeyConstraint(
            ["institution_id"],
            ["registry.institution.id"],
            name=op.f("fk_incubator_person_institution_id"),
        ),
        sa.ForeignKeyConstraint(
            ["instructor_id"],
            ["registry.instructor.id"],
            name=op.f("fk_incubator_person_instructor_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incubator_person")),
        schema="registry",
    )
    op.create_index(
        "ix_incubator_person_incubator_id_id",
        "incubator_person",
        ["incubator_id", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "uq_incubator_person_manager",
        "incubator_person",
        ["incubator_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("role = 'MANAGER' AND until IS NULL"),
    )
    op.create_table(
        "incubator_tenant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incubator_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=True),
        sa.Column("business_ref", sa.String(), nullable=True),
        sa.Column(
            "stage",
            sa.Enum(
                "PRE_INCUBATION",
                "INCUBATION",
                "POST_INCUBATION",
                name="tenantstage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "status",
            sa.Enum(
                "IN",
                "GRADUATED",
                "LEFT",
                name="tenantstatus",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("graduated_on", sa.Date(), nullable=True),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column(
            "result",
            sa.Enum(
                "BUSINESS_STARTED",
                "SELF_RELIANT",
                "SIZE_CLASS_UP",
                "FINANCED",
                name="graduationresult",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(status = 'GRADUATED') = (graduated_on IS NOT NULL)",
            name=op.f("ck_incubator_tenant_graduated"),
        ),
        sa.CheckConstraint(
            "(status = 'LEFT') = (left_on IS NOT NULL)", name=op.f("ck_incubator_tenant_left_on")
        ),
        sa.CheckConstraint(
            "(graduated_on IS NULL) = (result IS NULL)", name=op.f("ck_incubator_tenant_result")
        ),
        sa.CheckConstraint(
            "graduated_on >= joined_on", name=op.f("ck_incubator_tenant_graduated_on")
        ),
        sa.CheckConstraint("left_on >= joined_on", name=op.f("ck_incubator_tenant_left_day")),
        sa.CheckConstraint(
            "participant_id IS NOT NULL OR business_ref IS NOT NULL",
            name=op.f("ck_incubator_tenant_known"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_incubator_tenant_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["incubator_id"],
            ["registry.incubator.id"],
            name=op.f("fk_incubator_tenant_incubator_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incubator_tenant")),
        schema="registry",
    )
    op.create_index(
        "ix_incubator_tenant_incubator_id_id",
        "incubator_tenant",
        ["incubator_id", "id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "ix_incubator_tenant_participant_id",
        "incubator_tenant",
        ["participant_id"],
        unique=False,
        schema="registry",
    )
    op.create_index(
        "uq_incubator_tenant_business",
        "incubator_tenant",
        ["incubator_id", "business_ref"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("status = 'IN'"),
    )
    op.create_index(
        "uq_incubator_tenant_participant",
        "incubator_tenant",
        ["incubator_id", "participant_id"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("status = 'IN'"),
    )
    _publish_first_versions()


def _publish_first_versions() -> None:
    common = {
        "version": 1,
        "source": _SOURCE,
        "decree_number": None,
        "published_at": _PUBLISHED_AT,
    }
    op.bulk_insert(
        _versions("maturity_criteria"),
        [
            {
                **common,
                "id": "019a9d5a-0000-7000-8000-000000000001",
                "title": "Kriteria kematangan BLK Komunitas (usulan)",
            }
        ],
    )
    op.bulk_insert(
        sa.table(
            "maturity_criterion",
            *map(sa.column, ("criteria_version", "code", "position", "needed_for")),
            *map(sa.column, ("text_id", "text_en")),
            schema="registry",
        ),
        [
            {
                "criteria_version": 1,
                "code": code,
                "position": position,
                "needed_for": needed_for,
                "text_id": text_id,
                "text_en": text_en,
            }
            for position, (code, needed_for, text_id, text_en) in enumerate(_CRITERIA, start=1)
        ],
    )
    op.bulk_insert(
        _versions("roadmap_template"),
        [
            {
                **common,
                "id": "019a9d5a-0000-7000-8000-000000000002",
                "title": "Peta jalan kemandirian BLK Komunitas (usulan)",
            }
        ],
    )
    names = ("code", "months", "text_id", "text_en", "evidence_id", "evidence_en")
    op.bulk_insert(
        sa.table(
            "roadmap_template_milestone",
            *map(sa.column, ("template_version", "position", *names)),
            schema="registry",
        ),
        [
            {
                "template_version": 1,
                "position": position,
                **dict(zip(names, milestone, strict=True)),
            }
            for position, milestone in enumerate(_MILESTONES, start=1)
        ],
    )


def _versions(table: str) -> sa.TableClause:
    return sa.table(
        table,
        sa.column("version", sa.Integer()),
        sa.column("id", sa.Uuid(as_uuid=False)),
        sa.column("title", sa.String()),
        sa.column("source", sa.String()),
        sa.column("decree_number", sa.String()),
        sa.column("published_at", sa.DateTime(timezone=True)),
        schema="registry",
    )


def downgrade() -> None:
    for table in (
        "incubator_tenant",
        "incubator_person",
        "incubator",
        "roadmap_milestone",
        "roadmap",
        "roadmap_template_milestone",
        "roadmap_template",
        "maturity_revision",
        "maturity_assessment",
        "maturity_criterion",
        "maturity_criteria",
        "accreditation",
    ):
        op.drop_table(table, schema="registry")
