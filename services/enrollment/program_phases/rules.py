"""What phases a programme may have, stated without a database."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from shared.errors import InvalidError
from shared.i18n import Text


class PhaseKind(StrEnum):
    """What a programme does in a phase."""

    PREPARATION = "PREPARATION"
    REGISTRATION = "REGISTRATION"
    SELECTION = "SELECTION"
    TRAINING = "TRAINING"
    ASSISTANCE = "ASSISTANCE"
    MONITORING = "MONITORING"
    EVALUATION = "EVALUATION"


class PhasePeriodError(InvalidError):
    """The phase ends before it starts."""

    code = "phase-period-invalid"
    title = Text("Tahap berakhir sebelum dimulai.", "The phase ends before it starts.")


class PhasesOverlapError(InvalidError):
    """Two phases of one kind share a day."""

    code = "phases-overlap"
    title = Text(
        "Dua tahap yang sama jenisnya tidak boleh bertumpang tindih.",
        "Two phases of one kind must not overlap.",
    )


class PhaseTwiceError(InvalidError):
    """Two phases of the list have one id."""

    code = "phase-listed-twice"
    title = Text("Satu id tercantum lebih dari sekali.", "One id is listed more than once.")


class Span(NamedTuple):
    """A phase, both days included."""

    kind: PhaseKind
    starts_on: date
    ends_on: date


def check_phases(spans: Sequence[Span]) -> None:
    """Refuse phases that end before they start, or of which two of one kind overlap.

    Raises:
        PhasePeriodError, PhasesOverlapError: with a pointer to the phase in the list.
    """
    for place, span in enumerate(spans):
        if span.ends_on < span.starts_on:
            raise PhasePeriodError(pointer=f"/phases/{place}/ends_on")
    in_order = sorted(range(len(spans)), key=lambda place: spans[place])
    for one, other in pairwise(in_order):
        same = spans[one].kind is spans[other].kind
        if same and spans[other].starts_on <= spans[one].ends_on:
            raise PhasesOverlapError(pointer=f"/phases/{other}/starts_on")
