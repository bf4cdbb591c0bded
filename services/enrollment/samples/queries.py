"""Reads of samples, and of those whom they are drawn from."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.samples.rules import SampleUnknownError
from services.enrollment.samples.tables import Sample, SampleMember


class Drawn(NamedTuple):
    """An enrollment with its ticket."""

    class_id: UUID
    enrollment_id: UUID
    ticket: bytes


class Member(NamedTuple):
    """One of a population, with the code of the class by which it is read."""

    code: str
    class_id: UUID
    enrollment_id: UUID


async def get_sample(session: AsyncSession, sample_id: UUID) -> Sample:
    """Return one sample.

    Raises:
        SampleUnknownError: when there is none.
    """
    found = await session.get(Sample, sample_id)
    if found is None:
        raise SampleUnknownError
    return found


async def members_of(session: AsyncSession, sample_id: UUID) -> Sequence[SampleMember]:
    """Return what was drawn, the lowest ticket first."""
    statement = (
        select(SampleMember)
        .where(SampleMember.sample_id == sample_id)
        .order_by(SampleMember.position)
    )
    return (await session.scalars(statement)).all()


async def list_samples(
    session: AsyncSession, *, before: UUID | None, limit: int
) -> Sequence[Sample]:
    """Return up to `limit` samples, the newest first, that are older than `before`."""
    statement = select(Sample).order_by(Sample.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Sample.id < before)
    return (await session.scalars(statement)).all()


def _belongs(
    program_id: UUID, wave_id: UUID | None, arrived_until: datetime
) -> Sequence[ColumnElement[bool]]:
    of = Class.program_id == program_id if wave_id is None else Class.wave_id == wave_id
    return (of, Enrollment.arrived_at <= arrived_until)


async def draw(
    session: AsyncSession,
    *,
    program_id: UUID,
    wave_id: UUID | None,
    seed: str,
    n: int,
    arrived_until: datetime,
) -> tuple[int, list[Drawn]]:
    """Return how many there are to draw from, and the `n` of them with the lowest tickets.

    A ticket is the SHA-256 over the seed in UTF-8, a colon, and the enrollment's id in its 36 ASCII
    characters (lower case, with dashes); tickets are compared byte by byte.
    """
    text = literal(seed + ":", String) + cast(Enrollment.id, String)
    ticket = func.sha256(func.convert_to(text, "UTF8"))
    statement = (
        select(Enrollment.class_id, Enrollment.id, ticket, func.count().over())
        .join(Class, Class.id == Enrollment.class_id)
        .where(*_belongs(program_id, wave_id, arrived_until))
        .order_by(ticket, Enrollment.id)
        .limit(n)
    )
    rows = (await session.execute(statement)).all()
    return (rows[0][3] if rows else 0), [Drawn(*row[:3]) for row in rows]


async def list_population(
    session: AsyncSession, sample: Sample, *, after: tuple[str, UUID] | None, limit: int
) -> list[Member]:
    """Return up to `limit` of those whom a sample was drawn from, by class code and id."""
    statement = (
        select(Class.code, Enrollment.class_id, Enrollment.id)
        .join(Enrollment, Class.id == Enrollment.class_id)
        .where(*_belongs(sample.program_id, sample.wave_id, sample.arrived_until))
        .order_by(Class.code, Enrollment.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(
            Class.code >= after[0],
            tuple_(Class.code, Enrollment.id) > tuple_(*after),
        )
    return [Member(*row) for row in (await session.execute(statement)).all()]
