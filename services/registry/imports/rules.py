"""What refuses a row of a file, and where an interrupted import goes on."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeVar

from shared.errors import InvalidError
from shared.i18n import Text


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
