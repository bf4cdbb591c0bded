"""Proposals: changes that one office proposes and another decides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000009"
down_revision: str | Sequence[str] | None = "b00000000008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_JSONB = postgresql.JSONB(astext_type=sa.Text())


def _enum(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        "proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "target",
            _enum("targetkind", "FACILITY", "INSTITUTION", "SPACE", "AGREEMENT"),
            nullable=False,
        ),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("change", _JSONB, nullable=False),
        sa.Column("diff", _JSONB, nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "state",
            _enum("proposalstate", "OPEN", "APPROVED", "REFUSED", "WITHDRAWN", "SUPERSEDED"),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.String(), nullable=True),
        sa.Column("superseded_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(state = 'OPEN') = (decided_at IS NULL)", name=op.f("ck_proposal_decided")
        ),
        sa.CheckConstraint(
            "state <> 'REFUSED' OR decision_reason IS NOT NULL", name=op.f("ck_proposal_refused")
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_proposal_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["superseded_by_id"],
            ["registry.proposal.id"],
            name=op.f("fk_proposal_superseded_by_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        schema="registry",
    )
    op.create_index(
        "uq_proposal_open",
        "proposal",
        ["target_id", "proposed_by"],
        unique=True,
        schema="registry",
        postgresql_where=sa.text("state = 'OPEN'"),
    )
    for columns in (
        ["proposed_at", "id"],
        ["state", "proposed_at", "id"],
        ["target_id", "proposed_at", "id"],
        ["proposed_by", "proposed_at", "id"],
        ["facility_id"],
        ["superseded_by_id"],
    ):
        op.create_index(f"ix_proposal_{'_'.join(columns)}", "proposal", columns, schema="registry")


def downgrade() -> None:
    op.drop_table("proposal", schema="registry")
