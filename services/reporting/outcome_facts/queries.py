"""The sums of outcomes that reports read."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement

from services.reporting.folding.queries import Cube, Measures, sum_of
from services.reporting.outcome_facts.rules import OUTCOMES
from services.reporting.outcome_facts.tables import LiveOutcomes
from shared.schemas.reporting import OutcomeStatus

_WORKING: Final = (OutcomeStatus.EMPLOYED, OutcomeStatus.SELF_EMPLOYED, OutcomeStatus.BOTH)
# What nobody has answered (yet).
_SILENT: Final = (OutcomeStatus.ASKED, OutcomeStatus.UNREACHED)


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - mapped to a sub-select
    def having(*status: OutcomeStatus) -> ColumnElement[int]:
        return sum_of(live.n, live.status.in_(status))

    return {
        "asked": sum_of(live.n),
        "answered": sum_of(live.n, live.status.not_in(_SILENT)),
        "unreached": having(OutcomeStatus.UNREACHED),
        "working": having(*_WORKING),
        "absorbed": having(OutcomeStatus.EMPLOYED, OutcomeStatus.BOTH),
        "employed": having(OutcomeStatus.EMPLOYED, OutcomeStatus.BOTH),
        "self_employed": having(OutcomeStatus.SELF_EMPLOYED, OutcomeStatus.BOTH),
        "studying": having(OutcomeStatus.STUDYING),
        "seeking": having(OutcomeStatus.SEEKING),
        "inactive": having(OutcomeStatus.INACTIVE),
        **{name: sum_of(getattr(live, name)) for name in OUTCOMES.measures if name != "n"},
    }


CUBE: Final = Cube(OUTCOMES.code, OUTCOMES.source, LiveOutcomes, None, _measures, by_horizon=True)
