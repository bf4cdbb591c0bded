"""What changes of programmes, waves and classes after they were published."""

from datetime import date, datetime
from uuid import UUID

from shared.schemas.base import Message


class ProgramChanged(Message):
    """Event: the name or a setting of a programme has changed; `members` says which."""

    program_id: UUID
    name: str
    members: list[str]


class PhaseSpan(Message):
    """A phase of a programme, both days included."""

    kind: str
    starts_on: date
    ends_on: date


class ProgramPhasesChanged(Message):
    """Event: a programme has these phases now."""

    program_id: UUID
    phases: list[PhaseSpan]


class ProgramTeamChanged(Message):
    """Event: the joint team of a programme has changed; duties by ministry, of nobody by name."""

    program_id: UUID
    duties: dict[str, list[str]]


class WaveChanged(Message):
    """Event: the name or the window of a wave has changed, and so it has in all its classes."""

    wave_id: UUID
    name: str
    opens_at: datetime
    closes_at: datetime
    promote_until: datetime | None
    classes: int


class WaveCancelled(Message):
    """Event: a wave was called off; its classes follow one by one."""

    wave_id: UUID
    program_id: UUID
    classes: int


class WaveDecided(Message):
    """Event: GO or NO_GO; how many of the classes were ready when it was decided."""

    wave_id: UUID
    verdict: str
    classes: int
    ready: int


class ClassFunded(Message):
    """Event: the sources of the money of a class, in rupiah; figures add -replaced, +by_source.

    `replaced` is what it had by source before, null in events that did not say so yet.
    """

    class_id: UUID
    total_rupiah: int
    by_source: dict[str, int]
    replaced: dict[str, int] | None = None


class ClassRescheduled(Message):
    """Event: a class meets at other hours or in another room of its facility."""

    class_id: UUID
    space_id: UUID
    left_space_id: UUID
    sessions: int
    starts_at: datetime
    ends_at: datetime | None
