"""Changes of areas, and of where things stand after them, within the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.area_changes import queries, rules
from services.registry.area_changes.queries import Stander
from services.registry.area_changes.rules import Decree, Named, WorkItemState
from services.registry.area_changes.schemas import AreaChangeCreate
from services.registry.area_changes.tables import AreaWorkItem
from services.registry.areas import operations as areas
from services.registry.areas.queries import count_levels, known_codes, locate
from services.registry.areas.rules import (
    AreaUnknownError,
    AreaValidityOverlapsError,
    GivenArea,
    level_of,
    parent_of,
    time_zone_of,
)
from services.registry.areas.rules import locate as location_of
from services.registry.areas.tables import AreaChange
from services.registry.assignments.operations import Moment, follow_areas
from services.registry.assignments.tables import Assignment
from services.registry.base import Event
from services.registry.facilities.operations import facts_of, keep_changes, restate
from services.registry.facilities.queries import get_open_facility_for_change
from services.registry.facilities.tables import Facility
from services.registry.institutions.operations import relocate_institution
from services.registry.institutions.rules import InstitutionEndedError
from services.registry.institutions.tables import Institution
from shared.db.base import translate
from shared.db.events import Draft, emit, emit_all
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.registry import (
    AreaDecreed,
    AreaLeftOpen,
    AreaLevel,
    AreasChanged,
    AreaSettled,
    Topic,
)
from shared.scope import Place, Scope

_LINK: Final = text(
    """
    INSERT INTO registry.area_successor (change_id, old_code, new_code, valid_from)
    SELECT :change_id, old_code, new_code, :valid_from
    FROM unnest(CAST(:olds AS text[]), CAST(:news AS text[])) AS link (old_code, new_code)
    """
)
_OVERLAPS: Final = dict.fromkeys(
    ("ex_area_validity", "uq_area_present", "pk_area"), AreaValidityOverlapsError
)


async def decree_change(
    session: AsyncSession, body: AreaChangeCreate, *, begins: datetime, now: datetime
) -> AreaChange:
    """Change areas from a day on, and queue what follows from `begins`, when that day begins.

    Raises:
        What `rules.check_shape` and `rules.plan_change` raise.
        TimeZoneUnknownError: when no rule states the time zone of a new code.
        AreaValidityOverlapsError: also when somebody has just taken a code.
    """
    decree = Decree(
        kind=body.kind,
        valid_from=body.valid_from,
        from_codes=body.from_codes,
        to=[Named(area.code, area.name) for area in body.to],
        children={child.from_code: child.to_code for child in body.children},
    )
    plan = await _plan(session, decree)
    change = AreaChange(
        id=new_id(),
        kind=body.kind,
        decree=body.decree,
        valid_from=body.valid_from,
        from_codes=list(body.from_codes),
        to_codes=[area.code for area in body.to],
        areas=len(plan.links),
        created_at=now,
        applied_at=None,
    )
    change.job_id = await areas.order_settling(
        session, valid_from=body.valid_from, due_at=begins, change_id=change.id
    )
    session.add(change)
    try:
        await session.flush()
        await _write(session, plan, change)
    except IntegrityError as error:
        raise translate(error, _OVERLAPS) from error
    await _tell(session, change, now=now)
    return change


async def _plan(session: AsyncSession, decree: Decree) -> rules.Plan:
    rules.check_shape(decree)
    present = await queries.lock_areas(session, decree.from_codes, ended_on=decree.valid_from)
    parents = {parent_of(area.code) for area in decree.to} - {None}
    known = await known_codes(
        session, (code for code in parents if code is not None), on=decree.valid_from
    )
    links = rules.links_of(decree, present)
    taken = await queries.areas_from(session, (new for _, new in links), day=decree.valid_from)
    return rules.plan_change(decree, present=present, known_parents=known, taken=taken)


async def _write(session: AsyncSession, plan: rules.Plan, change: AreaChange) -> None:
    await areas.end_areas(session, plan.ends, valid_from=change.valid_from)
    opened = [_area(row, area) for row, area in enumerate(plan.opens, start=1)]
    await areas.open_areas(session, opened, valid_from=change.valid_from, decree=change.decree)
    await session.execute(
        _LINK,
        {
            "change_id": change.id,
            "valid_from": change.valid_from,
            "olds": [old for old, _ in plan.links],
            "news": [new for _, new in plan.links],
        },
    )


def _area(row: int, area: Named) -> GivenArea:
    code = area.code
    return GivenArea(row, code, area.name, level_of(code), parent_of(code), time_zone_of(code))


async def _tell(session: AsyncSession, change: AreaChange, *, now: datetime) -> None:
    event = AreaDecreed(
        change_id=change.id,
        kind=change.kind.value,
        valid_from=change.valid_from,
        from_codes=change.from_codes,
        to_codes=change.to_codes,
    )
    await emit(
        session,
        Event,
        topic=Topic.AREA_CHANGE_DECREED,
        stream_id=change.id,
        event=event,
        place=Place(),
        occurred_at=now,
    )


async def announce_change(
    session: AsyncSession,
    *,
    job_id: UUID,
    change_id: UUID | None,
    valid_from: date,
    today: date,
    now: datetime,
) -> AreaChange | None:
    """Tell the other services that a change has come into force; of a decree they hear it once.

    Returns the decree's change; None after a list.
    """
    change = None if change_id is None else await queries.get_change(session, change_id)
    if change is not None:
        if change.applied_at is not None:
            return change
        change.applied_at = now
    top = AreaLevel.PROVINCE if change is None else level_of(change.from_codes[0])
    counts = await count_levels(session, on=today)
    below = list(AreaLevel)[list(AreaLevel).index(top) :]
    await emit(
        session,
        Event,
        topic=Topic.AREAS_CHANGED,
        stream_id=change_id or job_id,
        event=AreasChanged(
            change_id=change_id,
            levels={level: counts[level] for level in below if level in counts},
            valid_from=valid_from,
            changed_at=now,
        ),
        place=Place(),
        occurred_at=now,
        version=2 if change_id else 1,
    )
    return change


@dataclass(frozen=True, slots=True)
class Settling:
    """One run over what stands on changed codes: the day, the moment, the decree if any."""

    today: date
    now: datetime
    change_id: UUID | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of some things: the last of them, how many moved, how many were left open."""

    last: UUID | None
    moved: int
    left_open: int


