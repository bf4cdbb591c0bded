"""Reads of changes of areas, of what they leave open, and of what stands on codes."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    any_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import OutOfScopeError
from services.registry.area_changes.rules import (
    AreaChangeNotFoundError,
    Taken,
    WorkItemNotFoundError,
    WorkItemState,
)
from services.registry.area_changes.tables import AreaWorkItem
from services.registry.areas.queries import among
from services.registry.areas.rules import PresentArea
from services.registry.areas.tables import Area, AreaChange, AreaSuccessor
from services.registry.facilities.tables import Facility
from services.registry.institutions.tables import Institution
from shared.db.within import within
from shared.schemas.registry import FacilityStatus
from shared.scope import Scope

# Codes that hold end the walk; of those that do not, the last change counts. UNION, not UNION ALL,
# so that codes which came back in a circle end it too.
_FOLLOWERS: Final = text(
    """
    WITH RECURSIVE walk (origin, code) AS (
        SELECT given, given COLLATE "C" FROM unnest(CAST(:codes AS text[])) AS given
        UNION
        SELECT walk.origin, CAST(link.new_code AS text)
        FROM walk
        JOIN registry.area_successor AS link ON link.old_code = walk.code
            AND link.new_code <> link.old_code
            AND link.valid_from = (
                SELECT max(last.valid_from) FROM registry.area_successor AS last
                WHERE last.old_code = walk.code AND last.valid_from <= :on
            )
        WHERE NOT EXISTS (
            SELECT FROM registry.area
            WHERE area.code = walk.code AND area.valid_from <= :on
                AND (area.valid_to IS NULL OR area.valid_to > :on)
        )
    )
    SELECT walk.origin, array_agg(walk.code ORDER BY walk.code) AS codes
    FROM walk
    WHERE EXISTS (
        SELECT FROM registry.area
        WHERE area.code = walk.code AND area.valid_from <= :on
            AND (area.valid_to IS NULL OR area.valid_to > :on)
    )
    GROUP BY walk.origin
    """
)


async def followers_of(
    session: AsyncSession, codes: Iterable[str], *, on: date
) -> dict[str, list[str]]:
    """Return for codes the areas in force on a day that they went over into, whatever the steps.

    A code that is in force follows itself; one that ended without a successor is left out.
    """
    rows = await session.execute(_FOLLOWERS, {"codes": sorted(set(codes)), "on": on})
    return {row.origin: row.codes for row in rows.all()}


async def lock_areas(
    session: AsyncSession, codes: Sequence[str], *, ended_on: date
) -> dict[str, PresentArea]:
    """Return areas and all below them that are in force, locked in key order.

    Those that a list has ended on the day itself are among them, those that a decree has are not.
    """
    below = [Area.code.like(f"{code}.%") for code in codes]
    decreed = exists().where(
        AreaSuccessor.old_code == Area.code, AreaSuccessor.valid_from == ended_on
    )
    statement = (
        select(Area.code, Area.name, Area.valid_from, Area.valid_to)
        .where(
            or_(*(Area.code == code for code in codes), *below),
            or_(Area.valid_to.is_(None), and_(Area.valid_to == ended_on, ~decreed)),
        )
        .order_by(Area.code, Area.valid_from)
        .with_for_update()
    )
    rows = (await session.execute(statement)).all()
    return {row.code: PresentArea(row.name, row.valid_from, row.valid_to) for row in rows}


async def areas_from(session: AsyncSession, codes: Iterable[str], *, day: date) -> list[Taken]:
    """Return the areas that have one of `codes` on a day or later."""
    decreed = exists().where(
        AreaSuccessor.new_code == Area.code, AreaSuccessor.valid_from == Area.valid_from
    )
    statement = select(
        Area.code, Area.name, Area.valid_from, Area.valid_to, decreed.label("decreed")
    ).where(or_(Area.valid_to.is_(None), Area.valid_to > day))
    rows = (await session.execute(among(statement, codes))).all()
    return [
        Taken(row.code, PresentArea(row.name, row.valid_from, row.valid_to), row.decreed)
        for row in rows
    ]


async def get_change(session: AsyncSession, change_id: UUID) -> AreaChange:
    """Return one change of areas.

    Raises:
        AreaChangeNotFoundError: when there is none of this id.
    """
    change = await session.get(AreaChange, change_id)
    if change is None:
        raise AreaChangeNotFoundError
    return change


async def list_changes(
    session: AsyncSession, *, after: tuple[date, UUID] | None, limit: int
) -> Sequence[AreaChange]:
    """Return up to `limit` changes that follow `after`, in the order in which they hold."""
    statement = select(AreaChange).order_by(AreaChange.valid_from, AreaChange.id).limit(limit)
    if after is not None:
        statement = statement.where(tuple_(AreaChange.valid_from, AreaChange.id) > after)
    return (await session.scalars(statement)).all()


async def list_work_items(
    session: AsyncSession,
    *,
    scope: Scope,
    state: WorkItemState,
    after: UUID | None,
    limit: int,
) -> Sequence[AreaWorkItem]:
    """Return up to `limit` work items within a scope that follow `after`, the oldest first."""
    statement = (
        select(AreaWorkItem)
        .where(AreaWorkItem.state == state, within(scope, AreaWorkItem))
        .order_by(AreaWorkItem.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(AreaWorkItem.id > after)
    return (await session.scalars(statement)).all()


async def get_work_item(session: AsyncSession, item_id: UUID, *, scope: Scope) -> AreaWorkItem:
    """Return one work item that the caller may resolve.

    Raises:
        WorkItemNotFoundError: when there is none of this id, or it lies outside the scope.
    """
    statement = select(AreaWorkItem).where(
        AreaWorkItem.id == item_id, within(scope, AreaWorkItem, write=True)
    )
    item = (await session.scalars(statement)).one_or_none()
    if item is None:
        raise WorkItemNotFoundError
    return item


Stander = Facility | Institution


def _displaced(table: type[Facility] | type[Institution], on: date) -> ColumnElement[bool]:
    """Return the condition that something stands on a code which no area has on a day."""
    gone = ~exists().where(
        Area.code == table.area_code,
        Area.valid_from <= on,
        or_(Area.valid_to.is_(None), Area.valid_to > on),
    )
    return and_(gone, table.area_code.is_not(None), _lives(table))


def _lives(table: type[Facility] | type[Institution]) -> ColumnElement[bool]:
    """Return the condition that a facility is not closed, or an institution not dissolved."""
    if table is Facility:
        return Facility.status != FacilityStatus.CLOSED
    return Institution.ended_on.is_(None)


def _left_in(table: type[Facility] | type[Institution], change: AreaChange) -> ColumnElement[bool]:
    """Return the condition that something stands on the very code that a change split and kept.

    What has a work item of this change is left out, for it is on the list or was decided.
    """
    column = AreaWorkItem.facility_id if table is Facility else AreaWorkItem.institution_id
    seen = exists().where(AreaWorkItem.change_id == change.id, column == table.id)
    return and_(table.area_code == change.from_codes[0], ~seen, _lives(table))


def in_question(
    table: type[Facility] | type[Institution], *, change: AreaChange | None, on: date
) -> ColumnElement[bool]:
    """Return the condition that a change leaves open, or decides, where something stands."""
    if change is None:
        return _displaced(table, on)
    return _left_in(table, change)


async def count_in_question(
    session: AsyncSession,
    table: type[Facility] | type[Institution],
    *,
    change: AreaChange | None,
    on: date,
) -> int:
    """Return of how many things it has to be asked where they stand now."""
    statement = select(func.count()).select_from(table)
    found = await session.scalar(statement.where(in_question(table, change=change, on=on)))
    return found or 0


async def lock_in_question(
    session: AsyncSession,
    table: type[Facility] | type[Institution],
    *,
    change: AreaChange | None,
    on: date,
    after: UUID | None,
    limit: int,
) -> Sequence[Stander]:
    """Return up to `limit` of these that follow `after`, locked until the transaction ends."""
    statement: Select[Any] = select(table).where(in_question(table, change=change, on=on))
    if after is not None:
        statement = statement.where(table.id > after)
    locked = statement.order_by(table.id).limit(limit).with_for_update()
    return (await session.scalars(locked)).all()


async def lock_institution(
    session: AsyncSession, institution_id: UUID, *, scope: Scope
) -> Institution:
    """Return one institution that the caller may change, locked until the transaction ends.

    Raises:
        OutOfScopeError: when it lies outside the caller's scope.
    """
    statement = (
        select(Institution)
        .where(Institution.id == institution_id, within(scope, Institution, write=True))
        .with_for_update()
    )
    institution = (await session.scalars(statement)).one_or_none()
    if institution is None:
        raise OutOfScopeError
    return institution


async def lock_open_items(
    session: AsyncSession, subjects: Sequence[UUID]
) -> Sequence[AreaWorkItem]:
    """Return the open items of some facilities and institutions, locked in key order."""
    wanted = any_(literal(list(subjects), ARRAY(Uuid())))
    statement = (
        select(AreaWorkItem)
        .where(
            AreaWorkItem.state == WorkItemState.OPEN,
            or_(AreaWorkItem.facility_id == wanted, AreaWorkItem.institution_id == wanted),
        )
        .order_by(AreaWorkItem.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def lock_stale_items(session: AsyncSession) -> list[tuple[AreaWorkItem, str | None]]:
    """Return the open items of what stands elsewhere by now or is gone, and where it stands."""
    stands = func.coalesce(Facility.area_code, Institution.area_code)
    statement = (
        select(AreaWorkItem, stands.label("stands"))
        .join(Facility, Facility.id == AreaWorkItem.facility_id, isouter=True)
        .join(Institution, Institution.id == AreaWorkItem.institution_id, isouter=True)
        .where(
            AreaWorkItem.state == WorkItemState.OPEN,
            or_(
                stands.is_distinct_from(AreaWorkItem.old_code),
                Facility.status == FacilityStatus.CLOSED,
                Institution.ended_on.is_not(None),
            ),
        )
        .order_by(AreaWorkItem.id)
        .with_for_update(of=AreaWorkItem)
    )
    rows = (await session.execute(statement)).all()
    return [(row.AreaWorkItem, row.stands) for row in rows]
