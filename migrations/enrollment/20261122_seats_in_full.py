"""Selections, confirmed seats and quotas: columns, and the desk that knows of them."""

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000010"
down_revision: str | Sequence[str] | None = "a00000000009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_FEATURES = Path(__file__).parents[2] / "services" / "enrollment"
# Each as it stands today, the desk last: it calls the others.
FUNCTIONS = (
    _FEATURES / "quotas" / "in_quota.sql",
    _FEATURES / "quotas" / "judge_quotas.sql",
    _FEATURES / "enrollments" / "desk.sql",
)
_STATES = ("SEATED", "WAITLISTED", "CANCELLED", "NOT_PLACED", "COMPLETED", "DROPPED_OUT")
_NEW_STATES = ("OFFERED", "DECLINED", "EXPIRED", "TRANSFERRED")


_NOTICES = (
    "SEAT",
    "WAITLISTED",
    "PROMOTED",
    "NOT_PLACED",
    "OFFER",
    "CANCELLED",
    "CLASS_MOVED",
    "CLASS_CANCELLED",
    "START_REMINDER",
    "CERTIFICATE",
    "FOLLOW_UP",
)


def _know_notices(*kinds: str) -> None:
    op.drop_constraint("ck_notice_noticekind", "notice", schema="enrollment")
    named = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(
        op.f("ck_notice_noticekind"), "notice", f"kind IN ({named})", schema="enrollment"
    )


def _choice(*values: str, name: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _check_states(states: Sequence[str]) -> None:
    op.drop_constraint("ck_enrollment_enrollmentstate", "enrollment", schema="enrollment")
    named = ", ".join(f"'{state}'" for state in states)
    op.create_check_constraint(
        op.f("ck_enrollment_enrollmentstate"),
        "enrollment",
        f"state IN ({named})",
        schema="enrollment",
    )


def _add_selection(table: str) -> None:
    """Add the column with its check; add_column alone leaves the check of an enum out."""
    methods = ("FIRST_COME", "SCORE", "LOTTERY")
    op.add_column(
        table,
        sa.Column(
            "selection", sa.String(40), server_default=sa.text("'FIRST_COME'"), nullable=False
        ),
        schema="enrollment",
    )
    named = ", ".join(f"'{method}'" for method in methods)
    op.create_check_constraint(
        op.f(f"ck_{table}_selectionmethod"), table, f"selection IN ({named})", schema="enrollment"
    )
    op.add_column(
        table, sa.Column("confirm_hours", sa.Integer(), nullable=True), schema="enrollment"
    )


def _add_disability(table: str) -> None:
    op.add_column(
        table,
        sa.Column("disability", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        schema="enrollment",
    )


def upgrade() -> None:
    _add_selection("wave")
    op.create_check_constraint(
        op.f("ck_wave_confirm_hours"), "wave", "confirm_hours > 0", schema="enrollment"
    )
    _add_selection("class")
    op.add_column(
        "class",
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        schema="enrollment",
    )
    _add_disability("participant")
    _add_disability("enrollment")
    for name, kind in (
        ("confirm_by", sa.DateTime(timezone=True)),
        ("application_id", sa.Uuid()),
        ("transferred_from_class_id", sa.Uuid()),
        ("transferred_from_id", sa.Uuid()),
    ):
        op.add_column("enrollment", sa.Column(name, kind, nullable=True), schema="enrollment")
    _check_states((*_STATES, *_NEW_STATES))
    _know_notices(*_NOTICES, "EXPIRED")
    op.create_check_constraint(
        op.f("ck_enrollment_offered"),
        "enrollment",
        "state <> 'OFFERED' OR confirm_by IS NOT NULL",
        schema="enrollment",
    )
    op.create_check_constraint(
        op.f("ck_enrollment_transferred_from"),
        "enrollment",
        "(transferred_from_id IS NULL) = (transferred_from_class_id IS NULL)",
        schema="enrollment",
    )
    op.create_index(
        "ix_enrollment_offer",
        "enrollment",
        ["confirm_by"],
        schema="enrollment",
        postgresql_where=sa.text("state = 'OFFERED'"),
    )
    op.create_table(
        "wave_quota",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column(
            "dimension",
            _choice("PROVINCE", "SEX", "ENTRANT_KIND", "DISABILITY", name="quotadimension"),
            nullable=False,
        ),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("kind", _choice("AT_LEAST", "AT_MOST", name="quotakind"), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("release_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("seats >= 0 AND taken >= 0", name=op.f("ck_wave_quota_counts")),
        sa.CheckConstraint(
            "(kind = 'AT_LEAST') = (release_at IS NOT NULL)", name=op.f("ck_wave_quota_release")
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["enrollment.wave.id"], name=op.f("fk_wave_quota_wave_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wave_quota")),
        sa.UniqueConstraint(
            "wave_id",
            "dimension",
            "value",
            "kind",
            name=op.f("uq_wave_quota_wave_id_dimension_value_kind"),
        ),
        schema="enrollment",
        postgresql_with={"fillfactor": "50"},
    )
    for function in FUNCTIONS:
        op.execute(sa.text(function.read_text().replace(":", r"\:")))


def downgrade() -> None:
    op.execute("DROP FUNCTION enrollment.judge_quotas")
    op.execute("DROP FUNCTION enrollment.in_quota")
    op.drop_table("wave_quota", schema="enrollment")
    op.drop_index("ix_enrollment_offer", table_name="enrollment", schema="enrollment")
    for name in ("ck_enrollment_transferred_from", "ck_enrollment_offered"):
        op.drop_constraint(name, "enrollment", schema="enrollment")
    _check_states(_STATES)
    _know_notices(*_NOTICES)
    for name in (
        "transferred_from_id",
        "transferred_from_class_id",
        "application_id",
        "confirm_by",
        "disability",
    ):
        op.drop_column("enrollment", name, schema="enrollment")
    op.drop_column("participant", "disability", schema="enrollment")
    op.drop_column("class", "announced_at", schema="enrollment")
    for table in ("class", "wave"):
        op.drop_column(table, "confirm_hours", schema="enrollment")
        op.drop_column(table, "selection", schema="enrollment")
