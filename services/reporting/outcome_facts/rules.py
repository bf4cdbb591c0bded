"""The cell of an outcome, and what its events add."""

from operator import attrgetter
from typing import Final

from services.reporting.folding.rules import (
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
    written,
)
from shared.schemas.reporting import FollowUpRecorded, IncomeChange, Outcome, OutcomeCell, Topic

OUTCOMES: Final = Fact(
    "outcomes",
    Source.REPORTING,
    tuple(OutcomeCell.model_fields),
    (
        "n",
        "businesses_started",
        "businesses_running",
        "people_hired",
        "first_incomes",
        "days_to_first_income",
        "incomes_compared",
        "incomes_up",
    ),
)
ROLLUPS: Final = (Rollup("outcome_cube", OUTCOMES, OUTCOMES.members, daily=True),)

_CELL = attrgetter(*OutcomeCell.model_fields)


def _measures(outcome: Outcome) -> list[int]:
    return [
        1,
        int(outcome.business_started is True),
        int(outcome.business_running is True),
        outcome.people_hired or 0,
        int(outcome.days_to_first_income is not None),
        outcome.days_to_first_income or 0,
        int(outcome.income_change is not None),
        int(outcome.income_change is IncomeChange.UP),
    ]


def _fold_outcome(folded: Folded, event: Recorded) -> None:
    recorded = FollowUpRecorded.model_validate(event.payload)
    if recorded.before is not None:
        undone = [-measure for measure in _measures(recorded.before)]
        folded.move(OUTCOMES, event.day, written(_CELL(recorded.before.cell)), undone)
    cell = written(_CELL(recorded.after.cell))
    folded.move(OUTCOMES, event.day, cell, _measures(recorded.after))


FOLDINGS: Final[Foldings] = {Topic.FOLLOWUP_RECORDED: {1: _fold_outcome}}
