"""Places counted: standings, hours, and facilities by name."""

from collections.abc import Sequence

revision: str = "d00000000007"
down_revision: str | Sequence[str] | None = "d00000000006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
