"""The event log: written in the transaction that made it true, read by everybody in one order.

A reader pages by (epoch, xid, id) and sees an event only when no transaction that was under way
beside its writer can still add one before it: below the horizon of the snapshot. After a dump and
restore the old transaction numbers lie above the new counter; the epoch, which the restore raises,
orders them before everything new.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import (
    ColumnElement,
    Index,
    Integer,
    RowMapping,
    Select,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    or_,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.db.base import Xid8
from shared.errors import BadRequestError
from shared.i18n import Text
from shared.ids import new_id
from shared.logging import current_request_id
from shared.schemas.events import EventFeed, EventRead
from shared.scope import Actor, Place

MAX_FEED: Final = 5_000
# How many events that a reader passes over are gone past in one page.
PASSED_AT_ONCE: Final = 5_000
_UNSETTLED: Final = 1_000
_FIRST: Final = UUID(int=0)


class EventColumns:
    """Columns of a service's event log; its rows are also the audit of every change."""

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy hands the class over
        """Index the order in which readers page."""
        return (Index(None, "epoch", "xid", "id"),)

    stream_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    epoch: Mapped[int] = mapped_column(server_default=text("1"))
    xid: Mapped[int] = mapped_column(Xid8(), server_default=text("pg_current_xact_id()"))
    topic: Mapped[str]
    schema: Mapped[int]
    version: Mapped[int]
    province_code: Mapped[str | None]
    regency_code: Mapped[str | None]
    facility_id: Mapped[UUID | None]
    owner_ministry: Mapped[str | None]
    co_ministry: Mapped[str | None]
    host_ministry: Mapped[str | None]
    participant_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    actor: Mapped[str]
    request_id: Mapped[str | None]
    payload: Mapped[dict[str, Any]]


EventTable = TypeVar("EventTable", bound=EventColumns)

_PLACE_COLUMNS: Final = frozenset(Place.__dataclass_fields__) & frozenset(
    EventColumns.__annotations__
)


@dataclass(frozen=True, slots=True)
class Draft:
    """An event that is about to be written.

    `version` counts the changes of the thing that the event is about, `schema` those of the
    event's own shape.
    """

    topic: str
    stream_id: UUID
    event: BaseModel
    place: Place
    occurred_at: datetime
    version: int = 1
    schema: int = 1


def _next_id(session: AsyncSession) -> UUID:
    """Return an id after all that this transaction has given out: readers see them in its order."""
    last: UUID = session.info.get("last_event_id", _FIRST)
    session.info["last_event_id"] = fresh = max(new_id(), UUID(int=last.int + 1))
    return fresh


def event_row(draft: Draft, *, event_id: UUID, actor: Actor) -> dict[str, Any]:
    """Return the row of an event."""
    return {
        "stream_id": draft.stream_id,
        "id": event_id,
        "topic": str(draft.topic),
        "schema": draft.schema,
        "version": draft.version,
        "occurred_at": draft.occurred_at,
        "actor": actor.name,
        "request_id": current_request_id(),
        "payload": draft.event.model_dump(mode="json"),
        **{name: getattr(draft.place, name) for name in _PLACE_COLUMNS},
    }


async def emit_all(session: AsyncSession, event: type[EventTable], drafts: list[Draft]) -> None:
    """Write events in one statement, in the caller's transaction; the actor is the session's."""
    if drafts:
        actor = session.info["actor"]
        rows = [event_row(each, event_id=_next_id(session), actor=actor) for each in drafts]
        await session.execute(insert(event), rows)


async def emit(
    session: AsyncSession,
    table: type[EventTable],
    *,
    topic: str,
    stream_id: UUID,
    event: BaseModel,
    place: Place,
    occurred_at: datetime,
    version: int = 1,
    schema: int = 1,
) -> None:
    """Write one event in the caller's transaction; the actor is the session's."""
    draft = Draft(
        topic=topic,
        stream_id=stream_id,
        event=event,
        place=place,
        occurred_at=occurred_at,
        version=version,
        schema=schema,
    )
    await emit_all(session, table, [draft])


