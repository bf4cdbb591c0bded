"""Verdicts on the rows of a file, and where an interrupted import goes on."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from uuid import UUID

from shared.errors import InvalidError, NotFoundError, ServiceError
from shared.i18n import Language, Text


class UploadEmptyError(InvalidError):
    """The request brings no file."""

    code = "upload-empty"
    title = Text("Kirim berkas CSV sebagai isi permintaan.", "Send a CSV file as the body.")


class UploadGoneError(NotFoundError):
    """The file has been cleared away before its job could read it."""

    code = "upload-gone"
    title = Text("Berkas sudah dihapus; kirim lagi.", "The file is gone; send it again.")


class RowRepeatedError(InvalidError):
    """An earlier row of the same file has the same code."""

    code = "row-repeated"
    title = Text("Kode ini sudah ada di baris sebelumnya.", "An earlier row has this code.")


class RowTooLongError(InvalidError):
    """The row has more cells than the header has columns."""

    code = "row-too-long"
    title = Text(
        "Baris ini mempunyai lebih banyak sel daripada kolom judul.",
        "The row has more cells than the header has columns.",
    )


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


class Numbered(Protocol):
    """A row that knows its number in the file."""

    @property
    def row(self) -> int:
        """Return the number; row 1 is the first below the header."""


Item = TypeVar("Item", bound=Numbered)


def chunks_of(
    rows: Sequence[Item], size: int, *, done: int = 0
) -> Iterator[tuple[int, Sequence[Item]]]:
    """Yield the rows after row number `done` in runs of up to `size`.

    With each run comes how many of all rows lie behind once it is done.
    """
    first = bisect_right(rows, done, key=lambda row: row.row)
    for start in range(first, len(rows), size):
        chunk = rows[start : start + size]
        yield start + len(chunk), chunk
