"""The life of a recorded certificate of competence, stated without a database."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from shared.errors import ConflictError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import EnrollmentState, VerificationState

_ALLOWED: Final[Mapping[VerificationState, tuple[VerificationState, ...]]] = {
    VerificationState.RECORDED: (VerificationState.VERIFIED, VerificationState.REJECTED),
    VerificationState.VERIFIED: (VerificationState.REJECTED,),
    VerificationState.REJECTED: (VerificationState.VERIFIED,),
}

# Who waits for a seat, or has given it up, was not trained.
_TRAINED: Final = (
    EnrollmentState.SEATED,
    EnrollmentState.COMPLETED,
    EnrollmentState.DROPPED_OUT,
)


class CompetenceUnknownError(NotFoundError):
    """There is no such certificate of competence, or it lies outside the scope."""

    code = "competence-certificate-unknown"
    title = Text("Sertifikat kompetensi tidak ditemukan.", "There is no such certificate.")


class CompetenceIdTakenError(ConflictError):
    """Another certificate has the id that the client chose."""

    code = "id-taken"
    title = Text("Id sudah dipakai.", "The id is in use.")


class CompetenceNumberTakenError(ConflictError):
    """The number of this LSP has been recorded already."""

    code = "competence-number-taken"
    title = Text(
        "Nomor sertifikat LSP ini sudah dicatat.", "This number of the LSP is recorded already."
    )


class CompetenceStateError(ConflictError):
    """The office has decided so already."""

    code = "competence-state-refused"
    title = Text("Status pencatatan menolak ini.", "The record's state refuses this.")


class CompetenceUntrainedError(ConflictError):
    """The person has not been trained in the class; `present` and `allowed` tell the states."""

    code = "competence-untrained"
    title = Text(
        "Orang ini tidak dilatih di kelas ini.", "The person was not trained in this class."
    )


class CompetenceDatesError(InvalidError):
    """It was issued in the future, or ended before it was issued."""

    code = "competence-dates-invalid"
    title = Text(
        "Tanggal terbit di masa depan atau masa berlaku berakhir sebelum terbit.",
        "It is issued in the future, or ends before it is issued.",
    )


def check_trained(present: EnrollmentState) -> None:
    """Refuse a certificate of somebody who was not trained in the class.

    Raises:
        CompetenceUntrainedError: with the present state and those that would do.
    """
    if present not in _TRAINED:
        raise CompetenceUntrainedError(
            extra={"present": present.value, "allowed": [each.value for each in _TRAINED]}
        )


def check_dates(*, issued_on: date, valid_until: date | None, today: date) -> None:
    """Refuse dates that no certificate can have.

    Raises:
        CompetenceDatesError: with the member that is wrong.
    """
    if issued_on > today:
        raise CompetenceDatesError(pointer="/issued_on")
    if valid_until is not None and valid_until < issued_on:
        raise CompetenceDatesError(pointer="/valid_until")


def check_turn(present: VerificationState, wanted: VerificationState) -> None:
    """Refuse what the life of a record does not allow.

    Raises:
        CompetenceStateError: with the present state and those that may follow.
    """
    allowed = _ALLOWED[present]
    if wanted not in allowed:
        raise CompetenceStateError(
            Text(f"Status pencatatan {present}.", f"The record is {present}."),
            extra={"present": present.value, "allowed": [each.value for each in allowed]},
        )


def in_force(
    state: VerificationState, *, issued_on: date, valid_until: date | None, today: date
) -> bool:
    """Tell whether a certificate counts today: verified, and not past its validity."""
    if state is not VerificationState.VERIFIED or today < issued_on:
        return False
    return valid_until is None or today <= valid_until


def sealed_details(certificate_id: object) -> str:
    """Return where the number and the evidence of a certificate are sealed."""
    return f"competence_certificate|details_cipher|{certificate_id}"


def indexed_number(lsp_license: str, number: str) -> str:
    """Return what the blind index of a number is made of: one number of one LSP, however typed."""
    return f"competence|{lsp_license.strip().upper()}|{''.join(number.upper().split())}"
