"""Facilities from a workbook: how long it takes, and how much memory the worker takes for it."""

import asyncio
import io
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import psutil
import xlsxwriter

from deploy.bench.registry_reads import Reader, ask
from deploy.bench.stack import BenchError
from deploy.embedded.home import Home, children_of
from deploy.pilot.wire import Wire
from shared.schemas.jobs import JobRead, JobState

_MEGABYTE: Final = 1_000_000
_SAMPLE_S: Final = 0.05
_POLL_S: Final = 0.05
_WITHIN_S: Final = 120.0
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_COLUMNS: Final = (
    "code",
    "name",
    "kind",
    "owner_ministry",
    "area_code",
    "status",
    "latitude",
    "longitude",
    "trades",
    "address",
    "spaces",
    "synthetic",
)


@dataclass(frozen=True, slots=True)
class Imported:
    """One import: `peak_mb` is the most that the worker's resident memory came to."""

    seconds: float
    peak_mb: float


def facilities_workbook(districts: Sequence[str], *, rows: int, label: str) -> bytes:
    """Return a workbook of made-up facilities as an office fills it in, two spaces each."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Data")
        sheet.write_row(0, 0, _COLUMNS)
        for row in range(rows):
            sheet.write_row(row + 1, 0, _row(districts[row % len(districts)], row, label))
    return out.getvalue()


def _row(district: str, row: int, label: str) -> tuple[str, ...]:
    return (
        f"IMPORT-{label}-{row:05d}",
        f"Balai Latihan Melati {row} (DATA SINTETIS)",
        "UPTD",
        "MANPOWER",
        district,
        "ACTIVE",
        f"{-8 + row % 900 / 100:.2f}".replace(".", ","),
        f"{98 + row % 3000 / 100:.2f}".replace(".", ","),
        "WELDING|GARMENT",
        f"Jalan Contoh {row}",
        "Ruang 1:20|Bengkel:16:WORKSHOP",
        "ya",
    )


async def import_workbook(reader: Reader, workbook: bytes, *, home: Path, rows: int) -> Imported:
    """Bring a workbook in and return how long it took, from sending it to the job's end.

    Raises:
        BenchError: when the job does not end well, or made less than `rows` facilities.
    """
    worker = children_of(Home(home)).get("registry-worker")
    if worker is None:
        raise BenchError("The registry's worker does not run.")
    with peak_of(worker) as peak:
        began = time.perf_counter()
        job = await _bring(reader, workbook)
        seconds = time.perf_counter() - began
    made = (job.result or {}).get("created")
    if job.status is not JobState.SUCCEEDED or made != rows:
        raise BenchError(f"The import ended as {job.status} with {job.result}: {job.error}")
    return Imported(seconds, peak[0])


async def _bring(reader: Reader, workbook: bytes) -> JobRead:
    async with Wire(reader.origin, connections=1) as wire:
        headers = {
            "authorization": f"Bearer {reader.token}",
            "content-type": _XLSX,
            "idempotency-key": f"bench-import-{time.monotonic_ns()}",
        }
        answer = await wire.exchange(
            wire.encode("POST", "/v1/imports/facilities", headers=headers, body=workbook)
        )
        if answer.status != HTTPStatus.ACCEPTED:
            raise BenchError(f"The workbook was answered with {answer.status}.")
        job = JobRead.model_validate_json(answer.body)
        ends_at = time.monotonic() + _WITHIN_S
        while job.status in (JobState.QUEUED, JobState.RUNNING) and time.monotonic() < ends_at:
            await asyncio.sleep(_POLL_S)
            answer = await ask(wire, reader, f"/v1/jobs/{job.id}")
            job = JobRead.model_validate_json(answer.body)
    return job


@contextmanager
def peak_of(process: psutil.Process) -> Iterator[list[float]]:
    """Yield a list whose one number becomes the most megabytes that a process has resident.

    Pages that it shares with other processes count whole, so that this is no less than its share.
    """
    peak = [_weight_mb(process)]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_SAMPLE_S):
            peak[0] = max(peak[0], _weight_mb(process))

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    try:
        yield peak
    finally:
        over.set()
        watching.join()


def _weight_mb(process: psutil.Process) -> float:
    try:
        return float(process.memory_info().rss / _MEGABYTE)
    except psutil.Error:
        return 0.0
