"""Sign-ups by the minute, phases of programmes, alarms of the nightly recount, what is folded."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "d00000000012"
down_revision: str | Sequence[str] | None = "d00000000011"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def _signups(name: str, *, by_province: bool) -> None:
    province = [sa.Column("province_code", sa.String(), nullable=False)] if by_province else []
    op.create_table(
        name,
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        *province,
        sa.Column(
            "signup_kind",
            sa.Enum(
                "CLAIM",
                "APPLICATION",
                name="signupkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("cell", sa.Uuid(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "cell", name=op.f(f"pk_{name}")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    listed = ["generation", "wave_id", *(each.name for each in province), "minute"]
    op.create_index(
        op.f(f"ix_{name}_{'_'.join(listed)}"), name, listed, unique=False, schema="reporting"
    )


def upgrade() -> None:
    _signups("signup_summary", by_province=False)
    _signups("signup_cube", by_province=True)
    op.create_table(
        "program_phases_now",
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("phases", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("generation", "program_id", name=op.f("pk_program_phases_now")),
        schema="reporting",
        postgresql_with={"fillfactor": 70},
    )
    op.create_table(
        "alarm",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "registry",
                "enrollment",
                "reporting",
                name="source",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("figures", sa.String(), nullable=False),
        sa.Column("differences", sa.Integer(), nullable=False),
        sa.Column("cells", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times_found", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        schema="reporting",
    )
    op.create_index(
        "uq_alarm_open",
        "alarm",
        ["source", "figures"],
        unique=True,
        schema="reporting",
        postgresql_where=sa.text("acknowledged_at IS NULL"),
    )
    # A wave's figures cost what the wave is, however many waves there are.
    for table in ("enrollment_summary", "class_summary"):
        op.create_index(
            op.f(f"ix_{table}_generation_wave_id"),
            table,
            ["generation", "wave_id"],
            unique=False,
            schema="reporting",
        )
    for column in (
        sa.Column("topics", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("layout", sa.String(), nullable=True),
        sa.Column("behind_since", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("fold", column, schema="reporting")
    # What a home that has read before kept is not known: it reads every feed anew, once.
    op.execute(
        "UPDATE reporting.fold SET topics = '{}', layout = '' FROM reporting.feed_cursor c"
        " WHERE c.source = fold.source AND c.cursor IS NOT NULL"
    )


def downgrade() -> None:
    for column in ("behind_since", "layout", "topics"):
        op.drop_column("fold", column, schema="reporting")
    for table in ("class_summary", "enrollment_summary"):
        op.drop_index(op.f(f"ix_{table}_generation_wave_id"), table_name=table, schema="reporting")
    for table in ("alarm", "program_phases_now", "signup_cube", "signup_summary"):
        op.drop_table(table, schema="reporting")
