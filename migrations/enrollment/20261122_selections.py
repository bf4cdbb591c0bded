"""Selections: criteria, scores, the commitment, the frozen list, and what each draw gave."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000013"
down_revision: str | Sequence[str] | None = "a00000000012"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "selection_criteria",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("criteria", postgresql.JSONB(), nullable=False),
        sa.Column(
            "missing",
            sa.Enum(
                "ZERO",
                "INELIGIBLE",
                name="missingscore",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("scored_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stated_by", sa.String(), nullable=False),
        sa.CheckConstraint(
            "jsonb_array_length(criteria) > 0", name=op.f("ck_selection_criteria_criteria")
        ),
        sa.CheckConstraint("version > 0", name=op.f("ck_selection_criteria_version")),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["enrollment.wave.id"], name=op.f("fk_selection_criteria_wave_id")
        ),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_selection_criteria")),
        schema="enrollment",
    )
    op.create_table(
        "score",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("points BETWEEN 0 AND 100", name=op.f("ck_score_points")),
        sa.CheckConstraint("version > 0", name=op.f("ck_score_version")),
        sa.ForeignKeyConstraint(
            ["participant_id", "application_id"],
            ["enrollment.application.participant_id", "enrollment.application.id"],
            name=op.f("fk_score_participant_id_application_id"),
        ),
        sa.PrimaryKeyConstraint(
            "participant_id", "application_id", "criterion", name=op.f("pk_score")
        ),
        schema="enrollment",
    )
    op.create_index(
        "ix_score_wave", "score", ["wave_id", "application_id"], unique=False, schema="enrollment"
    )
    op.create_table(
        "score_replaced",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=True),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "participant_id",
            "application_id",
            "criterion",
            "version",
            name=op.f("pk_score_replaced"),
        ),
        schema="enrollment",
    )
    op.create_table(
        "selection",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column(
            "method",
            sa.Enum(
                "FIRST_COME",
                "SCORE",
                "LOTTERY",
                name="selectionmethod",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "COMMITTED",
                "CLOSED",
                "PREVIEWED",
                "APPROVED",
                "ANNOUNCING",
                "ANNOUNCED",
                name="selectionstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("seed_cipher", sa.LargeBinary(), nullable=False),
        sa.Column("seed_key_id", sa.String(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("committed_by", sa.String(), nullable=False),
        sa.Column("public_source", sa.String(), nullable=True),
        sa.Column("public_value", sa.String(), nullable=True),
        sa.Column("public_value_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("list_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("list_count", sa.Integer(), nullable=True),
        sa.Column("preview", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("previewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("previewed_by", sa.String(), nullable=True),
        sa.Column("terms", postgresql.JSONB(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=True),
        sa.Column("inputs", sa.LargeBinary(length=32), nullable=True),
        sa.Column("result_digest", sa.LargeBinary(length=32), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("announce_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announcing_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state <> 'COMMITTED') = (list_digest IS NOT NULL AND list_count IS NOT NULL"
            " AND closed_at IS NOT NULL)",
            name=op.f("ck_selection_closed"),
        ),
        sa.CheckConstraint(
            "(state IN ('APPROVED', 'ANNOUNCING', 'ANNOUNCED')) ="
            " (approved_by IS NOT NULL AND announce_at IS NOT NULL"
            " AND approved_by <> previewed_by)",
            name=op.f("ck_selection_four_eyes"),
        ),
        sa.CheckConstraint(
            "state IN ('COMMITTED', 'CLOSED') OR result_digest IS NOT NULL",
            name=op.f("ck_selection_previewed"),
        ),
        sa.CheckConstraint(
            "public_value IS NULL OR public_source IS NOT NULL",
            name=op.f("ck_selection_public_value"),
        ),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["enrollment.wave.id"], name=op.f("fk_selection_wave_id")
        ),
        sa.PrimaryKeyConstraint("wave_id", name=op.f("pk_selection")),
        schema="enrollment",
    )
    op.create_index(
        "ix_selection_unfinished",
        "selection",
        ["state", "announce_at"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text("state <> 'ANNOUNCED'"),
    )
    op.create_table(
        "selection_entry",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("facility_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("class_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.ForeignKeyConstraint(
            ["wave_id"], ["enrollment.selection.wave_id"], name=op.f("fk_selection_entry_wave_id")
        ),
        sa.PrimaryKeyConstraint("wave_id", "application_id", name=op.f("pk_selection_entry")),
        schema="enrollment",
    )
    op.create_table(
        "selection_result",
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("preview", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ticket", sa.LargeBinary(length=32), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=True),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "PLACED",
                "RESERVE",
                "NOT_SELECTED",
                "INELIGIBLE",
                "WITHDRAWN",
                name="outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("reserve_number", sa.Integer(), nullable=True),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("settled", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["wave_id", "application_id"],
            ["enrollment.selection_entry.wave_id", "enrollment.selection_entry.application_id"],
            name=op.f("fk_selection_result_wave_id_application_id"),
        ),
        sa.PrimaryKeyConstraint(
            "wave_id", "preview", "application_id", name=op.f("pk_selection_result")
        ),
        schema="enrollment",
    )
    op.create_index(
        "ix_selection_result_class",
        "selection_result",
        ["wave_id", "preview", "class_id", "position"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "uq_selection_result_position",
        "selection_result",
        ["wave_id", "preview", "position"],
        unique=True,
        schema="enrollment",
    )


def downgrade() -> None:
    op.drop_table("selection_result", schema="enrollment")
    op.drop_table("selection_entry", schema="enrollment")
    op.drop_table("selection", schema="enrollment")
    op.drop_table("score_replaced", schema="enrollment")
    op.drop_table("score", schema="enrollment")
    op.drop_table("selection_criteria", schema="enrollment")
