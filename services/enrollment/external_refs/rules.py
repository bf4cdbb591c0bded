"""What other systems may call people, stated without a database."""

from services.enrollment.identities.rules import holds_nik
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class RefPersonalError(InvalidError):
    """The key of the other system could be a NIK."""

    code = "external-ref-personal"
    title = Text(
        "Rujukan tidak boleh berupa NIK; pakai nomor lain.",
        "A reference must not be a NIK; use another number.",
    )


class RefTakenError(ConflictError):
    """The key of the other system is somebody else's."""

    code = "external-ref-taken"
    title = Text(
        "Rujukan ini sudah dipakai orang lain.", "This reference is somebody else's already."
    )


class RefUnknownError(NotFoundError):
    """The person has no key in that system."""

    code = "external-ref-unknown"
    title = Text("Rujukan tidak ditemukan.", "There is no such reference.")


def check_ref(ref: str) -> str:
    """Return a key that names nobody by itself.

    Raises:
        RefPersonalError: when it could be a NIK.
    """
    if holds_nik(ref):
        raise RefPersonalError(pointer="/ref")
    return ref
