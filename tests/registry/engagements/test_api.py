from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.registry.engagements.operations import engage
from services.registry.engagements.rules import Period
from shared.ids import new_id
from shared.scope import NATIONAL, Role
from tests.registry.world import certificate_body

NOW = datetime(2026, 4, 1, tzinfo=UTC)


async def engaged(in_transaction, facility: dict, module: dict, instructor: dict, *starts) -> str:
    """Let a class engage an instructor for four hours from each of `starts`; return its id."""
    class_id = new_id()
    async with in_transaction() as session:
        await engage(
            session,
            class_id,
            facility_id=UUID(facility["id"]),
            module_id=UUID(module["id"]),
            instructor_ids=[UUID(instructor["id"])],
            sessions=[
                Period(begin, begin + timedelta(hours=4))
                for begin in map(datetime.fromisoformat, starts)
            ],
            scope=NATIONAL,
            now=NOW,
        )
    return str(class_id)


class TestListInstructors:
    async def test_shows_an_officer_those_of_his_province_and_ministry(self, world):
        for code, area, ministry in (
            ("I-1", "33.73", "MANPOWER"),
            ("I-2", "33.74", "MSME"),
            ("I-3", "32.73", "MANPOWER"),
        ):
            facility = await world.facility(area_code=area, owner_ministry=ministry)
            await world.instructor(facility["id"], code=code)

        seen = {}
        for name, caller in {
            "nation": world.admin,
            "33": world.officer("33"),
            "33 of one ministry": world.officer("33", "MANPOWER"),
            "32": world.officer("32"),
            "73": world.officer("73"),
        }.items():
            page = (await world.get("/instructors", by=caller)).json()
            seen[name] = [each["code"] for each in page["items"]]

        assert seen == {
            "nation": ["I-1", "I-2", "I-3"],
            "33": ["I-1", "I-2"],
            "33 of one ministry": ["I-1"],
            "32": ["I-3"],
            "73": [],
        }

    async def test_narrows_to_a_home_facility(self, world):
        home, other = await world.facility(), await world.facility()
        await world.instructor(home["id"], code="I-1")
        await world.instructor(other["id"], code="I-2")

        page = (await world.get("/instructors", facility_id=home["id"])).json()

        assert [each["code"] for each in page["items"]] == ["I-1"]

    async def test_pages_in_the_order_of_codes(self, world):
        facility = await world.facility()
        for code in ("I-3", "I-1", "I-2"):
            await world.instructor(facility["id"], code=code)

        first = (await world.get("/instructors", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        codes = [each["code"] for each in first["items"] + second["items"]]
        assert codes == ["I-1", "I-2", "I-3"]

    @pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.ANALYST])
    async def test_hides_names_from_those_who_are_not_staff(self, world, role):
        assert (await world.get("/instructors", by=world.auth(role))).status_code == 403

    async def test_finds_who_is_free_and_certified(self, world, in_transaction):
        facility, module = await world.facility(), await world.module()
        made = {
            code: await world.instructor(facility["id"], code=code, competences=competences)
            for code, competences in (
                ("I-BUSY", ["BAKERY"]),
                ("I-EXPIRING", ["BAKERY"]),
                ("I-FREE", ["BAKERY"]),
                ("I-LEFT", ["BAKERY"]),
                ("I-UNPROVEN", ["BAKERY"]),
                ("I-WELDER", ["WELDING"]),
            )
        }
        for code, until in (
            ("I-BUSY", None),
            ("I-EXPIRING", "2026-05-04"),
            ("I-FREE", "2026-05-05"),
            ("I-LEFT", None),
        ):
            path = f"/instructors/{made[code]['id']}/certificates"
            await world.made(path, certificate_body(valid_to=until))
        await engaged(in_transaction, facility, module, made["I-BUSY"], "2026-05-05T01:00:00+00:00")
        await world.post(f"/instructors/{made['I-LEFT']['id']}/end", {"left_on": "2026-05-04"})
        asked = {"free_from": "2026-05-04T01:00:00Z", "free_to": "2026-05-05T05:00:00Z"}

        found = {}
        for name, parameters in {
            "bakers": {"competence": "BAKERY"},
            "free": asked,
            "free bakers": {**asked, "competence": "BAKERY"},
            "proven": {**asked, "competence": "BAKERY", "certified": True},
        }.items():
            page = (await world.get("/instructors", **parameters)).json()
            found[name] = [each["code"] for each in page["items"]]

        assert found == {
            "bakers": ["I-BUSY", "I-EXPIRING", "I-FREE", "I-LEFT", "I-UNPROVEN"],
            "free": ["I-EXPIRING", "I-FREE", "I-UNPROVEN", "I-WELDER"],
            "free bakers": ["I-EXPIRING", "I-FREE", "I-UNPROVEN"],
            "proven": ["I-FREE"],
        }

    @pytest.mark.parametrize(
        "parameters",
        [
            {"free_from": "2026-05-04T01:00:00Z"},
            {"free_from": "2026-05-04T01:00:00Z", "free_to": "2026-05-04T01:00:00Z"},
        ],
    )
    async def test_refuses_half_a_range(self, world, parameters):
        response = await world.get("/instructors", **parameters)

        assert (response.status_code, response.json()["code"]) == (400, "free-range-invalid")


