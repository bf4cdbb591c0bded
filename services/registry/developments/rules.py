"""The life of a development, stated without a database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.registry import FacilityKind, FacilityStatus


class DevelopmentKind(StrEnum):
    """What a grant builds."""

    BLKK_DEVELOPMENT = "BLKK_DEVELOPMENT"


class DevelopmentStep(StrEnum):
    """The life of a development: each step follows the one before, none is left out."""

    PROPOSED = "PROPOSED"
    VERIFIED = "VERIFIED"
    SIGNED = "SIGNED"
    FIRST_PAYMENT = "FIRST_PAYMENT"
    HALF_BUILT = "HALF_BUILT"
    SECOND_PAYMENT = "SECOND_PAYMENT"
    BUILT = "BUILT"
    EQUIPPED = "EQUIPPED"
    ACCOUNTED_FOR = "ACCOUNTED_FOR"


class DevelopmentNotFoundError(NotFoundError):
    """There is no such development within the caller's scope."""

    code = "development-not-found"
    title = Text("Pembangunan tidak ditemukan.", "There is no such development.")


class DevelopmentIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "development-id-taken"
    title = Text("Id pembangunan sudah dipakai.", "A development has this id.")


class DevelopmentNumberTakenError(ConflictError):
    """Another development has the number."""

    code = "development-number-taken"
    title = Text("Nomor sudah dipakai.", "Another development has this number.")


class FacilityDevelopedError(ConflictError):
    """The facility is being developed, or was."""

    code = "development-facility-taken"
    title = Text(
        "Balai ini sudah mempunyai pembangunan.", "There is a development of this facility."
    )


class FacilityNotPlannedError(ConflictError):
    """Only a planned community centre can be built."""

    code = "development-facility-not-planned"
    title = Text(
        "Hanya BLK Komunitas yang direncanakan yang dapat dibangun.",
        "Only a planned community centre can be built.",
    )


class StepRefusedError(ConflictError):
    """The step does not follow the present one; it says which one is, and what may follow."""

    code = "development-step-refused"
    title = Text("Langkah tidak sesuai urutan.", "The step does not follow the present one.")


class StepDayInvalidError(InvalidError):
    """The step was taken before the one that it follows, or lies ahead."""

    code = "development-step-day-invalid"
    title = Text(
        "Hari langkah mendahului langkah sebelumnya atau berada di masa depan.",
        "The step was taken before the one that it follows, or lies ahead.",
    )


class StepAmountInvalidError(InvalidError):
    """A payment has an amount, no other step has."""

    code = "development-step-amount-invalid"
    title = Text(
        "Jumlah hanya dan selalu diisi pada pembayaran.",
        "A payment has an amount, and no other step has.",
    )


class GrantExceededError(InvalidError):
    """The payments would come to more than was granted."""

    code = "development-grant-exceeded"
    title = Text(
        "Jumlah pembayaran melebihi nilai bantuan.",
        "The payments would come to more than was granted.",
    )


class AccountsDueInvalidError(InvalidError):
    """The day on which the accounts are due is agreed on when the grant is signed, no sooner."""

    code = "development-accounts-due-invalid"
    title = Text(
        "Tenggat LPJ diisi hanya saat penandatanganan dan tidak mendahuluinya.",
        "The day on which the accounts are due is stated with the signature, and not before it.",
    )


_ORDER: Final = tuple(DevelopmentStep)
_PAYMENTS: Final = (DevelopmentStep.FIRST_PAYMENT, DevelopmentStep.SECOND_PAYMENT)

# Signed, and not yet accounted for: the accounts are still owed.
OWING: Final = _ORDER[_ORDER.index(DevelopmentStep.SIGNED) : -1]


def next_step(present: DevelopmentStep) -> DevelopmentStep | None:
    """Return the step that follows, None when there is none."""
    following = _ORDER[_ORDER.index(present) + 1 :]
    return following[0] if following else None


def check_facility(*, kind: FacilityKind, status: FacilityStatus) -> None:
    """Refuse to build what is no planned community centre.

    Raises:
        FacilityNotPlannedError
    """
    if kind is not FacilityKind.BLKK or status is not FacilityStatus.PLANNED:
        raise FacilityNotPlannedError(pointer="/facility_id")


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that is taken, or is to be."""

    step: DevelopmentStep
    day: date
    amount_rupiah: int | None = None
    accounts_due_on: date | None = None


def check_step(taken: Iterable[Taken], wanted: Taken, *, grant_rupiah: int, today: date) -> None:
    """Refuse a step out of order, out of time, or one that pays what was not granted.

    Raises:
        StepRefusedError: with the members `present` and `allowed`.
        StepDayInvalidError, StepAmountInvalidError, GrantExceededError, AccountsDueInvalidError
    """
    steps = list(taken)
    latest = max(steps, key=lambda each: _ORDER.index(each.step))
    allowed = next_step(latest.step)
    if wanted.step is not allowed:
        raise StepRefusedError(
            extra={"present": latest.step.value, "allowed": [allowed.value] if allowed else []}
        )
    if not latest.day <= wanted.day <= today:
        raise StepDayInvalidError(pointer="/day")
    if (wanted.step in _PAYMENTS) != (wanted.amount_rupiah is not None):
        raise StepAmountInvalidError(pointer="/amount_rupiah")
    if sum(each.amount_rupiah or 0 for each in (*steps, wanted)) > grant_rupiah:
        raise GrantExceededError(pointer="/amount_rupiah")
    _check_accounts_due(wanted)


def _check_accounts_due(wanted: Taken) -> None:
    due_on = wanted.accounts_due_on
    if wanted.step is DevelopmentStep.SIGNED:
        sound = due_on is not None and due_on >= wanted.day
    else:
        sound = due_on is None
    if not sound:
        raise AccountsDueInvalidError(pointer="/accounts_due_on")


def is_overdue(step: DevelopmentStep, *, accounts_due_on: date | None, today: date) -> bool:
    """Tell whether the accounts (LPJ) should have been rendered before today."""
    return step in OWING and accounts_due_on is not None and accounts_due_on < today
