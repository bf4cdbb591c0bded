import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role


def target(**facts) -> dict:
    return {
        "indicator": "PARTICIPANTS_TRAINED",
        "value": 232_000,
        "unit": "orang",
        "by_day": "2027-12-31",
        "mode": "ADDITIONAL",
        **facts,
    }


async def put(world, agreement_id: str, *targets: dict, version: int = 1, by=None):
    headers = {**(by or world.admin), "If-Match": f'"{version}"'}
    path = f"/v1/agreements/{agreement_id}/targets"
    return await world.registry.put(path, json={"targets": targets}, headers=headers)


class TestStateAgreementTargets:
    async def test_replaces_them_all(self, world, in_transaction):
        agreement = await world.agreement()
        path = f"/agreements/{agreement['id']}/targets"
        await put(world, agreement["id"], target(value=1), target(indicator="INCUBATORS"))

        response = await put(world, agreement["id"], target(), target(mode="TOTAL"), version=2)
        stale = await put(world, agreement["id"], version=2)

        assert (response.status_code, response.headers["ETag"]) == (204, '"3"')
        assert stale.status_code == 412
        first = (await world.get(path, limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert first["items"] == [{"ordinal": 0, **target()}]
        assert second["items"] == [{"ordinal": 1, **target(mode="TOTAL")}]
        async with in_transaction() as session:
            topic = "registry.agreement.targets_stated"
            found = await session.scalars(
                select(Event.payload).where(Event.topic == topic).order_by(Event.xid, Event.id)
            )
            events = found.all()
        assert [each["targets"] for each in events] == [2, 2]
        assert [each["stated"] for each in events][1] == [target(), target(mode="TOTAL")]
        assert {(each["number"], each["signed"]) for each in events} == {
            (agreement["number"], True)
        }

    @pytest.mark.parametrize(
        ("targets", "code"),
        [
            ([target(), target(value=1)], "agreement-target-repeated"),
            ([target(value=-1)], "validation-failed"),
            ([target(value=0.5)], "validation-failed"),
            ([target(indicator="orang")], "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, targets, code):
        agreement = await world.agreement()

        response = await put(world, agreement["id"], *targets)

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_is_for_its_ministries_and_while_it_lives(self, world):
        agreement = await world.agreement()
        others = world.auth(Role.PROGRAM_MANAGER, ministries=["HOME_AFFAIRS"])
        refused = await put(world, agreement["id"], by=others)
        unknown = await put(world, str(new_id()))
        await world.post(
            f"/agreements/{agreement['id']}/terminate", {"day": "2026-01-01", "reason": "Selesai."}
        )

        late = await put(world, agreement["id"], version=2)

        assert (refused.status_code, refused.json()["code"]) == (403, "out-of-scope")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "agreement-not-found")
        assert (late.status_code, late.json()["code"]) == (409, "agreement-state-refused")
