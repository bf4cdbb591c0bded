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
from shared.schemas.enrollment import Financing
from shared.schemas.reporting import (
    FollowUpRecorded,
    IncomeChange,
    Outcome,
    OutcomeCell,
    OutcomeStatus,
    Topic,
)

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
        "entrepreneurs",
        "nib",
        "halal",
        "financed",
        *(f"financed_{kind.lower()}" for kind in Financing),
        "sizes_compared",
        "size_up",
        "trades_compared",
        "matched",
    ),
)
ROLLUPS: Final = (Rollup("outcome_cube", OUTCOMES, OUTCOMES.members, daily=True),)

_ENTREPRENEURS: Final = (OutcomeStatus.SELF_EMPLOYED, OutcomeStatus.BOTH)
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
        int(outcome.business_started is True or outcome.cell.status in _ENTREPRENEURS),
        int(outcome.nib_obtained is True),
        int(outcome.halal_certified is True),
        int(outcome.financing_kind is not None),
        *(int(outcome.financing_kind is kind) for kind in Financing),
        int(outcome.size_up is not None),
        int(outcome.size_up is True),
        int(outcome.matches_trade is not None),
        int(outcome.matches_trade is True),
    ]


def _fold_outcome(folded: Folded, event: Recorded) -> None:
    recorded = FollowUpRecorded.model_validate(event.payload)
    if recorded.before is not None:
        undone = [-measure for measure in _measures(recorded.before)]
        folded.move(OUTCOMES, event.day, written(_CELL(recorded.before.cell)), undone)
    cell = written(_CELL(recorded.after.cell))
    folded.move(OUTCOMES, event.day, cell, _measures(recorded.after))


FOLDINGS: Final[Foldings] = {
    Topic.FOLLOWUP_ASKED: {1: _fold_outcome},
    Topic.FOLLOWUP_RECORDED: {1: _fold_outcome},
    Topic.FOLLOWUP_CLOSED: {1: _fold_outcome},
}
