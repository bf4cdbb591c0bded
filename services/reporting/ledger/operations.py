"""Folding: the ledger takes an event once, and its figures in the same transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Insert,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import TypeEngine

from services.reporting.folding.rules import (
    Folded,
    Keeping,
    Recorded,
    Rollup,
    Source,
    Sums,
    cell_id,
    project,
)
from services.reporting.folding.tables import Fold, mapped_table
from services.reporting.ledger import rules
from services.reporting.ledger.queries import lock_fold, table_of
from services.reporting.ledger.tables import Entry
from services.reporting.programs.tables import Program, Wave

_ENTRY: Final = ("seq", *Recorded._fields)


def _wire_type(of: Column[Any]) -> TypeEngine[Any]:
    # An array of anything but text and numbers costs more to encode than the rest of the fold.
    return of.type if isinstance(of.type, Integer | Boolean) else Text()


def _wire_values(of: Column[Any], values: Iterable[Any]) -> list[Any]:
    if isinstance(of.type, String | Integer | Boolean):
        return list(values)
    if isinstance(of.type, JSONB):
        return [to_json(value).decode() for value in values]
    if isinstance(of.type, DateTime | Date):
        return [value.isoformat() for value in values]
    return list(map(str, values))


def array_text(values: Sequence[Any]) -> str:
    """Return texts, or numbers or flags, as PostgreSQL reads an array of them; None is NULL."""
    try:
        inside = '","'.join(values)
    except TypeError:
        return "{" + ",".join([_element(value) for value in values]) + "}"
    if "\\" in inside or inside.count('"') > 2 * (len(values) - 1):
        inside = '","'.join(map(_escaped, values))
    return f'{{"{inside}"}}' if values else "{}"


def _element(value: object) -> str:
    if value is None:
        return "NULL"
    return f'"{_escaped(value)}"' if isinstance(value, str) else str(value)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _columns(table: Table, names: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return columns made of one array parameter each: a batch is one plan and one message.

    An array goes as it is written: for each element of a list the driver takes ten times as long.
    """
    arrays = [
        cast(bindparam(f"all_{name}", type_=Text()), ARRAY(_wire_type(table.c[name])))
        for name in names
    ]
    wire = [column(name, _wire_type(table.c[name])) for name in names]
    rows = func.unnest(*arrays).table_valued(*wire).render_derived()
    return [cast(rows.c[name], table.c[name].type) for name in names]


def _parameters(
    table: Table, names: Sequence[str], rows: Iterable[Sequence[Any]]
) -> dict[str, list[Any]]:
    """Return the array of each of `names`. `rows`: one value per name, not empty."""
    columns = zip(names, zip(*rows, strict=True), strict=True)
    return {f"all_{name}": _wire_values(table.c[name], values) for name, values in columns}


def _written(arrays: Mapping[str, Sequence[Any]]) -> dict[str, str]:
    return {name: array_text(values) for name, values in arrays.items()}


@lru_cache
def _append_entries() -> Insert:
    table = mapped_table(Entry)
    own = (bindparam("the_source", type_=Text()), bindparam("the_era", type_=Integer()))
    chosen = select(*own, *_columns(table, _ENTRY))
    statement = insert(table).from_select(["source", "era", *_ENTRY], chosen)
    return statement.on_conflict_do_nothing().returning(table.c.seq)


@lru_cache
def _add_sums(rollup: Rollup) -> Insert:
    table, names = table_of(rollup), _sum_columns(rollup)
    chosen = select(bindparam("the_generation", type_=Integer()), *_columns(table, names))
    statement = insert(table).from_select(["generation", *names], chosen)
    return statement.on_conflict_do_update(
        index_elements=["generation", "cell"],
        set_={name: table.c[name] + statement.excluded[name] for name in rollup.measures},
    )


@lru_cache
def _keep_latest(keeping: Keeping) -> Insert:
    table, names = table_of(keeping), keeping.columns
    chosen = select(bindparam("the_generation", type_=Integer()), *_columns(table, names))
    statement = insert(table).from_select(["generation", *names], chosen)
    return statement.on_conflict_do_update(
        index_elements=["generation", keeping.key],
        set_={name: statement.excluded[name] for name in names if name != keeping.key},
        where=table.c.version < statement.excluded.version,
    )


def _sum_columns(rollup: Rollup) -> list[str]:
    day = ["day"] if rollup.daily else []
    return ["cell", *day, *rollup.members, *rollup.measures]


