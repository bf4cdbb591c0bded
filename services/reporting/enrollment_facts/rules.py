"""The cell of an enrollment, and what its events add."""

from collections.abc import Mapping
from functools import lru_cache
from operator import itemgetter
from typing import Annotated, Any, Final

from pydantic import TypeAdapter

from services.reporting.folding.rules import (
    MINUS,
    PLUS,
    Cell,
    Fact,
    Folded,
    Foldings,
    Keeping,
    Recorded,
    Rollup,
    Source,
    written_member,
)
from shared.schemas.enrollment import EnrollmentCell, Topic

ENROLLMENTS: Final = Fact("enrollments", Source.ENROLLMENT, tuple(EnrollmentCell.model_fields))
# The summary answers the public reports. Its size follows provinces and waves, not people, so
# that a report on a million enrollments costs what one on ten thousand does.
ROLLUPS: Final = (
    Rollup(
        "enrollment_summary",
        ENROLLMENTS,
        (
            "program_id",
            "wave_id",
            "province_code",
            "home_province_code",
            "host_ministry",
            "state",
            "waited",
            "presence",
            "applied",
        ),
        daily=False,
    ),
    Rollup("enrollment_cube", ENROLLMENTS, ENROLLMENTS.members, daily=True),
)
LATEST: Final = Keeping(
    "enrollment_now",
    Source.ENROLLMENT,
    "enrollment_id",
    ("class_id", "participant_id", *ENROLLMENTS.members),
)

# Members that came later: who wrote an event without one meant this.
_LATER: Final = {"disability": False, "trade": "", "applied": False}
_FIRST: Final = itemgetter(*(each for each in EnrollmentCell.model_fields if each not in _LATER))
_EVERY: Final = itemgetter(*EnrollmentCell.model_fields)
_REMEMBERED: Final = 65_536
_annotated: Any = Annotated
_CHECKS: Final = tuple(
    TypeAdapter[Any](_annotated[member.annotation, member])
    for member in EnrollmentCell.model_fields.values()
)


@lru_cache(maxsize=_REMEMBERED)
def _enrollment_member(place: int, member: object) -> object:
    return written_member(_CHECKS[place].validate_python(member))


@lru_cache(maxsize=_REMEMBERED)
def _enrollment_cell(members: Cell) -> Cell:
    """Return the cell that an event writes as `members`, each checked as EnrollmentCell would.

    A cell is left soon after it was entered, and there are few facilities, areas and kinds: to
    remember both is seven times faster than to check every event anew.

    Raises:
        pydantic.ValidationError: when a member is none that a cell can have.
    """
    return tuple([_enrollment_member(place, member) for place, member in enumerate(members)])


def _members(cell: Mapping[str, Any]) -> Cell:
    """Return the members of a cell as an event writes them, in the order of EnrollmentCell."""
    try:
        members: Cell = _EVERY(cell)
    except KeyError:
        return (*_FIRST(cell), *[cell.get(name, default) for name, default in _LATER.items()])
    return members


def _fold_enrollment(folded: Folded, event: Recorded) -> None:
    # The read of an EnrollmentMoved, with each distinct cell checked once; the identifiers are
    # checked by PostgreSQL.
    payload = event.payload
    before, after = payload["before"], payload["after"]
    if before is not None:
        left = _enrollment_cell(_members(before))
        folded.move(ENROLLMENTS, event.day, left, MINUS)
    entered = _enrollment_cell(_members(after))
    folded.move(ENROLLMENTS, event.day, entered, PLUS)
    latest = (payload["class_id"], payload["participant_id"], *entered)
    folded.keep(LATEST, payload["enrollment_id"], event.version, latest)


FOLDINGS: Final[Foldings] = {
    topic: {1: _fold_enrollment}
    for topic in (
        Topic.CLAIMED,
        Topic.PROMOTED,
        Topic.CANCELLED,
        Topic.NOT_PLACED,
        Topic.PRESENCE_REPORTED,
        Topic.COMPLETED,
        Topic.DROPPED_OUT,
        Topic.RELOCATED,
        Topic.REASSIGNED,
        Topic.OFFERED,
        Topic.CONFIRMED,
        Topic.DECLINED,
        Topic.EXPIRED,
        Topic.TRANSFERRED_OUT,
        Topic.TRANSFERRED_IN,
    )
}
