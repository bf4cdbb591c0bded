"""What is kept of a person who went, under seal only."""

from shared.schemas.base import Message


class GoneSealed(Message):
    """What was known of the person who went; it is kept under seal only."""

    nik: str
    facts: dict[str, str | None]
    external_refs: dict[str, str]
