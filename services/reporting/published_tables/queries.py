"""Reads of editions, and of what a new one is computed from."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.catalogue.rules import REPORTS
from services.reporting.folding.rules import Source
from services.reporting.freshness.queries import list_synthetic_waves, read_sources
from services.reporting.freshness.rules import Standing
from services.reporting.published_tables.rules import (
    EditionUnknownError,
    PublishedTable,
    question_of,
)
from services.reporting.published_tables.tables import PublishedEdition
from services.reporting.questions.rules import Period
from services.reporting.reports.queries import read_report
from services.reporting.reports.rules import Key, Sums
from shared.scope import NATIONAL


class EditionRow(NamedTuple):
    """An edition without its bytes."""

    id: UUID
    code: str
    edition: int
    as_of: datetime | None
    published_at: datetime
    sha256: str
    rows: int
    suppressed: int
    synthetic: bool


class Basis(NamedTuple):
    """What figures stand on: complete until `as_of`; `synthetic` when any of them are generated."""

    as_of: datetime | None
    synthetic: bool


_COLUMNS: Final = tuple(getattr(PublishedEdition, name) for name in EditionRow._fields)


def _latest(code: str) -> Select[*tuple[Any, ...]]:
    return (
        select(*_COLUMNS)
        .where(PublishedEdition.code == code)
        .order_by(PublishedEdition.edition.desc())
    )


async def list_latest(session: AsyncSession) -> dict[str, EditionRow]:
    """Return the latest edition of every table that has one."""
    statement = (
        select(*_COLUMNS)
        .ext(distinct_on(PublishedEdition.code))
        .order_by(PublishedEdition.code, PublishedEdition.edition.desc())
    )
    rows = (await session.execute(statement)).all()
    return {row.code: EditionRow(*row) for row in rows}


async def list_editions(
    session: AsyncSession, code: str, *, before: int | None, limit: int
) -> Sequence[EditionRow]:
    """Return up to `limit` editions of a table, the latest first."""
    statement = _latest(code).limit(limit)
    if before is not None:
        statement = statement.where(PublishedEdition.edition < before)
    return [EditionRow(*row) for row in (await session.execute(statement)).all()]


async def find_edition(
    session: AsyncSession, code: str, *, edition: int | None = None
) -> EditionRow:
    """Return an edition without its bytes: the latest unless its number is told.

    Raises:
        EditionUnknownError: when there is no such edition, or none yet.
    """
    statement = _latest(code).limit(1)
    if edition is not None:
        statement = statement.where(PublishedEdition.edition == edition)
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise EditionUnknownError
    return EditionRow(*row)


async def read_body(session: AsyncSession, edition_id: UUID) -> bytes:
    """Return the bytes of an edition."""
    statement = select(PublishedEdition.body).where(PublishedEdition.id == edition_id)
    return (await session.scalars(statement)).one()


async def next_edition(session: AsyncSession, code: str) -> int:
    """Return the number that a table's next edition gets."""
    last = select(func.max(PublishedEdition.edition)).where(PublishedEdition.code == code)
    return ((await session.scalar(last)) or 0) + 1


async def published_on(session: AsyncSession, day: date) -> set[str]:
    """Return the tables of which an edition was published on `day`."""
    statement = select(PublishedEdition.code).where(PublishedEdition.day == day).distinct()
    return set(await session.scalars(statement))


async def read_basis(session: AsyncSession, sources: Sequence[Source], *, now: datetime) -> Basis:
    """Return what figures of `sources` stand on at this moment."""
    standing = Standing(await read_sources(session))
    fresh = standing.freshness(sources, now=now)
    return Basis(fresh.as_of, bool(await list_synthetic_waves(session)))


async def read_sums(
    session: AsyncSession, table: PublishedTable, *, now: datetime, period: Period | None = None
) -> tuple[Mapping[Key, Sums], Mapping[Key, Sums]]:
    """Return the sums of a table's parts and those of its totals; no parts when it is not cut.

    With a period they are what was recorded in it.

    Raises:
        PastNotOfferedError: when a period is asked of what is kept without days.
    """
    report = REPORTS[table.report or ""]
    cuts = (False, True) if table.by else (True,)
    found = [
        await read_report(
            session,
            report,
            question=question_of(table, total=total, period=period),
            scope=NATIONAL,
            now=now,
        )
        for total in cuts
    ]
    return found[0] if table.by else {}, found[-1]
