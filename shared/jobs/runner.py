"""Does the jobs: takes what is due, holds on to it while it runs, writes how it ended."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from datetime import timedelta
from typing import Any, Final

from pydantic import ValidationError

from shared.errors import ServiceError
from shared.jobs.context import (
    JobCancelledError,
    JobContext,
    JobHandler,
    LeaseLostError,
    WorkerContext,
)
from shared.jobs.leases import LEASE, Claim, Outcome, claim_next, give_back, renew, settle, sweep
from shared.logging import bind_request, get_logger
from shared.schemas.jobs import JobState

SWEEP_S: Final = 5.0
_BEAT_S: Final = LEASE.total_seconds() / 3
_SERVER_ERROR: Final = 500

_log = get_logger(__name__)


def _again(claim: Claim, error: str) -> Outcome:
    """Return another attempt, twice as far away as the last, or the end when none is left."""
    if claim.attempt >= claim.max_attempts:
        return Outcome(JobState.FAILED, error=error)
    return Outcome(JobState.QUEUED, error=error, again_in=timedelta(seconds=2**claim.attempt))


def _refused(claim: Claim, error: ServiceError) -> Outcome:
    if error.status >= _SERVER_ERROR:
        return _again(claim, error.code)
    detail = {"detail": {"id": error.detail.id, "en": error.detail.en}}
    return Outcome(JobState.FAILED, error=error.code, result=detail)


def _stopping() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Runner:
    """Does up to `slots` jobs at a time; `wake` is what the bell does."""

    def __init__(
        self,
        context: WorkerContext,
        handlers: Sequence[JobHandler[Any]],
        *,
        slots: int = 2,
        sweep_s: float = SWEEP_S,
        beat_s: float = _BEAT_S,
    ) -> None:
        self._context = context
        self._handlers = {handler.kind: handler for handler in handlers}
        self._slots = slots
        self._sweep_s = sweep_s
        self._beat_s = beat_s
        self._bell = asyncio.Event()

    def wake(self) -> None:
        """Let every idle slot look for a job now."""
        self._bell.set()

    async def run(self) -> None:
        """Do jobs until cancelled; a job that is under way then is given back."""
        async with asyncio.TaskGroup() as group:
            for _ in range(self._slots):
                group.create_task(self._serve())

    async def drain(self) -> int:
        """Do the jobs that are due, one after the other, and return how many there were."""
        done = 0
        while await self._step():
            done += 1
        return done

    async def _serve(self) -> None:
        while True:
            self._bell.clear()
            try:
                busy = await self._step()
            except Exception as error:  # noqa: BLE001 - the database may be away; look again later
                _log.error("job-loop-failed", error=type(error).__name__, exc_info=error)
                busy = False
            if not busy:
                # Whoever rings while a job is being looked for leaves the bell set. Without any
                # bell, each slot sweeps for itself: Redis may be lost or never have been there.
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._bell.wait(), self._sweep_s)

    async def _step(self) -> bool:
        """Do one job, if one is due."""
        job = self._context.tables.job
        async with self._context.transaction() as session:
            for lost in await sweep(session, job):
                _log.warning("job-worker-lost", job=str(lost))
            claim = await claim_next(session, job, kinds=list(self._handlers))
        if claim is not None:
            await self._do(claim)
        return claim is not None

    async def _do(self, claim: Claim) -> None:
        bind_request(f"job-{claim.id}")
        work = asyncio.create_task(self._attempt(claim))
        beat = asyncio.create_task(self._beat(claim, work))
        try:
            outcome = await work
        except asyncio.CancelledError:
            if beat.done() and not _stopping():
                _log.warning("job-lease-lost", job=str(claim.id), kind=claim.kind)
                return
            await asyncio.shield(self._give_back(claim))
            raise
        finally:
            beat.cancel()
            bind_request(None)
        async with self._context.transaction() as session:
            held = await settle(session, self._context.tables.job, claim, outcome)
        _log.info("job-ended", job=str(claim.id), kind=claim.kind, state=outcome.state, held=held)

    async def _attempt(self, claim: Claim) -> Outcome:
        handler = self._handlers[claim.kind]
        shared = {part.name: getattr(self._context, part.name) for part in fields(WorkerContext)}
        context = JobContext(**shared, claim=claim)
        try:
            payload = handler.payload.model_validate(claim.payload)
        except ValidationError:
            return Outcome(JobState.FAILED, error="payload-invalid")
        try:
            result = await handler.run(context, payload)
        except JobCancelledError:
            return Outcome(JobState.CANCELLED)
        except LeaseLostError:
            return Outcome(JobState.FAILED, error="lease-lost")
        except ServiceError as error:
            _log.info("job-refused", job=str(claim.id), kind=claim.kind, code=error.code)
            return _refused(claim, error)
        except Exception as error:  # noqa: BLE001 - any failure is tried again, and logged
            _log.error("job-failed", job=str(claim.id), kind=claim.kind, exc_info=error)
            return _again(claim, "internal")
        return Outcome(JobState.SUCCEEDED, result=result)

    async def _beat(self, claim: Claim, work: asyncio.Task[Outcome]) -> None:
        """Hold on to the job while it runs; stop the work when another worker has it."""
        while True:
            await asyncio.sleep(self._beat_s)
            try:
                async with self._context.transaction() as session:
                    stop = await renew(session, self._context.tables.job, claim)
            except Exception as error:  # noqa: BLE001 - the lease outlasts two failed beats
                _log.warning("job-beat-failed", job=str(claim.id), error=type(error).__name__)
                continue
            if stop is None:
                work.cancel()
                return

    async def _give_back(self, claim: Claim) -> None:
        async with self._context.transaction() as session:
            await give_back(session, self._context.tables.job, claim)