async def settle_displaced(
    session: AsyncSession, found: Sequence[Stander], settling: Settling
) -> Settled:
    """Bring locked things along whose code went over into exactly one area; list the others."""
    codes = {each.area_code for each in found if each.area_code is not None}
    followers = await queries.followers_of(session, codes, on=settling.today)
    moving, left_open = [], []
    for each in found:
        candidates = followers.get(each.area_code or "", [])
        if len(candidates) == 1:
            moving.append((each, candidates[0]))
        else:
            left_open.append((each, candidates))
    await _move(session, moving, now=settling.now)
    await _close_items(session, moving, now=settling.now)
    await open_items(session, left_open, settling)
    return Settled(found[-1].id if found else None, len(moving), len(left_open))


async def settle_assignments(
    session: AsyncSession, found: Sequence[Assignment], settling: Settling
) -> Settled:
    """Let locked assignments reach what the areas that they name have become.

    Those left open name areas that ended without a successor.
    """
    codes = {code for each in found for code in each.areas}
    moved = await follow_areas(
        session,
        found,
        await queries.followers_of(session, codes, on=settling.today),
        actor=session.info["actor"],
        moment=Moment(now=settling.now, today=settling.today),
    )
    return Settled(found[-1].id if found else None, moved, len(found) - moved)


async def _move(
    session: AsyncSession, moving: Sequence[tuple[Stander, str]], *, now: datetime
) -> None:
    """Let locked things stand in other areas, and tell the other services."""
    changes = []
    for thing, code in moving:
        if isinstance(thing, Facility):
            facts = replace(facts_of(thing), location=location_of(code))
            changes.append(restate(thing, facts, now=now))
        else:
            await relocate_institution(session, thing, code, now=now)
    await keep_changes(session, changes, now=now)


async def open_items(
    session: AsyncSession,
    left_open: Sequence[tuple[Stander, Sequence[str]]],
    settling: Settling,
) -> None:
    """Put locked things on the work list, or bring what is there of them up to date."""
    for column, kind in (("facility_id", Facility), ("institution_id", Institution)):
        rows = [
            _item(thing, candidates, settling)
            for thing, candidates in left_open
            if isinstance(thing, kind)
        ]
        if not rows:
            continue
        statement = insert(AreaWorkItem).values(rows)
        given = statement.excluded
        changed = statement.on_conflict_do_update(
            index_elements=[column],
            index_where=AreaWorkItem.state == WorkItemState.OPEN,
            set_={name: given[name] for name in ("change_id", "old_code", "candidates")},
            where=AreaWorkItem.candidates != given["candidates"],
        ).returning(AreaWorkItem)
        items = (await session.scalars(changed)).all()
        await emit_all(session, Event, [_left_open(item, now=settling.now) for item in items])


