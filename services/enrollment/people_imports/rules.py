"""How files about people are sealed and read, and what refuses them, without a database."""

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.enrollment.class_imports.rules import RowInvalidError
from services.enrollment.identities.rules import NONCE_BYTES, NikKeys, SealedNik
from shared.errors import ConflictError, InvalidError, NotFoundError, ServiceError
from shared.files.cells import Column
from shared.files.csv import (
    EXTRA,
    VERDICT_COLUMNS,
    FileUnreadableError,
    delimiter_of,
    named_rows,
)
from shared.files.xlsx import Cell, FileTooLargeError, is_workbook, read_sheet
from shared.i18n import Text

KEY_BYTES: Final = 32
PIECE_BYTES: Final = 1024 * 1024
# As much as a request may bring: a workbook is opened as a whole.
MAX_WHOLE: Final = 16 * 1024 * 1024
# What parts cells and rows in a text that COPY reads.
_ESCAPES: Final = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_ENCODINGS: Final = ("utf-8-sig", "cp1252")

Row: TypeAlias = tuple[int, Mapping[str, Cell]]
# Begins the file anew and yields its bytes, a piece at a time.
Pieces: TypeAlias = Callable[[], Iterator[bytes]]


class Record(Mapping[str, Cell]):
    """The cells of a row of a text, by name; empty ones are left out.

    Whoever reads thousands takes `texts`, in the order of `names`, an empty one behind the last.
    """

    __slots__ = ("names", "texts")

    def __init__(self, names: tuple[str, ...], texts: list[str]) -> None:
        self.names = names
        self.texts = texts

    def __getitem__(self, name: str) -> Cell:
        return self.named()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.named())

    def __len__(self) -> int:
        return len(self.named())

    def named(self) -> dict[str, Cell]:
        """Return the cells by name, for who looks at many of them."""
        named = zip(self.names, self.texts, strict=False)
        return {name: text for name, text in named if text}


class RowRepeatedError(InvalidError):
    """An earlier row of the same file is about the same."""

    code = "row-repeated"
    title = Text(
        "Baris sebelumnya dalam berkas ini sudah memuat data yang sama.",
        "An earlier row of the file is about the same.",
    )


class RowTooLongError(InvalidError):
    """The row has more cells than the header has columns."""

    code = "row-too-long"
    title = Text(
        "Baris ini mempunyai lebih banyak sel daripada kolom judul.",
        "The row has more cells than the header has columns.",
    )


class UploadUnknownError(NotFoundError):
    """There is no such upload, or it is somebody else's."""

    code = "upload-unknown"
    title = Text("Unggahan tidak ditemukan.", "There is no such upload.")


class UploadInUseError(ConflictError):
    """A job reads the upload: its parts stay as they are."""

    code = "upload-in-use"
    title = Text("Unggahan sedang dipakai pekerjaan.", "A job is reading the upload.")


class WorkbookUnknownError(NotFoundError):
    """The job has read no file whose rows it judged, or is not done yet."""

    code = "workbook-unknown"
    title = Text(
        "Pekerjaan ini belum selesai atau tidak membaca berkas.",
        "The job is not done yet, or has read no file.",
    )


class WorkbookGoneError(ServiceError):
    """The file has been cleared away; its verdicts are still to be read."""

    status = HTTPStatus.GONE
    code = "workbook-gone"
    title = Text(
        "Berkas sudah dihapus; hasil tiap baris masih dapat dibaca.",
        "The file has been cleared away; the verdicts on its rows can still be read.",
    )


class WorkbookTooLargeError(InvalidError):
    """The file is too large to be given back; its verdicts can be read."""

    code = "workbook-too-large"
    title = Text(
        "Berkas terlalu besar untuk dikembalikan; baca hasil tiap baris.",
        "The file is too large to be given back; read the verdicts on its rows.",
    )


def row_invalid(names: Iterable[str]) -> RowInvalidError:
    """Return what refuses a row whose cells in these columns do not read."""
    columns = ", ".join(sorted(set(names)))
    return RowInvalidError(Text(f"Periksa kolom: {columns}.", f"Check the columns: {columns}."))


def wrap_key(keys: NikKeys, key: bytes, *, upload_id: UUID, nonce: bytes) -> SealedNik:
    """Encrypt the key of an upload; `nonce` has 12 random bytes, never used twice."""
    return keys.seal_text(key.hex(), bound_to=_of_key(upload_id), nonce=nonce)


def unwrap_key(keys: NikKeys, wrapped: SealedNik, *, upload_id: UUID) -> bytes:
    """Decrypt the key of an upload."""
    return bytes.fromhex(keys.unseal_text(wrapped, bound_to=_of_key(upload_id)))


def _of_key(upload_id: UUID) -> str:
    return f"upload_key|wrapped_key|{upload_id}"


def seal_piece(key: bytes, plain: bytes, *, where: str, nonce: bytes) -> bytes:
    """Encrypt a piece of a file for its place; the nonce stands before the ciphertext."""
    return nonce + AESGCM(key).encrypt(nonce, plain, where.encode())


def open_piece(key: bytes, sealed: bytes, *, where: str) -> bytes:
    """Decrypt a piece of a file.

    Raises:
        cryptography.exceptions.InvalidTag: when it was sealed for another place.
    """
    nonce, cipher = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    return AESGCM(key).decrypt(nonce, cipher, where.encode())


def place_of_piece(upload_id: UUID, part: int, piece: int) -> str:
    """Return what the seal of a piece is bound to."""
    return f"upload_part|content|{upload_id}|{part}|{piece}"


