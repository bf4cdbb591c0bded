import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import Desk
from tests.support.seats import Seats

STATE = {
    "source": "APBN",
    "budget_code": "026.13.DL.3826",
    "amount_rupiah": 48_000_000,
    "funder_name": "Kementerian Ketenagakerjaan",
}
COMPANY = {
    "source": "CSR",
    "budget_code": "CSR-2027-01",
    "amount_rupiah": 16_000_000,
    "funder_id": str(new_id()),
    "funder_name": "PT Contoh (DATA SINTETIS)",
}


@pytest.fixture
async def path(enrollment_db, sessions_of) -> str:
    seats = Seats(sessions_of(enrollment_db))
    await seats.program()
    return f"/v1/classes/{await seats.class_(capacity=16)}/funding"


async def put(desk: Desk, path: str, *sources: dict, version: str = '"1"'):
    headers = {**desk.caller, "If-Match": version}
    return await desk.client.put(path, json={"sources": list(sources)}, headers=headers)


class TestSetClassFunding:
    async def test_sums_up_who_pays_what(self, desk, path, rows):
        none = (await desk.get(path)).json()
        made = await put(desk, path, STATE, COMPANY)

        assert (none["total_rupiah"], none["sources"]) == (0, [])
        assert made.status_code == 200, made.text
        paid = made.json()
        assert (paid["total_rupiah"], paid["per_seat_rupiah"]) == (64_000_000, 4_000_000)
        assert paid["by_source"] == {"APBN": 48_000_000, "CSR": 16_000_000}
        assert [each["share_percent"] for each in paid["sources"]] == [75.0, 25.0]
        assert (await desk.get(path)).json() == paid
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.class.funded'"
        )
        assert event["payload"]["total_rupiah"] == 64_000_000

    async def test_tells_what_the_money_takes_the_place_of(self, desk, path, rows):
        await put(desk, path, STATE, {**STATE, "budget_code": "026.13.DL.3827"})
        changed = await put(desk, path, COMPANY, version='"2"')

        assert [each["source"] for each in changed.json()["sources"]] == ["CSR"]
        told = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.class.funded'"
            " ORDER BY version"
        )
        assert [(each["payload"]["replaced"], each["payload"]["by_source"]) for each in told] == [
            ({}, {"APBN": 96_000_000}),
            ({"APBN": 96_000_000}, {"CSR": 16_000_000}),
        ]

    async def test_refuses_what_is_no_money_or_was_not_read(self, desk, path):
        refusals = [
            await put(desk, path, {**STATE, "amount_rupiah": 0}),
            await put(desk, path, {**STATE, "amount_rupiah": 1.5}),
            await put(desk, path, {**STATE, "source": "LOTTERY"}),
            await put(desk, path, STATE, version='"2"'),
        ]

        assert [each.status_code for each in refusals] == [422, 422, 422, 412]
        assert (await desk.get(path)).json()["sources"] == []

    async def test_is_read_and_written_within_scope(self, desk_of, path):
        here = desk_of(Role.REGIONAL_OFFICER, areas=["33"])
        away = desk_of(Role.REGIONAL_OFFICER, areas=["31"])

        assert (await put(here, path, STATE)).status_code == 200
        assert (await put(away, path, STATE, version='"2"')).status_code == 403
        assert [(await each.get(path)).status_code for each in (here, away)] == [200, 404]
