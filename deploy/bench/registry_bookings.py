"""Fifty who want one space at one time: only one may have it."""

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta
from http import HTTPStatus
from typing import Final
from uuid import UUID

from deploy.bench.registry_field import BookableSpace
from deploy.bench.registry_reads import Reader
from deploy.bench.stack import BenchError
from deploy.pilot.wire import Answer, Wire

RIVALS: Final = 50
_AHEAD: Final = timedelta(days=100)
_LONG: Final = timedelta(hours=3)


def booking_body(space: BookableSpace, *, today: date, attempt: int) -> bytes:
    """Return a request for a space, at another time for each attempt."""
    day = today + _AHEAD + timedelta(days=attempt)
    starts_at = datetime.combine(day, time(2), UTC)
    wanted = {
        "space_id": str(space.id),
        "ministry": space.ministry,
        "purpose": "MINISTRY",
        "people": space.capacity,
        "slots": [{"starts_at": starts_at.isoformat(), "ends_at": (starts_at + _LONG).isoformat()}],
    }
    return json.dumps(wanted).encode()


async def rival_bookings(reader: Reader, body: bytes, *, attempt: int) -> tuple[list[UUID], int]:
    """Let fifty ask for the same space and time, then be approved, each all at once.

    Returns the bookings and how many were told that they have it.

    Raises:
        BenchError: when a request is refused, or an approval for another reason than the winner.
    """
    async with Wire(reader.origin, connections=RIVALS) as wire:
        paths = ["/v1/bookings"] * RIVALS
        asked = await _post_all(wire, reader, paths, body, f"ask-{attempt}")
        _check(asked, {HTTPStatus.CREATED})
        ids = [UUID(json.loads(answer.body)["id"]) for answer in asked]
        paths = [f"/v1/bookings/{each}/approve" for each in ids]
        decided = await _post_all(wire, reader, paths, b"", f"approve-{attempt}")
    _check(decided, {HTTPStatus.OK, HTTPStatus.CONFLICT})
    refused = [each for each in decided if each.status == HTTPStatus.CONFLICT]
    if any(json.loads(each.body)["code"] != "space-taken" for each in refused):
        raise BenchError("A booking was refused for another reason than that the space is taken.")
    return ids, len(decided) - len(refused)


async def _post_all(
    wire: Wire, reader: Reader, paths: list[str], body: bytes, key: str
) -> list[Answer]:
    def headers(number: int) -> dict[str, str]:
        return {
            "authorization": f"Bearer {reader.token}",
            "content-type": "application/json",
            "idempotency-key": f"bench-{key}-{number}",
        }

    requests = [
        wire.encode("POST", path, headers=headers(number), body=body)
        for number, path in enumerate(paths)
    ]
    return await asyncio.gather(*(wire.exchange(request) for request in requests))


def _check(answers: list[Answer], allowed: set[HTTPStatus]) -> None:
    others = {answer.status for answer in answers} - allowed
    if others:
        raise BenchError(f"Bookings were answered with {sorted(others)}.")
