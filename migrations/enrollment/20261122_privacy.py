"""Privacy."""

from collections.abc import Sequence

revision: str = "a00000000019"
down_revision: str | Sequence[str] | None = "a00000000018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
