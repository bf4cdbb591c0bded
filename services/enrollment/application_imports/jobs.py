"""The import of applications."""

from functools import partial
from typing import Any
from uuid import UUID

from services.enrollment.application_imports.operations import bring_application
from services.enrollment.application_imports.rules import COLUMNS
from services.enrollment.application_imports.schemas import ImportApplications, read_application
from services.enrollment.identities.rules import NikKeys
from services.enrollment.people_imports.jobs import RowByRow, run_row_by_row
from shared.clock import ledger_day
from shared.jobs.context import JobContext, JobHandler


async def import_applications(
    keys: NikKeys, context: JobContext, payload: ImportApplications
) -> dict[str, Any]:
    """Bring the applications of a file in; the result counts what became of its rows."""
    named: list[UUID | None] = []
    bring = partial(
        bring_application,
        keys=keys,
        payload=payload,
        today=ledger_day(payload.asked_at),
        named=named,
    )
    rows = RowByRow(
        COLUMNS,
        read_application,
        key=lambda row: (row.nik, row.program_code, row.wave_code),
        bring=bring,
        named=named,
        action="participant.import.named",
    )
    return await run_row_by_row(context, payload, keys, rows)


def import_handler(keys: NikKeys) -> JobHandler[ImportApplications]:
    """Return the handler of imports of applications."""
    return JobHandler(
        ImportApplications.kind, ImportApplications, partial(import_applications, keys)
    )
