"""What figures need of classes and enrollments."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000022"
down_revision: str | Sequence[str] | None = "a00000000021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As it stands today: it tells of the trade.
DESK: Final = Path(__file__).parents[2] / "services" / "enrollment" / "enrollments" / "desk.sql"
_OF_TRADE: Final = (
    "class",
    "application",
    "training_certificate",
    "competence_certificate",
    "referral",
)
_OF_DISABILITY: Final = ("training_certificate", "competence_certificate")
_KINDS: Final = ("UPTP", "UPTD", "BLKK", "LPKS", "LPK_COMPANY", "PLUT", "PRODUCTION_HOUSE")


def _added(table: str, name: str, kind: Any, default: str) -> None:
    column: sa.Column[Any] = sa.Column(name, kind, server_default=sa.text(default), nullable=False)
    op.add_column(table, column, schema="enrollment")


def upgrade() -> None:
    for table in _OF_TRADE:
        _added(table, "trade", sa.String(), "''")
    for table in _OF_DISABILITY:
        _added(table, "disability", sa.Boolean(), "false")
    _added("enrollment", "applied", sa.Boolean(), "false")
    _added("attendance_sheet", "days", sa.Integer(), "0")
    op.add_column("application", sa.Column("facility_kind", sa.String(40)), schema="enrollment")
    named = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.create_check_constraint(
        op.f("ck_application_facilitykind"),
        "application",
        f"facility_kind IN ({named})",
        schema="enrollment",
    )
    op.execute(sa.text(DESK.read_text().replace(":", r"\:")))


def downgrade() -> None:
    # The function of the desk goes back with the code that is put back beside it.
    op.drop_column("application", "facility_kind", schema="enrollment")
    op.drop_column("attendance_sheet", "days", schema="enrollment")
    op.drop_column("enrollment", "applied", schema="enrollment")
    for table in _OF_DISABILITY:
        op.drop_column(table, "disability", schema="enrollment")
    for table in _OF_TRADE:
        op.drop_column(table, "trade", schema="enrollment")