@dataclass(frozen=True, slots=True)
class Survey:
    """What a file is: how many rows it has, and in which encoding; None for a workbook."""

    rows: int
    encoding: str | None
    delimiter: str = ","


class _Stream(io.RawIOBase):
    """Bytes that come a piece at a time, as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - whatever io hands over
        """Fill a buffer; 0 is the end."""
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        size = min(len(buffer), len(self._left))
        buffer[:size] = self._left[:size]
        self._left = self._left[size:]
        return size


def survey_file(pieces: Pieces, *, columns: Mapping[str, Column]) -> Survey:
    """Read a file from end to end and keep nothing of it: a broken one is refused before any row.

    Raises:
        FileUnreadableError, FileLockedError, FileMacrosError, FileTooLargeError: when it is no
            file that can be read.
        BadFileError: when its columns are not the template's.
    """
    first = next(pieces(), b"")
    if is_workbook(first):
        return Survey(sum(1 for _ in read_sheet(whole(pieces), columns=required_of(columns))), None)
    for encoding in _ENCODINGS:
        with suppress(UnicodeDecodeError):
            return _survey_text(first, pieces, encoding, columns=columns)
    raise FileUnreadableError


def _survey_text(
    first: bytes, pieces: Pieces, encoding: str, *, columns: Mapping[str, Column]
) -> Survey:
    head = codecs.getincrementaldecoder(encoding)().decode(first)
    survey = Survey(0, encoding, delimiter_of(head))
    records = _records(lambda: _texts(pieces()), survey)
    _header(records, columns=required_of(columns))
    return Survey(sum(map(_says, records)), encoding, survey.delimiter)


def _texts(pieces: Iterable[bytes]) -> Iterator[bytes]:
    for piece in pieces:
        if b"\x00" in piece:
            raise FileUnreadableError
        yield piece


def _says(cells: Iterable[str]) -> bool:
    return any(map(str.strip, cells))


def whole(pieces: Pieces) -> bytes:
    """Return a file that is opened as a whole.

    Raises:
        FileTooLargeError: when it is larger than one request.
    """
    content = bytearray()
    for piece in pieces():
        content += piece
        if len(content) > MAX_WHOLE:
            raise FileTooLargeError
    return bytes(content)


def required_of(columns: Mapping[str, Column]) -> dict[str, bool]:
    """Return which columns of a template are required."""
    return {name: column.required for name, column in columns.items()}


def read_rows(pieces: Pieces, survey: Survey, *, columns: Mapping[str, Column]) -> Iterator[Row]:
    """Yield the number and the cells of each row of a file that was surveyed.

    Of a text no more is held than one piece.

    Raises:
        FileUnreadableError, BadFileError: as `survey_file`.
    """
    # Lazily, because the bytes come by way of another thread than the one that asks for them.
    if survey.encoding is None:
        yield from read_sheet(whole(pieces), columns=required_of(columns))
    else:
        yield from _named(_records(pieces, survey), columns=required_of(columns))


def _named(records: Iterator[list[str]], *, columns: Mapping[str, bool]) -> Iterator[Row]:
    """Yield rows as `named_rows` does, but for their empty cells, and much faster."""
    names = tuple(_header(records, columns=columns))
    width = len(names)
    aside = not set(VERDICT_COLUMNS).isdisjoint(names)
    for number, cells in enumerate(records, start=1):
        texts = list(map(str.strip, cells))
        if not any(texts):
            continue
        if aside or any(texts[width:]):
            yield number, _told_apart(names, texts)
        else:
            short = max(0, width - len(texts))
            yield number, Record(names, [*texts[:width], *[""] * (short + 1)])


def _told_apart(names: Sequence[str], texts: Sequence[str]) -> dict[str, Cell]:
    """Return the cells of a row that has more or fewer than there are columns, or some of ours."""
    filled = zip(names, texts, strict=False)
    row: dict[str, Cell] = {
        name: text for name, text in filled if text and name not in VERDICT_COLUMNS
    }
    extra = next(filter(None, texts[len(names) :]), None)
    return row if extra is None else {**row, EXTRA: extra}


def _header(records: Iterator[list[str]], *, columns: Mapping[str, bool]) -> list[str]:
    """Return the names of the columns, when they are the template's."""
    header = list(map(str.strip, next(filter(_says, records), [])))
    while header and not header[-1]:
        header.pop()
    # Whether they are is for that function to say, which has nothing else to do.
    list(named_rows([header], columns=columns, blank=""))
    return header


def _records(pieces: Pieces, survey: Survey) -> Iterator[list[str]]:
    raw = io.BufferedReader(_Stream(pieces()), buffer_size=64 * 1024)
    text = io.TextIOWrapper(raw, encoding=survey.encoding, newline="")
    try:
        yield from csv.reader(text, delimiter=survey.delimiter, strict=True)
    except csv.Error as error:
        raise FileUnreadableError from error


def pieces_of(content: bytes) -> Iterable[bytes]:
    """Return what came at once in runs that are sealed one by one."""
    return (content[begin : begin + PIECE_BYTES] for begin in range(0, len(content), PIECE_BYTES))


def cell_of(value: object) -> str:
    """Return a value as PostgreSQL's COPY reads it in a text."""
    if isinstance(value, str):
        return value if _is_plain(value) else value.translate(_ESCAPES)
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        # An array of codes: nothing in them is escaped.
        return f"{{{','.join(value)}}}"
    return str(value)


def line_of(cells: Iterable[str]) -> str:
    """Return a row as COPY reads it."""
    return "\t".join(cells) + "\n"


def _is_plain(text: str) -> bool:
    return "\\" not in text and text.isprintable()
