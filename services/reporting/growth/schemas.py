"""Bodies of the jobs that catch up."""

from services.reporting.folding.rules import Source
from shared.schemas.base import Body


class ReadAnew(Body):
    """Which source to read from its first event."""

    source: Source
