"""The sums of standings that reports read."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement

from services.reporting.folding.queries import Cube, Measures, sum_of
from services.reporting.standing_facts.rules import STANDINGS
from services.reporting.standing_facts.tables import LiveStandings, LiveStandingSummary
from shared.schemas.registry import MaturityClass, StandingKind

_K = StandingKind
_AGREED: Final = ("ACTIVE", "EXPIRING")
_BUILT: Final = ("BUILT", "EQUIPPED", "ACCOUNTED_FOR")
_SIGNED: Final = ("SIGNED", "FIRST_PAYMENT", "HALF_BUILT", "SECOND_PAYMENT", *_BUILT)
_OPEN: Final = ("PLANNED", "IN_PROGRESS", "OVERDUE")


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    def n(kind: StandingKind, *values: str, detail: str | None = None) -> ColumnElement[int]:
        conditions = [live.kind == kind]
        if values:
            conditions.append(live.value.in_(values))
        if detail is not None:
            conditions.append(live.detail == detail)
        return sum_of(live.n, *conditions)

    def amount(kind: StandingKind, *values: str) -> ColumnElement[int]:
        conditions = [live.kind == kind, *([live.value.in_(values)] if values else [])]
        return sum_of(live.amount, *conditions)

    return {
        "maturity_assessed": n(_K.MATURITY),
        **{f"maturity_{each.lower()}": n(_K.MATURITY, each) for each in MaturityClass},
        "roadmaps_adopted": n(_K.ROADMAP),
        "milestones": n(_K.MILESTONE, *_OPEN, "DONE"),
        "milestones_done": n(_K.MILESTONE, "DONE"),
        "milestones_overdue": n(_K.MILESTONE, "OVERDUE"),
        "incubators": n(_K.INCUBATOR, "ACTIVE"),
        "incubator_places": amount(_K.INCUBATOR, "ACTIVE"),
        "tenants_ever": n(_K.TENANT),
        "tenants_in": n(_K.TENANT, "IN"),
        "tenants_graduated": n(_K.TENANT, "GRADUATED"),
        "tenants_left": n(_K.TENANT, "LEFT"),
        "tenants_started": n(_K.TENANT, "GRADUATED", detail="BUSINESS_STARTED"),
        "developments": n(_K.DEVELOPMENT),
        "developments_signed": n(_K.DEVELOPMENT, *_SIGNED),
        "developments_built": n(_K.DEVELOPMENT, *_BUILT),
        "developments_accounted": n(_K.DEVELOPMENT, "ACCOUNTED_FOR"),
        "developments_overdue": n(_K.DEVELOPMENT, detail="OVERDUE"),
        "rupiah_granted": amount(_K.GRANT),
        "rupiah_paid": amount(_K.DEVELOPMENT),
        "coverage_asked": n(_K.COVERAGE),
        "covered": n(_K.COVERAGE, "COVERED"),
        "agreements": n(_K.AGREEMENT, *_AGREED),
        "agreements_expiring": n(_K.AGREEMENT, "EXPIRING"),
        **{
            f"agreements_{kind.lower()}": n(_K.AGREEMENT, *_AGREED, detail=kind)
            for kind in ("MOU", "PKS", "PLAN")
        },
        "actions": n(_K.ACTION, *_OPEN, "DONE"),
        "actions_done": n(_K.ACTION, "DONE"),
        "actions_overdue": n(_K.ACTION, "OVERDUE"),
    }


CUBE: Final = Cube(STANDINGS.code, STANDINGS.source, LiveStandings, LiveStandingSummary, _measures)
