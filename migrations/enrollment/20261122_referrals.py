"""Referrals after training, and what people are told of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000018"
down_revision: str | Sequence[str] | None = "a00000000017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_NOTICES = (
    "SEAT",
    "WAITLISTED",
    "PROMOTED",
    "NOT_PLACED",
    "OFFER",
    "EXPIRED",
    "CANCELLED",
    "CLASS_MOVED",
    "CLASS_CANCELLED",
    "START_REMINDER",
    "CERTIFICATE",
    "FOLLOW_UP",
    "CODE",
)
_REFERRALS = ("REFERRAL_SENT", "REFERRAL_ACCEPTED", "REFERRAL_REFUSED")


def upgrade() -> None:
    _know_notices(*_NOTICES, *_REFERRALS)
    _add_referrals()


def _know_notices(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_notice_noticekind"), "notice", schema="enrollment")
    told = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(
        op.f("ck_notice_noticekind"), "notice", f"kind IN ({told})", schema="enrollment"
    )


def _add_referrals() -> None:
    op.create_table(
        "referral",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("enrollment_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("facility_id", sa.Uuid(), nullable=False),
        sa.Column(
            "facility_kind",
            sa.Enum(
                "UPTP",
                "UPTD",
                "BLKK",
                "LPKS",
                "LPK_COMPANY",
                "PLUT",
                "PRODUCTION_HOUSE",
                name="facilitykind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("province_code", sa.String(), nullable=False),
        sa.Column("regency_code", sa.String(), nullable=False),
        sa.Column("owner_ministry", sa.String(), nullable=False),
        sa.Column("co_ministry", sa.String(), nullable=True),
        sa.Column("host_ministry", sa.String(), nullable=False),
        sa.Column("home_province_code", sa.String(), nullable=False),
        sa.Column("home_regency_code", sa.String(), nullable=False),
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
        sa.Column("disability", sa.Boolean(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "PLUT_SERVICE",
                "INCUBATOR",
                "PRODUCTION_SLOT",
                "BANK",
                name="referralkind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("target_id", sa.Uuid(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("to_facility_id", sa.Uuid(), nullable=True),
        sa.Column("to_facility_name", sa.String(), nullable=True),
        sa.Column("to_province_code", sa.String(), nullable=True),
        sa.Column("to_regency_code", sa.String(), nullable=True),
        sa.Column("to_ministry", sa.String(), nullable=True),
        sa.Column(
            "financing",
            sa.Enum(
                "KUR",
                "KUR_SYARIAH",
                "LPDB",
                "BWM",
                "OTHER",
                name="financing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column(
            "slots", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True
        ),
        sa.Column(
            "state",
            sa.Enum(
                "PROPOSED",
                "CONSENTED",
                "SENT",
                "ACCEPTED",
                "REFUSED",
                "RESULT",
                "WITHDRAWN",
                name="referralstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("proposed_by", sa.String(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consent_version", sa.String(), nullable=True),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paper_sha256", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum(
                "SERVICE_RECEIVED",
                "TENANT_JOINED",
                "SLOT_USED",
                "FINANCING_GRANTED",
                "NOTHING",
                name="referraloutcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=True),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'BANK') = (financing IS NOT NULL)", name=op.f("ck_referral_financed")
        ),
        sa.CheckConstraint(
            "(kind = 'BANK') = (to_facility_id IS NULL)", name=op.f("ck_referral_receiver")
        ),
        sa.CheckConstraint(
            "(kind = 'PRODUCTION_SLOT') = (slots IS NOT NULL)", name=op.f("ck_referral_slots")
        ),
        sa.CheckConstraint(
            "(outcome = 'TENANT_JOINED') = (tenant_id IS NOT NULL)", name=op.f("ck_referral_tenant")
        ),
        sa.CheckConstraint(
            "(state = 'RESULT') = (outcome IS NOT NULL)", name=op.f("ck_referral_outcome")
        ),
        sa.CheckConstraint(
            "(consented_at IS NULL) = (consent_version IS NULL)", name=op.f("ck_referral_consent")
        ),
        sa.CheckConstraint("(slots IS NULL) = (people IS NULL)", name=op.f("ck_referral_people")),
        sa.CheckConstraint(
            "booked_at IS NULL OR booking_id IS NOT NULL", name=op.f("ck_referral_booked")
        ),
        sa.CheckConstraint(
            "sent_at IS NULL OR consented_at IS NOT NULL", name=op.f("ck_referral_sent")
        ),
        sa.PrimaryKeyConstraint("participant_id", "id", name=op.f("pk_referral")),
        schema="enrollment",
    )
    op.create_index(
        "ix_referral_facility_id_id",
        "referral",
        ["facility_id", "id"],
        unique=False,
        schema="enrollment",
    )
    op.create_index(
        "ix_referral_to_facility_id_id",
        "referral",
        ["to_facility_id", "id"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text("to_facility_id IS NOT NULL"),
    )
    op.create_index(
        "ix_referral_unsettled",
        "referral",
        ["id"],
        unique=False,
        schema="enrollment",
        postgresql_where=sa.text(
            "booking_id IS NOT NULL AND (booked_at IS NULL"
            " OR state IN ('REFUSED', 'WITHDRAWN') OR outcome = 'NOTHING')"
        ),
    )
    op.create_index("uq_referral_id", "referral", ["id"], unique=True, schema="enrollment")
    op.create_index(
        "uq_referral_open",
        "referral",
        ["participant_id", "kind", "target_id"],
        unique=True,
        schema="enrollment",
        postgresql_where=sa.text(
            "kind <> 'PRODUCTION_SLOT' AND state IN ('PROPOSED', 'CONSENTED', 'SENT', 'ACCEPTED')"
        ),
    )


def downgrade() -> None:
    op.drop_table("referral", schema="enrollment")
    op.execute("DELETE FROM enrollment.notice WHERE kind LIKE 'REFERRAL%'")
    _know_notices(*_NOTICES)
