"""Claims, enrollments and openings; the function of the seat desk."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000002"
down_revision: str | Sequence[str] | None = "a00000000001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# The function as it stands today. Whoever changes it adds a revision that runs the file again, or
# databases that have come past this one keep the old: a test compares the two.
DESK = Path(__file__).parents[2] / "services" / "enrollment" / "enrollments" / "desk.sql"


def upgrade() -> None:
    op.create_table(
        "program_claim",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("nik_index", sa.LargeBinary(length=32), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("program_id", "nik_index", name=op.f("pk_program_claim")),
        schema="enrollment",
    )
    op.create_table(
        "enrollment",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
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
        sa.Column("waitlist_number", sa.Integer(), nullable=True),
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
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
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
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state <> 'WAITLISTED' OR waited", name=op.f("ck_enrollment_waitlisted")
        ),
        sa.CheckConstraint(
            "waited = (waitlist_number IS NOT NULL)", name=op.f("ck_enrollment_waited")
        ),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_enrollment_class_id")
        ),
        sa.PrimaryKeyConstraint("class_id", "id", name=op.f("pk_enrollment")),
        schema="enrollment",
    )
    op.create_index(
        "uq_enrollment_class_id_waitlist_number",
        "enrollment",
        ["class_id", "waitlist_number"],
        unique=True,
        schema="enrollment",
        postgresql_where=sa.text("waitlist_number IS NOT NULL"),
    )
    op.create_table(
        "opening",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("absent", sa.Integer(), nullable=False),
        sa.CheckConstraint("present >= 0 AND absent >= 0", name=op.f("ck_opening_counts")),
        sa.CheckConstraint("started_at <= reported_at", name=op.f("ck_opening_reported")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_opening_class_id")
        ),
        sa.PrimaryKeyConstraint("class_id", name=op.f("pk_opening")),
        schema="enrollment",
    )
    op.execute(sa.text(DESK.read_text().replace(":", r"\:")))


def downgrade() -> None:
    op.execute("DROP FUNCTION enrollment.claim_seats")
    op.drop_table("opening", schema="enrollment")
    op.drop_index(
        "uq_enrollment_class_id_waitlist_number",
        table_name="enrollment",
        schema="enrollment",
        postgresql_where=sa.text("waitlist_number IS NOT NULL"),
    )
    op.drop_table("enrollment", schema="enrollment")
    op.drop_table("program_claim", schema="enrollment")
