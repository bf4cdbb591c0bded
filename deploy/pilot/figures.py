"""Reports as somebody outside reads them."""

import asyncio
from typing import Any, Final
from uuid import UUID

from deploy.pilot.api import Api, Query
from deploy.pilot.play import ADMIN
from shared.schemas.base import Message

_REPORTS: Final = "/reporting/v1/reports"
_POLL_S: Final = 0.1
_AWAITED_S: Final = 15.0


class ReportRow(Message):
    """One figure: what it is cut by, and the counts that it is made of."""

    dims: dict[str, Any]
    numerator: int | None
    denominator: int | None
    response_rate: float | None = None


class ReportMeta(Message):
    """How fresh a report is."""

    lag_seconds: float | None = None


class Report(Message):
    """A report."""

    meta: ReportMeta
    rows: list[ReportRow]

    def count(self, indicator: str, **dims: object) -> int:
        """Return the numerator of an indicator, summed over the rows that have `dims`."""
        return sum(row.numerator or 0 for row in self.rows if _is(row, indicator, dims))

    def rows_of(self, indicator: str) -> list[ReportRow]:
        """Return the rows of an indicator."""
        return [row for row in self.rows if row.dims.get("indicator") == indicator]


def _is(row: ReportRow, indicator: str, dims: dict[str, object]) -> bool:
    wanted = {"indicator": indicator, **dims}
    return all(row.dims.get(name) == value for name, value in wanted.items())


async def read_report(api: Api, name: str, *, wave_id: UUID, query: Query | None = None) -> Report:
    """Return a report on one wave, as the national administrator sees it."""
    wanted: dict[str, str | int] = {"wave": str(wave_id), **(query or {})}
    return await api.get(f"{_REPORTS}/{name}", Report, caller=ADMIN, query=wanted)


async def await_count(
    api: Api, name: str, *, wave_id: UUID, indicator: str, expected: int, query: Query | None = None
) -> Report:
    """Return a report once an indicator has come to what is expected, or as it is after a while."""
    report = await read_report(api, name, wave_id=wave_id, query=query)
    for _ in range(int(_AWAITED_S / _POLL_S)):
        if report.count(indicator) >= expected:
            break
        await asyncio.sleep(_POLL_S)
        report = await read_report(api, name, wave_id=wave_id, query=query)
    return report
