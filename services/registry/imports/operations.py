"""Writes of files and of verdicts on their rows."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Upload
from services.registry.imports.rules import UploadEmptyError, Verdict
from shared.ids import new_id

# A chunk that was committed and is run again by a worker that lost its lease keeps its verdicts.
_KEEP: Final = text(
    """
    INSERT INTO registry.row_verdict (job_id, row, verdict, code, detail, id)
    SELECT CAST(:job_id AS uuid), given.*
    FROM unnest(
        CAST(:rows AS integer[]), CAST(:verdicts AS text[]), CAST(:codes AS text[]),
        CAST(:details AS text[]), CAST(:ids AS uuid[])
    ) AS given
    ON CONFLICT DO NOTHING
    """
)


async def keep_upload(session: AsyncSession, body: bytes) -> UUID:
    """Keep a file for the job that will read it.

    Raises:
        UploadEmptyError: when there is nothing in it.
    """
    if not body.strip():
        raise UploadEmptyError
    upload = Upload(id=new_id(), body=body)
    session.add(upload)
    await session.flush()
    return upload.id


async def keep_verdicts(
    session: AsyncSession, *, job_id: UUID, verdicts: Sequence[Verdict]
) -> None:
    """Keep what became of some rows, in the transaction that made it so."""
    await session.execute(
        _KEEP,
        {
            "job_id": job_id,
            "rows": [verdict.row for verdict in verdicts],
            "verdicts": [verdict.outcome.value for verdict in verdicts],
            "codes": [verdict.code for verdict in verdicts],
            "details": [verdict.detail for verdict in verdicts],
            "ids": [verdict.id for verdict in verdicts],
        },
    )
