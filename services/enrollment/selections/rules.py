"""The steps of a selection and who may take them, stated without a database."""

from datetime import datetime, timedelta
from typing import Final

from services.enrollment.applications.rules import WaveTakesClaimsError
from services.enrollment.waves.rules import SelectionMethod
from shared.errors import ConflictError, NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import SelectionState

# A submission that arrived in time may still be under way: no transaction lasts that long.
SETTLED_AFTER: Final = timedelta(seconds=10)
_S: Final = SelectionState
_NEXT: Final = {
    _S.COMMITTED: {_S.CLOSED},
    _S.CLOSED: {_S.PREVIEWED},
    _S.PREVIEWED: {_S.PREVIEWED, _S.APPROVED},
    _S.APPROVED: {_S.ANNOUNCING},
    _S.ANNOUNCING: {_S.ANNOUNCED},
    _S.ANNOUNCED: set[SelectionState](),
}


class SelectionUnknownError(NotFoundError):
    """Nothing has been committed to for the wave, or it has no selection."""

    code = "selection-unknown"
    title = Text(
        "Seleksi gelombang ini belum ditetapkan.", "The wave's selection is not committed to."
    )


class SelectionCommittedError(ConflictError):
    """A seed has been committed to, and there is no second one."""

    code = "selection-committed"
    title = Text(
        "Benih undian sudah ditetapkan dan tidak dapat diganti.",
        "A seed has been committed to; there is no second one.",
    )


class CommitTooLateError(ConflictError):
    """Applications have closed: a seed that is made now alone could be made to fit.

    With a public figure that nobody knows yet in every ticket it cannot.
    """

    code = "commit-too-late"
    title = Text(
        "Pendaftaran sudah ditutup; benih hanya dapat ditetapkan dengan public_source, "
        "angka publik yang belum terbit.",
        "Applications have closed; a seed can only be committed to with a public_source, "
        "a public figure that is yet to come.",
    )


class WindowStillOpenError(ConflictError):
    """Applications are still taken, or the last ones are still being written."""

    code = "window-open"
    title = Text("Pendaftaran belum ditutup.", "Applications have not closed yet.")


class SelectionStateError(ConflictError):
    """The selection cannot go from its present state to the one asked for."""

    code = "selection-state-refused"
    title = Text("Tahap seleksi menolak ini.", "The selection's state refuses this.")


class PublicValueRefusedError(ConflictError):
    """No public figure was announced, or it is recorded already, or it is too early or too late."""

    code = "public-value-refused"
    title = Text(
        "Angka publik hanya dicatat sekali, setelah daftar dibekukan, bila sumbernya diumumkan.",
        "A public figure is recorded once, after the list is frozen, where its source was named.",
    )


def check_commit(
    method: SelectionMethod, *, public_source: str | None, closes_at: datetime, now: datetime
) -> None:
    """Refuse a commitment where nothing is drawn, or one that comes too late to prove anything.

    Raises:
        WaveTakesClaimsError: when the seats are given in the order of arrival.
        CommitTooLateError: when applications have closed and no public figure is named.
    """
    if method is SelectionMethod.FIRST_COME:
        raise WaveTakesClaimsError
    if now >= closes_at and public_source is None:
        raise CommitTooLateError(
            pointer="/public_source", extra={"present": "CLOSED", "allowed": ["NOT_OPEN", "OPEN"]}
        )


def check_step(present: SelectionState, wanted: SelectionState) -> None:
    """Refuse a step that does not follow the present one.

    Raises:
        SelectionStateError: with the members `present` and `allowed`.
    """
    if wanted not in _NEXT[present]:
        raise SelectionStateError(
            Text(
                f"Seleksi {present} tidak dapat menjadi {wanted}.",
                f"A {present} selection cannot become {wanted}.",
            ),
            extra={"present": present.value, "allowed": sorted(_NEXT[present])},
        )


def check_closed(*, closes_at: datetime, now: datetime) -> None:
    """Refuse to freeze the list while somebody may still be on the way into it.

    Raises:
        WindowStillOpenError: until some seconds after applications close.
    """
    left = closes_at + SETTLED_AFTER - now
    if left > timedelta():
        raise WindowStillOpenError(
            extra={
                "present": "OPEN",
                "allowed": ["CLOSED"],
                "closes_at": closes_at.isoformat(),
            },
            retry_after_s=int(left.total_seconds()) + 1,
        )


def check_public_value(
    *, state: SelectionState, source: str | None, present: str | None, drawn: int
) -> None:
    """Refuse a public figure that could still be chosen, or changed.

    Raises:
        PublicValueRefusedError: when no source was named before applications closed, the figure
            is recorded already, a draw was ordered, or the list is not frozen yet.
    """
    if source is None or present is not None or drawn > 0 or state is not SelectionState.CLOSED:
        raise PublicValueRefusedError(
            extra={"present": state.value, "allowed": [SelectionState.CLOSED.value]}
        )
