"""Who acts for whom: assignments, the places they reach, and invitations with their claims."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "b00000000010"
down_revision: str | Sequence[str] | None = "b00000000009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    _assignments()
    _places()
    _invitations()
    op.create_table(
        "claim_attempt",
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("holder", name=op.f("pk_claim_attempt")),
        schema="registry",
    )
    op.create_index(op.f("ix_claim_attempt_since"), "claim_attempt", ["since"], schema="registry")


def _assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "NATIONAL_ADMIN",
                "PROGRAM_MANAGER",
                "REGIONAL_OFFICER",
                "FACILITY_OPERATOR",
                "INSTRUCTOR",
                "PARTICIPANT",
                "ANALYST",
                "AUDITOR",
                "SERVICE",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("ministries", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("areas", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("facilities", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("reach_key", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(), nullable=True),
        sa.Column("revoke_reason", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_assignment_period")),
        sa.CheckConstraint(
            "num_nonnulls(revoked_at, revoked_by, revoke_reason) IN (0, 3)",
            name=op.f("ck_assignment_revocation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        postgresql.ExcludeConstraint(
            (sa.column("holder"), "="),
            (sa.column("role"), "="),
            (sa.column("reach_key"), "="),
            (sa.text("daterange(valid_from, valid_to, '[]')"), "&&"),
            where=sa.text("revoked_at IS NULL"),
            using="gist",
            name="ex_assignment_holder",
        ),
        schema="registry",
    )
    # What a login may do, read at each of its requests.
    op.create_index(op.f("ix_assignment_holder"), "assignment", ["holder"], schema="registry")
    # Those that follow their areas when these change: a few hundred beside thousands of heads.
    op.create_index(
        "ix_assignment_id_areas",
        "assignment",
        ["id"],
        schema="registry",
        postgresql_where=sa.text("revoked_at IS NULL AND cardinality(areas) > 0"),
    )


def _places() -> None:
    op.create_table(
        "assignment_place",
        sa.Column("assignment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("province_code", sa.String(), nullable=True),
        sa.Column("regency_code", sa.String(), nullable=True),
        sa.Column("facility_id", sa.Uuid(), nullable=True),
        sa.Column("owner_ministry", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["registry.assignment.id"],
            name=op.f("fk_assignment_place_assignment_id"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_assignment_place_facility",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("assignment_id", "position", name=op.f("pk_assignment_place")),
        schema="registry",
    )
    for column in ("facility_id", "province_code", "regency_code"):
        op.create_index(
            f"ix_assignment_place_{column}",
            "assignment_place",
            [column, "assignment_id"],
            schema="registry",
        )


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "NATIONAL_ADMIN",
                "PROGRAM_MANAGER",
                "REGIONAL_OFFICER",
                "FACILITY_OPERATOR",
                "INSTRUCTOR",
                "PARTICIPANT",
                "ANALYST",
                "AUDITOR",
                "SERVICE",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "ISSUED",
                "CLAIMED",
                "APPROVED",
                "REFUSED",
                "EXPIRED",
                "REVOKED",
                name="invitationstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_issuer", sa.String(), nullable=True),
        sa.Column("claimed_subject", sa.String(), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("hands_over_id", sa.Uuid(), nullable=True),
        sa.Column("assignment_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(claimed_issuer, claimed_subject, claimed_at) IN (0, 3)",
            name=op.f("ck_invitation_claim"),
        ),
        sa.CheckConstraint(
            "(state = 'APPROVED') = (assignment_id IS NOT NULL)",
            name=op.f("ck_invitation_approval"),
        ),
        sa.ForeignKeyConstraint(
            ["facility_id", "province_code", "regency_code", "owner_ministry"],
            [
                "registry.facility.id",
                "registry.facility.province_code",
                "registry.facility.regency_code",
                "registry.facility.owner_ministry",
            ],
            name="fk_invitation_facility",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["hands_over_id"],
            ["registry.assignment.id"],
            name=op.f("fk_invitation_hands_over_id"),
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id"],
            ["registry.assignment.id"],
            name=op.f("fk_invitation_assignment_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_invitation_code_hash")),
        schema="registry",
    )
    for column in ("facility_id", "province_code", "regency_code"):
        op.create_index(f"ix_invitation_{column}", "invitation", [column, "id"], schema="registry")
    op.create_index(
        "ix_invitation_expires_at",
        "invitation",
        ["expires_at"],
        schema="registry",
        postgresql_where=sa.text("state = 'ISSUED'"),
    )
    op.create_index(
        "ix_invitation_claimed_subject",
        "invitation",
        ["claimed_subject", "claimed_issuer"],
        schema="registry",
    )


def downgrade() -> None:
    for table in ("claim_attempt", "invitation", "assignment_place", "assignment"):
        op.drop_table(table, schema="registry")
