"""Phases, teams, funding, logins of operators, decisions on waves, and waves called off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000011"
down_revision: str | Sequence[str] | None = "a00000000010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.add_column(
        "wave",
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        schema="enrollment",
    )
    op.add_column(
        "wave", sa.Column("cancel_reason", sa.String(), nullable=True), schema="enrollment"
    )
    op.create_check_constraint(
        op.f("ck_wave_cancelled"),
        "wave",
        "(cancelled_at IS NULL) = (cancel_reason IS NULL)",
        schema="enrollment",
    )
    _create_phases()
    _create_team()
    _create_decisions()
    op.create_table(
        "operator_login",
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_seen_at <= last_seen_at", name=op.f("ck_operator_login_seen")),
        sa.PrimaryKeyConstraint("facility_id", "holder", name=op.f("pk_operator_login")),
        schema="enrollment",
    )
    _create_funding()


def _create_phases() -> None:
    op.create_table(
        "program_phase",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            _one_of(
                "phasekind",
                "PREPARATION",
                "REGISTRATION",
                "SELECTION",
                "TRAINING",
                "ASSISTANCE",
                "MONITORING",
                "EVALUATION",
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_program_phase_period")),
        postgresql.ExcludeConstraint(
            (sa.column("program_id"), "="),
            (sa.column("kind"), "="),
            (sa.text("daterange(starts_on, ends_on, '[]')"), "&&"),
            using="gist",
            name="ex_program_phase_kind",
        ),
        sa.ForeignKeyConstraint(
            ["program_id"], ["enrollment.program.id"], name=op.f("fk_program_phase_program_id")
        ),
        sa.PrimaryKeyConstraint("program_id", "id", name=op.f("pk_program_phase")),
        schema="enrollment",
    )


def _create_team() -> None:
    op.create_table(
        "program_team_member",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "duty",
            _one_of(
                "teamduty",
                "CHAIR",
                "DEPUTY_CHAIR",
                "SECRETARY",
                "CURRICULUM",
                "SELECTION",
                "FACILITIES",
                "INSTRUCTORS",
                "FINANCE",
                "DATA",
                "ASSISTANCE",
                "EVALUATION",
                "COMMUNICATION",
            ),
            nullable=False,
        ),
        sa.Column("ministry", sa.String(), nullable=False),
        sa.Column("institution_id", sa.Uuid(), nullable=True),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("holder_kind", _one_of("holderkind", "OFFICE", "LOGIN"), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_program_team_member_period")),
        sa.ForeignKeyConstraint(
            ["program_id"],
            ["enrollment.program.id"],
            name=op.f("fk_program_team_member_program_id"),
        ),
        sa.PrimaryKeyConstraint("program_id", "id", name=op.f("pk_program_team_member")),
        schema="enrollment",
    )


def _create_decisions() -> None:
    op.create_table(
        "wave_decision",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", _one_of("verdict", "GO", "NO_GO"), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("readiness", postgresql.JSONB(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["enrollment.wave.id"], name=op.f("fk_wave_decision_wave_id")
        ),
        sa.PrimaryKeyConstraint("wave_id", "number", name=op.f("pk_wave_decision")),
        schema="enrollment",
    )


def _create_funding() -> None:
    op.create_table(
        "class_funding",
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "source",
            _one_of(
                "fundingsource",
                "APBN",
                "APBD",
                "BLU",
                "CSR",
                "VILLAGE_FUND",
                "FOUNDATION",
                "GRANT",
                "SELF",
                "OTHER",
            ),
            nullable=False,
        ),
        sa.Column("budget_code", sa.String(), nullable=False),
        sa.Column("amount_rupiah", sa.BigInteger(), nullable=False),
        sa.Column("funder_id", sa.Uuid(), nullable=True),
        sa.Column("funder_name", sa.String(), nullable=False),
        sa.CheckConstraint("amount_rupiah > 0", name=op.f("ck_class_funding_amount")),
        sa.ForeignKeyConstraint(
            ["class_id"], ["enrollment.class.id"], name=op.f("fk_class_funding_class_id")
        ),
        sa.PrimaryKeyConstraint("class_id", "position", name=op.f("pk_class_funding")),
        schema="enrollment",
    )


def downgrade() -> None:
    for table in (
        "class_funding",
        "operator_login",
        "wave_decision",
        "program_team_member",
        "program_phase",
    ):
        op.drop_table(table, schema="enrollment")
    op.drop_constraint(op.f("ck_wave_cancelled"), "wave", schema="enrollment")
    op.drop_column("wave", "cancel_reason", schema="enrollment")
    op.drop_column("wave", "cancelled_at", schema="enrollment")
