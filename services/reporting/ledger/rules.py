"""Every fact put together: what is folded, into what, and by which event."""

from collections.abc import Iterable
from typing import Final

from services.reporting.class_facts import rules as classes
from services.reporting.enrollment_facts import rules as enrollments
from services.reporting.facility_facts import rules as facilities
from services.reporting.folding.rules import (
    Folded,
    Foldings,
    Keeping,
    Recorded,
    Rollup,
    UnknownSchemaError,
)
from services.reporting.outcome_facts import rules as outcomes
from shared.schemas import enrollment
from shared.schemas.enrollment import ProgramPublished, WavePublished

ROLLUPS: Final[tuple[Rollup, ...]] = (
    *facilities.ROLLUPS,
    *classes.ROLLUPS,
    *enrollments.ROLLUPS,
    *outcomes.ROLLUPS,
)
KEEPINGS: Final[tuple[Keeping, ...]] = (enrollments.LATEST,)


def _fold_program(folded: Folded, event: Recorded) -> None:
    program = ProgramPublished.model_validate(event.payload)
    folded.programs[program.program_id] = program


def _fold_wave(folded: Folded, event: Recorded) -> None:
    wave = WavePublished.model_validate(event.payload)
    folded.waves[wave.wave_id] = wave


# Every schema ever published stays here: the ledger is folded anew from its first event.
FOLDINGS: Final[Foldings] = {
    enrollment.Topic.PROGRAM_PUBLISHED: {1: _fold_program},
    enrollment.Topic.WAVE_PUBLISHED: {1: _fold_wave},
    **facilities.FOLDINGS,
    **classes.FOLDINGS,
    **enrollments.FOLDINGS,
    **outcomes.FOLDINGS,
}


def fold(events: Iterable[Recorded]) -> Folded:
    """Return what `events` add to the figures, whatever order they come in.

    Raises:
        UnknownSchemaError: when a topic that moves a figure has a schema without a folding.
    """
    folded = Folded()
    for event in events:
        schemas = FOLDINGS.get(event.topic)
        if schemas is None:
            continue
        folding = schemas.get(event.schema)
        if folding is None:
            message = f"{event.topic} has schema {event.schema}, which cannot be folded yet"
            raise UnknownSchemaError(message)
        folding(folded, event)
    return folded


def foldable(events: Iterable[Recorded]) -> list[Recorded]:
    """Return the events that the ledger keeps, each once, in the order in which they came."""
    return list({event.id: event for event in events if event.topic in FOLDINGS}.values())
