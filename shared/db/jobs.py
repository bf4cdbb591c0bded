"""The job table: what is to be done is a row, written in the transaction that wants it done."""

from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Index, func, insert, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from shared.ids import new_id
from shared.schemas.jobs import JobState

MAX_ATTEMPTS: Final = 5
FINISHED: Final = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


class JobColumns:
    """Columns of a service's job table.

    A RUNNING job belongs to its worker until `lease_until`; `attempts` tells one run from the
    next. A job whose input is an upload names it in its payload as `upload_id`.
    """

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - SQLAlchemy hands the class over
        """Index what the sweeper looks for."""
        return (Index(None, "state", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    state: Mapped[JobState] = mapped_column(server_default=text("'QUEUED'"))
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    max_attempts: Mapped[int] = mapped_column(server_default=text("5"))
    lease_until: Mapped[datetime | None]
    due_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    progress_done: Mapped[int] = mapped_column(server_default=text("0"))
    progress_total: Mapped[int | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    error: Mapped[str | None]
    cancel_requested: Mapped[bool] = mapped_column(server_default=text("false"))
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class RowVerdictColumns:
    """Columns of what became of each row of an imported file."""

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    verdict: Mapped[str]
    code: Mapped[str | None]
    detail: Mapped[str | None]
    id: Mapped[UUID | None]


JobTable = TypeVar("JobTable", bound=JobColumns)


async def add_job(
    session: AsyncSession,
    job: type[JobTable],
    *,
    kind: str,
    payload: BaseModel,
    due_at: datetime | None = None,
) -> JobTable:
    """Queue a job of `kind` in the caller's transaction; its bell rings after the commit."""
    values: dict[str, Any] = {
        "id": new_id(),
        "kind": kind,
        "payload": payload.model_dump(mode="json"),
        "max_attempts": MAX_ATTEMPTS,
        "created_by": session.info["actor"].name,
    }
    if due_at is not None:
        values["due_at"] = due_at
    row = (await session.scalars(insert(job).values(values).returning(job))).one()
    session.info["rings"].append(row.id)
    return row


async def request_cancel(session: AsyncSession, job: type[JobTable], job_id: UUID) -> None:
    """Cancel a job that waits; ask one that runs to stop at its next step; leave a finished one."""
    waiting = (
        update(job)
        .where(job.id == job_id, job.state == JobState.QUEUED)
        .values(state=JobState.CANCELLED, cancel_requested=True, finished_at=func.now())
    )
    running = (
        update(job)
        .where(job.id == job_id, job.state == JobState.RUNNING)
        .values(cancel_requested=True)
    )
    for statement in (waiting, running):
        await session.execute(statement.execution_options(synchronize_session=False))
