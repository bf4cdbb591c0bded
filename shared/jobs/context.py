"""What a job, a cron and a reader of events are given, and how they are declared."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import httpx
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from shared.db.idempotency import IdempotencyColumns
from shared.db.jobs import JobColumns, RowVerdictColumns
from shared.db.session import Ring, Sessions, transaction
from shared.db.uploads import UploadColumns
from shared.jobs.leases import Claim, renew
from shared.scope import SYSTEM, Actor
from shared.settings import ServiceSettings

Payload = TypeVar("Payload", bound=BaseModel)


class JobCancelledError(Exception):
    """Somebody asked to cancel the job; what its finished steps did stays."""


class LeaseLostError(Exception):
    """Another worker has taken the job over."""


@dataclass(frozen=True, slots=True)
class JobTables:
    """The service's tables that jobs and housekeeping work on."""

    job: type[JobColumns]
    row_verdict: type[RowVerdictColumns] | None = None
    upload: type[UploadColumns] | None = None
    idempotency: type[IdempotencyColumns] | None = None


@dataclass(frozen=True)
class WorkerContext:
    """What lives as long as the worker."""

    service: str
    settings: ServiceSettings
    sessions: Sessions
    tables: JobTables
    ring: Ring | None = None
    clients: Mapping[str, httpx.AsyncClient] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """The worker, as it stands in events and audit rows."""
        return Actor(issuer=f"balai:{self.service}", subject="worker")

    def transaction(self) -> AbstractAsyncContextManager[AsyncSession]:
        """Open one transaction under scope `system`, of less than a second."""
        return transaction(self.sessions, scope=SYSTEM, actor=self.actor, ring=self.ring)


@dataclass(frozen=True)
class JobContext(WorkerContext):
    """What lives as long as one attempt at a job."""

    claim: Claim = field(kw_only=True)

    @property
    def job_id(self) -> UUID:
        """The job that is being done."""
        return self.claim.id

    async def progress(self, done: int, total: int | None = None) -> None:
        """Say how far the job has come, between two of its steps, and hold on to it.

        Raises:
            JobCancelledError: when somebody asked to cancel the job; let it pass.
            LeaseLostError: when another worker has taken it over; let it pass.
        """
        async with self.transaction() as session:
            stop = await renew(session, self.tables.job, self.claim, done=done, total=total)
        if stop is None:
            raise LeaseLostError
        if stop:
            raise JobCancelledError


@dataclass(frozen=True, slots=True)
class JobHandler(Generic[Payload]):
    """The function that does jobs of one kind.

    It works in steps that each commit, calls `progress` between them, and may be run again from
    the beginning at any time: every step must be safe to repeat. What it returns becomes the
    job's result. A ServiceError below 500 ends the job for good, anything else is tried again.
    """

    kind: str
    payload: type[Payload]
    run: Callable[[JobContext, Payload], Awaitable[dict[str, Any] | None]]


@dataclass(frozen=True, slots=True)
class Cron:
    """Something that every worker does from time to time, and that harms nobody done twice."""

    name: str
    every: timedelta
    run: Callable[[WorkerContext], Awaitable[None]]
