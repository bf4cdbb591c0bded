"""Participants in full: keys, logins, contacts, businesses, guardians, needs and references."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000014"
down_revision: str | Sequence[str] | None = "a00000000013"
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
)


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _sealed() -> sa.Column[bytes]:
    return sa.Column("sealed", sa.LargeBinary(), nullable=False)


def _of_person(name: str, *columns: sa.Column[Any] | sa.Constraint, second: str = "id") -> None:
    """Make a table of things of people, keyed by the person and one more column."""
    kind: Any = sa.Uuid() if second == "id" else sa.String()
    op.create_table(
        name,
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column(second, kind, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("participant_id", second, name=op.f(f"pk_{name}")),
        schema="enrollment",
    )


def upgrade() -> None:
    _extend_participant()
    _add_keys()
    _add_businesses()
    _add_logins()
    _add_sealed()
    _add_references()
    _know_notices(*_NOTICES, "CODE")


def _extend_participant() -> None:
    for name in (
        "restricted_at",
        "phone_verified_at",
        "email_verified_at",
        "guardian_consent_at",
    ):
        op.add_column("participant", _instant(name, nullable=True), schema="enrollment")
    op.add_column(
        "participant",
        sa.Column(
            "name_key", sa.String(collation="C"), server_default=sa.text("''"), nullable=False
        ),
        schema="enrollment",
    )
    op.create_index("ix_participant_birth_date", "participant", ["birth_date"], schema="enrollment")
    for index, before in (
        ("ix_participant_name", []),
        ("ix_participant_province_name", ["home_province_code"]),
        ("ix_participant_regency_name", ["home_regency_code"]),
    ):
        op.create_index(index, "participant", [*before, "name_key", "id"], schema="enrollment")
    op.create_index(
        "ix_enrollment_participant", "enrollment", ["participant_id", "id"], schema="enrollment"
    )
    _of_person(
        "participant_revision",
        sa.Column("members", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("actor"),
        sa.Column("version", sa.Integer(), nullable=False),
        _instant("at"),
    )


def _add_keys() -> None:
    op.create_table(
        "person_key",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=True),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(wrapped_key IS NULL) = (destroyed_at IS NOT NULL)",
            name=op.f("ck_person_key_destroyed"),
        ),
        sa.CheckConstraint(
            "(wrapped_key IS NULL) = (key_id IS NULL)", name=op.f("ck_person_key_wrapped")
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_person_key")),
        schema="enrollment",
    )


def _add_businesses() -> None:
    _of_person(
        "participant_business",
        sa.Column("as_of", sa.Date(), nullable=False),
        _text("nib", nullable=True),
        _text("kbli", nullable=True),
        _text("kbli_scheme", nullable=True),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("capital_rupiah", sa.BigInteger(), nullable=True),
        sa.Column("annual_sales_rupiah", sa.BigInteger(), nullable=True),
        sa.Column("employees", sa.Integer(), nullable=True),
        sa.Column(
            "entrant_kind",
            _one_of("entrantkind", "MICRO", "SMALL", "MEDIUM", "PROSPECTIVE"),
            nullable=False,
        ),
        _text("kind_by_capital", nullable=True),
        _text("kind_by_sales", nullable=True),
        sa.Column(
            "size_criterion",
            _one_of("sizecriterion", "BY_FOUNDING", "CAPITAL", "SALES"),
            nullable=True,
        ),
        _text("rule_version"),
        _instant("recorded_at"),
        _text("recorded_by"),
    )
    op.create_index(
        "ix_participant_business_as_of",
        "participant_business",
        ["participant_id", "as_of", "id"],
        schema="enrollment",
    )


def _add_logins() -> None:
    _of_person(
        "contact_code",
        sa.Column("purpose", _one_of("codepurpose", "BIND", "VERIFY"), nullable=False),
        sa.Column("channel", _one_of("channel", "EMAIL", "PHONE"), nullable=True),
        _text("holder"),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("contact_hash", sa.LargeBinary(length=32), nullable=True),
        _instant("created_at"),
        _instant("expires_at"),
        _instant("used_at", nullable=True),
    )
    op.create_index(
        "ix_contact_code_expires_at", "contact_code", ["expires_at"], schema="enrollment"
    )
    _of_person(
        "login_binding",
        _text("holder"),
        _instant("unbound_at", nullable=True),
        _instant("bound_at"),
        _text("unbound_by", nullable=True),
        _text("reason", nullable=True),
        _text("evidence_reference", nullable=True),
        _text("evidence_sha256", nullable=True),
        sa.CheckConstraint(
            "(unbound_at IS NULL) = (unbound_by IS NULL)"
            " AND (unbound_at IS NULL) = (evidence_sha256 IS NULL)",
            name=op.f("ck_login_binding_unbound"),
        ),
    )
    for column in ("holder", "participant_id"):
        op.create_index(
            f"uq_login_binding_{column}",
            "login_binding",
            [column],
            unique=True,
            schema="enrollment",
            postgresql_where=sa.text("unbound_at IS NULL"),
        )


def _know_notices(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_notice_noticekind"), "notice", schema="enrollment")
    told = ", ".join(f"'{each}'" for each in kinds)
    op.create_check_constraint(
        op.f("ck_notice_noticekind"), "notice", f"kind IN ({told})", schema="enrollment"
    )


def _add_sealed() -> None:
    _of_person(
        "guardian",
        _sealed(),
        _text("consent_version"),
        _instant("consented_at"),
        _text("recorded_by"),
        _instant("ended_at", nullable=True),
    )
    _of_person(
        "accommodation_need",
        _sealed(),
        _text("consent_version"),
        _instant("recorded_at"),
        _text("recorded_by"),
    )
    _of_person(
        "nik_correction",
        _sealed(),
        sa.Column("members", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("reason"),
        _text("evidence_reference"),
        _text("evidence_sha256"),
        _text("corrected_by"),
        _instant("corrected_at"),
        sa.Column("old_index", sa.LargeBinary(length=32), nullable=True),
    )
    op.create_index(
        "ix_nik_correction_unsettled",
        "nik_correction",
        ["corrected_at"],
        schema="enrollment",
        postgresql_where=sa.text("old_index IS NOT NULL"),
    )


def _add_references() -> None:
    _of_person(
        "external_ref",
        _text("ref"),
        _instant("set_at"),
        sa.UniqueConstraint("client", "ref", name="uq_external_ref_ref"),
        second="client",
    )


def downgrade() -> None:
    op.execute("DELETE FROM enrollment.notice WHERE kind = 'CODE'")
    _know_notices(*_NOTICES)
    for table in (
        "external_ref",
        "nik_correction",
        "accommodation_need",
        "guardian",
        "login_binding",
        "contact_code",
        "participant_business",
        "person_key",
        "participant_revision",
    ):
        op.drop_table(table, schema="enrollment")
    op.drop_index("ix_enrollment_participant", table_name="enrollment", schema="enrollment")
    op.drop_index("ix_participant_birth_date", table_name="participant", schema="enrollment")
    for name in (
        "name_key",
        "guardian_consent_at",
        "email_verified_at",
        "phone_verified_at",
        "restricted_at",
    ):
        op.drop_column("participant", name, schema="enrollment")
