"""What becomes of the rows of an imported file, stated without a database."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.errors import InvalidError, NotFoundError, ServiceError
from shared.i18n import Language, Text


class UploadEmptyError(InvalidError):
    """The request brings no file."""

    code = "upload-empty"
    title = Text(
        "Kirim berkas CSV atau XLSX sebagai isi permintaan.", "Send a CSV or XLSX file as the body."
    )


class UploadGoneError(NotFoundError):
    """The file has been cleared away before its job could read it."""

    code = "upload-gone"
    title = Text("Berkas sudah dihapus; kirim lagi.", "The file is gone; send it again.")


class Outcome(StrEnum):
    """What became of a row; in a validation, what would.

    MISSING and ENDED are said of things that a list which replaces another leaves out.
    """

    CREATED = "CREATED"
    CHANGED = "CHANGED"
    UNCHANGED = "UNCHANGED"
    REFUSED = "REFUSED"
    MISSING = "MISSING"
    ENDED = "ENDED"


# What any row of a file comes to.
JUDGED: Final = (Outcome.CREATED, Outcome.CHANGED, Outcome.UNCHANGED, Outcome.REFUSED)


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
