"""Bodies of published tables."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict

from shared.schemas.base import Read


class Sentences(Read):
    """One sentence in Indonesian and in English."""

    id: str
    en: str


class EditionRead(Read):
    """One edition of a published table; `sha256` is the hash of the bytes at `url`.

    `suppressed` counts the rows whose numbers are withheld.
    """

    model_config = ConfigDict(from_attributes=True, frozen=True)

    id: UUID
    code: str
    edition: int
    as_of: datetime | None
    published_at: datetime
    sha256: str
    rows: int
    suppressed: int
    synthetic: bool
    url: str = ""


class PublishedTableRead(Read):
    """A table of the list, and its latest edition; null as long as there is none."""

    code: str
    label: Sentences
    description: Sentences
    report: str | None
    by: list[str]
    url: str
    edition: EditionRead | None


class PublishedTables(Read):
    """Every published table that there is."""

    items: list[PublishedTableRead]


class PublishedBody(Read):
    """What an edition says: metadata of Satu Data, the rows, and the totals of its parts."""

    table: str
    edition: int
    label: Sentences
    as_of: datetime | None
    published_at: datetime
    report: str | None
    by: list[str]
    synthetic: bool
    synthetic_note: str | None
    suppressed_below: int
    metadata: dict[str, Any]
    rows: list[dict[str, Any]]
    totals: list[dict[str, Any]]
