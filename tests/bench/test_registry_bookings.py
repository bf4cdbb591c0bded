"""Of all who want one space at one time the winners are counted; nothing else is passed over."""

import json
from uuid import UUID

import pytest

from deploy.bench.registry_bookings import RIVALS, booking_body, rival_bookings
from deploy.bench.registry_field import Extent
from deploy.bench.registry_reads import Reader
from deploy.bench.stack import BenchError
from shared.ids import new_id
from shared.scope import Role
from tests.bench.conftest import TODAY
from tests.pilot.scripted import scripted


def office(winners: int, *, code: str = "space-taken"):
    """Answer as a registry would in which so many of the rivals win."""
    left = [winners]

    def script(asked):
        if not asked.target.endswith("/approve"):
            return (201, {}, json.dumps({"id": str(new_id())}).encode())
        left[0] -= 1
        return (200, {}, b"{}") if left[0] >= 0 else (409, {}, json.dumps({"code": code}).encode())

    return script


class TestRivalBookings:
    @pytest.mark.parametrize("winners", [0, 1, 2])
    async def test_counts_the_winners(self, winners: int):
        async with scripted(office(winners)) as (origin, asked):
            ids, told = await rival_bookings(Reader(origin, "token"), b"{}", attempt=1)

        assert told == winners
        assert len(set(ids)) == RIVALS
        assert len({each.headers["idempotency-key"] for each in asked}) == 2 * RIVALS

    async def test_refuses_another_reason(self):
        async with scripted(office(1, code="booking-state-refused")) as (origin, _):
            with pytest.raises(BenchError, match="another reason"):
                await rival_bookings(Reader(origin, "token"), b"{}", attempt=1)


class TestBookingBody:
    async def test_asks_for_what_can_be_had(self, registry, field, auth):
        await field.prepare(Extent(12, 200), today=TODAY, advance=lambda *_: None)
        body = booking_body(await field.bookable_space(), today=TODAY, attempt=1)
        headers = {**auth(Role.NATIONAL_ADMIN), "Content-Type": "application/json"}

        asked = await registry.post(
            "/v1/bookings", content=body, headers={**headers, "Idempotency-Key": "1"}
        )
        booking = UUID(asked.json()["id"])
        given = await registry.post(
            f"/v1/bookings/{booking}/approve", headers={**headers, "Idempotency-Key": "2"}
        )

        assert (asked.status_code, given.status_code) == (201, 200), given.text
        assert await field.slots_won([booking]) == 1
