from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from services.registry.facilities.operations import facts_of, keep_changes, restate, turn
from services.registry.facilities.tables import Facility, FacilityPeriod
from shared.ids import new_id
from shared.schemas.registry import FacilityStatus
from shared.scope import Role

NOW = datetime(2026, 5, 6, tzinfo=UTC)


async def patch(world, facility: dict, change: dict):
    headers = {**world.admin, "If-Match": "*", "Content-Type": "application/merge-patch+json"}
    response = await world.registry.patch(
        f"/v1/facilities/{facility['id']}", json=change, headers=headers
    )
    assert response.status_code == 200, response.text
    return response.json()


async def history(world, facility: dict, **parameters) -> list[dict]:
    response = await world.get(f"/facilities/{facility['id']}/history", **parameters)
    assert response.status_code == 200, response.text
    return response.json()["items"]


class TestListFacilityHistory:
    async def test_tells_what_changed_by_whom_and_why(self, world):
        facility = await world.facility(kind="PLUT", owner_ministry="MSME", status="PLANNED")
        path = f"/facilities/{facility['id']}"
        await world.post(f"{path}/activate")
        await patch(world, facility, {"kind": "PRODUCTION_HOUSE", "owner_ministry": "MANPOWER"})
        officer = world.officer("33")
        await world.post(f"{path}/suspend", {"reason": "Gedung rusak"}, by=officer)

        periods = await history(world, facility)

        assert [(each["status"], each["kind"], each["reason"]) for each in periods] == [
            ("SUSPENDED", "PRODUCTION_HOUSE", "Gedung rusak"),
            ("ACTIVE", "PRODUCTION_HOUSE", None),
            ("ACTIVE", "PLUT", None),
            ("PLANNED", "PLUT", None),
        ]
        assert [each["changed"] for each in periods[:3]] == [
            ["status"],
            ["kind", "owner_ministry"],
            ["status"],
        ]
        assert [each["valid_to"] for each in periods] == [
            None,
            *(each["valid_from"] for each in periods[:-1]),
        ]
        assert len({each["actor"] for each in periods[1:]}) == 1
        assert periods[0]["actor"] != periods[1]["actor"]
        assert [each["version"] for each in await history(world, facility, changed="kind")] == [
            periods[1]["version"],
            periods[3]["version"],
        ]

    async def test_begins_no_period_when_something_else_changes(self, world):
        facility = await world.facility()

        await patch(world, facility, {"name": "Balai Anggrek", "trades": ["ICT"]})

        assert [each["version"] for each in await history(world, facility)] == [1]

    async def test_finds_how_it_stood_on_a_day(self, world, in_transaction):
        facility = await world.facility()
        async with in_transaction() as session:
            await session.execute(
                text("UPDATE registry.facility_period SET valid_from = '2026-01-01T00:00:00Z'")
            )
        await world.post(f"/facilities/{facility['id']}/close", {"reason": "Pindah"})

        assert [each["status"] for each in await history(world, facility, on="2026-01-01")] == [
            "ACTIVE"
        ]
        assert await history(world, facility, on="2025-12-31") == []
        assert [each["status"] for each in await history(world, facility, on="2126-01-01")] == [
            "CLOSED"
        ]
        assert await history(world, facility, on="1901-01-01") == []

    async def test_pages_from_the_latest(self, world):
        facility = await world.facility(status="PLANNED")
        for verb in ("activate", "suspend", "activate"):
            await world.post(f"/facilities/{facility['id']}/{verb}")

        path = f"/facilities/{facility['id']}/history"
        pages = [(await world.get(path, limit=3)).json()]
        following = pages[0]["next"].removeprefix("http://balai.test/registry")
        pages.append((await world.registry.get(following, headers=world.admin)).json())

        assert [[each["version"] for each in page["items"]] for page in pages] == [[4, 3, 2], [1]]
        assert pages[1]["next"] is None

    async def test_names_nobody_to_another_region(self, world):
        facility = await world.facility(area_code="33.73")
        path = f"/facilities/{facility['id']}/history"

        elsewhere = (await world.get(path, by=world.officer("32"))).json()["items"]
        here = (await world.get(path, by=world.officer("33"))).json()["items"]

        assert [each["actor"] for each in elsewhere] == [None]
        assert here[0]["actor"] is not None

    async def test_is_refused_to_those_who_may_not_read_the_registry(self, world):
        facility = await world.facility()
        path = f"/facilities/{facility['id']}/history"

        assert (await world.get(path, by=world.auth(Role.ANALYST))).status_code == 403

    async def test_answers_404_for_an_unknown_facility(self, world):
        assert (await world.get(f"/facilities/{new_id()}/history")).status_code == 404

    @pytest.mark.parametrize("parameters", [{"on": "x"}, {"changed": "name"}, {"after": "x"}])
    async def test_refuses_what_is_wrong(self, world, parameters):
        facility = await world.facility()

        response = await world.get(f"/facilities/{facility['id']}/history", **parameters)

        assert response.status_code in (400, 422)

    @pytest.mark.parametrize(
        "body", [{"reason": ""}, {"reason": "x" * 501}, {"why": "x"}, {"reason": 7}, [], "close"]
    )
    async def test_takes_no_reason_that_is_none(self, world, body):
        facility = await world.facility()

        response = await world.post(f"/facilities/{facility['id']}/close", body)

        assert response.status_code == 422
        assert (await world.get(f"/facilities/{facility['id']}")).json() == facility


