"""What figures need of facilities and their hours."""

from collections.abc import Sequence

revision: str = "b00000000016"
down_revision: str | Sequence[str] | None = "b00000000015"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
