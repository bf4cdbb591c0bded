"""Reads of ordered reports: those of who ordered them."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import defer

from services.reporting.base import Job
from services.reporting.report_exports.rules import ExportUnknownError, may_take
from services.reporting.report_exports.schemas import Cut
from services.reporting.report_exports.tables import ReportExport
from shared.scope import Scope

SCOPES: Final = TypeAdapter(Scope)


def scope_of(export: ReportExport) -> Scope:
    """Return the rows that the report is read from."""
    return SCOPES.validate_python(Cut.model_validate(export.cut).scope)


async def get_export(
    session: AsyncSession,
    export_id: UUID,
    *,
    taker: str,
    scope: Scope,
    now: datetime,
    whole: bool = False,
) -> tuple[ReportExport, Job]:
    """Return an order and its job, `whole` with the file.

    Raises:
        ExportUnknownError: when there is none, none any more, or it is not the taker's.
    """
    statement = (
        select(ReportExport, Job)
        .join(Job, Job.id == ReportExport.id)
        .where(ReportExport.id == export_id, ReportExport.expires_at > now)
        .execution_options(populate_existing=True)
    )
    if not whole:
        statement = statement.options(defer(ReportExport.content))
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        raise ExportUnknownError
    export, job = row
    needs = SCOPES.validate_python(Cut.model_validate(export.cut).needs)
    if not may_take(asked_by=export.asked_by, needs=needs, taker=taker, within=scope):
        raise ExportUnknownError
    return export, job
