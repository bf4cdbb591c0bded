"""Reads of changes, in a bounded number of statements however much there is."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance.queries import meetings_of
from services.enrollment.attendance.rules import masked_name
from services.enrollment.base import Event
from services.enrollment.changes import rules
from services.enrollment.changes.rules import Happened, ItemKind, Removed, Touched
from services.enrollment.changes.schemas import ItemRead
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.openings.tables import Opening
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.tables import Program
from services.enrollment.sheets.tables import Sheet, SheetEntry
from shared.db.base import Xid8
from shared.db.events import Position, parse_position, present_epoch, settled
from shared.db.within import within
from shared.schemas.enrollment import ClassState, Topic
from shared.scope import Scope

_ORDER: Final = (Event.epoch, Event.xid, Event.id)
_HELD: Final = (ClassState.PLANNED, ClassState.OPENED)
_OF_CLASS: Final = (
    "code",
    "label",
    "state",
    "time_zone",
    "facility_id",
    "facility_name",
    "space_name",
    "module_title",
    "starts_at",
    "ends_at",
    "opened_at",
    "capacity",
)
_OF_PROGRAM: Final = ("min_attendance_percent", "late_minutes", "attendance_lock_days")
_OF_OPENING: Final = ("started_at", "reported_at", "present", "absent")
_OF_MARK: Final = ("status", "minutes_late", "note_code")
_OF_EVENT: Final = (
    "stream_id",
    "topic",
    "occurred_at",
    "payload",
    "owner_ministry",
    "co_ministry",
)


class Stretch(NamedTuple):
    """What a stretch of the log tells a device, where it ends, and whether more follows."""

    events: list[Happened]
    cursor: str
    more: bool


async def read_epoch(session: AsyncSession) -> int:
    """Return the present epoch of the log."""
    return await session.scalar(select(present_epoch(Event))) or 0


async def read_head(session: AsyncSession) -> str:
    """Return the cursor of the last event before which nothing can be written any more."""
    last = (
        select(*_ORDER).where(settled(Event)).order_by(*(each.desc() for each in _ORDER)).limit(1)
    )
    found = (await session.execute(last)).one_or_none()
    if found is None:
        return str(Position(epoch=await read_epoch(session)))
    return str(Position(*found))


def _after(cursor: str) -> ColumnElement[bool]:
    start = parse_position(cursor)
    return tuple_(*_ORDER) > tuple_(
        literal(start.epoch), literal(start.xid, Xid8()), literal(start.id)
    )


def _told(*conditions: ColumnElement[bool], limit: int) -> Select[Any]:
    return (
        select(*_ORDER, *(getattr(Event, name) for name in _OF_EVENT))
        .where(settled(Event), Event.topic.in_(rules.TOPICS), *conditions)
        .order_by(*_ORDER)
        .limit(limit)
    )


def log_of_facilities(cursor: str, *, scope: Scope, limit: int) -> Select[Any]:
    """Return the statement of what happened at some facilities after a cursor.

    What left them is told under the place that it went to: those events are few, and looked
    through by an index of their own.
    """
    here = list(rules.facilities_of(scope))
    left_from = Event.payload["before"]["facility_id"].astext
    halves = (
        _told(_after(cursor), Event.facility_id.in_(here), within(scope, Event), limit=limit),
        _told(
            _after(cursor),
            Event.topic == Topic.CLASS_RELOCATED.value,
            left_from.in_([str(each) for each in here]),
            limit=limit,
        ),
    )
    both = union_all(*(each.subquery().select() for each in halves)).subquery()
    return select(both).distinct().order_by(both.c.epoch, both.c.xid, both.c.id).limit(limit)


async def read_log(session: AsyncSession, cursor: str, *, scope: Scope, limit: int) -> Stretch:
    """Return what happened within a scope after a cursor: up to `limit` events."""
    if rules.only_facilities(scope):
        rows = (await session.execute(log_of_facilities(cursor, scope=scope, limit=limit))).all()
        return _stretch(rows, cursor, scope=scope, more=len(rows) == limit)
    scanned = (
        select(*_ORDER)
        .where(_after(cursor), settled(Event))
        .order_by(*_ORDER)
        .limit(rules.MOST_SCANNED)
        .subquery()
    )
    count = select(func.count()).select_from(scanned).scalar_subquery()
    ends = (
        select(*scanned.c, count.label("scanned"))
        .order_by(*(each.desc() for each in scanned.c))
        .limit(1)
    )
    end = (await session.execute(ends)).one_or_none()
    if end is None:
        return Stretch([], cursor, more=False)
    last = Position(end.epoch, end.xid, end.id)
    until = tuple_(*_ORDER) <= tuple_(
        literal(last.epoch), literal(last.xid, Xid8()), literal(last.id)
    )
    mine = or_(within(scope, Event), Event.topic == Topic.CLASS_RELOCATED.value)
    rows = (await session.execute(_told(_after(cursor), until, mine, limit=limit))).all()
    if len(rows) == limit:
        return _stretch(rows, cursor, scope=scope, more=True)
    stretch = _stretch(rows, cursor, scope=scope, more=end.scanned == rules.MOST_SCANNED)
    return stretch._replace(cursor=str(last))


def _stretch(rows: Sequence[Any], cursor: str, *, scope: Scope, more: bool) -> Stretch:
    events = [Happened(row.id, *(getattr(row, name) for name in _OF_EVENT)) for row in rows]
    if rows:
        cursor = str(Position(rows[-1].epoch, rows[-1].xid, rows[-1].id))
    return Stretch([each for each in events if rules.concerns(each, scope=scope)], cursor, more)


async def list_held(
    session: AsyncSession, *, scope: Scope, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` classes within a scope that run or are planned, by id."""
    statement = select(Class.id).where(within(scope, Class), Class.state.in_(_HELD))
    if after is not None:
        statement = statement.where(Class.id > after)
    return (await session.scalars(statement.order_by(Class.id).limit(limit))).all()


