"""The import of scores."""

from functools import partial
from typing import Any

from services.enrollment.applications.rules import meant_code
from services.enrollment.identities.rules import NikKeys
from services.enrollment.people_imports.jobs import RowByRow, run_row_by_row
from services.enrollment.score_imports.operations import bring_score
from services.enrollment.score_imports.rules import COLUMNS
from services.enrollment.score_imports.schemas import ImportScores, read_score
from shared.jobs.context import JobContext, JobHandler


async def import_scores(
    keys: NikKeys, context: JobContext, payload: ImportScores
) -> dict[str, Any]:
    """Give the scores of a file; the result counts what became of its rows."""
    rows = RowByRow(
        COLUMNS,
        read_score,
        key=lambda row: (meant_code(row.application_code), row.criterion),
        bring=partial(bring_score, payload=payload),
    )
    return await run_row_by_row(context, payload, keys, rows)


def import_handler(keys: NikKeys) -> JobHandler[ImportScores]:
    """Return the handler of imports of scores."""
    return JobHandler(ImportScores.kind, ImportScores, partial(import_scores, keys))
