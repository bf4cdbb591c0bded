"""Kinds of institutions, and what the registry refuses of them."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class InstitutionKind(StrEnum):
    """What an institution (lembaga) is."""

    MINISTRY = "MINISTRY"
    REGIONAL_GOVERNMENT = "REGIONAL_GOVERNMENT"
    FOUNDATION = "FOUNDATION"
    UNION = "UNION"
    COOPERATIVE = "COOPERATIVE"
    BANK = "BANK"
    COMPANY = "COMPANY"
    ASSOCIATION = "ASSOCIATION"
    UNIVERSITY = "UNIVERSITY"
    LSP = "LSP"
    FORUM = "FORUM"


class InstitutionNotFoundError(NotFoundError):
    """There is no institution of this id."""

    code = "institution-not-found"
    title = Text("Lembaga tidak ditemukan.", "There is no such institution.")


class InstitutionUnknownError(InvalidError):
    """A body names an institution that the registry does not have."""

    code = "institution-unknown"
    title = Text("Lembaga tidak dikenal.", "The institution is not known.")


class InstitutionIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "institution-id-taken"
    title = Text("Id lembaga sudah dipakai.", "An institution has this id.")


class InstitutionCodeTakenError(ConflictError):
    """Another institution has the code."""

    code = "institution-code-taken"
    title = Text("Kode lembaga sudah dipakai.", "Another institution has this code.")


class InstitutionParentRefusedError(InvalidError):
    """An institution cannot be a unit of itself, or of one of its own units."""

    code = "institution-parent-refused"
    title = Text(
        "Lembaga tidak dapat menjadi bagian dari dirinya sendiri.",
        "An institution cannot be a unit of itself or of one of its units.",
    )


class InstitutionEndedError(ConflictError):
    """The institution has been dissolved, and does not change any more."""

    code = "institution-ended"
    title = Text("Lembaga sudah berakhir.", "The institution has been dissolved.")


class InstitutionEndRefusedError(InvalidError):
    """An institution does not end on a day that has not come."""

    code = "institution-end-refused"
    title = Text(
        "Tanggal berakhir tidak boleh di masa depan.", "The last day cannot lie in the future."
    )


def check_parent(institution_id: UUID, *, line: Sequence[UUID]) -> None:
    """Refuse a parent whose own line upwards leads to the institution itself.

    `line` is the parent, its parent and so on.

    Raises:
        InstitutionParentRefusedError
    """
    if institution_id in line:
        raise InstitutionParentRefusedError(pointer="/parent_id")


def check_end(ended_on: date, *, today: date) -> None:
    """Refuse an end that has not come yet.

    Raises:
        InstitutionEndRefusedError
    """
    if ended_on > today:
        raise InstitutionEndRefusedError(pointer="/ended_on")
