"""Bodies of phases."""

from datetime import date
from uuid import UUID

from pydantic import Field

from services.enrollment.program_phases.rules import PhaseKind
from shared.schemas.base import Body, Label, Read


class PhaseWrite(Body):
    """A phase, both days included; the `id` of one that is there keeps it the same phase."""

    id: UUID | None = None
    kind: PhaseKind
    name: Label
    starts_on: date
    ends_on: date


class PhasesWrite(Body):
    """All phases of a programme: what is left out is no phase any more."""

    phases: list[PhaseWrite] = Field(max_length=50)


class PhaseRead(Read):
    """A phase of a programme, both days included."""

    id: UUID
    kind: PhaseKind
    name: str
    starts_on: date
    ends_on: date


class PhasesRead(Read):
    """The phases of a programme by their first days; `version` is that of the programme."""

    program_id: UUID
    version: int
    phases: list[PhaseRead]
