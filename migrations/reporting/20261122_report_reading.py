"""What reports of any moment and traces read by."""

from collections.abc import Sequence

revision: str = "d00000000008"
down_revision: str | Sequence[str] | None = "d00000000007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
