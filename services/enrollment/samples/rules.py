"""What a sample is drawn from, stated without a database."""

from datetime import timedelta
from typing import Final

from shared.errors import NotFoundError
from shared.i18n import Text

MOST: Final = 1_000
# Whoever arrived by then has long been written down: no transaction lasts that long. So the same
# list can be read again at any time, and the same sample be drawn from it.
SETTLED_AFTER: Final = timedelta(minutes=2)


class SampleUnknownError(NotFoundError):
    """There is no such sample."""

    code = "sample-unknown"
    title = Text("Sampel tidak ditemukan.", "There is no such sample.")
