"""Reads of one day of the ledger, and the relation that stands in for a cube at a moment."""

from collections.abc import Iterable, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Subquery,
    Table,
    Text,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.sql.util import ClauseAdapter

from services.reporting.folding.queries import Cube
from services.reporting.folding.rules import Recorded, Rollup, Source, project
from services.reporting.folding.tables import Fold
from services.reporting.ledger import rules as ledger
from services.reporting.ledger.queries import entries_after, list_entries, table_of
from services.reporting.ledger.tables import Entry
from services.reporting.past_figures.rules import PastNotOfferedError, Side, Span, Told
from services.reporting.questions.rules import Moment
from shared.schemas.enrollment import ClassState, Topic

# The first events are among the first that were folded, whatever long transaction told them.
_FIRST: Final = 1_000
# What has become of the class of a row, where rows are counted by class.
_STATE: Final = "class_state"


async def first_recorded(session: AsyncSession, sources: Iterable[Source]) -> str | None:
    """Return when the first event of any of `sources` was recorded, None before there is one."""
    statement = (
        select(func.min(Entry.recorded_at))
        .join(Fold, and_(Fold.source == Entry.source, Fold.era == Entry.era))
        .where(Entry.source.in_(list(sources)), Entry.seq <= _FIRST)
    )
    found = await session.scalar(statement)
    return None if found is None else found.isoformat()


async def was_known(session: AsyncSession, sources: Iterable[Source], moment: Moment) -> bool:
    """Tell whether any of `sources` had told anything by `moment`."""
    statement = (
        select(Entry.seq)
        .join(Fold, and_(Fold.source == Entry.source, Fold.era == Entry.era))
        .where(Entry.source.in_(list(sources)), Entry.seq <= _FIRST, Entry.recorded_at <= moment.at)
        .limit(1)
    )
    return await session.scalar(statement) is not None


async def get_span(
    session: AsyncSession, *, source: Source, era: int, until: int, moment: Moment
) -> Span:
    """Return where the events of the moment's day stand in the ledger, up to number `until`."""
    earlier = Entry.recorded_at <= moment.at
    statement = select(
        func.coalesce(func.min(Entry.seq), 1),
        func.coalesce(func.max(Entry.seq), 0),
        func.count().filter(earlier),
        func.count().filter(~earlier),
    ).where(Entry.source == source, Entry.era == era, Entry.seq <= until, Entry.day == moment.day)
    return Span(*(await session.execute(statement)).one())


async def list_told(
    session: AsyncSession,
    *,
    source: Source,
    era: int,
    after: int,
    until: int,
    moment: Moment,
    side: Side,
    limit: int | None = None,
) -> tuple[int | None, list[Recorded]]:
    """Return events of one side of the moment's day, `after < seq <= until`, and the last number.

    The number is None when there is none.
    """
    earlier = Entry.recorded_at <= moment.at
    statement = entries_after(source=source, era=era, after=after, until=until).where(
        Entry.day == moment.day, earlier if side is Side.UNTIL else ~earlier
    )
    return await list_entries(session, statement.limit(limit))


def daily_rollup(cube: Cube) -> Rollup:
    """Return the table of a cube's sums by day and every member.

    Raises:
        PastNotOfferedError: when none is kept.
    """
    for rollup in ledger.ROLLUPS:
        fact = rollup.fact
        if fact.code == cube.code and rollup.daily and rollup.members == fact.members:
            return rollup
    raise PastNotOfferedError


def _wired(member: object) -> str:
    return member.isoformat() if isinstance(member, date) else str(member)


def rows_as_table(
    table: Table, names: Sequence[str], rows: Sequence[Sequence[object]]
) -> dict[str, ColumnElement[Any]]:
    """Return columns that hold `rows`, one value per name, sent as one array a column."""
    values = zip(*rows, strict=True) if rows else ([] for _ in names)
    arrays = [literal(list(map(_wired, each)), ARRAY(Text())) for each in values]
    wire = [column(name, Text()) for name in names]
    told = func.unnest(*arrays).table_valued(*wire).render_derived()
    return {name: cast(told.c[name], table.c[name].type) for name in names}


def stand_in(
    cube: Cube,
    *,
    kept: ColumnElement[bool] | None,
    rows: dict[str, Any],
    moment: Moment | None = None,
) -> Any:  # noqa: ANN401 - stands in for a mapped class
    """Return what reads like `cube.live`, of the `kept` rows of its table and of `rows` beside.

    It is the select behind `live` with its table replaced, so that whatever is joined to it there
    is joined to it here; a class that had not ended at the `moment` has not ended here.
    """
    table = table_of(daily_rollup(cube))
    generation = select(Fold.generation).where(Fold.source == cube.source).scalar_subquery()
    beside = select(*(_beside(each, rows, generation).label(each.name) for each in table.c))
    # The first of the union lends its columns to it: they are known for those of the table by it.
    own = select(table).where(table.c.generation == generation, false() if kept is None else kept)
    told = union_all(own, beside).subquery()
    live: Any = cube.live.__table__
    found = ClauseAdapter(told).traverse(live.element).subquery()
    columns = dict(found.c.items())
    if moment is not None and _STATE in columns:
        then = {**columns, _STATE: _class_state_at(found, moment).label(_STATE)}
        columns = dict(select(*then.values()).subquery().c.items())
    renamed = getattr(cube.live, "__scope_columns__", {})
    return SimpleNamespace(**columns, __scope_columns__=renamed)


def _class_state_at(told: Subquery, moment: Moment) -> ColumnElement[Any]:
    """Return what had become of the class of a row, as far as figures ask: whether it had ended."""
    state = told.c[_STATE]
    era = select(Fold.era).where(Fold.source == Source.ENROLLMENT).scalar_subquery()
    ended = (
        select(Entry.seq)
        .where(
            Entry.source == Source.ENROLLMENT,
            Entry.era == era,
            Entry.stream_id == told.c.class_id,
            Entry.topic == Topic.CLASS_COMPLETED,
            Entry.recorded_at <= moment.at,
        )
        .exists()
    )
    running = literal(ClassState.OPENED.value, state.type)
    return case((or_(state != ClassState.COMPLETED, ended), state), else_=running)


def _beside(
    of: Column[Any], rows: dict[str, Any], generation: ColumnElement[int]
) -> ColumnElement[Any]:
    if of.name == "generation":
        return generation
    told: ColumnElement[Any] | None = rows.get(of.name)
    return cast(null(), of.type) if told is None else told


def cube_at(cube: Cube, *, moment: Moment, told: Told) -> Any:  # noqa: ANN401 - stands in for a mapped class
    """Return what reads like `cube.live` as it stood at `moment`."""
    rollup = daily_rollup(cube)
    table = table_of(rollup)
    whole = table.c.day < moment.day if told.side is Side.UNTIL else table.c.day <= moment.day
    sums = project(rollup, told.sums.get(rollup.fact, {}))
    rows = [(*key, *measures) for key, measures in sums.items()]
    names = ("day", *rollup.members, *rollup.measures)
    return stand_in(cube, kept=whole, rows=rows_as_table(table, names, rows), moment=moment)
