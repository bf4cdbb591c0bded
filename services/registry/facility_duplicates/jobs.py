"""The comparison of all facilities, by night and when it is asked for."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from services.registry.facility_duplicates import operations, queries
from services.registry.facility_duplicates.rules import (
    Likeness,
    Neighbourhoods,
    Site,
    Verdict,
    judge,
)
from services.registry.facility_duplicates.schemas import ScanDuplicates
from shared.clock import JAKARTA, utc_now
from shared.jobs.context import Cron, JobContext, JobHandler, WorkerContext

_READ_AT_ONCE: Final = 1_000
# 20 ms of comparing, and at most a few thousand rows to write.
_COMPARED_AT_ONCE: Final = 200


async def scan_duplicates(context: JobContext, _: ScanDuplicates) -> dict[str, Any]:
    """Compare all facilities, and keep the pairs that may be one, a chunk in each transaction.

    Nothing is done twice, so that the job may begin again at any time. Returns how many facilities
    there were and how many pairs are to be looked at.
    """
    began = utc_now()
    around = Neighbourhoods(await _read(context))
    async with context.transaction() as session:
        shared = await queries.sharing_codes(session)
        await operations.keep_verdicts(session, _of_codes(around, shared), now=began)
    sites = list(around.sites.values())
    for start in range(0, len(sites), _COMPARED_AT_ONCE):
        chunk = sites[start : start + _COMPARED_AT_ONCE]
        found = [verdict for site in chunk for verdict in around.alike(site)]
        async with context.transaction() as session:
            await operations.keep_verdicts(
                session, [each for each in found if each.pair not in shared], now=began
            )
        await context.progress(start + len(chunk), len(sites))
    async with context.transaction() as session:
        left = await operations.finish_scan(
            session, job_id=context.job_id, facilities=len(sites), began=began, now=utc_now()
        )
    return {"facilities": len(sites), "open_pairs": left}


async def _read(context: JobContext) -> list[Site]:
    sites: list[Site] = []
    while True:
        async with context.transaction() as session:
            page = await queries.sites_after(
                session, sites[-1].id if sites else None, limit=_READ_AT_ONCE
            )
        sites += page
        if len(page) < _READ_AT_ONCE:
            return sites


def _of_codes(
    around: Neighbourhoods, shared: dict[tuple[UUID, UUID], frozenset[Likeness]]
) -> list[Verdict]:
    return [
        judge(around.sites[one], around.sites[other], shared=codes)
        for (one, other), codes in shared.items()
        if one in around.sites and other in around.sites
    ]


async def order_nightly(context: WorkerContext) -> None:
    """Order this night's scan, if nobody has."""
    async with context.transaction() as session:
        await operations.order_nightly_scan(session, local=utc_now().astimezone(JAKARTA))


SCAN_DUPLICATES: Final = JobHandler(ScanDuplicates.kind, ScanDuplicates, scan_duplicates)
SCAN_NIGHTLY: Final = Cron("facility-duplicates", timedelta(hours=1), order_nightly)
