"""What documents an application may have, stated without a database."""

from typing import Final

from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text

MAX_DOCUMENTS: Final = 20


class DocumentUnknownError(NotFoundError):
    """The application has no such document."""

    code = "document-unknown"
    title = Text("Dokumen tidak ditemukan.", "The application has no such document.")


class DocumentExistsError(ConflictError):
    """The application has this very file already; `document_id` tells which it is."""

    code = "document-exists"
    title = Text(
        "Berkas ini sudah ada pada permohonan.", "The application has this very file already."
    )


class DocumentIdTakenError(ConflictError):
    """Another document of the application has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class TooManyDocumentsError(ConflictError):
    """The application has as many documents as it may have."""

    code = "documents-full"
    title = Text(
        f"Permohonan memuat paling banyak {MAX_DOCUMENTS} dokumen.",
        f"An application holds {MAX_DOCUMENTS} documents at most.",
    )


def check_room(count: int) -> None:
    """Refuse one document more than an application may have.

    Raises:
        TooManyDocumentsError: when there are `MAX_DOCUMENTS`.
    """
    if count >= MAX_DOCUMENTS:
        raise TooManyDocumentsError
