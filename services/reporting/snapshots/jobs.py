"""Freezing: all tables are read in one snapshot of the database, then signed."""

from typing import Any, Final

from services.reporting.published_tables.rules import TABLES
from services.reporting.snapshots import operations, queries, rules
from services.reporting.snapshots.schemas import FreezeSnapshot
from shared.clock import utc_now
from shared.http.tokens import load_key
from shared.jobs.context import JobContext, JobHandler

# Whoever reads in this way sees every table as it was at one and the same moment.
_ONE_MOMENT: Final = {"isolation_level": "REPEATABLE READ"}


async def freeze(context: JobContext, payload: FreezeSnapshot) -> dict[str, Any]:
    """Freeze the snapshot that was ordered; done twice, the first time counts."""
    path = context.settings.signing_key
    if path is None:
        raise rules.SigningKeyUnfitError
    key = load_key(path)
    tables, synthetic = await _read_tables(context, payload)
    async with context.transaction() as session:
        snapshot = await operations.freeze_snapshot(
            session, payload.snapshot_id, tables, synthetic=synthetic, key=key, now=utc_now()
        )
    return {"snapshot_id": str(snapshot.id), "sha256": snapshot.sha256}


async def _read_tables(context: JobContext, payload: FreezeSnapshot) -> tuple[dict[str, Any], bool]:
    now = utc_now()
    tables: dict[str, Any] = {}
    synthetic = False
    async with context.transaction() as session:
        await session.connection(execution_options=_ONE_MOMENT)
        snapshot = await queries.get_snapshot(session, payload.snapshot_id)
        for done, (code, table) in enumerate(TABLES.items(), start=1):
            tables[code], generated = await operations.read_part(session, table, snapshot, now=now)
            synthetic = synthetic or generated
            await context.progress(done, len(TABLES) + 1)
    return tables, synthetic


FREEZE: Final = JobHandler(operations.FREEZE, FreezeSnapshot, freeze)
