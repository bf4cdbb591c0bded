"""Reads of targets; the nation's are everybody's, others those of the caller's area."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, and_, cast, literal, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.baselines.rules import level_of
from services.reporting.baselines.tables import Baseline
from services.reporting.folding.queries import Cube
from services.reporting.questions.rules import Question
from services.reporting.reports.queries import CUBES, column_of, names_of
from services.reporting.targets.rules import Measure, TargetNotFoundError, TargetOrigin
from services.reporting.targets.tables import Target
from shared.db.within import within
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class TargetFilter:
    """What a list of targets is narrowed to; `area` is a province or a regency."""

    indicator: str | None = None
    area: str | None = None
    year: int | None = None
    program_id: UUID | None = None
    agreement_id: UUID | None = None
    facility_id: UUID | None = None
    origin: TargetOrigin | None = None
    withdrawn: bool = False


def _visible(scope: Scope) -> ColumnElement[bool]:
    national = and_(Target.province_code.is_(None), Target.facility_id.is_(None))
    return and_(Target.signed, or_(within(scope, Target), national))


def _chosen(wanted: TargetFilter) -> Iterable[ColumnElement[bool]]:
    for name in ("indicator", "year", "program_id", "agreement_id", "facility_id", "origin"):
        value = getattr(wanted, name)
        if value is not None:
            yield getattr(Target, name) == value
    if wanted.area is not None:
        yield (Target.regency_code if "." in wanted.area else Target.province_code) == wanted.area
    if not wanted.withdrawn:
        yield Target.withdrawn_at.is_(None)


async def list_targets(
    session: AsyncSession, wanted: TargetFilter, *, scope: Scope, after: str | None, limit: int
) -> Sequence[Target]:
    """Return up to `limit` targets that follow code `after`, in the order of their codes."""
    statement = (
        select(Target).where(_visible(scope), *_chosen(wanted)).order_by(Target.code).limit(limit)
    )
    if after is not None:
        statement = statement.where(Target.code > after)
    return (await session.scalars(statement)).all()


async def get_target(
    session: AsyncSession, target_id: UUID, *, scope: Scope, for_update: bool = False
) -> Target:
    """Return one target that the caller may see, locked if it is to be changed.

    Raises:
        TargetNotFoundError: when there is none of this id that he may see.
    """
    statement = select(Target).where(Target.id == target_id, _visible(scope))
    if for_update:
        statement = statement.with_for_update()
    target = (await session.scalars(statement)).one_or_none()
    if target is None:
        raise TargetNotFoundError
    return target


async def levels_of(session: AsyncSession, baselines: Iterable[UUID]) -> dict[UUID, int]:
    """Return the number that each of some figures of the register counts from."""
    wanted = sorted(set(baselines))
    if not wanted:
        return {}
    statement = select(Baseline.id, Baseline.value, Baseline.lower, Baseline.upper)
    rows = (await session.execute(statement.where(Baseline.id.in_(wanted)))).all()
    return {row.id: level_of(value=row.value, lower=row.lower, upper=row.upper) for row in rows}


class Asked(NamedTuple):
    """What is to be counted for one target."""

    id: UUID
    measure: Measure
    program_id: UUID | None = None
    facility_id: UUID | None = None
    area_codes: tuple[str, ...] = ()
    counts_from: date | None = None


class Levels(NamedTuple):
    """What the figure of a target is, what was added since a day, and what it was at its start."""

    level: int = 0
    moved: int = 0
    start: int = 0


def counted_by(measure: Measure) -> Cube | None:
    """Return the cube that counts a measure; None as long as there is none."""
    return next((cube for cube in CUBES if measure.name in names_of(cube)), None)


def _conditions(live: Any, asked: Asked) -> Iterable[ColumnElement[bool]]:  # noqa: ANN401 - a mapped class
    for dimension, values in asked.measure.chosen:
        yield cast(column_of(live, dimension, Question()), Text()).in_(values)
    if asked.measure.horizon is not None:
        yield live.horizon_months == asked.measure.horizon
    if asked.program_id is not None:
        yield live.program_id == asked.program_id
    if asked.facility_id is not None:
        yield live.facility_id == asked.facility_id
    if asked.area_codes:
        provinces = [code for code in asked.area_codes if "." not in code]
        regencies = [code for code in asked.area_codes if "." in code]
        within_regencies = [live.regency_code.in_(regencies)] if regencies else []
        yield or_(live.province_code.in_(provinces), *within_regencies)


def _whole(cube: Cube, asked: Asked) -> Any:  # noqa: ANN401 - a mapped class
    """Return the smallest that knows the present level: the summary if it has what is asked."""
    regencies = any("." in code for code in asked.area_codes)
    if cube.summary is None or regencies or asked.facility_id or asked.measure.chosen:
        return cube.live
    wanted = ["program_id"] if asked.program_id else []
    wanted += ["province_code"] if asked.area_codes else []
    known = all(hasattr(cube.summary, name) for name in wanted)
    return cube.summary if known and asked.measure.horizon is None else cube.live


def _parts(
    asked: Asked, *, until: date | None, since: date, now: datetime
) -> Iterable[Select[str, str, int]]:
    """Yield the statements of one target: its level, what was added since a day, its start."""
    cube = counted_by(asked.measure)
    if cube is None:
        return
    live: Any = cube.live
    if asked.program_id is not None and not hasattr(live, "program_id"):
        return
    ended = [] if until is None else [live.day <= until]
    spans: dict[str, tuple[Any, list[ColumnElement[bool]]]] = {
        "level": (_whole(cube, asked) if until is None else live, ended),
        "moved": (live, [live.day > since, *ended]),
    }
    if asked.counts_from is not None:
        spans["start"] = (live, [live.day < asked.counts_from])
    for name, (of, span) in spans.items():
        measure = cube.measures(of, now)[asked.measure.name]
        yield select(
            literal(str(asked.id), Text()), literal(name, Text()), measure.label("counted")
        ).where(*span, *_conditions(of, asked))


async def read_levels(
    session: AsyncSession,
    asked: Sequence[Asked],
    *,
    since: date,
    now: datetime,
    until: date | None = None,
) -> dict[UUID, Levels]:
    """Return the levels of those targets that something counts, all in one statement.

    `until` is the last day recorded that counts, if not all do; what was added is counted from the
    day after `since`.
    """
    parts = [part for each in asked for part in _parts(each, until=until, since=since, now=now)]
    if not parts:
        return {}
    found: dict[UUID, dict[str, int]] = {}
    for target, name, counted in (await session.execute(union_all(*parts))).all():
        found.setdefault(UUID(target), {})[name] = counted
    return {target: Levels(**levels) for target, levels in found.items()}
