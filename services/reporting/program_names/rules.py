"""Which name of a programme or a wave is the latest, whatever order the events come in."""

from typing import Final
from uuid import UUID

from services.reporting.folding.rules import Folded, Foldings, Keeping, Recorded, Source
from shared.schemas.enrollment import (
    ProgramChanged,
    ProgramPublished,
    Topic,
    WaveChanged,
    WavePublished,
)

# One table for both: no id is that of a programme and of a wave.
NAMES: Final = Keeping("program_name", Source.ENROLLMENT, "named_id", ("name",))


def _keep(folded: Folded, event: Recorded, named_id: UUID, name: str) -> None:
    folded.keep(NAMES, str(named_id), event.version, (name,))


def _fold_program(folded: Folded, event: Recorded) -> None:
    program = ProgramPublished.model_validate(event.payload)
    folded.programs[program.program_id] = program
    _keep(folded, event, program.program_id, program.name)


def _fold_wave(folded: Folded, event: Recorded) -> None:
    wave = WavePublished.model_validate(event.payload)
    folded.waves[wave.wave_id] = wave
    _keep(folded, event, wave.wave_id, wave.name)


def _fold_program_change(folded: Folded, event: Recorded) -> None:
    changed = ProgramChanged.model_validate(event.payload)
    _keep(folded, event, changed.program_id, changed.name)


def _fold_wave_change(folded: Folded, event: Recorded) -> None:
    changed = WaveChanged.model_validate(event.payload)
    _keep(folded, event, changed.wave_id, changed.name)


FOLDINGS: Final[Foldings] = {
    Topic.PROGRAM_PUBLISHED: {1: _fold_program},
    Topic.WAVE_PUBLISHED: {1: _fold_wave},
    Topic.PROGRAM_CHANGED: {1: _fold_program_change},
    Topic.WAVE_CHANGED: {1: _fold_wave_change},
}
