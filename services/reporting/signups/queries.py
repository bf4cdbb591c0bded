"""Reads of sign-ups; they are public."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, desc, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.folding.queries import sum_of
from services.reporting.signup_facts.rules import SignUpKind, minute_of
from services.reporting.signup_facts.tables import LiveSignUps, LiveSignUpSummary
from services.reporting.signups.rules import MINUTE, RECENT, Cut, Point, Span, series


@dataclass(frozen=True, slots=True)
class Peak:
    """The busiest minute."""

    at: datetime
    signups: int


@dataclass(frozen=True, slots=True)
class Speed:
    """Sign-ups in all, how fast they come, and the busiest minute with its count."""

    claims: int
    applications: int
    last_minute: int
    recent: int
    peak: Peak | None

    @property
    def total(self) -> int:
        """Sign-ups of either kind."""
        return self.claims + self.applications

    @property
    def per_minute(self) -> float:
        """The mean of the last whole minutes."""
        return self.recent / RECENT


def _live(cut: Cut) -> Any:  # noqa: ANN401 - any of two mapped classes
    return LiveSignUpSummary if cut.province_code is None else LiveSignUps


def _chosen(live: Any, cut: Cut) -> list[ColumnElement[bool]]:  # noqa: ANN401 - as `_live`
    conditions = [] if cut.wave_id is None else [live.wave_id == cut.wave_id]
    if cut.province_code is not None:
        conditions.append(live.province_code == cut.province_code)
    return conditions


async def read_speed(session: AsyncSession, cut: Cut, *, now: datetime) -> Speed:
    """Return sign-ups in all and their speed at `now`."""
    live = _live(cut)
    present = minute_of(now)
    statement = select(
        sum_of(live.n, live.signup_kind == SignUpKind.CLAIM),
        sum_of(live.n, live.signup_kind == SignUpKind.APPLICATION),
        sum_of(live.n, live.minute == present - MINUTE),
        sum_of(live.n, live.minute < present, live.minute >= present - RECENT * MINUTE),
    ).where(*_chosen(live, cut))
    claims, applications, last, recent = (await session.execute(statement)).one()
    n = func.sum(live.n)
    busiest = (
        select(live.minute, n)
        .where(*_chosen(live, cut))
        .group_by(live.minute)
        .order_by(desc(n), live.minute)
        .limit(1)
    )
    peak = (await session.execute(busiest)).first()
    return Speed(
        claims, applications, last, recent, None if peak is None else Peak(peak[0], int(peak[1]))
    )


async def read_points(session: AsyncSession, cut: Cut, span: Span) -> list[Point]:
    """Return the sign-ups of a span, a point a step."""
    live = _live(cut)
    statement = (
        select(
            live.minute,
            sum_of(live.n, live.signup_kind == SignUpKind.CLAIM),
            sum_of(live.n, live.signup_kind == SignUpKind.APPLICATION),
        )
        .where(*_chosen(live, cut), live.minute >= span.start, live.minute < span.end)
        .group_by(live.minute)
    )
    return series(span, [tuple(row) for row in (await session.execute(statement)).all()])
