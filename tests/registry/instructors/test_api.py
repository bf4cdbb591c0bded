import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import instructor_body


class TestRegisterInstructor:
    async def test_registers_and_tells_without_the_name(self, world, in_transaction):
        facility = await world.facility()

        instructor = await world.instructor(facility["id"], name="Sri Melati")

        assert instructor["name"] == "Sri Melati"
        async with in_transaction() as session:
            event = await session.scalar(
                select(Event).where(Event.topic == "registry.instructor.registered")
            )
        assert "Melati" not in str(event.payload)

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        body = instructor_body((await world.facility())["id"])
        first = await world.post("/instructors", body, key="k-1")

        again = await world.post("/instructors", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    @pytest.mark.parametrize(
        ("member", "code"), [("id", "instructor-id-taken"), ("code", "instructor-code-taken")]
    )
    async def test_refuses_what_is_taken(self, world, member, code):
        facility = await world.facility()
        there = await world.instructor(facility["id"])

        response = await world.post(
            "/instructors", instructor_body(facility["id"], **{member: there[member]})
        )

        assert (response.status_code, response.json()["code"]) == (409, code)

    async def test_refuses_an_unknown_home(self, world):
        response = await world.post("/instructors", instructor_body(str(new_id())))

        assert (response.status_code, response.json()["code"]) == (422, "home-facility-unknown")

    async def test_refuses_a_closed_home(self, world):
        facility = await world.facility()
        await world.post(f"/facilities/{facility['id']}/close")

        response = await world.post("/instructors", instructor_body(facility["id"]))

        assert (response.status_code, response.json()["code"]) == (409, "facility-closed")

    @pytest.mark.parametrize(("area", "status"), [("33", 201), ("32", 403)])
    async def test_lets_an_officer_register_in_his_province_only(self, world, area, status):
        facility = await world.facility(area_code="33.73")

        response = await world.post(
            "/instructors", instructor_body(facility["id"]), by=world.officer(area)
        )

        assert response.status_code == status


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


class TestGetInstructor:
    async def test_does_not_know_an_instructor_of_another_province(self, world):
        facility = await world.facility(area_code="33.73")
        instructor = await world.instructor(facility["id"])
        path = f"/instructors/{instructor['id']}"

        own = await world.get(path, by=world.officer("33"))
        foreign = await world.get(path, by=world.officer("32"))

        assert own.json() == instructor
        assert (foreign.status_code, foreign.json()["code"]) == (404, "instructor-not-found")
