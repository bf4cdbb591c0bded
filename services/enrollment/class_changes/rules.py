"""What may change of a planned class, and what follows for its people, without a database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared.errors import ConflictError, InvalidError, ServiceError
from shared.i18n import Language, Text
from shared.schemas.enrollment import HOLDS_SEAT, EnrollmentState


class ChangeMode(StrEnum):
    """Tell what would follow, or let it happen."""

    VALIDATE = "validate"
    COMMIT = "commit"


class Telling(StrEnum):
    """Of what somebody is told."""

    MOVED = "MOVED"
    PROMOTED = "PROMOTED"
    CANCELLED = "CANCELLED"


class WaveStartFixedError(ConflictError):
    """All classes of a wave start at the hour of its start rule."""

    code = "wave-start-fixed"
    title = Text(
        "Semua kelas dimulai pada jam mulai gelombang; hanya sesi sesudahnya dapat dipindah.",
        "All classes start at the hour of the wave; only the sessions after it can move.",
    )


class NothingChangesError(InvalidError):
    """The class is as it would be."""

    code = "nothing-changes"
    title = Text("Tidak ada yang berubah.", "Nothing would change.")


def check_start(
    *, starts_at: datetime, asked: datetime | None, first_session: datetime | None
) -> None:
    """Refuse another start than the wave's, by itself or by the first session.

    Raises:
        WaveStartFixedError: when it is one.
    """
    for pointer, moment in (("/starts_at", asked), ("/sessions/0/starts_at", first_session)):
        if moment is not None and moment != starts_at:
            raise WaveStartFixedError(
                Text(
                    f"Gelombang ini dimulai pada {starts_at.isoformat()}.",
                    f"The wave starts at {starts_at.isoformat()} there.",
                ),
                pointer=pointer,
            )


def told(
    before: Mapping[UUID, EnrollmentState],
    after: Mapping[UUID, EnrollmentState],
    *,
    seated: Iterable[UUID],
) -> dict[UUID, Telling]:
    """Return who is told of what: by how each stood before and after, and who sits where it moves.

    Who is promoted into a class that moves is told where it is now, and nothing else.
    """
    found = dict.fromkeys(seated, Telling.MOVED)
    for each, state in after.items():
        if before[each] is state:
            continue
        if state is EnrollmentState.CANCELLED:
            found[each] = Telling.CANCELLED
        elif state in HOLDS_SEAT:
            found[each] = Telling.PROMOTED
    return found


def seats_lost(holders: Sequence[UUID], *, capacity: int | None) -> list[UUID]:
    """Return who would not fit, of those who hold a seat in the order in which they came."""
    return [] if capacity is None else list(holders[capacity:])


def as_refusal(error: ServiceError, *, language: Language) -> dict[str, Any]:
    """Return a refusal as a member of an answer; another service's in its own words."""
    return {
        "code": str(getattr(error, "upstream_code", error.code)),
        "detail": error.detail.in_(language),
        "pointer": error.pointer,
    }
