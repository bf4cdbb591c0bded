"""The morning on which all classes open, and the day on which a thousand get their certificates."""

import asyncio
import json
import time
from datetime import timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from rich.console import Console

from deploy.bench.field import Field, Ground, open_field, write_out
from deploy.bench.figures import Bar, Figures
from deploy.bench.load import Result, drive
from deploy.bench.pace import Pace, until_quiet
from deploy.bench.registry_field import Extent, open_registry_field
from deploy.bench.registry_reads import Reader, ask, enrollment_reader
from deploy.bench.stack import BenchError
from deploy.pilot.wire import Wire
from shared.clock import ledger_day, utc_now
from shared.schemas.jobs import JobRead, JobState

OPENED: Final = Bar("625 openings at once, until the last is answered", "s", 60.0, most=True)
FAILED: Final = Bar("openings answered with anything but 200", "", 0, most=True, digits=0)
PRINTED: Final = Bar("1,000 certificates, from the order to the last PDF", "s", 60.0, most=True)
TRAINING_BARS: Final = (OPENED, FAILED, PRINTED)

_SEATS: Final = 16
_ABSENT: Final = 2
# As many heads of centres send at the same moment.
_CONNECTIONS: Final = 128
_POLL_S: Final = 0.05
_WITHIN_S: Final = 600.0
_SIGNATORY: Final = {"name": "Drs. Contoh (DATA SINTETIS)", "title": "Kepala Balai"}


async def measure_training(
    variables: dict[str, str], figures: Figures, console: Console, pace: Pace
) -> None:
    """Measure openings and certificates in turns, each on classes of their own."""
    facility = await _facility(variables)
    reader = enrollment_reader(variables)
    async with open_field(variables) as field:
        for number in range(1, pace.rounds + 1):
            console.print(f"Openings and certificates, round {number} of {pace.rounds} ...")
            await _measure_openings(variables, field, reader, figures, pace)
            await _measure_certificates(variables, field, reader, figures, pace, facility=facility)


async def _facility(variables: dict[str, str]) -> UUID:
    """Return a facility that the registry knows: certificates bear its name of that day."""
    async with open_registry_field(variables) as registry:
        await registry.prepare(
            Extent(facilities=1, bookings=0),
            today=ledger_day(utc_now()),
            advance=lambda _done, _total: None,
        )
        return await registry.facility()


async def _measure_openings(
    variables: dict[str, str], field: Field, reader: Reader, figures: Figures, pace: Pace
) -> None:
    ground = await field.ground(classes=pace.standing.opened, capacity=_SEATS)
    await field.fill(ground, each=_SEATS)
    await field.start(ground)
    await until_quiet(variables)
    await write_out(variables)
    result = await _open(reader, ground)
    figures.add(OPENED, result.seconds)
    figures.add(FAILED, len(result.latencies_s) - result.statuses[HTTPStatus.OK])
    figures.note("openings/s, 16 people each", result.rate)
    figures.note("one opening, p99 ms", result.percentile_ms(0.99))
    await until_quiet(variables)


async def _open(reader: Reader, ground: Ground) -> Result:
    """Report the openings of all classes of a ground, each with its whole roll.

    Raises:
        BenchError: when any was not answered at all.
    """
    started_at = (utc_now() - timedelta(seconds=30)).isoformat()
    requests = []
    for number in range(ground.classes):
        roll = [str(ground.enrollment_id(number * _SEATS + place)) for place in range(_SEATS)]
        report = {"started_at": started_at, "present": roll[_ABSENT:], "absent": roll[:_ABSENT]}
        path = f"/v1/classes/{ground.class_id(number)}/opening"
        requests.append(
            reader.post(path, json.dumps(report), key=f"open-{ground.program}-{number}")
        )
    load = reader.load(requests, connections=_CONNECTIONS, seconds=_WITHIN_S)
    result = await asyncio.to_thread(drive, load)
    if len(result.latencies_s) != ground.classes:
        raise BenchError(f"{len(result.latencies_s)} of {ground.classes} openings were answered.")
    return result


async def _measure_certificates(
    variables: dict[str, str],
    field: Field,
    reader: Reader,
    figures: Figures,
    pace: Pace,
    *,
    facility: UUID,
) -> None:
    """Let one class have its certificates issued by the one worker, as a whole job."""
    number = pace.standing.certified
    ground = await field.ground(classes=1, capacity=number)
    await field.fill(ground, each=number)
    await field.complete(ground, facility_id=facility)
    await until_quiet(variables)
    await write_out(variables)
    began = time.perf_counter()
    job = await _issue(reader, ground)
    seconds = time.perf_counter() - began
    if job.status is not JobState.SUCCEEDED or job.result != {"issued": number, "printed": number}:
        raise BenchError(f"The job ended as {job.status} with {job.result}: {job.error}")
    figures.add(PRINTED, seconds)
    figures.note("certificates/s", number / seconds)
    await until_quiet(variables)


async def _issue(reader: Reader, ground: Ground) -> JobRead:
    path = f"/v1/classes/{ground.class_id(0)}/certificates"
    order = reader.post(
        path, json.dumps({"signatory": _SIGNATORY}), key=f"certify-{ground.program}"
    )
    async with Wire(reader.origin, connections=1) as wire:
        answer = await wire.exchange(order)
        if answer.status != HTTPStatus.ACCEPTED:
            raise BenchError(f"The order was answered with {answer.status}.")
        job = JobRead.model_validate_json(answer.body)
        ends_at = time.monotonic() + _WITHIN_S
        while job.status in (JobState.QUEUED, JobState.RUNNING) and time.monotonic() < ends_at:
            await asyncio.sleep(_POLL_S)
            job = JobRead.model_validate_json((await ask(wire, reader, f"/v1/jobs/{job.id}")).body)
    return job
