"""How long amounts of income are kept, stated without a database."""

from datetime import datetime, timedelta
from typing import Final

_MONTH: Final = timedelta(days=30)
# A proposal, to be decided by the ministries: two budget years after the last follow-up.
INCOMES_KEPT: Final = 36 * _MONTH


def kept_since(now: datetime) -> datetime:
    """Return the moment before which amounts that were recorded are erased."""
    return now - INCOMES_KEPT
