from datetime import UTC, datetime
from uuid import UUID

import pytest

from shared.db.events import emit
from shared.db.session import transaction
from shared.schemas.base import Message
from shared.scope import NATIONAL, Actor, Place, Role
from tests.shared.db.tables import Event

ACTOR = Actor("balai:cli", "sari")
NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)


class Counted(Message):
    number: int


async def write(sessions, *numbers: int) -> None:
    for number in numbers:
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await emit(
                session,
                Event,
                topic="kernel.counted",
                stream_id=UUID(int=number),
                event=Counted(number=number),
                place=Place(province_code="32"),
                occurred_at=NOON,
            )


def numbers(feed: dict) -> list[int]:
    return [each["payload"]["number"] for each in feed["items"]]


class TestListEvents:
    async def test_shows_events_in_order_and_goes_on_after_the_cursor(self, things, auth, sessions):
        await write(sessions, 1, 2, 3)

        first = (await things.get("/v1/events?limit=2", headers=auth(Role.SERVICE))).json()
        rest = (
            await things.get(f"/v1/events?after={first['cursor']}", headers=auth(Role.SERVICE))
        ).json()

        assert (numbers(first), first["more"]) == ([1, 2], True)
        assert (numbers(rest), rest["more"]) == ([3], False)
        assert rest["epoch"] == 1

    async def test_keeps_actor_and_request_id_to_itself(self, things, auth, sessions):
        await write(sessions, 1)

        feed = (await things.get("/v1/events", headers=auth(Role.SERVICE))).json()

        assert set(feed["items"][0]) == {
            "id",
            "stream_id",
            "topic",
            "schema",
            "version",
            "occurred_at",
            "recorded_at",
            "payload",
        }

    @pytest.mark.parametrize("role", [Role.NATIONAL_ADMIN, Role.AUDITOR, Role.ANALYST])
    async def test_is_for_services_only(self, bare, auth, role):
        assert (await bare.get("/v1/events", headers=auth(role))).status_code == 403

    async def test_refuses_a_cursor_that_is_none(self, things, auth):
        response = await things.get("/v1/events?after=x", headers=auth(Role.SERVICE))

        assert (response.status_code, response.json()["code"]) == (400, "cursor-invalid")
