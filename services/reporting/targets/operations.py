"""Changes to targets, each within the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.queries import area_names
from services.reporting.base import Event
from services.reporting.questions.rules import check_areas
from services.reporting.targets import queries, rules
from services.reporting.targets.queries import Asked, Levels
from services.reporting.targets.rules import Goal, TargetOrigin
from services.reporting.targets.schemas import (
    AchievementRead,
    TargetChange,
    TargetCreate,
    TargetRead,
    TargetStanding,
)
from services.reporting.targets.tables import Target
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.reporting import TargetStated, Topic
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_target": rules.TargetIdTakenError,
    "uq_target_code": rules.TargetCodeTakenError,
}


async def state_target(
    session: AsyncSession, body: TargetCreate, *, scope: Scope, now: datetime
) -> Target:
    """State a target, and tell it.

    Raises:
        TargetOutOfScopeError: when it would lie outside the caller's area or ministry.
        TargetIndicatorUnknownError: when nothing is counted under its name.
        TargetInvalidError: when its members contradict one another.
        TargetBaselineUnknownError: when the register has no such baseline.
        ValueUnknownError: when there is no such area.
        TargetIdTakenError, TargetCodeTakenError: when it is there already.
    """
    target = _new_target(body, now=now)
    if not scope.admits(place_of(target), write=True):
        raise rules.TargetOutOfScopeError
    if body.indicator not in rules.MEASURES:
        raise rules.TargetIndicatorUnknownError(
            pointer="/indicator", extra={"indicators": sorted(rules.MEASURES)}
        )
    ways = (body.baseline_id, body.baseline_value, body.counts_from)
    rules.check_goal(
        _goal(target),
        baselines=sum(way is not None for way in ways),
        year=body.year,
        counts_from=body.counts_from,
    )
    if body.area_code:
        check_areas([body.area_code], await area_names(session), parameter="area_code")
    if body.baseline_id and not await queries.levels_of(session, [body.baseline_id]):
        raise rules.TargetBaselineUnknownError(pointer="/baseline_id")
    session.add(target)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await tell(session, target, now=now)
    return target


def _new_target(body: TargetCreate, *, now: datetime) -> Target:
    area = body.area_code
    members = body.model_dump(exclude={"id", "area_code", "by_day"})
    return Target(
        **members,
        id=body.id or new_id(),
        origin=TargetOrigin.STATED,
        by_day=rules.last_day(year=body.year, by_day=body.by_day),
        agreement_id=None,
        facility_id=None,
        area_codes=[area] if area else [],
        province_code=area[:2] if area else None,
        regency_code=area if area and "." in area else None,
        source_version=0,
        signed=True,
        version=1,
        withdrawn_at=None,
        recorded_at=now,
    )


def _goal(target: Target) -> Goal:
    return Goal(
        value=target.value, mode=target.mode, upper=target.upper_value, by_day=target.by_day
    )


def _check_changeable(target: Target, *, scope: Scope) -> None:
    if not scope.admits(place_of(target), write=True):
        raise rules.TargetOutOfScopeError
    if target.origin is not TargetOrigin.STATED:
        raise rules.TargetOfRegistryError(
            extra={"present": target.origin.value, "allowed": [TargetOrigin.STATED.value]}
        )
    if target.withdrawn_at is not None:
        raise rules.TargetWithdrawnError(extra={"present": "WITHDRAWN", "allowed": ["STATED"]})


async def change_target(
    session: AsyncSession, target: Target, change: TargetChange, *, scope: Scope, now: datetime
) -> Target:
    """Change what the patch names of a locked target, and tell it.

    Raises:
        TargetOutOfScopeError: when it lies outside the caller's area or ministry.
        TargetOfRegistryError: when it stands in an agreement or a facility's role.
        TargetWithdrawnError: when it was withdrawn.
        TargetInvalidError: when its members would contradict one another.
    """
    _check_changeable(target, scope=scope)
    wanted = change.model_dump(exclude_unset=True)
    if all(getattr(target, name) == value for name, value in wanted.items()):
        return target
    for name, value in wanted.items():
        setattr(target, name, value)
    target.by_day = rules.last_day(year=target.year, by_day=target.by_day)
    additional = target.mode is rules.TargetMode.ADDITIONAL
    with session.no_autoflush:
        rules.check_goal(
            _goal(target),
            baselines=int(additional),
            year=target.year,
            counts_from=target.counts_from,
        )
    target.version += 1
    target.recorded_at = now
    await session.flush()
    await tell(session, target, now=now)
    return target


async def withdraw_target(
    session: AsyncSession, target: Target, *, scope: Scope, now: datetime
) -> Target:
    """Withdraw a locked target: it stays readable and is held against nothing any more.

    Raises:
        TargetOutOfScopeError, TargetOfRegistryError, TargetWithdrawnError: as for a change.
    """
    _check_changeable(target, scope=scope)
    target.withdrawn_at = now
    target.version += 1
    await session.flush()
    await tell(session, target, now=now)
    return target


async def read_standings(
    session: AsyncSession,
    targets: Sequence[Target],
    *,
    now: datetime,
    today: date,
    until: date | None = None,
    window_days: int = rules.WINDOW_DAYS,
    guarded: bool = False,
) -> list[TargetStanding]:
    """Return how far targets have come on the day `today`, in Jakarta.

    `until` is the last day recorded that counts, if not all do.

    `guarded` withholds figures of so few people that they could be known.
    """
    levels = await queries.read_levels(
        session,
        [asked for each in targets if (asked := _asked(each)) is not None],
        until=until,
        since=today - timedelta(days=window_days),
        now=now,
    )
    published = await queries.levels_of(
        session, (each.baseline_id for each in targets if each.baseline_id is not None)
    )
    return [
        TargetStanding(
            **TargetRead.model_validate(each).model_dump(),
            achievement=_achievement(
                each,
                levels.get(each.id),
                published=published,
                today=today,
                window_days=window_days,
                guarded=guarded,
            ),
        )
        for each in targets
    ]


def _asked(target: Target) -> Asked | None:
    measure = rules.MEASURES.get(target.indicator)
    if measure is None:
        return None
    return Asked(
        id=target.id,
        measure=measure,
        program_id=target.program_id,
        facility_id=target.facility_id,
        area_codes=tuple(target.area_codes),
        counts_from=target.counts_from,
    )


def _achievement(
    target: Target,
    levels: Levels | None,
    *,
    published: Mapping[UUID, int],
    today: date,
    window_days: int,
    guarded: bool,
) -> AchievementRead:
    dated = {"as_of": today, "window_days": window_days}
    if levels is None:
        return AchievementRead.model_validate({**dated, "measured": False, "suppressed": False})
    baseline = levels.start if target.counts_from is not None else target.baseline_value or 0
    if target.baseline_id is not None:
        baseline = published[target.baseline_id]
    goal = replace(_goal(target), baseline=baseline)
    achievement = rules.judge(
        goal,
        level=levels.level,
        level_before=levels.level - levels.moved,
        today=today,
        window_days=window_days,
    )
    people = rules.MEASURES[target.indicator].people
    if guarded and people and rules.is_small(achievement.achieved, levels.level, levels.moved):
        return AchievementRead.model_validate({**dated, "measured": True, "suppressed": True})
    told = {**asdict(achievement), "baseline": baseline}
    return AchievementRead.model_validate({**dated, **told, "measured": True, "suppressed": False})


async def tell(session: AsyncSession, target: Target, *, now: datetime) -> None:
    """Tell that a target was stated, changed or withdrawn."""
    told = TargetRead.model_validate(target).model_dump()
    await emit(
        session,
        Event,
        topic=Topic.TARGET_STATED,
        stream_id=target.id,
        event=TargetStated.model_validate({**told, "target_id": target.id}),
        place=place_of(target),
        occurred_at=now,
        version=target.version,
    )
