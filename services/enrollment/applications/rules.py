"""The life of an application and who may assist with it, stated without a database."""

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.enrollment.enrollments.rules import WindowClosedError, WindowNotOpenError
from shared.errors import BadRequestError, ConflictError, HiddenError, InvalidError
from shared.i18n import Text
from shared.schemas.enrollment import ApplicationState

MAX_CHOICES: Final = 5
# Of one person in one wave, of which one at a time is active.
MOST_A_DAY: Final = 20
# Crockford's base 32: no I, L, O and U, so that a code can be read out and copied by hand.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 10
_MEANT: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})

_S = ApplicationState
_NEXT: Final[dict[ApplicationState, frozenset[ApplicationState]]] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.INELIGIBLE, _S.WITHDRAWN}),
    _S.SUBMITTED: frozenset({_S.WITHDRAWN, _S.PLACED, _S.RESERVE, _S.NOT_SELECTED, _S.INELIGIBLE}),
    _S.WITHDRAWN: frozenset(),
    _S.PLACED: frozenset(),
    _S.RESERVE: frozenset(),
    _S.NOT_SELECTED: frozenset(),
    _S.INELIGIBLE: frozenset(),
}
ACTIVE: Final = frozenset({_S.DRAFT, _S.SUBMITTED, _S.PLACED, _S.RESERVE})
_EDITABLE: Final = frozenset({_S.DRAFT, _S.SUBMITTED})


class DocumentKind(StrEnum):
    """What a document shows."""

    IDENTITY = "IDENTITY"
    BUSINESS_LICENCE = "BUSINESS_LICENCE"
    BUSINESS_PLAN = "BUSINESS_PLAN"
    INCOME = "INCOME"
    RECOMMENDATION = "RECOMMENDATION"
    OTHER = "OTHER"


class ApplicationUnknownError(HiddenError):
    """There is no such application, or the caller may not know that there is."""

    code = "application-unknown"
    title = Text("Permohonan tidak ditemukan.", "There is no such application.")


class ApplicationExistsError(ConflictError):
    """The person has an application in the wave; `application_id` and `state` tell which."""

    code = "application-exists"
    title = Text(
        "Orang ini sudah punya permohonan pada gelombang ini.",
        "This person has an application in this wave already.",
    )


class ApplicationIdTakenError(ConflictError):
    """Another application, of whoever it is, has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class WaveTakesClaimsError(ConflictError):
    """Seats of the wave are claimed in the order of arrival: the claim is the application."""

    code = "wave-takes-claims"
    title = Text(
        "Gelombang ini langsung membagi kursi; ajukan kursi pada kelasnya.",
        "This wave gives seats as people come; claim a seat in a class of it.",
    )


class ApplicationStateError(ConflictError):
    """The application is not in a state that allows this; `present` and `allowed` tell which."""

    code = "application-state-refused"
    title = Text("Status permohonan menolak ini.", "The application's state refuses this.")


class ChoiceUnknownError(InvalidError):
    """The choice is no class of the wave that can still start, or no facility with one."""

    code = "choice-unknown"
    title = Text(
        "Pilihan ini bukan kelas atau fasilitas pada gelombang ini.",
        "The choice is no class of this wave, and no facility with one.",
    )


class ChoiceTwiceError(InvalidError):
    """A facility was chosen twice."""

    code = "choice-twice"
    title = Text("Fasilitas ini dipilih dua kali.", "This facility was chosen twice.")


class PaperMissingError(InvalidError):
    """Whoever applies for somebody else names the paper that the person signed."""

    code = "paper-missing"
    title = Text(
        "Sertakan bukti kertas: nomor arsip dan SHA-256 pindaiannya.",
        "Send the paper evidence: its archive number and the SHA-256 of its scan.",
    )


class PaperUnexpectedError(InvalidError):
    """Who applies himself has no paper to show."""

    code = "paper-unexpected"
    title = Text(
        "Bukti kertas hanya untuk permohonan yang dibantu.",
        "Paper evidence belongs to an assisted application.",
    )


class ApplicationStateUnknownError(BadRequestError):
    """The filter names a state that applications do not have."""

    code = "state-unknown"
    title = Text("Status tidak dikenal.", "There is no such state.")


def new_code() -> str:
    """Return a code to give to a person: 50 random bits in ten characters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def meant_code(typed: str) -> str:
    """Return the code that somebody meant who copied it by hand: `k7m2-pqo9xi` is K7M2PQ09X1."""
    return typed.upper().translate(_MEANT)


def check_window(*, opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    """Refuse to apply, or to change what was applied for, outside the window.

    Raises:
        WindowNotOpenError: when it has not opened.
        WindowClosedError: when it has closed: at `closes_at` itself it is too late.
    """
    window = {"opens_at": opens_at.isoformat(), "closes_at": closes_at.isoformat()}
    if now < opens_at:
        raise WindowNotOpenError(extra={"present": "NOT_OPEN", "allowed": ["OPEN"], **window})
    if now >= closes_at:
        raise WindowClosedError(extra={"present": "CLOSED", "allowed": ["OPEN"], **window})


def check_move(*, present: ApplicationState, wanted: ApplicationState) -> None:
    """Refuse what the life of an application does not allow.

    Raises:
        ApplicationStateError: when `wanted` cannot follow `present`.
    """
    if wanted not in _NEXT[present]:
        raise _refused(present)


def check_editable(present: ApplicationState) -> None:
    """Refuse to change what is no longer open.

    Raises:
        ApplicationStateError: when it is neither DRAFT nor SUBMITTED.
    """
    if present not in _EDITABLE:
        raise _refused(present)


def _refused(present: ApplicationState) -> ApplicationStateError:
    return ApplicationStateError(
        Text(f"Permohonan ini {present}.", f"The application is {present}."),
        extra={"present": present.value, "allowed": sorted(_NEXT[present])},
    )


def check_facilities(facilities: Sequence[UUID]) -> None:
    """Refuse a facility that was chosen twice.

    Raises:
        ChoiceTwiceError: at the second place of the facility.
    """
    for place, facility_id in enumerate(facilities):
        if facility_id in facilities[:place]:
            raise ChoiceTwiceError(pointer=f"/choices/{place}")


def check_paper(*, own: bool, given: bool, kept: bool = False) -> None:
    """Refuse to apply for somebody else without paper, and to show paper for oneself.

    `kept` tells that the application has paper evidence already.

    Raises:
        PaperMissingError: when somebody else applies, and there is no paper.
        PaperUnexpectedError: when the person shows paper.
    """
    if own and given:
        raise PaperUnexpectedError(pointer="/paper")
    if not own and not given and not kept:
        raise PaperMissingError(pointer="/paper")


def states_named(names: str | None) -> Collection[ApplicationState]:
    """Return the states that a comma-separated filter names; none when there is no filter.

    Raises:
        ApplicationStateUnknownError: when one of them does not exist.
    """
    try:
        return [ApplicationState(name.strip()) for name in names.split(",")] if names else []
    except ValueError as error:
        raise ApplicationStateUnknownError from error