class TestEngagementsOfAnInstructor:
    async def test_are_listed_by_the_hour_and_counted_by_the_month(self, world, in_transaction):
        facility = await world.facility(area_code="33.73")
        module, sri = await world.module(), await world.instructor(facility["id"])
        budi = await world.instructor(facility["id"])
        spring = await engaged(
            in_transaction,
            facility,
            module,
            sri,
            "2026-05-31T15:00:00+00:00",
            "2026-05-04T01:00:00+00:00",
        )
        summer = await engaged(in_transaction, facility, module, sri, "2026-06-02T01:00:00+00:00")
        await engaged(in_transaction, facility, module, budi, "2026-05-04T01:00:00+00:00")
        path = f"/instructors/{sri['id']}"

        first = (await world.get(f"{path}/engagements", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        later = (await world.get(f"{path}/engagements", ends_after="2026-05-31T19:00:00Z")).json()

        assert [(each["starts_at"], each["class_id"]) for each in first["items"]] == [
            ("2026-05-04T01:00:00Z", spring),
            ("2026-05-31T15:00:00Z", spring),
        ]
        assert second["items"] == later["items"]
        assert later["items"][0] == {
            "class_id": summer,
            "facility_id": facility["id"],
            "module_id": module["id"],
            "starts_at": "2026-06-02T01:00:00Z",
            "ends_at": "2026-06-02T05:00:00Z",
        }
        loads = [(await world.get(f"{path}/load", month=f"2026-0{each}")).json() for each in (5, 6)]
        assert [(each["hours"], each["sessions"], each["classes"]) for each in loads] == [
            (6.0, 2, 1),
            (6.0, 2, 2),
        ]

    @pytest.mark.parametrize("part", ["engagements", "load?month=2026-05"])
    async def test_are_hidden_from_another_province_and_from_the_public(self, world, part):
        sri = await world.instructor((await world.facility(area_code="33.73"))["id"])
        address = f"/v1/instructors/{sri['id']}/{part}"

        foreign = await world.registry.get(address, headers=world.officer("32"))
        analyst = await world.registry.get(address, headers=world.auth(Role.ANALYST))

        assert (foreign.status_code, foreign.json()["code"]) == (404, "instructor-not-found")
        assert analyst.status_code == 403

    @pytest.mark.parametrize("month", ["2026-13", "2026-5", "mei"])
    async def test_refuses_what_is_no_month(self, world, month):
        sri = await world.instructor((await world.facility())["id"])

        assert (await world.get(f"/instructors/{sri['id']}/load", month=month)).status_code == 422


class TestEndInstructorService:
    async def test_ends_no_earlier_than_what_she_is_engaged_for(self, world, in_transaction):
        facility, module = await world.facility(), await world.module()
        sri = await world.instructor(facility["id"])
        await engaged(in_transaction, facility, module, sri, "2026-05-05T01:00:00+00:00")
        path = f"/instructors/{sri['id']}/end"

        early = await world.post(path, {"left_on": "2026-05-04"})
        ended = await world.post(path, {"left_on": "2026-05-05"})
        again = await world.post(path, {"left_on": "2026-05-05"})

        assert (early.status_code, early.json()["code"]) == (409, "instructor-still-engaged")
        assert early.json()["engaged"][0]["starts_at"] == "2026-05-05T01:00:00+00:00"
        assert (ended.json()["left_on"], ended.json()["version"]) == ("2026-05-05", 2)
        assert (again.status_code, again.json()["code"]) == (409, "instructor-left")

    async def test_does_not_know_an_instructor_of_another_province(self, world):
        sri = await world.instructor((await world.facility(area_code="33.73"))["id"])

        response = await world.post(
            f"/instructors/{sri['id']}/end", {"left_on": "2026-05-04"}, by=world.officer("32")
        )

        assert (response.status_code, response.json()["code"]) == (404, "instructor-not-found")
