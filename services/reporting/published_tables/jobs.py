"""The nightly edition of every published table."""

from datetime import timedelta
from typing import Final

from services.reporting.published_tables import operations, queries
from services.reporting.published_tables.rules import TABLES, EditionRacedError
from shared.clock import ledger_day, utc_now
from shared.jobs.context import Cron, WorkerContext
from shared.logging import get_logger
from shared.scope import NATIONAL

_log = get_logger(__name__)


async def publish_daily(context: WorkerContext) -> None:
    """Publish an edition of each table that has none of today, a table in a transaction."""
    now = utc_now()
    today = ledger_day(now)
    async with context.transaction() as session:
        done = await queries.published_on(session, today)
    for table in TABLES.values():
        if table.code in done:
            continue
        try:
            async with context.transaction() as session:
                await operations.publish_edition(
                    session, table, scope=NATIONAL, now=now, today=today
                )
        except EditionRacedError:
            _log.info("edition-raced", table=table.code)


PUBLISH_DAILY: Final = Cron("publish-tables", timedelta(minutes=30), publish_daily)
