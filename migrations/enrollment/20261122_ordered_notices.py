"""Notices that another service orders: the reminder of a follow-up."""

from collections.abc import Sequence

from alembic import op

revision: str = "a00000000023"
down_revision: str | Sequence[str] | None = "a00000000022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KINDS = (
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
    "BREACH",
    "WAVE_CANCELLED",
)


def upgrade() -> None:
    _know_kinds(*_KINDS, "FOLLOW_UP_REMINDER")


def _know_kinds(*kinds: str) -> None:
    name = op.f("ck_notice_noticekind")
    told = ", ".join(f"'{kind}'" for kind in kinds)
    op.drop_constraint(name, "notice", schema="enrollment")
    op.create_check_constraint(name, "notice", f"kind IN ({told})", schema="enrollment")


def downgrade() -> None:
    op.execute("DELETE FROM enrollment.notice WHERE kind = 'FOLLOW_UP_REMINDER'")
    _know_kinds(*_KINDS)
