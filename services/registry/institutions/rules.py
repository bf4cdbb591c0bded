"""Kinds of institutions, and what the registry refuses of them."""

from enum import StrEnum

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
