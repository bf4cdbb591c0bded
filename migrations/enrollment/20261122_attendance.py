"""Attendance: sheets, what they say of each person, what they said before; a programme's rule."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000007"
down_revision: str | Sequence[str] | None = "a00000000006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

DEFAULTS = {"min_attendance_percent": "80", "late_minutes": "15", "attendance_lock_days": "7"}
NOW = sa.DateTime(timezone=True)


def _key(*names: str) -> list[sa.Column]:
    kinds = {"position": sa.Integer()}
    return [
        sa.Column(name, kinds.get(name, sa.Uuid()), nullable=False, autoincrement=False)
        for name in names
    ]


def _of_sheet(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["class_id", "position"],
        ["enrollment.attendance_sheet.class_id", "enrollment.attendance_sheet.position"],
        name=op.f(f"fk_{table}_class_id_position"),
    )


def _told() -> list[sa.Column]:
    return [
        sa.Column("taken_at", NOW, nullable=False),
        sa.Column("received_at", NOW, nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("device_id", sa.String(), nullable=True),
    ]


def upgrade() -> None:
    for name, default in DEFAULTS.items():
        column = sa.Column(name, sa.Integer(), server_default=sa.text(default), nullable=False)
        op.add_column("program", column, schema="enrollment")
    op.create_check_constraint(
        op.f("ck_program_attendance"),
        "program",
        "min_attendance_percent BETWEEN 0 AND 100 AND late_minutes >= 0"
        " AND attendance_lock_days >= 0",
        schema="enrollment",
    )
    op.create_table(
        "attendance_sheet",
        *_key("class_id", "position"),
        *_told(),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("present", "late", "excused", "absent", "version")
        ),
        sa.CheckConstraint(
            "present >= 0 AND late >= 0 AND excused >= 0 AND absent >= 0",
            name=op.f("ck_attendance_sheet_counts"),
        ),
        sa.CheckConstraint("taken_at <= received_at", name=op.f("ck_attendance_sheet_taken")),
        sa.ForeignKeyConstraint(
            ["class_id", "position"],
            ["enrollment.class_session.class_id", "enrollment.class_session.position"],
            name=op.f("fk_attendance_sheet_class_id_position"),
        ),
        sa.PrimaryKeyConstraint("class_id", "position", name=op.f("pk_attendance_sheet")),
        schema="enrollment",
    )
    op.create_table(
        "attendance_entry",
        *_key("class_id", "enrollment_id", "position"),
        sa.Column("status", _enum("attendancestatus", STATUSES), nullable=False),
        sa.Column("minutes_late", sa.Integer(), nullable=True),
        sa.Column("note_code", _enum("notecode", NOTES), nullable=True),
        sa.CheckConstraint(
            "minutes_late IS NULL OR status = 'LATE'",
            name=op.f("ck_attendance_entry_minutes_late"),
        ),
        sa.ForeignKeyConstraint(
            ["class_id", "enrollment_id"],
            ["enrollment.enrollment.class_id", "enrollment.enrollment.id"],
            name=op.f("fk_attendance_entry_class_id_enrollment_id"),
        ),
        _of_sheet("attendance_entry"),
        sa.PrimaryKeyConstraint(
            "class_id", "enrollment_id", "position", name=op.f("pk_attendance_entry")
        ),
        schema="enrollment",
    )
    op.create_table(
        "attendance_correction",
        *_key("class_id", "position"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        *_told(),
        sa.Column("replaced", postgresql.JSONB(), nullable=False),
        sa.Column("corrected_at", NOW, nullable=False),
        sa.Column("corrected_by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        _of_sheet("attendance_correction"),
        sa.PrimaryKeyConstraint(
            "class_id", "position", "version", name=op.f("pk_attendance_correction")
        ),
        schema="enrollment",
    )


STATUSES = ("PRESENT", "LATE", "EXCUSED", "ABSENT")
NOTES = ("LETTER", "DUTY", "FAMILY", "TRAVEL", "DISASTER", "LEFT_EARLY", "OTHER")


def _enum(name: str, values: Sequence[str]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def downgrade() -> None:
    for table in ("attendance_correction", "attendance_entry", "attendance_sheet"):
        op.drop_table(table, schema="enrollment")
    for name in reversed(DEFAULTS):
        op.drop_column("program", name, schema="enrollment")
