"""Privacy requests."""

from collections.abc import Sequence

revision: str = "b00000000014"
down_revision: str | Sequence[str] | None = "b00000000013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
