"""Whom an event counts, and what each contributes to a figure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from services.reporting.folding.rules import Cell, Fact, Recorded
from services.reporting.indicators.rules import AreaBasis, Dimension, Report
from services.reporting.ledger import rules as ledger
from services.reporting.questions.rules import Areas, Question
from shared.errors import BadRequestError
from shared.i18n import Text

# What a figure counts, the most telling first: a person's enrollment before the class it is in.
_SUBJECTS: Final = ("enrollment_id", "application_id", "referral_id", "class_id", "facility_id")
_IDS: Final = ("enrollment_id", "application_id", "class_id", "facility_id", "participant_id")

# Facts whose events stand in the stream of a class, and the dimensions by which classes are found.
OF_CLASSES: Final = frozenset({"enrollments", "classes", "outcomes", "attendance", "funding"})
_OF_A_CLASS: Final = {
    Dimension.PROGRAM: "program_id",
    Dimension.WAVE: "wave_id",
    Dimension.FACILITY: "facility_id",
    Dimension.PROVINCE: "province_code",
    Dimension.REGENCY: "regency_code",
}
_PLACES: Final = frozenset({Dimension.PROVINCE, Dimension.REGENCY})


class TraceNeedsIndicatorError(BadRequestError):
    """One figure is traced at a time: name its indicator."""

    code = "trace-needs-indicator"
    title = Text(
        "Sebutkan satu indikator: penelusuran memuat satu angka.",
        "Name one indicator: one figure is traced at a time.",
    )


class TraceNotOfferedError(BadRequestError):
    """The figure is not made up of events one by one."""

    code = "trace-not-offered"
    title = Text("Angka ini tidak dapat ditelusuri.", "This figure cannot be traced.")


class TracedEvent(NamedTuple):
    """An event that moved the figure, or another figure of the same thing."""

    id: UUID
    topic: str
    recorded_at: datetime


class Place(NamedTuple):
    """Where a trace stands: streams ascend, and subjects within them.

    A sum that is made of several is followed one `part` after the other.
    """

    stream_id: UUID
    subject_id: UUID
    part: int = 0

    @property
    def ends_stream(self) -> bool:
        """Whether nothing of the stream can follow."""
        return self.subject_id == _LAST


# Nothing comes after it.
_LAST: Final = UUID(int=(1 << 128) - 1)


def start_of(part: int) -> Place:
    """Return the place before everything of a part."""
    return Place(UUID(int=0), UUID(int=0), part)


def end_of(stream_id: UUID) -> Place:
    """Return the place after everything of a stream."""
    return Place(stream_id, _LAST)


@dataclass(slots=True)
class Subject:
    """One thing that events tell of: its ids, its events, and the rows that they add."""

    place: Place
    ids: dict[str, UUID]
    events: list[TracedEvent] = field(default_factory=list)
    rows: list[Cell] = field(default_factory=list)


class Contribution(NamedTuple):
    """What one thing adds to a figure."""

    subject: Subject
    delta: int


def traced_sum(report: Report, question: Question) -> str:
    """Return the name of the sum that is traced.

    Raises:
        TraceNeedsIndicatorError: when not exactly one indicator is asked for.
    """
    sums = {each.numerator for each in question.shown(report)}
    if len(question.indicators) != 1 or len(sums) != 1:
        codes = list(dict.fromkeys(each.code for each in report.indicators))
        raise TraceNeedsIndicatorError(pointer="/indicator", extra={"indicators": codes})
    return sums.pop()


def classes_chosen(question: Question) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the members of a class that a question chooses, with their values."""
    elsewhere = question.areas is Areas.NOW or question.area_basis is AreaBasis.RESIDENCE
    for dimension, values in question.chosen:
        if dimension in _OF_A_CLASS and not (elsewhere and dimension in _PLACES):
            yield _OF_A_CLASS[dimension], values


def subjects_of(fact: Fact, events: Iterable[Recorded]) -> dict[UUID, Subject]:
    """Return what `events` tell of, by id, each with the rows (day, *members, *measures) of `fact`.

    What moves nothing of `fact` is left out.
    """
    found: dict[UUID, Subject] = {}
    for event in events:
        sums = ledger.fold([event]).cells.get(fact)
        if not sums:
            continue
        ids = {name: UUID(str(event.payload[name])) for name in _IDS if event.payload.get(name)}
        about = next((event.payload[n] for n in _SUBJECTS if event.payload.get(n)), event.stream_id)
        subject_id = UUID(str(about))
        subject = found.get(subject_id)
        if subject is None:
            subject = found[subject_id] = Subject(Place(event.stream_id, subject_id), ids)
        subject.ids.update(ids)
        subject.events.append(TracedEvent(event.id, event.topic, event.recorded_at))
        subject.rows += [(*key, *measures) for key, measures in sums.items()]
    return found


def days_of(question: Question) -> tuple[date | None, date | None]:
    """Return the first and the last day whose events are looked at."""
    period = question.period
    return (None, None) if period is None else (period.first, period.last)
