"""What the job that copies areas is given."""

from shared.schemas.base import Message


class CopyAreas(Message):
    """The job that copies provinces, regencies and what became of them: always all of them."""
