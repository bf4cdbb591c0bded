"""What may be decided of a pair, stated without a database."""

from services.enrollment.duplicate_candidates.rules import DuplicateState
from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text


class DuplicateNotFoundError(NotFoundError):
    """There is no such pair, or one of the two lies outside the caller's scope."""

    code = "participant-duplicate-not-found"
    title = Text("Pasangan peserta tidak ditemukan.", "There is no such pair of people.")


class DuplicateDecidedError(ConflictError):
    """The pair was told apart or merged."""

    code = "participant-duplicate-decided"
    title = Text("Pasangan peserta sudah diputuskan.", "The pair has been decided on.")


def check_open(state: DuplicateState) -> None:
    """Refuse to decide a pair twice.

    Raises:
        DuplicateDecidedError: when it was told apart or merged.
    """
    if state is not DuplicateState.OPEN:
        raise DuplicateDecidedError(extra={"present": state.value, "allowed": []})
