"""Notices that another service orders."""

from collections.abc import Sequence

revision: str = "a00000000023"
down_revision: str | Sequence[str] | None = "a00000000022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