async def fold_events(session: AsyncSession, *, source: Source, events: Iterable[Recorded]) -> int:
    """Take the events that are new into the ledger, add them to the figures, return how many.

    Locks the source's row of `fold`, so that numbers in the ledger rise in the order of commits. An
    event that the present era holds already changes nothing.

    Raises:
        UnknownSchemaError: when an event that moves a figure cannot be folded by this version.
    """
    wanted = rules.foldable(events)
    if not wanted:
        return 0
    fold = await lock_fold(session, source)
    taken = await _append(session, fold, wanted)
    if not taken:
        return 0
    folded = rules.fold(wanted[number - fold.position - 1] for number in taken)
    await add_figures(session, generation=fold.generation, folded=folded)
    fold.position = taken[-1]
    await session.flush()
    return len(taken)


async def _append(session: AsyncSession, fold: Fold, events: Sequence[Recorded]) -> list[int]:
    """Enter events under the numbers after the fold's position; return the numbers taken."""
    rows = ((number, *event) for number, event in enumerate(events, start=fold.position + 1))
    parameters = {
        "the_source": fold.source,
        "the_era": fold.era,
        **_written(_parameters(mapped_table(Entry), _ENTRY, rows)),
    }
    return sorted((await session.scalars(_append_entries(), parameters)).all())


@dataclass(frozen=True, slots=True)
class Addition:
    """Rows that are added to one table of figures by one statement: as many in every array."""

    statement: Insert
    arrays: dict[str, list[Any]]

    def parts(self, most: int) -> Iterable["Addition"]:
        """Return the same rows in statements of `most` at a time, in the same order."""
        rows = len(next(iter(self.arrays.values())))
        for start in range(0, rows, most):
            cut = {name: values[start : start + most] for name, values in self.arrays.items()}
            yield Addition(self.statement, cut)


def additions(folded: Folded) -> list[Addition]:
    """Return what adds `folded` to every table of figures: all that costs time but no database."""
    found = []
    for rollup in rules.ROLLUPS:
        sums = project(rollup, folded.cells.get(rollup.fact, {}))
        if sums:
            rows = _cells_in_order(sums)
            arrays = _parameters(table_of(rollup), _sum_columns(rollup), rows)
            found.append(Addition(_add_sums(rollup), arrays))
    for keeping in rules.KEEPINGS:
        latest = folded.kept.get(keeping)
        if latest:
            in_order = sorted(latest.values(), key=itemgetter(0))
            arrays = _parameters(table_of(keeping), keeping.columns, in_order)
            found.append(Addition(_keep_latest(keeping), arrays))
    return found


async def add_rows(session: AsyncSession, *, generation: int, addition: Addition) -> None:
    """Add rows to the figures of `generation`."""
    arrays = _written(addition.arrays)
    await session.execute(addition.statement, {"the_generation": generation, **arrays})


async def add_figures(session: AsyncSession, *, generation: int, folded: Folded) -> None:
    """Add what was folded to every figure of `generation`, one statement per table."""
    for addition in additions(folded):
        await add_rows(session, generation=generation, addition=addition)
    await keep_names(session, folded)


def _cells_in_order(sums: Sums) -> list[tuple[Any, ...]]:
    """Return one row per cell, in the order of cell ids: the order in which rows are locked."""
    return sorted((cell_id(key), *key, *measures) for key, measures in sums.items())


async def keep_names(session: AsyncSession, folded: Folded) -> None:
    """Note what programmes and waves are called."""
    programs = [
        {
            "id": program.program_id,
            "code": program.code,
            "name": program.name,
            "owner_ministry": program.owner_ministry,
            "co_ministry": program.co_ministry,
        }
        for program in folded.programs.values()
    ]
    waves = [
        {
            "id": wave.wave_id,
            "program_id": wave.program_id,
            "code": wave.code,
            "name": wave.name,
            "synthetic": wave.synthetic,
        }
        for wave in folded.waves.values()
    ]
    if programs:
        await session.execute(insert(Program).values(programs).on_conflict_do_nothing())
    if waves:
        await session.execute(insert(Wave).values(waves).on_conflict_do_nothing())


async def start_era(session: AsyncSession, *, source: Source) -> None:
    """Begin to fold `source` from nothing, because it was restored and tells its story anew.

    What the earlier eras said stays in the ledger. The figures of the generation that was live are
    left to the sweep: a restore must not wait for millions of deletions.
    """
    fold = await lock_fold(session, source)
    fold.era += 1
    fold.generation = fold.next_generation
    fold.next_generation += 1
    fold.position = 0
    fold.topics, fold.layout = rules.topics_of(source), rules.layout_of(source)
    fold.behind_since = None
    await session.flush()
    if source is Source.ENROLLMENT:
        await session.execute(delete(Wave))
        await session.execute(delete(Program))
