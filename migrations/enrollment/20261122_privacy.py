"""Privacy: requests, copies, legal holds, retention and breach reports."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "a00000000019"
down_revision: str | Sequence[str] | None = "a00000000018"
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
    "REFERRAL_SENT",
    "REFERRAL_ACCEPTED",
    "REFERRAL_REFUSED",
)
_OPEN = "state IN ('RECEIVED', 'IN_PROGRESS')"


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _instant(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _json(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=nullable)


def _table(name: str, *columns: sa.Column[Any] | sa.Constraint, key: Sequence[str]) -> None:
    op.create_table(
        name,
        *(sa.Column(each, sa.Uuid(), nullable=False) for each in key),
        *columns,
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")),
        schema="enrollment",
    )


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _index(name: str, table: str, *columns: str, unique: bool = False, where: str = "") -> None:
    op.create_index(
        name,
        table,
        list(columns),
        unique=unique,
        schema="enrollment",
        postgresql_where=sa.text(where) if where else None,
    )


def upgrade() -> None:
    _add_requests()
    _add_holds()
    _add_breaches()
    _table(
        "retention_run",
        _text("rule"),
        _instant("began_at"),
        _instant("ended_at", nullable=True),
        _count("rows"),
        _check("retention_run", "rows", "rows >= 0"),
        key=["id"],
    )
    _index("ix_retention_run_rule", "retention_run", "rule", "began_at")
    op.create_index(
        "ix_event_recorded_at",
        "event",
        ["recorded_at"],
        schema="enrollment",
        postgresql_using="brin",
    )
    _know_notices(*_NOTICES, "BREACH", "WAVE_CANCELLED")


def _know_notices(*kinds: str) -> None:
    op.drop_constraint(op.f("ck_notice_noticekind"), "notice", schema="enrollment")
    told = ", ".join(f"'{kind}'" for kind in kinds)
    op.create_check_constraint(
        op.f("ck_notice_noticekind"), "notice", f"kind IN ({told})", schema="enrollment"
    )


def _add_requests() -> None:
    _table(
        "privacy_request",
        sa.Column(
            "kind",
            _one_of("requestkind", "ACCESS", "CORRECTION", "WITHDRAWAL", "RESTRICTION", "ERASURE"),
            nullable=False,
        ),
        sa.Column(
            "state",
            _one_of("requeststate", "RECEIVED", "IN_PROGRESS", "DONE", "REFUSED"),
            nullable=False,
        ),
        sa.Column("channel", _one_of("requestchannel", "SELF", "OFFICE"), nullable=False),
        sa.Column(
            "purpose",
            _one_of("purpose", "SEAT_AND_SELECTION", "FOLLOW_UP", "REFERRAL", "PUBLICATION"),
            nullable=True,
        ),
        _text("consent_version", nullable=True),
        sa.Column("members", postgresql.ARRAY(sa.Text()), nullable=False),
        _text("paper_reference", nullable=True),
        _text("paper_sha256", nullable=True),
        _text("home_province_code"),
        _text("home_regency_code"),
        _text("filed_by"),
        _instant("received_at"),
        _instant("due_at"),
        _instant("taken_on_at", nullable=True),
        _text("taken_on_by", nullable=True),
        _instant("closed_at", nullable=True),
        _text("closed_by", nullable=True),
        sa.Column(
            "refused_because",
            _one_of("refusalreason", "LEGAL_HOLD", "NOT_VERIFIED", "LAW_REQUIRES", "NOTHING_TO_DO"),
            nullable=True,
        ),
        sa.Column("again_on", sa.Date(), nullable=True),
        _json("steps"),
        _json("receipt", nullable=True),
        _text("receipt_sha256", nullable=True),
        _count("version"),
        _check("privacy_request", "closed", f"({_OPEN}) = (closed_at IS NULL)"),
        _check("privacy_request", "receipt", "(closed_at IS NULL) = (receipt IS NULL)"),
        _check("privacy_request", "refused", "(state = 'REFUSED') = (refused_because IS NOT NULL)"),
        _check("privacy_request", "paper", "(channel = 'OFFICE') = (paper_sha256 IS NOT NULL)"),
        key=["participant_id", "id"],
    )
    _index("uq_privacy_request_id", "privacy_request", "id", unique=True)
    _index(
        "uq_privacy_request_open",
        "privacy_request",
        "participant_id",
        "kind",
        unique=True,
        where=_OPEN,
    )
    _index("ix_privacy_request_due", "privacy_request", "due_at", "id", where=_OPEN)
    _index("ix_privacy_request_all", "privacy_request", "due_at", "id")
    _index("ix_privacy_request_province", "privacy_request", "home_province_code", "due_at", "id")
    _index("ix_privacy_request_regency", "privacy_request", "home_regency_code", "due_at", "id")
    op.create_table(
        "access_copy",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _instant("made_at"),
        _instant("expires_at"),
        sa.PrimaryKeyConstraint("participant_id", "request_id", name=op.f("pk_access_copy")),
        schema="enrollment",
    )
    _index("ix_access_copy_expires_at", "access_copy", "expires_at")


def _add_holds() -> None:
    _table(
        "legal_hold",
        sa.Column(
            "kind",
            _one_of("holdkind", "AUDIT", "DISPUTE", "LAW_ENFORCEMENT", "OPEN_CLASS"),
            nullable=False,
        ),
        _text("reference"),
        sa.Column("until", sa.Date(), nullable=True),
        _text("placed_by"),
        _instant("placed_at"),
        _text("lifted_by", nullable=True),
        _instant("lifted_at", nullable=True),
        _check("legal_hold", "lifted", "(lifted_at IS NULL) = (lifted_by IS NULL)"),
        _check("legal_hold", "placed", "kind <> 'OPEN_CLASS'"),
        key=["participant_id", "id"],
    )
    _index("uq_legal_hold_id", "legal_hold", "id", unique=True)
    _index("ix_legal_hold_standing", "legal_hold", "participant_id", where="lifted_at IS NULL")


def _add_breaches() -> None:
    _table(
        "breach_report",
        sa.Column(
            "state",
            _one_of("breachstate", "SEARCHING", "FOUND", "NOTIFYING", "NOTIFIED"),
            nullable=False,
        ),
        _instant("since"),
        _instant("until"),
        _text("actor", nullable=True),
        sa.Column("device_id", sa.Uuid(), nullable=True),
        _text("issuer", nullable=True),
        _instant("discovered_at"),
        _instant("due_at"),
        _text("filed_by"),
        _instant("filed_at"),
        _instant("found_at", nullable=True),
        _count("people"),
        _count("reads"),
        _count("changes"),
        _json("kinds"),
        _instant("notified_at", nullable=True),
        _text("notified_by", nullable=True),
        _check("breach_report", "span", "until > since"),
        _check("breach_report", "named", "num_nonnulls(actor, device_id, issuer) = 1"),
        _check("breach_report", "found", "(state = 'SEARCHING') = (found_at IS NULL)"),
        key=["id"],
    )
    _table(
        "breach_subject",
        _count("reads"),
        _count("changes"),
        _check("breach_subject", "counts", "reads >= 0 AND changes >= 0"),
        key=["participant_id", "report_id"],
    )
    _index("ix_breach_subject_report_id", "breach_subject", "report_id", "participant_id")


def downgrade() -> None:
    op.execute("DELETE FROM enrollment.notice WHERE kind IN ('BREACH', 'WAVE_CANCELLED')")
    _know_notices(*_NOTICES)
    op.drop_index("ix_event_recorded_at", "event", schema="enrollment")
    for table in (
        "retention_run",
        "breach_subject",
        "breach_report",
        "legal_hold",
        "access_copy",
        "privacy_request",
    ):
        op.drop_table(table, schema="enrollment")
