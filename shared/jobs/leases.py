"""Who works on a job: each step in the life of a row of the job table.

Times are the database's own, so that workers whose clocks differ agree on a lease. Every change
names the attempt: a worker that has lost its job changes nothing any more.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.jobs import JobColumns
from shared.schemas.jobs import JobState

LEASE: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker holds, in this attempt."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended; `again_in` means another one, unless somebody asked to cancel."""

    state: JobState
    result: dict[str, Any] | None = None
    error: str | None = None
    again_in: timedelta | None = None


def _lapsed(job: type[JobColumns]) -> ColumnElement[bool]:
    return and_(job.state == JobState.RUNNING, job.lease_until < func.now())


def _held(job: type[JobColumns], claim: Claim) -> ColumnElement[bool]:
    return and_(job.id == claim.id, job.state == JobState.RUNNING, job.attempts == claim.attempt)


def next_due(job: type[JobColumns], kinds: list[str]) -> Select[UUID]:
    """Return the statement that locks the job that has been due longest or was abandoned."""
    waiting = and_(job.state == JobState.QUEUED, job.due_at <= func.now())
    abandoned = and_(_lapsed(job), job.attempts < job.max_attempts, job.cancel_requested.is_(False))
    return (
        select(job.id)
        .where(or_(waiting, abandoned), job.kind.in_(kinds))
        .order_by(job.due_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )


async def claim_next(
    session: AsyncSession, job: type[JobColumns], *, kinds: list[str]
) -> Claim | None:
    """Take the job that has been due longest or whose worker went silent, if there is one."""
    statement = (
        update(job)
        .where(job.id == next_due(job, kinds).scalar_subquery())
        .values(
            state=JobState.RUNNING,
            attempts=job.attempts + 1,
            lease_until=func.now() + literal(LEASE),
            started_at=func.coalesce(job.started_at, func.now()),
            error=None,
        )
        .returning(job.id, job.kind, job.payload, job.attempts, job.max_attempts)
        .execution_options(synchronize_session=False)
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else Claim(*row)


async def renew(
    session: AsyncSession,
    job: type[JobColumns],
    claim: Claim,
    *,
    done: int | None = None,
    total: int | None = None,
) -> bool | None:
    """Hold the job for another while and tell whether to stop; None when it is no longer held."""
    values: dict[str, Any] = {"lease_until": func.now() + literal(LEASE)}
    if done is not None:
        values |= {"progress_done": done, "progress_total": total}
    statement = (
        update(job)
        .where(_held(job, claim))
        .values(values)
        .returning(job.cancel_requested)
        .execution_options(synchronize_session=False)
    )
    stop: bool | None = await session.scalar(statement)
    return stop


async def settle(
    session: AsyncSession, job: type[JobColumns], claim: Claim, outcome: Outcome
) -> bool:
    """Write how the attempt ended, and tell whether the job was still held."""
    values: dict[str, Any] = {
        "state": outcome.state,
        "result": outcome.result,
        "error": outcome.error,
        "lease_until": None,
    }
    if outcome.again_in is None:
        values["finished_at"] = func.now()
    else:
        cancelled = job.cancel_requested
        values["state"] = case((cancelled, JobState.CANCELLED), else_=JobState.QUEUED)
        values["finished_at"] = case((cancelled, func.now()), else_=None)
        values["due_at"] = func.now() + literal(outcome.again_in)
    statement = (
        update(job)
        .where(_held(job, claim))
        .values(values)
        .returning(job.id)
        .execution_options(synchronize_session=False)
    )
    return await session.scalar(statement) is not None


async def give_back(session: AsyncSession, job: type[JobColumns], claim: Claim) -> None:
    """Return a job that was interrupted, as if this attempt had not been."""
    await session.execute(
        update(job)
        .where(_held(job, claim))
        .values(
            state=JobState.QUEUED,
            attempts=job.attempts - 1,
            lease_until=None,
            due_at=func.now(),
        )
        .execution_options(synchronize_session=False)
    )


async def sweep(session: AsyncSession, job: type[JobColumns]) -> list[UUID]:
    """End the jobs whose worker went silent and which nobody may take up again.

    Those are the ones somebody asked to cancel, and those that have used up their attempts: a job
    that kills its worker would otherwise kill the next one.
    """
    statement = (
        update(job)
        .where(_lapsed(job), or_(job.cancel_requested, job.attempts >= job.max_attempts))
        .values(
            state=case((job.cancel_requested, JobState.CANCELLED), else_=JobState.FAILED),
            error=case((job.cancel_requested, None), else_="worker-lost"),
            lease_until=None,
            finished_at=func.now(),
        )
        .returning(job.id)
        .execution_options(synchronize_session=False)
    )
    return list((await session.scalars(statement)).all())
