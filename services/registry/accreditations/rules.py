"""When an accreditation or a licence is sound, and what it is worth on a day."""

from collections.abc import Set as AbstractSet
from datetime import date
from enum import StrEnum

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class AccreditationKind(StrEnum):
    """An accreditation by LA-LPK, or a licence (izin) of whoever issues it."""

    ACCREDITATION = "ACCREDITATION"
    LICENSE = "LICENSE"


class Standard(StrEnum):
    """The eight standards of Indonesia's training quality framework (KMPI), in their order.

    Source: Permenaker 5/2022, article 3 (2).
    """

    COMPETENCE = "COMPETENCE"
    PROGRAM = "PROGRAM"
    MATERIAL = "MATERIAL"
    ASSESSMENT = "ASSESSMENT"
    STAFF = "STAFF"
    FACILITIES = "FACILITIES"
    GOVERNANCE = "GOVERNANCE"
    FINANCE = "FINANCE"


class StandardResult(StrEnum):
    """What was found of one standard."""

    MET = "MET"
    PARTLY_MET = "PARTLY_MET"
    NOT_MET = "NOT_MET"


class AccreditationStatus(StrEnum):
    """What an accreditation or a licence is worth on a day."""

    UPCOMING = "UPCOMING"
    VALID = "VALID"
    EXPIRED = "EXPIRED"
    REVOKED = "REVOKED"


class AccreditationNotFoundError(NotFoundError):
    """There is no accreditation or licence of this id."""

    code = "accreditation-not-found"
    title = Text(
        "Akreditasi atau izin tidak ditemukan.", "There is no such accreditation or licence."
    )


class AccreditationIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "accreditation-id-taken"
    title = Text("Id akreditasi sudah dipakai.", "An accreditation has this id.")


class AccreditationOverlapError(ConflictError):
    """The facility has another one of this kind and scope on some of these days."""

    code = "accreditation-overlap"
    title = Text(
        "Balai sudah mempunyai akreditasi atau izin sejenis untuk lingkup dan masa ini.",
        "The facility has one of this kind and scope for some of these days.",
    )


class AccreditationRevokedError(ConflictError):
    """It has been revoked already."""

    code = "accreditation-revoked"
    title = Text("Sudah dicabut.", "It has been revoked already.")


class AccreditationPeriodInvalidError(InvalidError):
    """It ends before it begins, or is an accreditation without an end."""

    code = "accreditation-period-invalid"
    title = Text(
        "Masa berlaku berakhir sebelum dimulai, atau akreditasi tidak mempunyai akhir.",
        "It ends before it begins, or is an accreditation without an end.",
    )


class StandardsInvalidError(InvalidError):
    """An accreditation states a result for each of the eight standards, a licence for none."""

    code = "accreditation-standards-invalid"
    title = Text(
        "Akreditasi memuat hasil kedelapan standar; izin tidak memuat satu pun.",
        "An accreditation has a result for each of the eight standards, a licence for none.",
    )


class DecreeMissingError(InvalidError):
    """An accreditation rests on a decree."""

    code = "accreditation-decree-missing"
    title = Text("Nomor keputusan akreditasi wajib diisi.", "An accreditation needs its decree.")


class RevocationDayInvalidError(InvalidError):
    """It is not valid on the day from which it is to be revoked."""

    code = "accreditation-revocation-day-invalid"
    title = Text(
        "Pada hari pencabutan itu masa berlakunya belum mulai atau sudah lewat.",
        "It is not valid on the day from which it is to be revoked.",
    )


def check_grounds(
    kind: AccreditationKind, *, standards: AbstractSet[Standard], decree_number: str | None
) -> None:
    """Refuse an accreditation without results or decree, and a licence with results.

    Raises:
        StandardsInvalidError, DecreeMissingError
    """
    accreditation = kind is AccreditationKind.ACCREDITATION
    if standards != (set(Standard) if accreditation else set()):
        raise StandardsInvalidError(pointer="/standards")
    if accreditation and decree_number is None:
        raise DecreeMissingError(pointer="/decree_number")


def check_period(kind: AccreditationKind, *, valid_from: date, valid_to: date | None) -> None:
    """Refuse a period that ends before it begins; `valid_to` is the last day.

    Only a licence may have no end.

    Raises:
        AccreditationPeriodInvalidError
    """
    endless = valid_to is None and kind is AccreditationKind.ACCREDITATION
    if endless or (valid_to is not None and valid_to < valid_from):
        raise AccreditationPeriodInvalidError(pointer="/valid_to")


def check_revocation(
    day: date, *, valid_from: date, valid_to: date | None, revoked_on: date | None
) -> None:
    """Refuse to revoke what is revoked already or is not valid on `day`.

    Raises:
        AccreditationRevokedError, RevocationDayInvalidError
    """
    if revoked_on is not None:
        raise AccreditationRevokedError
    if day < valid_from or (valid_to is not None and day > valid_to):
        raise RevocationDayInvalidError(pointer="/revoked_on")


def status_on(
    day: date, *, valid_from: date, valid_to: date | None, revoked_on: date | None
) -> AccreditationStatus:
    """Return what it is worth on `day`; from `revoked_on` on it is revoked."""
    if revoked_on is not None and day >= revoked_on:
        return AccreditationStatus.REVOKED
    if day < valid_from:
        return AccreditationStatus.UPCOMING
    if valid_to is not None and day > valid_to:
        return AccreditationStatus.EXPIRED
    return AccreditationStatus.VALID
