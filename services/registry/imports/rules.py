"""What a template says, what refuses a row of a file, and where an interrupted import goes on."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, Protocol, TypeVar

from shared.errors import InvalidError
from shared.files.cells import CellKind
from shared.files.workbooks import TemplateColumn
from shared.i18n import Text

MINISTRY_WORDS: Final[Mapping[str, str]] = {
    "KEMNAKER": "MANPOWER",
    "KEMENAKER": "MANPOWER",
    "KEMENUMKM": "MSME",
    "KEMEN_UMKM": "MSME",
    "UMKM": "MSME",
}
SPACE_KIND_WORDS: Final[Mapping[str, str]] = {
    "RUANG": "ROOM",
    "RUANG_KELAS": "ROOM",
    "KELAS": "ROOM",
    "BENGKEL": "WORKSHOP",
    "WORKSHOP": "WORKSHOP",
    "LINI_PRODUKSI": "PRODUCTION_LINE",
}
INSTITUTION_KIND_WORDS: Final[Mapping[str, str]] = {
    "KEMENTERIAN": "MINISTRY",
    "PEMDA": "REGIONAL_GOVERNMENT",
    "PEMERINTAH_DAERAH": "REGIONAL_GOVERNMENT",
    "YAYASAN": "FOUNDATION",
    "PESANTREN": "FOUNDATION",
    "SERIKAT": "UNION",
    "SERIKAT_PEKERJA": "UNION",
    "KOPERASI": "COOPERATIVE",
    "PERUSAHAAN": "COMPANY",
    "ASOSIASI": "ASSOCIATION",
    "UNIVERSITAS": "UNIVERSITY",
    "PERGURUAN_TINGGI": "UNIVERSITY",
}


def word_column(
    about: Text,
    *,
    choices: type[StrEnum] | None = None,
    synonyms: Mapping[str, str] | None = None,
    required: bool = False,
    example: str = "",
) -> TemplateColumn:
    """Return a column for one of a few words."""
    return TemplateColumn(
        kind=CellKind.WORD,
        required=required,
        synonyms=synonyms or {},
        about=about,
        example=example,
        choices=() if choices is None else tuple(choices),
    )


ID_COLUMN: Final = TemplateColumn(
    kind=CellKind.CODE,
    about=Text(
        "Pengenal (UUID) bila sudah ada; boleh kosong.", "The identifier (UUID), if chosen."
    ),
)
SYNTHETIC_COLUMN: Final = TemplateColumn(
    kind=CellKind.TRUTH,
    about=Text("ya untuk data sintetis.", "ya (true) for generated data."),
    example="ya",
    choices=("ya", "tidak"),
)


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


class RowInvalidError(InvalidError):
    """Cells of the row do not read as what their column holds."""

    code = "row-invalid"
    title = Text("Isi baris tidak sah.", "Cells of the row are not valid.")


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
