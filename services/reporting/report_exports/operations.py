"""The ordering of a file, its writing, and its end."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event, Job
from services.reporting.report_exports.rules import KEPT
from services.reporting.report_exports.schemas import Cut, ReportExportCreate, WriteExport
from services.reporting.report_exports.tables import ReportExport
from shared.db.events import emit
from shared.db.jobs import add_job
from shared.schemas.reporting import ExportOrdered, Topic
from shared.scope import Place


async def order_export(
    session: AsyncSession, body: ReportExportCreate, *, cut: Cut, now: datetime
) -> tuple[ReportExport, Job]:
    """Queue the writing of a report, cut and read as `cut` has it."""
    job = await add_job(session, Job, kind=WriteExport.kind, payload=WriteExport())
    export = ReportExport(
        id=job.id,
        report=body.report,
        format=body.format,
        cut=cut.model_dump(mode="json"),
        asked_by=session.info["actor"].name,
        created_at=now,
        expires_at=now + KEPT,
    )
    session.add(export)
    await session.flush()
    await emit(
        session,
        Event,
        topic=Topic.EXPORT_ORDERED,
        stream_id=export.id,
        event=ExportOrdered(export_id=export.id, report=body.report, format=body.format),
        place=Place(),
        occurred_at=now,
    )
    return export, job


async def keep_file(
    session: AsyncSession,
    export_id: UUID,
    content: bytes,
    *,
    file_name: str,
    standing: Mapping[str, Any],
) -> None:
    """Keep the file of an order, with the moment that its figures stand for."""
    await session.execute(
        update(ReportExport)
        .where(ReportExport.id == export_id)
        .values(content=content, file_name=file_name, standing=dict(standing))
        .execution_options(synchronize_session=False)
    )


async def drop_exports(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Delete up to `limit` orders that have expired, files and all; return how many."""
    stale = select(ReportExport.id).where(ReportExport.expires_at <= now).limit(limit)
    gone = await session.scalars(
        delete(ReportExport)
        .where(ReportExport.id.in_(stale))
        .returning(ReportExport.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())