def _item(thing: Stander, candidates: Sequence[str], settling: Settling) -> dict[str, Any]:
    place = place_of(thing)
    facility = isinstance(thing, Facility)
    return {
        "id": new_id(),
        "change_id": settling.change_id,
        "facility_id": thing.id if facility else None,
        "institution_id": None if facility else thing.id,
        "province_code": place.province_code,
        "regency_code": place.regency_code,
        "owner_ministry": place.owner_ministry,
        "old_code": thing.area_code,
        "candidates": list(candidates),
        "state": WorkItemState.OPEN,
        "created_at": settling.now,
    }


def _left_open(item: AreaWorkItem, *, now: datetime) -> Draft:
    return Draft(
        topic=Topic.AREA_WORK_ITEM_OPENED,
        stream_id=item.id,
        event=AreaLeftOpen(
            item_id=item.id,
            facility_id=item.facility_id,
            institution_id=item.institution_id,
            old_code=item.old_code,
            candidates=item.candidates,
        ),
        place=place_of(item),
        occurred_at=now,
    )


async def _close_items(
    session: AsyncSession, moved: Sequence[tuple[Stander, str]], *, now: datetime
) -> None:
    """Take things that have moved by rule off the work list."""
    items = await queries.lock_open_items(session, [thing.id for thing, _ in moved])
    codes = {thing.id: code for thing, code in moved}
    await _resolve(session, [(item, codes[item.subject_id]) for item in items], now=now)


async def close_stale_items(session: AsyncSession, *, now: datetime) -> int:
    """Take things off the work list that stand elsewhere by now, or are closed.

    Returns how many there were.
    """
    stale = await queries.lock_stale_items(session)
    await _resolve(session, stale, now=now)
    return len(stale)


async def resolve_item(
    session: AsyncSession,
    item_id: UUID,
    area_code: str,
    *,
    scope: Scope,
    today: date,
    now: datetime,
) -> AreaWorkItem:
    """Say where a facility or institution on the work list stands.

    An office may hand over what a decree has taken out of its area: the candidates need not lie
    within the scope, an area that no decree names must.

    Raises:
        WorkItemNotFoundError: when there is no such item within the scope.
        WorkItemResolvedError: when it is decided.
        AreaNotCandidateError, AreaUnknownError, AreaTooCoarseError: when it cannot stand there.
        OutOfScopeError: when it, or an area that is no candidate's, is not the caller's.
        FacilityClosedError, FacilityMergedError, InstitutionEndedError: when it is closed, merged
            into another or dissolved.
    """
    item = await queries.get_work_item(session, item_id, scope=scope)
    rules.check_candidate(area_code, item.candidates)
    thing = await _lock_subject(session, item, scope=scope)
    # The thing is locked before its item, as the job does, so that neither waits for the other.
    await session.refresh(item, with_for_update=True)
    if item.state is WorkItemState.RESOLVED:
        raise rules.WorkItemResolvedError
    if isinstance(thing, Facility):
        await locate(session, area_code, on=today)
    else:
        if thing.ended_on is not None:
            raise InstitutionEndedError
        if not await known_codes(session, [area_code], on=today):
            raise AreaUnknownError(pointer="/area_code")
    if not item.candidates:
        check_within(scope, _place_in(thing, area_code))
    if thing.area_code != area_code:
        await _move(session, [(thing, area_code)], now=now)
        # The item has followed its facility.
        await session.refresh(item)
    await _resolve(session, [(item, area_code)], now=now)
    return item


async def _lock_subject(session: AsyncSession, item: AreaWorkItem, *, scope: Scope) -> Stander:
    if item.facility_id is not None:
        return await get_open_facility_for_change(session, item.facility_id, scope=scope)
    return await queries.lock_institution(session, item.subject_id, scope=scope)


def _place_in(thing: Stander, area_code: str) -> Place:
    regency = None if level_of(area_code) is AreaLevel.PROVINCE else area_code[:5]
    return replace(place_of(thing), province_code=area_code[:2], regency_code=regency)


async def _resolve(
    session: AsyncSession, items: Sequence[tuple[AreaWorkItem, str | None]], *, now: datetime
) -> None:
    for item, code in items:
        item.state = WorkItemState.RESOLVED
        item.area_code = code
        item.resolved_at = now
    await session.flush()
    await emit_all(session, Event, [_settled(item, now=now) for item, _ in items])


def _settled(item: AreaWorkItem, *, now: datetime) -> Draft:
    return Draft(
        topic=Topic.AREA_WORK_ITEM_RESOLVED,
        stream_id=item.id,
        event=AreaSettled(
            item_id=item.id,
            facility_id=item.facility_id,
            institution_id=item.institution_id,
            old_code=item.old_code,
            area_code=item.area_code,
        ),
        place=place_of(item),
        occurred_at=now,
        version=2,
    )
