"""Targets, baselines, published tables and snapshots."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d00000000010"
down_revision: str | Sequence[str] | None = "d00000000009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The figures that the programme is held to, as they were published. They do not agree with one
# another, which is why they are kept: (id, code, what in Indonesian, what in English, indicator,
# value, lower, upper, unit, as of, precision).
_PUBLISHED = (
    (
        "01936f00-0000-7000-8000-000000000001",
        "UPT-PEMERINTAH-2025-01",
        "Balai latihan kerja pemerintah",
        "Government training centres",
        None,
        330,
        None,
        None,
        "balai",
        "2025-01-31",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000002",
        "BLKK-2025-01",
        "BLK Komunitas: lebih dari 4.000",
        "Community centres: more than 4,000",
        "COMMUNITY_CENTRES",
        None,
        4000,
        None,
        "balai",
        "2025-01-31",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000003",
        "BALAI-2025-02",
        "Unit milik pusat, daerah dan komunitas: hampir 4.000",
        "Units of central, regional and community owners: almost 4,000",
        "FACILITIES",
        None,
        None,
        4000,
        "balai",
        "2025-02-28",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000004",
        "BLKK-2020",
        "BLK Komunitas yang dibangun sampai 2020",
        "Community centres built up to 2020",
        "COMMUNITY_CENTRES",
        2127,
        None,
        None,
        "balai",
        "2021-06-30",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000005",
        "BLKK-RENCANA-2021",
        "BLK Komunitas tambahan yang direncanakan pada 2021",
        "Further community centres planned for 2021",
        "COMMUNITY_CENTRES",
        1000,
        None,
        None,
        "balai",
        "2021-06-30",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000006",
        "BLKK-LEMBAGA-2022",
        "Lembaga yang menandatangani perjanjian pembangunan BLK Komunitas",
        "Institutions that signed agreements to build a community centre",
        "DEVELOPMENTS_SIGNED",
        850,
        None,
        None,
        "lembaga",
        "2022-09-30",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000007",
        "PESERTA-TAMBAHAN-2022",
        "Peserta pelatihan yang ditambahkan",
        "Training participants added",
        "PARTICIPANTS_TRAINED",
        232000,
        None,
        None,
        "orang",
        "2022-09-30",
        "MONTH",
    ),
    (
        "01936f00-0000-7000-8000-000000000008",
        "INKUBATOR-2022",
        "Inkubator bisnis",
        "Business incubators",
        "INCUBATORS",
        100,
        None,
        None,
        "inkubator",
        "2022-09-30",
        "MONTH",
    ),
)
_NOTE = "Angka yang diumumkan berbeda-beda; dicatat apa adanya."

# What was promised to the nation: (id, code, label in Indonesian, label in English, indicator,
# value, upper value, unit, mode, baseline value).
_PROMISED = (
    (
        "01936f00-0000-7000-8000-000000000101",
        "NASIONAL-PESERTA",
        "Peserta pelatihan kewirausahaan serentak: 5.000, mungkin sampai 10.000",
        "Participants of the simultaneous training: 5,000, possibly up to 10,000",
        "PARTICIPANTS",
        5000,
        10000,
        "orang",
        "TOTAL",
        None,
    ),
    (
        "01936f00-0000-7000-8000-000000000102",
        "NASIONAL-BLKK-850",
        "Lembaga dengan perjanjian pembangunan BLK Komunitas",
        "Institutions with an agreement to build a community centre",
        "DEVELOPMENTS_SIGNED",
        850,
        None,
        "lembaga",
        "TOTAL",
        None,
    ),
    (
        "01936f00-0000-7000-8000-000000000103",
        "NASIONAL-PESERTA-TAMBAHAN",
        "Peserta pelatihan yang ditambahkan",
        "Training participants added",
        "PARTICIPANTS_TRAINED",
        232000,
        None,
        "orang",
        "ADDITIONAL",
        0,
    ),
    (
        "01936f00-0000-7000-8000-000000000104",
        "NASIONAL-INKUBATOR",
        "Inkubator bisnis",
        "Business incubators",
        "INCUBATORS",
        100,
        None,
        "inkubator",
        "TOTAL",
        None,
    ),
)


def upgrade() -> None:
    _create_baselines()
    _create_targets()
    _create_publication()
    _create_snapshots()
    _enter_published()
    _enter_promised()


def _create_baselines() -> None:
    op.create_table(
        "baseline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("what_id", sa.String(), nullable=False),
        sa.Column("what_en", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("lower", sa.BigInteger(), nullable=True),
        sa.Column("upper", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column(
            "precision",
            sa.Enum(
                "DAY",
                "MONTH",
                "YEAR",
                name="precision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(value IS NULL) = (lower IS NOT NULL OR upper IS NOT NULL)",
            name=op.f("ck_baseline_figure"),
        ),
        sa.CheckConstraint("lower <= upper", name=op.f("ck_baseline_bounds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
        sa.UniqueConstraint("code", name=op.f("uq_baseline_code")),
        schema="reporting",
    )
    op.create_table(
        "baseline_version",
        sa.Column("baseline_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("corrected_by", sa.String(), nullable=False),
        sa.Column("corrected_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["baseline_id"],
            ["reporting.baseline.id"],
            name=op.f("fk_baseline_version_baseline_id"),
        ),
        sa.PrimaryKeyConstraint("baseline_id", "version", name=op.f("pk_baseline_version")),
        schema="reporting",
    )


def _create_targets() -> None:
    op.create_table(
        "target",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "origin",
            sa.Enum(
                "STATED",
                "AGREEMENT",
                "HIRING",
                name="targetorigin",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label_id", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("upper_value", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
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
        sa.Column("baseline_id", sa.Uuid(), nullable=True),
        sa.Column("baseline_value", sa.BigInteger(), nullable=True),
        sa.Column("counts_from", sa.Date(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("by_day", sa.Date(), nullable=True),
        sa.Column("program_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("area_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=True),
        sa.Column("source_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("signed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_target_value")),
        sa.CheckConstraint("upper_value > value", name=op.f("ck_target_upper_value")),
        sa.CheckConstraint(
            "num_nonnulls(baseline_id, baseline_value, counts_from)"
            " = CASE WHEN mode = 'ADDITIONAL' THEN 1 ELSE 0 END",
            name=op.f("ck_target_baseline"),
        ),
        sa.CheckConstraint(
            "(origin = 'AGREEMENT') = (agreement_id IS NOT NULL)",
            name=op.f("ck_target_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["baseline_id"], ["reporting.baseline.id"], name=op.f("fk_target_baseline_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
        sa.UniqueConstraint("code", name=op.f("uq_target_code")),
        schema="reporting",
    )
    for name, columns, where in (
        ("ix_target_agreement_id", ["agreement_id"], "agreement_id IS NOT NULL"),
        ("ix_target_facility_id", ["facility_id"], "facility_id IS NOT NULL"),
        ("ix_target_baseline_id", ["baseline_id"], None),
        ("ix_target_indicator", ["indicator", "code"], None),
        (
            "ix_target_province_code_regency_code",
            ["province_code", "regency_code", "code"],
            None,
        ),
    ):
        op.create_index(
            name,
            "target",
            columns,
            unique=False,
            schema="reporting",
            postgresql_where=None if where is None else sa.text(where),
        )


def _create_publication() -> None:
    op.create_table(
        "published_edition",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_edition")),
        sa.UniqueConstraint("code", "edition", name=op.f("uq_published_edition_code_edition")),
        schema="reporting",
    )
    op.create_index(
        "ix_published_edition_code_day",
        "published_edition",
        ["code", "day"],
        unique=False,
        schema="reporting",
    )


def _create_snapshots() -> None:
    op.create_table(
        "snapshot_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("jwk", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_snapshot_key")),
        schema="reporting",
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("period_to", sa.Date(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ORDERED",
                "FROZEN",
                "PUBLISHED",
                "REPLACED",
                name="snapshotstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("signature", sa.String(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("synthetic", sa.Boolean(), nullable=True),
        sa.Column("revises_id", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("period_to >= period_from", name=op.f("ck_snapshot_period")),
        sa.CheckConstraint(
            "(state = 'ORDERED') = (body IS NULL) AND (body IS NULL) = (sha256 IS NULL)"
            " AND (body IS NULL) = (signature IS NULL) AND (body IS NULL) = (key_id IS NULL)",
            name=op.f("ck_snapshot_frozen"),
        ),
        sa.CheckConstraint(
            "(state IN ('PUBLISHED', 'REPLACED')) = (published_at IS NOT NULL)",
            name=op.f("ck_snapshot_published"),
        ),
        sa.CheckConstraint(
            "(state = 'REPLACED') = (replaced_by_id IS NOT NULL)",
            name=op.f("ck_snapshot_replaced"),
        ),
        sa.CheckConstraint(
            "(revises_id IS NULL) = (reason IS NULL)", name=op.f("ck_snapshot_revision")
        ),
        sa.ForeignKeyConstraint(
            ["key_id"], ["reporting.snapshot_key.kid"], name=op.f("fk_snapshot_key_id")
        ),
        sa.ForeignKeyConstraint(
            ["revises_id"], ["reporting.snapshot.id"], name=op.f("fk_snapshot_revises_id")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["reporting.snapshot.id"], name=op.f("fk_snapshot_replaced_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        schema="reporting",
    )
    op.create_index(
        "ix_snapshot_revises_id", "snapshot", ["revises_id"], unique=False, schema="reporting"
    )
    op.create_index(
        "ix_snapshot_period_to",
        "snapshot",
        ["period_to", "id"],
        unique=False,
        schema="reporting",
    )


def _enter_published() -> None:
    statement = sa.text(
        "INSERT INTO reporting.baseline (id, code, what_id, what_en, indicator, value, lower,"
        " upper, unit, as_of, precision, source, note, version, recorded_by, recorded_at) VALUES"
        " (CAST(:id AS text)::uuid, :code, :what_id, :what_en, :indicator, CAST(:value AS bigint),"
        " CAST(:lower AS bigint), CAST(:upper AS bigint), :unit, CAST(:as_of AS text)::date,"
        " :precision, 'Angka yang diumumkan pemerintah', :note, 1, 'balai:reporting|data', now())"
    )
    names = (
        "id",
        "code",
        "what_id",
        "what_en",
        "indicator",
        "value",
        "lower",
        "upper",
        "unit",
        "as_of",
        "precision",
    )
    for row in _PUBLISHED:
        values = dict(zip(names, row, strict=True))
        op.get_bind().execute(statement, {**values, "note": _NOTE})


def _enter_promised() -> None:
    statement = sa.text(
        "INSERT INTO reporting.target (id, code, origin, label_id, label_en, indicator, value,"
        " upper_value, unit, mode, baseline_value, area_codes, source, version, recorded_at) VALUES"
        " (CAST(:id AS text)::uuid, :code, 'STATED', :label_id, :label_en, :indicator,"
        " CAST(:value AS bigint), CAST(:upper_value AS bigint), :unit, :mode,"
        " CAST(:baseline_value AS bigint), '{}', 'Janji program', 1, now())"
    )
    names = (
        "id",
        "code",
        "label_id",
        "label_en",
        "indicator",
        "value",
        "upper_value",
        "unit",
        "mode",
        "baseline_value",
    )
    for row in _PROMISED:
        op.get_bind().execute(statement, dict(zip(names, row, strict=True)))


def downgrade() -> None:
    op.drop_table("snapshot", schema="reporting")
    op.drop_table("snapshot_key", schema="reporting")
    op.drop_table("published_edition", schema="reporting")
    op.drop_table("target", schema="reporting")
    op.drop_table("baseline_version", schema="reporting")
    op.drop_table("baseline", schema="reporting")
