"""Verdicts on the rows of a file, and where an interrupted import goes on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from shared.errors import ServiceError
from shared.i18n import Language


class Outcome(StrEnum):
    """What became of a row; in a validation, what would."""

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row, with the id of what it made or the code of what refused it."""

    row: int
    outcome: Outcome
    id: UUID | None = None
    code: str | None = None
    detail: str | None = None


def refused(row: int, error: ServiceError, language: Language) -> Verdict:
    """Return the verdict on a row that `error` refuses, in the language of the importer."""
    return Verdict(row, Outcome.REFUSED, code=error.code, detail=error.detail.in_(language))


Item = TypeVar("Item")


def chunks_of(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Yield `items` in runs of up to `size`, in order."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
