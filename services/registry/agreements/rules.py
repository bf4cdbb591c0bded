"""When an agreement is sound, and when it carries a class."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text


class AgreementKind(StrEnum):
    """MoU (nota kesepahaman), followed by a PKS (perjanjian kerja sama)."""

    MOU = "MOU"
    PKS = "PKS"


class AgreementNotFoundError(NotFoundError):
    """There is no agreement of this id."""

    code = "agreement-not-found"
    title = Text("Perjanjian tidak ditemukan.", "There is no such agreement.")


class AgreementIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "agreement-id-taken"
    title = Text("Id perjanjian sudah dipakai.", "An agreement has this id.")


class AgreementNumberTakenError(ConflictError):
    """Another agreement has the number."""

    code = "agreement-number-taken"
    title = Text("Nomor perjanjian sudah dipakai.", "Another agreement has this number.")


class AgreementBasisRefusedError(InvalidError):
    """An MoU follows nothing, a PKS follows an MoU that began no later."""

    code = "agreement-basis-refused"
    title = Text(
        "PKS harus mengikuti MoU yang sudah berlaku; MoU tidak mengikuti apa pun.",
        "A PKS follows an MoU that is already valid; an MoU follows nothing.",
    )


class AgreementPeriodInvalidError(InvalidError):
    """The agreement ends before it begins."""

    code = "agreement-period-invalid"
    title = Text("Masa berlaku berakhir sebelum dimulai.", "The agreement ends before it begins.")


class AgreementPartiesInvalidError(InvalidError):
    """An agreement is between two different parties at least, one of them a ministry."""

    code = "agreement-parties-invalid"
    title = Text(
        "Perjanjian memerlukan dua pihak yang berbeda, sedikitnya satu kementerian.",
        "An agreement needs two different parties, one of them a ministry at least.",
    )


class CoveredFacilityUnknownError(InvalidError):
    """One of the facilities that the agreement covers does not exist."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal.", "The facility is not known.")


def check_parties(parties: Sequence[object], *, ministries: Sequence[str]) -> None:
    """Refuse an agreement of somebody with himself, or without a ministry.

    Raises:
        AgreementPartiesInvalidError
    """
    if len(set(parties)) != len(parties) or len(parties) < 2 or not ministries:  # noqa: PLR2004 - two sides
        raise AgreementPartiesInvalidError(pointer="/parties")


def check_period(*, valid_from: date, valid_to: date | None) -> None:
    """Refuse a period that ends before it begins; `valid_to` is the last day.

    Raises:
        AgreementPeriodInvalidError
    """
    if valid_to is not None and valid_to < valid_from:
        raise AgreementPeriodInvalidError(pointer="/valid_to")


def check_basis(
    kind: AgreementKind,
    *,
    valid_from: date,
    basis: tuple[AgreementKind, date] | None,
) -> None:
    """Refuse an agreement whose place in the chain MoU > PKS is wrong.

    `basis` is kind and first day of the agreement that it follows from.

    Raises:
        AgreementBasisRefusedError
    """
    if kind is AgreementKind.MOU:
        sound = basis is None
    else:
        sound = basis is not None and basis[0] is AgreementKind.MOU and basis[1] <= valid_from
    if not sound:
        raise AgreementBasisRefusedError(pointer="/follows_from_id")


def in_force(day: date, *, valid_from: date, valid_to: date | None) -> bool:
    """Tell whether an agreement holds on `day`; both ends are included."""
    return valid_from <= day and (valid_to is None or day <= valid_to)
