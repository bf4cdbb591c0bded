"""The desk tells the present state and what it would take, beside a refusal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import op

revision: str = "a00000000024"
down_revision: str | Sequence[str] | None = "a00000000023"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# As it stands today.
DESK: Final = Path(__file__).parents[2] / "services" / "enrollment" / "enrollments" / "desk.sql"


def upgrade() -> None:
    op.execute(sa.text(DESK.read_text().replace(":", r"\:")))


def downgrade() -> None:
    # The function of the desk goes back with the code that is put back beside it.
    pass
