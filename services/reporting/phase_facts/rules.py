"""What is kept of the phases of a programme, and how far one has come on a day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from services.reporting.folding.rules import Folded, Foldings, Keeping, Recorded, Source
from shared.schemas.enrollment import ProgramPhasesChanged, Topic

PHASES: Final = Keeping("program_phases_now", Source.ENROLLMENT, "program_id", ("phases",))


def _fold_phases(folded: Folded, event: Recorded) -> None:
    changed = ProgramPhasesChanged.model_validate(event.payload)
    phases = [phase.model_dump(mode="json") for phase in changed.phases]
    folded.keep(PHASES, str(changed.program_id), event.version, (phases,))


FOLDINGS: Final[Foldings] = {Topic.PROGRAM_PHASES_CHANGED: {1: _fold_phases}}


@dataclass(frozen=True, slots=True)
class Course:
    """How far a programme has come: `day` of `days`, `days_left` of them after today.

    `day` is 0 before its first day and `days` from its last day on; `phases` are those of today.
    """

    starts_on: date
    ends_on: date
    days: int
    day: int
    days_left: int
    phases: tuple[str, ...]


def course_of(phases: Sequence[Mapping[str, Any]], *, today: date) -> Course | None:
    """Return how far a programme with these phases has come; None without any phase."""
    spans = [
        (date.fromisoformat(each["starts_on"]), date.fromisoformat(each["ends_on"]), each["kind"])
        for each in phases
    ]
    if not spans:
        return None
    starts_on, ends_on = min(each[0] for each in spans), max(each[1] for each in spans)
    days = (ends_on - starts_on).days + 1
    day = min(max((today - starts_on).days + 1, 0), days)
    present = sorted({kind for start, end, kind in spans if start <= today <= end})
    return Course(starts_on, ends_on, days, day, days - day, tuple(present))
