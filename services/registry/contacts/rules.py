"""What the registry refuses of a contact."""

from shared.errors import HiddenError, InvalidError
from shared.i18n import Text


class ContactNotFoundError(HiddenError):
    """The facility has no contact of this id."""

    code = "contact-not-found"
    title = Text("Kontak tidak ditemukan.", "There is no such contact.")


class ContactUnreachableError(InvalidError):
    """Neither a telephone number nor an e-mail address is left."""

    code = "contact-unreachable"
    title = Text(
        "Isi nomor telepon atau alamat surel.", "Give a telephone number or an e-mail address."
    )


def check_reachable(*, phone: str | None, email: str | None) -> None:
    """Refuse a contact whom nobody can reach.

    Raises:
        ContactUnreachableError: when there is neither a number nor an address.
    """
    if phone is None and email is None:
        raise ContactUnreachableError(pointer="/phone")