class TestImportedHistory:
    async def test_is_kept_as_that_of_other_changes(self, world, work):
        header = "code,name,kind,owner_ministry,area_code,status\n"
        for row in ("B-1,Balai,UPTD,MANPOWER,33.73,", "B-1,Balai,PLUT,MSME,33.73,ACTIVE"):
            await world.post(
                "/facility-imports",
                content=(header + row + "\n").encode(),
                headers={"Content-Type": "text/csv"},
            )
            await work()
        facility = (await world.get("/facilities")).json()["items"][0]

        periods = await history(world, facility)

        # The row says two things at one moment: the first of them leaves an empty period.
        assert [(each["changed"], each["status"]) for each in periods[:2]] == [
            (["status"], "ACTIVE"),
            (["kind", "owner_ministry"], "PLANNED"),
        ]
        assert periods[0]["valid_from"] == periods[1]["valid_from"] == periods[1]["valid_to"]
        assert (periods[2]["kind"], periods[2]["status"]) == ("UPTD", "PLANNED")
        assert len({each["actor"] for each in periods}) == 1


class TestKeepPeriods:
    async def test_keeps_several_changes_of_one_moment(self, world, in_transaction):
        made = await world.facility()
        async with in_transaction() as session:
            facility = (await session.scalars(select(Facility))).one()
            facts = facts_of(facility)
            first = restate(facility, replace(facts, owner_ministry="MSME"), now=NOW)
            second = turn(facility, wanted=FacilityStatus.CLOSED, now=NOW, reason="Tutup")
            await keep_changes(session, [first, second], now=NOW)

        periods = await history(world, made)

        # The clock of these changes is behind that of the registration: nothing overlaps all the
        # same, and the second change leaves the first an empty period.
        assert [(each["version"], each["reason"]) for each in periods] == [
            (3, "Tutup"),
            (2, None),
            (1, None),
        ]
        assert {each["valid_from"] for each in periods} == {periods[2]["valid_from"]}
        assert [each["valid_to"] is None for each in periods] == [True, False, False]

    async def test_lets_the_database_refuse_an_overlap(self, world, in_transaction):
        await world.facility()
        async with in_transaction() as session:
            period = (await session.scalars(select(FacilityPeriod))).one()
            values = {
                column.name: getattr(period, column.name)
                for column in FacilityPeriod.__table__.columns
            }
            later = period.valid_from + timedelta(days=1)
            values |= {"version": 2, "valid_from": later, "valid_to": later + timedelta(days=1)}
            session.add(FacilityPeriod(**values))

            with pytest.raises(IntegrityError, match="ex_facility_period_facility_id"):
                await session.flush()
            await session.rollback()