async def list_moved(
    session: AsyncSession, *, old: Scope, new: Scope, after: UUID | None, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` classes that are within one of two scopes only, by id.

    Of those that have entered, the ones that run or are planned.
    """
    was = func.coalesce(within(old, Class), False)
    now = func.coalesce(within(new, Class), False)
    moved = or_(and_(was, ~now), and_(now, ~was, Class.state.in_(_HELD)))
    statement = select(Class.id).where(moved)
    if after is not None:
        statement = statement.where(Class.id > after)
    return (await session.scalars(statement.order_by(Class.id).limit(limit))).all()


async def read_items(session: AsyncSession, touched: Touched, *, scope: Scope) -> list[ItemRead]:
    """Return what was touched as it is now; a class outside of the scope is to be forgotten."""
    wanted = touched.class_ids()
    if not wanted:
        return []
    inside = await _classes(session, wanted, scope=scope)
    gone = [_removed(ItemKind.CLASS, each, Removed.OUT_OF_SCOPE) for each in wanted - set(inside)]
    whole, plain = touched.whole & set(inside), touched.classes & set(inside)
    items = [_class_item(*inside[each]) for each in sorted(whole | plain)]
    items += await _timetables(session, inside, sorted(whole | plain))
    items += await _openings(session, sorted(whole | (touched.openings & set(inside))))
    items += await _enrollments(session, touched, inside=set(inside), scope=scope)
    items += await _sheets(session, touched, inside=set(inside))
    items += [_news(*each) for each in touched.news if each[1] in inside]
    return sorted(gone, key=lambda item: item.id) + items


def _removed(kind: ItemKind, identifier: UUID, why: Removed) -> ItemRead:
    return ItemRead(kind=kind, id=str(identifier), removed=why)


def facilities_left(old: Scope, new: Scope) -> list[ItemRead]:
    """Return the facilities that a scope names no more."""
    lost = rules.facilities_of(old) - rules.facilities_of(new)
    return [_removed(ItemKind.FACILITY, each, Removed.OUT_OF_SCOPE) for each in sorted(lost)]


async def _classes(
    session: AsyncSession, ids: Collection[UUID], *, scope: Scope
) -> dict[UUID, tuple[Class, Program]]:
    statement = (
        select(Class, Program)
        .join(Program, Program.id == Class.program_id)
        .where(Class.id.in_(ids), within(scope, Class))
    )
    return {row[0].id: (row[0], row[1]) for row in (await session.execute(statement)).all()}


def _members(row: object, names: Iterable[str]) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _class_item(class_: Class, program: Program) -> ItemRead:
    data = {**_members(class_, _OF_CLASS), **_members(program, _OF_PROGRAM)}
    return ItemRead(kind=ItemKind.CLASS, id=str(class_.id), version=class_.version, data=data)


async def _timetables(
    session: AsyncSession, inside: dict[UUID, tuple[Class, Program]], ids: Sequence[UUID]
) -> list[ItemRead]:
    if not ids:
        return []
    meetings: dict[UUID, list[Meeting]] = defaultdict(list)
    for each in await meetings_of(session, ids):
        meetings[each.class_id].append(each)
    names = ("position", "starts_at", "ends_at")
    return [
        ItemRead(
            kind=ItemKind.TIMETABLE,
            id=str(each),
            version=inside[each][0].version,
            data={"sessions": [_members(meeting, names) for meeting in meetings[each]]},
        )
        for each in ids
    ]


async def _openings(session: AsyncSession, ids: Sequence[UUID]) -> list[ItemRead]:
    if not ids:
        return []
    statement = select(Opening).where(Opening.class_id.in_(ids)).order_by(Opening.class_id)
    return [
        ItemRead(
            kind=ItemKind.OPENING,
            id=str(each.class_id),
            # A report is only ever added to.
            version=1 + each.present + each.absent,
            data=_members(each, _OF_OPENING),
        )
        for each in await session.scalars(statement)
    ]


async def _enrollments(
    session: AsyncSession, touched: Touched, *, inside: set[UUID], scope: Scope
) -> list[ItemRead]:
    named = {each: of for each, of in touched.enrollments.items() if of in inside}
    whole = touched.whole & inside
    if not named and not whole:
        return []
    on_roll = and_(Enrollment.class_id.in_(whole), Enrollment.state.in_(rules.ON_ROLL))
    one_by_one = and_(Enrollment.class_id.in_(set(named.values())), Enrollment.id.in_(named))
    statement = (
        select(Enrollment, Participant.name)
        .join(Participant, Participant.id == Enrollment.participant_id)
        .where(or_(on_roll, one_by_one), within(scope, Enrollment))
        .order_by(Enrollment.class_id, Enrollment.id)
    )
    items = []
    for row, name in (await session.execute(statement)).all():
        if row.state in rules.ON_ROLL:
            items.append(_enrollment_item(row, name))
        elif row.id in touched.was_on_roll:
            items.append(_removed(ItemKind.ENROLLMENT, row.id, rules.removed_by(row.state)))
    return items


def _enrollment_item(row: Enrollment, name: str) -> ItemRead:
    data = {
        "class_id": row.class_id,
        "name": masked_name(name),
        "state": row.state,
        "presence": row.presence,
    }
    return ItemRead(kind=ItemKind.ENROLLMENT, id=str(row.id), version=row.version, data=data)


async def _sheets(session: AsyncSession, touched: Touched, *, inside: set[UUID]) -> list[ItemRead]:
    named = sorted(each for each in touched.sheets if each[0] in inside)
    whole = sorted(touched.whole & inside)
    if not named and not whole:
        return []

    def wanted(table: type[Sheet] | type[SheetEntry]) -> ColumnElement[bool]:
        return or_(table.class_id.in_(whole), tuple_(table.class_id, table.position).in_(named))

    sheets = await session.scalars(
        select(Sheet).where(wanted(Sheet)).order_by(Sheet.class_id, Sheet.position)
    )
    entries: dict[tuple[UUID, int], list[dict[str, Any]]] = defaultdict(list)
    for each in await session.scalars(
        select(SheetEntry).where(wanted(SheetEntry)).order_by(SheetEntry.enrollment_id)
    ):
        said = {"enrollment_id": each.enrollment_id, **_members(each, _OF_MARK)}
        entries[each.class_id, each.position].append(said)
    return [_sheet_item(each, entries[each.class_id, each.position]) for each in sheets]


def _sheet_item(sheet: Sheet, entries: list[dict[str, Any]]) -> ItemRead:
    return ItemRead(
        kind=ItemKind.SHEET,
        id=f"{sheet.class_id}:{sheet.position}",
        version=sheet.version,
        data={"taken_at": sheet.taken_at, "entries": entries},
    )


def _news(event_id: UUID, class_id: UUID, topic: str, at: Any) -> ItemRead:  # noqa: ANN401
    data = {"class_id": class_id, "what": topic.rpartition(".")[2], "at": at}
    return ItemRead(kind=ItemKind.NOTICE, id=str(event_id), version=1, data=data)
