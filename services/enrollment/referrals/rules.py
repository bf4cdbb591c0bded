"""The life of a referral, and whom it waits for, stated without a database."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.enrollment.consents.rules import standing_of
from services.enrollment.participants.rules import LegalBasis, Purpose
from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import (
    ClassState,
    EnrollmentState,
    ReferralOutcome,
    ReferralState,
)
from shared.schemas.registry import ReferralKind
from shared.scope import Scope

_S = ReferralState
# Whoever has accepted may still have to refuse: the line breaks down, the mentor falls ill.
_NEXT: Final[Mapping[ReferralState, tuple[ReferralState, ...]]] = {
    _S.PROPOSED: (_S.CONSENTED, _S.WITHDRAWN),
    _S.CONSENTED: (_S.SENT, _S.WITHDRAWN),
    _S.SENT: (_S.ACCEPTED, _S.REFUSED, _S.WITHDRAWN),
    _S.ACCEPTED: (_S.RESULT, _S.REFUSED, _S.WITHDRAWN),
    _S.REFUSED: (),
    _S.RESULT: (),
    _S.WITHDRAWN: (),
}
# What the receiving side may know the person by.
_SHARED_IN: Final = (_S.SENT, _S.ACCEPTED, _S.RESULT)
REFUSABLE: Final = frozenset(each for each, may in _NEXT.items() if _S.REFUSED in may)
TENANCY: Final = ReferralOutcome.TENANT_JOINED
_OUTCOME: Final[Mapping[ReferralKind, ReferralOutcome]] = {
    ReferralKind.PLUT_SERVICE: ReferralOutcome.SERVICE_RECEIVED,
    ReferralKind.INCUBATOR: TENANCY,
    ReferralKind.PRODUCTION_SLOT: ReferralOutcome.SLOT_USED,
    ReferralKind.BANK: ReferralOutcome.FINANCING_GRANTED,
}


class ReferralUnknownError(NotFoundError):
    """There is no such referral, or it lies outside the scope, or it was not sent yet."""

    code = "referral-unknown"
    title = Text("Rujukan tidak ditemukan.", "There is no such referral.")


class ReferralIdTakenError(ConflictError):
    """Another referral has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class ReferralOpenError(ConflictError):
    """The person is being referred to the same already."""

    code = "referral-open"
    title = Text(
        "Orang ini sedang dirujuk ke tujuan yang sama.",
        "The person is being referred to the same already.",
    )


class ReferralStateError(ConflictError):
    """The referral's present state does not allow the change."""

    code = "referral-state-refused"
    title = Text("Status rujukan menolak perubahan ini.", "The referral's state refuses this.")


class ReferralTooEarlyError(ConflictError):
    """Somebody is referred from a class that runs, or that he has completed."""

    code = "referral-too-early"
    title = Text(
        "Rujukan hanya dari kelas yang berjalan atau sudah diselesaikan.",
        "A referral is made from a class that runs or was completed.",
    )


class ReferralConsentMissingError(ConflictError):
    """The person has not consented to being referred, or has withdrawn the consent."""

    code = "referral-consent-missing"
    title = Text(
        "Orang ini tidak (lagi) setuju datanya diteruskan untuk rujukan.",
        "The person does not consent, or no longer, to being referred.",
    )


class OutcomeRefusedError(InvalidError):
    """No referral of this kind comes to that."""

    code = "referral-outcome-refused"
    title = Text(
        "Hasil ini tidak cocok dengan jenis rujukan.",
        "This cannot come of a referral of this kind.",
    )


class OutcomeDayError(InvalidError):
    """The day lies in the future, or before the referral was accepted."""

    code = "referral-day-invalid"
    title = Text(
        "Tanggal hasil belum tiba atau sebelum rujukan diterima.",
        "The day has not come, or lies before the referral was accepted.",
    )


def check_turn(present: ReferralState, wanted: ReferralState) -> None:
    """Refuse what the life of a referral does not allow.

    Raises:
        ReferralStateError: with the present state and those that may follow.
    """
    allowed = _NEXT[present]
    if wanted not in allowed:
        raise ReferralStateError(
            Text(f"Status rujukan {present}.", f"The referral is {present}."),
            extra={"present": present.value, "allowed": [each.value for each in allowed]},
        )


def check_shared(state: ReferralState) -> None:
    """Refuse to tell who is referred before it was sent, or once it has come to nothing.

    Raises:
        ReferralStateError: with the present state; nothing follows from asking.
    """
    if state not in _SHARED_IN:
        raise ReferralStateError(extra={"present": state.value, "allowed": []})


def check_trained(state: EnrollmentState, *, class_state: ClassState) -> None:
    """Refuse to refer somebody who has not begun the training, or broke it off.

    Raises:
        ReferralTooEarlyError: with the present state.
    """
    running = state is EnrollmentState.SEATED and class_state is ClassState.OPENED
    if state is not EnrollmentState.COMPLETED and not running:
        raise ReferralTooEarlyError(
            extra={
                "present": state.value,
                "allowed": [EnrollmentState.SEATED.value, EnrollmentState.COMPLETED.value],
            }
        )


def came_to_nothing(state: ReferralState, outcome: ReferralOutcome | None) -> bool:
    """Tell whether a referral has ended without anything that was booked for it being used."""
    return state in (_S.REFUSED, _S.WITHDRAWN) or outcome is ReferralOutcome.NOTHING


def check_consented(basis: LegalBasis, consents: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to pass anything on of who has not consented, or not any more.

    Raises:
        ReferralConsentMissingError
    """
    if not standing_of(Purpose.REFERRAL, basis, consents).allowed:
        raise ReferralConsentMissingError(extra={"present": "NOT_GIVEN", "allowed": ["GIVEN"]})


def check_outcome(kind: ReferralKind, outcome: ReferralOutcome) -> None:
    """Refuse what cannot come of a referral of a kind.

    Raises:
        OutcomeRefusedError: with what can.
    """
    possible = (_OUTCOME[kind], ReferralOutcome.NOTHING)
    if outcome not in possible:
        raise OutcomeRefusedError(
            pointer="/outcome", extra={"allowed": [each.value for each in possible]}
        )


def check_outcome_day(day: date, *, accepted_on: date, today: date) -> None:
    """Refuse a day that has not come, or lies before the referral was accepted.

    Raises:
        OutcomeDayError
    """
    if not accepted_on <= day <= today:
        raise OutcomeDayError(pointer="/on")


def without_persons(scope: Scope) -> Scope:
    """Return the part of a scope in which somebody acts for others."""
    return Scope(reaches=tuple(each for each in scope.reaches if each.participant_id is None))