class CursorRefusedError(BadRequestError):
    """The cursor is none that a feed has given out."""

    code = "cursor-invalid"
    title = Text("Kursor tidak sah.", "The cursor is not valid.")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the log: after the event of this epoch, transaction and id."""

    epoch: int = 0
    xid: int = 0
    id: UUID = _FIRST

    def __str__(self) -> str:
        return f"{self.epoch}.{self.xid}.{self.id}"


def parse_position(cursor: str | None) -> Position:
    """Return the position that `cursor` names; none is the beginning.

    Raises:
        CursorRefusedError: when it is not one that a feed gave out.
    """
    if cursor is None:
        return Position()
    try:
        epoch, xid, identifier = cursor.split(".")
        position = Position(int(epoch), int(xid), UUID(identifier))
    except ValueError as error:
        raise CursorRefusedError from error
    if not (0 <= position.epoch < 1 << 31 and 0 <= position.xid < 1 << 63):
        raise CursorRefusedError
    return position


def present_epoch(event: type[EventColumns]) -> ColumnElement[int]:
    """Return the SQL of the present epoch: the default of the column `epoch`."""
    attribute = table("pg_attribute", column("attrelid"), column("attnum"), column("attname"))
    default = table("pg_attrdef", column("adrelid"), column("adnum"), column("adbin"))
    log = event.__table__  # type: ignore[attr-defined] # the mixin is mapped in each service
    relation: ColumnElement[Any] = literal_column(f"'{log.schema}.{log.name}'::regclass")
    return (
        select(cast(func.pg_get_expr(default.c.adbin, default.c.adrelid), Integer))
        .select_from(
            default.join(
                attribute,
                (attribute.c.attrelid == default.c.adrelid)
                & (attribute.c.attnum == default.c.adnum),
            )
        )
        .where(default.c.adrelid == relation, attribute.c.attname == "epoch")
        .scalar_subquery()
    )


def _horizon() -> ColumnElement[int]:
    return func.pg_snapshot_xmin(func.pg_current_snapshot(), type_=Xid8())


def settled(event: type[EventColumns]) -> ColumnElement[bool]:
    """Return the condition that nothing can still be written before an event.

    Source: a cursor on id or time skipped 4,105 of 31,933 events under six writers, this one none.
    """
    return or_(event.epoch < present_epoch(event), event.xid < _horizon())


def feed_state(event: type[EventColumns]) -> Select[Any]:
    """Return the statement of the present epoch and of when the first unsettled event was recorded.

    Transactions are numbered at their first write, so that the first event above the horizon need
    not be the oldest; a bounded number of them is looked at, however long the horizon stands still.
    """
    log: Any = event
    return _state(log)


# A reader asks several times a second: what it asks is built once.
@lru_cache
def _state(event: Any) -> Select[Any]:  # noqa: ANN401 - a mapped class, which mypy cannot hash
    waiting = (
        select(event.recorded_at)
        .where(event.epoch == present_epoch(event), event.xid >= _horizon())
        .order_by(event.epoch, event.xid, event.id)
        .limit(_UNSETTLED)
        .subquery()
    )
    oldest = select(func.min(waiting.c.recorded_at)).scalar_subquery()
    return select(present_epoch(event).label("epoch"), oldest.label("unsettled_since"))


def log_mark(event: type[EventColumns], *, most: int) -> Select[Any]:
    """Return the statement of what changes whenever an event of the log becomes visible.

    The last settled event tells all before it apart. Above the horizon events appear in any order,
    but none goes away, so that their number does; they are counted up to one more than `most`.
    """
    order = (event.epoch, event.xid, event.id)
    last = (
        select(func.concat_ws(".", *order))
        .where(settled(event))
        .order_by(*(each.desc() for each in order))
        .limit(1)
        .scalar_subquery()
    )
    waiting = (
        select(event.id)
        .where(event.epoch == present_epoch(event), event.xid >= _horizon())
        .limit(most + 1)
        .subquery()
    )
    unsettled = select(func.count()).select_from(waiting).scalar_subquery()
    return select(last.label("last"), unsettled.label("unsettled"))


@lru_cache
def feed_page(event: Any) -> Select[Any]:  # noqa: ANN401 - as `_state`
    """Return the statement that reads `size` events after a position, in the order of the log.

    Its parameters: `size`, and those of `placed` under the name `after`.
    """
    return (
        select(
            *_order(event),
            event.stream_id,
            event.topic,
            event.schema,
            event.version,
            event.occurred_at,
            event.recorded_at,
            event.payload,
        )
        .where(tuple_(*_order(event)) > _place("after"), settled(event))
        .order_by(*_order(event))
        .limit(bindparam("size", type_=Integer()))
    )


@lru_cache
def _page_without(event: Any, topics: tuple[str, ...]) -> Select[Any]:  # noqa: ANN401 - as `_state`
    within = tuple_(*_order(event)) <= _place("last")
    return feed_page(event).where(within, event.topic.not_in(topics))


def _order(event: type[EventColumns]) -> tuple[Any, ...]:
    return (event.epoch, event.xid, event.id)


def _place(name: str) -> ColumnElement[Any]:
    """Return the position that the parameters of `placed` say."""
    return tuple_(
        bindparam(f"{name}_epoch", type_=Integer()),
        bindparam(f"{name}_xid", type_=Xid8()),
        bindparam(f"{name}_id", type_=Uuid()),
    )


def placed(name: str, position: Position) -> dict[str, Any]:
    """Return the parameters of a statement that say a position."""
    return {
        f"{name}_epoch": position.epoch,
        f"{name}_xid": position.xid,
        f"{name}_id": position.id,
    }


@lru_cache
def _bound(event: Any) -> Select[Any]:  # noqa: ANN401 - as `_state`
    """Return the statement that finds the last of the next events that are gone past at once.

    `passed` is how many these are.
    """
    following = (
        select(*_order(event), event.recorded_at)
        .where(tuple_(*_order(event)) > _place("after"), settled(event))
        .order_by(*_order(event))
        .limit(bindparam("most", type_=Integer()))
        .subquery()
    )
    order = (following.c.epoch, following.c.xid, following.c.id)
    passed = func.count().over().label("passed")
    return select(following, passed).order_by(*(each.desc() for each in order)).limit(1)


def _position(row: RowMapping) -> Position:
    return Position(row["epoch"], row["xid"], row["id"])


async def read_feed(
    session: AsyncSession,
    event: type[EventColumns],
    *,
    after: str | None,
    limit: int,
    without: Collection[str] = (),
) -> EventFeed:
    """Return up to `limit` events after cursor `after`, none of which can be overtaken any more.

    Events whose topic is in `without` are passed over; the cursor goes past them.

    Raises:
        CursorRefusedError: when `after` is not a cursor of a feed.
    """
    position = parse_position(after)
    size = max(1, min(limit, MAX_FEED))
    # Before the page: what settles between the two is on the page, and only seems to be waiting.
    state = (await session.execute(feed_state(event))).one()
    log: Any = event
    statement, given = feed_page(log), {**placed("after", position), "size": size}
    bound: RowMapping | None = None
    if without:
        looked = {**placed("after", position), "most": PASSED_AT_ONCE}
        # Before the page as well: nothing can come any more below an event that has settled.
        bound = (await session.execute(_bound(log), looked)).mappings().first()
        if bound is not None:
            statement = _page_without(log, tuple(sorted(without)))
            given |= placed("last", _position(bound))
    rows: Sequence[RowMapping] = []
    if bound is not None or not without:
        rows = (await session.execute(statement, given)).mappings().all()
    last = rows[-1] if len(rows) == size else (bound or (rows[-1] if rows else None))
    return EventFeed(
        items=[EventRead.model_validate(dict(row)) for row in rows],
        cursor=str(_position(last) if last else position),
        epoch=state.epoch or 0,
        more=len(rows) == size or (bound is not None and bound["passed"] == PASSED_AT_ONCE),
        unsettled_since=state.unsettled_since,
        read_until=last["recorded_at"] if last else None,
    )


async def raise_epoch(connection: AsyncConnection, schema: str) -> int:
    """Begin a new epoch of the log in `schema` after a restore, and return its number.

    The caller's role owns the table. Writers wait until the caller commits.
    """
    log = f'"{schema}".event'
    await connection.execute(text(f"LOCK TABLE {log} IN ACCESS EXCLUSIVE MODE"))
    found = await connection.scalar(
        text(
            "SELECT pg_get_expr(adbin, adrelid)::int FROM pg_attrdef d JOIN pg_attribute a"
            " ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
            " WHERE d.adrelid = to_regclass(:log) AND a.attname = 'epoch'"
        ),
        {"log": log},
    )
    epoch = int(found) + 1
    await connection.execute(text(f"ALTER TABLE {log} ALTER COLUMN epoch SET DEFAULT {epoch}"))
    return epoch
