import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role


async def put(world, facility: dict, scheme: str, body: dict, *, by=None):
    path = f"/v1/facilities/{facility['id']}/codes/{scheme}"
    return await world.registry.put(path, json=body, headers=by or world.admin)


async def delete(world, facility: dict, scheme: str, *, by=None):
    path = f"/v1/facilities/{facility['id']}/codes/{scheme}"
    return await world.registry.delete(path, headers=by or world.admin)


async def found(world, code: str) -> list[str]:
    response = await world.get("/facilities", external_code=code)
    assert response.status_code == 200, response.text
    return [each["code"] for each in response.json()["items"]]


async def codes(world, facility: dict) -> list[tuple]:
    items = (await world.get(f"/facilities/{facility['id']}/codes")).json()["items"]
    return [(each["scheme"], each["code"], each["valid_from"], each["valid_to"]) for each in items]


class TestStateFacilityCode:
    async def test_leads_to_the_facility(self, world, in_transaction):
        facility = await world.facility(code="F-1")

        first = await put(world, facility, "SIMAK-BMN", {"code": "024/01:A b"})
        again = await put(world, facility, "SIMAK-BMN", {"code": "024/01:A b"})
        other = await put(world, facility, "DINAS-33", {"code": "7"})

        assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
        assert first.json() == again.json()
        assert await found(world, "SIMAK-BMN:024/01:A b") == ["F-1"]
        assert await found(world, "DINAS-33:7") == ["F-1"]
        assert await found(world, "SIMAK-BMN:7") == []
        async with in_transaction() as session:
            rows = (await session.scalars(select(Event).order_by(Event.xid, Event.id))).all()
        told = [row.payload for row in rows if row.topic == "registry.facility.code_changed"]
        assert [(each["scheme"], each["code"]) for each in told] == [
            ("SIMAK-BMN", "024/01:A b"),
            ("DINAS-33", "7"),
        ]

    async def test_ends_the_one_before(self, world):
        facility = await world.facility(code="F-1")
        await put(world, facility, "X1", {"code": "old", "valid_from": "2026-01-01"})

        await put(world, facility, "X1", {"code": "new", "valid_from": "2026-02-01"})

        assert await codes(world, facility) == [
            ("X1", "old", "2026-01-01", "2026-02-01"),
            ("X1", "new", "2026-02-01", None),
        ]
        assert await found(world, "X1:old") == []
        assert await found(world, "X1:new") == ["F-1"]

    async def test_corrects_what_was_stated_the_same_day(self, world):
        facility = await world.facility(code="F-1")
        await put(world, facility, "X1", {"code": "wrnog", "valid_from": "2026-01-01"})

        await put(world, facility, "X1", {"code": "wrong", "valid_from": "2026-01-01"})

        assert await codes(world, facility) == [("X1", "wrong", "2026-01-01", None)]

    async def test_gives_a_code_that_has_ended_to_another(self, world):
        first, second = await world.facility(code="F-1"), await world.facility(code="F-2")
        await put(world, first, "X1", {"code": "7", "valid_from": "2026-01-01"})

        taken = await put(world, second, "X1", {"code": "7", "valid_from": "2026-02-01"})
        early = await put(world, second, "X1", {"code": "7", "valid_from": "2025-02-01"})
        await delete(world, first, "X1")
        given = await put(world, second, "X1", {"code": "7"})

        assert {each.json()["code"] for each in (taken, early)} == {"facility-external-code-taken"}
        assert given.status_code == 201
        assert await found(world, "X1:7") == ["F-2"]

    async def test_waits_for_its_day(self, world):
        facility = await world.facility(code="F-1")

        await put(world, facility, "X1", {"code": "7", "valid_from": "2126-01-01"})

        assert await found(world, "X1:7") == []

    @pytest.mark.parametrize(
        ("scheme", "body", "code"),
        [
            ("X1", {"code": ""}, "validation-failed"),
            ("X1", {"code": "x" * 101}, "validation-failed"),
            ("X1", {"code": "a\x00"}, "validation-failed"),
            ("X1", {}, "validation-failed"),
            ("X1", {"code": "7", "valid_from": "today"}, "validation-failed"),
            ("x1", {"code": "7"}, "validation-failed"),
            ("X1", {"code": "8", "valid_from": "2025-12-31"}, "facility-code-period-invalid"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, scheme, body, code):
        facility = await world.facility()
        await put(world, facility, "X1", {"code": "7", "valid_from": "2026-01-01"})

        response = await put(world, facility, scheme, body)

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert await codes(world, facility) == [("X1", "7", "2026-01-01", None)]

    async def test_is_refused_elsewhere_and_for_what_is_closed_or_unknown(self, world):
        facility = await world.facility(area_code="33.73")
        await put(world, facility, "X1", {"code": "7"})
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]])
        refused = [
            await put(world, facility, "X1", {"code": "8"}, by=world.officer("32")),
            await delete(world, facility, "X1", by=world.officer("32")),
            await put(world, facility, "X1", {"code": "8"}, by=operator),
            await put(world, {"id": new_id()}, "X1", {"code": "8"}),
            await delete(world, facility, "X2"),
            await world.get(f"/facilities/{new_id()}/codes"),
        ]
        await world.post(f"/facilities/{facility['id']}/close")
        refused.append(await put(world, facility, "X1", {"code": "8"}))

        assert [each.status_code for each in refused] == [403, 403, 403, 404, 404, 404, 409]
        assert len(await codes(world, facility)) == 1

    @pytest.mark.parametrize("code", ["X1", "x1:7", ":7", "X1:"])
    async def test_refuses_to_look_for_what_is_no_code(self, world, code):
        assert (await world.get("/facilities", external_code=code)).status_code == 422

    async def test_is_paged_by_scheme(self, world):
        facility = await world.facility()
        for scheme in ("Z1", "A1", "M1"):
            await put(world, facility, scheme, {"code": "7"})

        first = (await world.get(f"/facilities/{facility['id']}/codes", limit=2)).json()
        following = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(following, headers=world.admin)).json()

        schemes = [each["scheme"] for each in first["items"] + second["items"]]
        assert schemes == ["A1", "M1", "Z1"]


class TestWithdrawFacilityCode:
    async def test_ends_it_today(self, world, in_transaction):
        facility = await world.facility()
        await put(world, facility, "X1", {"code": "7", "valid_from": "2026-01-01"})
        await put(world, facility, "X2", {"code": "8"})

        ended = [await delete(world, facility, scheme) for scheme in ("X1", "X2")]

        assert [each.status_code for each in ended] == [204, 204]
        # What held for not even a day leaves nothing behind.
        assert [(scheme, code) for scheme, code, _, _ in await codes(world, facility)] == [
            ("X1", "7")
        ]
        assert await found(world, "X1:7") == []
        async with in_transaction() as session:
            last = (
                await session.scalars(select(Event).order_by(Event.xid.desc(), Event.id.desc()))
            ).first()
        assert last.payload == {"facility_id": facility["id"], "scheme": "X2", "code": None}
