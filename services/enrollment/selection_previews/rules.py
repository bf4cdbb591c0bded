"""When a draw may be made and approved, and what is counted of it, stated without a database."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from services.enrollment.draws.rules import Drawn, Outcome, Step, Why
from services.enrollment.selections.rules import check_step
from shared.errors import ConflictError, InvalidError, NotFoundError, UnavailableError
from shared.i18n import Text
from shared.schemas.enrollment import SelectionState


class PublicValueMissingError(ConflictError):
    """The public figure that goes into the tickets has not been recorded yet."""

    code = "public-value-missing"
    title = Text(
        "Angka publik yang diumumkan untuk undian ini belum dicatat.",
        "The public figure that was announced for this draw is not recorded yet.",
    )


class FourEyesError(ConflictError):
    """Whoever made the preview, or recorded or scored what went into it, does not approve it."""

    code = "four-eyes"
    title = Text(
        "Pratinjau harus disetujui oleh orang lain.",
        "Somebody else has to approve the preview.",
    )


class PreviewStaleError(ConflictError):
    """Something that the preview was made from has changed since, or another one was made."""

    code = "preview-stale"
    title = Text(
        "Data berubah sejak pratinjau dibuat; buat pratinjau baru.",
        "Something has changed since the preview; make another one.",
    )


class InputsMovingError(UnavailableError):
    """What the draw is made from changed while it was made."""

    code = "inputs-moving"
    title = Text("Data berubah selama undian dibuat.", "The data changed during the draw.")


class AnnounceTimeError(InvalidError):
    """The announcement lies in the past, or after the first class starts."""

    code = "announce-at-invalid"
    title = Text(
        "Waktu pengumuman tidak boleh sudah lewat atau sesudah kelas pertama dimulai.",
        "The announcement must neither lie in the past nor after the first class starts.",
    )


class PreviewUnknownError(NotFoundError):
    """No preview has been made, or another one is being made."""

    code = "preview-unknown"
    title = Text("Pratinjau belum ada.", "There is no preview.")


def check_draw(*, state: SelectionState, source: str | None, value: str | None) -> None:
    """Refuse to draw before everything that goes into it is fixed.

    Raises:
        SelectionStateError: when the list is not frozen, or the result has been approved.
        PublicValueMissingError: when a public figure was promised and is not there.
    """
    check_step(state, SelectionState.PREVIEWED)
    if source is not None and value is None:
        raise PublicValueMissingError


def check_approval(
    *, state: SelectionState, actor: str, makers: Iterable[str | None], wanted: str, drawn: str
) -> None:
    """Refuse an approval by who had a hand in it, or of something else than what there is.

    Raises:
        SelectionStateError: when there is no preview to approve.
        FourEyesError: when `actor` made it.
        PreviewStaleError: when what is approved is not what was drawn.
    """
    check_step(state, SelectionState.APPROVED)
    if actor in set(makers):
        raise FourEyesError
    if wanted != drawn:
        raise PreviewStaleError


def check_announce_at(
    announce_at: datetime, *, first_start: datetime | None, now: datetime
) -> None:
    """Refuse an hour that nobody could keep to, or at which nobody could come any more.

    Raises:
        AnnounceTimeError: when it lies in the past or after the first class starts.
    """
    if announce_at < now or (first_start is not None and announce_at >= first_start):
        raise AnnounceTimeError(pointer="/announce_at")


def counts_of(drawn: Sequence[Drawn], *, facility_of: Mapping[UUID, UUID]) -> dict[str, Any]:
    """Return how many applications have each outcome, and how many places each facility gives."""
    outcomes = Counter(each.outcome.value for each in drawn)
    facilities: dict[str, Counter[str]] = {}
    for each in drawn:
        if each.class_id is not None:
            name = str(facility_of[each.class_id])
            facilities.setdefault(name, Counter())[each.outcome.value] += 1
    return {
        "outcomes": {each.value: outcomes[each.value] for each in Outcome},
        "facilities": {name: dict(count) for name, count in sorted(facilities.items())},
    }


def quota_counts(
    drawn: Iterable[Drawn], *, members: Mapping[UUID, frozenset[UUID]], quotas: Iterable[UUID]
) -> dict[str, dict[str, int]]:
    """Return by quota how many of those who are placed count in it, and whom it passed over."""
    counts = {str(each): {"placed": 0, "passed_over": 0} for each in quotas}
    for each in drawn:
        if each.outcome is Outcome.PLACED:
            for quota in counts.keys() & {str(member) for member in members[each.id]}:
                counts[quota]["placed"] += 1
        for quota_id in {step.quota_id for step in each.steps if step.quota_id is not None}:
            counts[str(quota_id)]["passed_over"] += 1
    return counts


def packed(step: Step) -> list[Any]:
    """Return a step as it is kept."""
    ids = (None if each is None else str(each) for each in (step.class_id, step.quota_id))
    return [step.choice, step.why.value, *ids]


def unpacked(kept: Sequence[Any]) -> Step:
    """Return the step that was kept."""
    choice, why, class_id, quota_id = kept
    return Step(
        choice,
        Why(why),
        None if class_id is None else UUID(class_id),
        None if quota_id is None else UUID(quota_id),
    )
