"""What a network refuses."""

from datetime import date

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class NetworkNotFoundError(NotFoundError):
    """There is no network of this id."""

    code = "network-not-found"
    title = Text("Jejaring tidak ditemukan.", "There is no such network.")


class NetworkIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "network-id-taken"
    title = Text("Id jejaring sudah dipakai.", "A network has this id.")


class NetworkCodeTakenError(ConflictError):
    """Another network has the code."""

    code = "network-code-taken"
    title = Text("Kode jejaring sudah dipakai.", "Another network has this code.")


class MemberUnknownError(InvalidError):
    """A facility that should join does not exist."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal.", "The facility is not known.")


class MemberNotFoundError(NotFoundError):
    """The facility is no member of the network on that day."""

    code = "network-member-not-found"
    title = Text("Balai bukan anggota jejaring.", "The facility is no member of the network.")


class MembershipOverlapsError(ConflictError):
    """The facility is a member at that time already."""

    code = "network-membership-overlaps"
    title = Text(
        "Balai sudah menjadi anggota pada masa itu.", "The facility is a member at that time."
    )


class MembershipPeriodInvalidError(InvalidError):
    """The membership ends before it begins."""

    code = "network-membership-period-invalid"
    title = Text("Keanggotaan berakhir sebelum dimulai.", "The membership ends before it begins.")


def check_period(*, valid_from: date, valid_to: date | None) -> None:
    """Refuse a membership whose last day lies before its first.

    Raises:
        MembershipPeriodInvalidError
    """
    if valid_to is not None and valid_to < valid_from:
        raise MembershipPeriodInvalidError(pointer="/valid_to")
