"""How long a file of figures is there, who may take it, and what is refused."""

from datetime import timedelta
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.scope import Scope

KEPT: Final = timedelta(days=7)
# A sheet holds 1,048,576 rows; more than this is no file for a desk.
MAX_ROWS: Final = 500_000


class ExportUnknownError(NotFoundError):
    """There is no such file, it has expired, or it is somebody else's."""

    code = "export-unknown"
    title = Text(
        "Berkas tidak ditemukan atau sudah kedaluwarsa.", "There is no such file, or none any more."
    )


class ExportNotReadyError(ConflictError):
    """The file is still being written, or could not be."""

    code = "export-not-ready"
    title = Text("Berkas belum selesai ditulis.", "The file is not written yet.")


class ExportTooLargeError(InvalidError):
    """There are more figures than a file should hold."""

    code = "export-too-large"
    title = Text(
        "Lebih dari 500.000 baris; persempit potongan laporan.",
        "More than 500,000 rows; narrow the cut.",
    )


def may_take(*, asked_by: str, needs: Scope, taker: str, within: Scope) -> bool:
    """Tell whether somebody may take a file: who ordered it, reaching no less far than then."""
    if taker != asked_by:
        return False
    return within.national or set(needs.reaches) <= set(within.reaches)
