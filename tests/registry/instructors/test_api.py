import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from tests.registry.world import certificate_body, instructor_body


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


class TestGetInstructor:
    async def test_does_not_know_an_instructor_of_another_province(self, world):
        facility = await world.facility(area_code="33.73")
        instructor = await world.instructor(facility["id"])
        path = f"/instructors/{instructor['id']}"

        own = await world.get(path, by=world.officer("33"))
        foreign = await world.get(path, by=world.officer("32"))

        assert own.json() == instructor
        assert (foreign.status_code, foreign.json()["code"]) == (404, "instructor-not-found")

    async def test_tells_who_has_the_version_already(self, world):
        instructor = await world.instructor((await world.facility())["id"])
        path = f"/instructors/{instructor['id']}"

        response = await world.get(path, headers={"If-None-Match": '"1"'})

        assert response.status_code == 304

    async def test_is_known_to_the_ministry_that_employs_her(self, world):
        facility = await world.facility(area_code="33.73", owner_ministry="MANPOWER")
        lent = await world.instructor(facility["id"], home_ministry="MSME")
        own = await world.instructor(facility["id"])

        codes = [
            (
                await world.get(f"/instructors/{each['id']}", by=world.officer("33", "MSME"))
            ).status_code
            for each in (lent, own)
        ]

        assert codes == [200, 404]


async def corrected(world, instructor: dict, change: dict, *, by=None):
    headers = {"If-Match": f'"{instructor["version"]}"'}
    return await world.patch(f"/instructors/{instructor['id']}", change, by=by, headers=headers)


class TestCorrectInstructor:
    async def test_changes_what_is_named_and_tells_without_the_name(self, world, in_transaction):
        instructor = await world.instructor((await world.facility())["id"])
        change = {
            "name": "Sri Kenanga",
            "competences": ["C.10ROT00.001.1", "BAKERY", "BAKERY"],
            "employment": "FREELANCE",
            "home_ministry": "MSME",
        }

        first = await corrected(world, instructor, change)
        stale = await corrected(world, instructor, {"employment": None})
        same = await corrected(world, first.json(), {"name": "Sri Kenanga"})

        assert first.json() == {
            **instructor,
            **change,
            "competences": ["BAKERY", "C.10ROT00.001.1"],
            "version": 2,
        }
        assert (stale.status_code, same.headers["ETag"]) == (412, '"2"')
        async with in_transaction() as session:
            event = (
                await session.scalars(
                    select(Event).where(Event.topic == "registry.instructor.changed")
                )
            ).one()
        assert "Kenanga" not in str(event.payload)

    async def test_moves_her_to_another_home_within_reach(self, world):
        home = await world.facility(area_code="33.73")
        near, far = await world.facility(area_code="33.74"), await world.facility(area_code="32.73")
        instructor = await world.instructor(home["id"])
        officer = world.officer("33")

        away = await corrected(world, instructor, {"home_facility_id": far["id"]}, by=officer)
        moved = await corrected(world, instructor, {"home_facility_id": near["id"]}, by=officer)

        assert (away.status_code, away.json()["code"]) == (403, "out-of-scope")
        assert moved.json()["home_facility_id"] == near["id"]
        path = f"/instructors/{instructor['id']}"
        assert (await world.get(path, by=world.officer("33.73"))).status_code == 404
        assert (await world.get(path, by=world.officer("33.74"))).status_code == 200

    async def test_does_not_know_an_instructor_of_another_province(self, world):
        instructor = await world.instructor((await world.facility(area_code="33.73"))["id"])

        response = await corrected(world, instructor, {"name": "X"}, by=world.officer("32"))

        assert (response.status_code, response.json()["code"]) == (404, "instructor-not-found")

    @pytest.mark.parametrize("change", [{"name": None}, {"code": "X"}, {"competences": ["roti"]}])
    async def test_refuses_what_is_wrong(self, world, change):
        instructor = await world.instructor((await world.facility())["id"])

        assert (await corrected(world, instructor, change)).status_code == 422


class TestCertificates:
    async def test_records_and_revokes_and_tells_neither_number_nor_name(
        self, world, in_transaction
    ):
        instructor = await world.instructor((await world.facility())["id"])
        path = f"/instructors/{instructor['id']}/certificates"
        body = certificate_body(valid_to="2027-01-14")

        first = await world.post(path, body, key="k-1")
        again = await world.post(path, body, key="k-1")
        certificate = first.json()
        revoke = f"{path}/{certificate['id']}/revoke"
        revoked = await world.post(revoke, {"reason": "Dicabut oleh LSP."})
        twice = await world.post(revoke, {"reason": "Dicabut oleh LSP."})

        assert (first.status_code, again.content) == (201, first.content)
        assert revoked.json()["revoked_because"] == "Dicabut oleh LSP."
        assert (twice.status_code, twice.json()["code"]) == (409, "certificate-revoked")
        assert (await world.get(path)).json()["items"] == [revoked.json()]
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event)
                    .where(Event.topic == "registry.instructor.certified")
                    .order_by(Event.xid, Event.id)
                )
            ).all()
        assert [event.payload["revoked"] for event in events] == [False, True]
        assert body["number"] not in str([event.payload for event in events])

    async def test_pages_from_the_oldest(self, world):
        instructor = await world.instructor((await world.facility())["id"])
        path = f"/instructors/{instructor['id']}/certificates"
        for day in ("2025-01-01", "2023-01-01", "2024-01-01"):
            await world.made(path, certificate_body(valid_from=day))

        first = (await world.get(path, limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        days = [each["valid_from"] for each in first["items"] + second["items"]]
        assert days == ["2023-01-01", "2024-01-01", "2025-01-01"]

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"number": "S-1"}, 409, "certificate-number-taken"),
            ({"valid_to": "2024-01-14"}, 422, "certificate-period-invalid"),
            ({"issuer_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"}, 422, "institution-unknown"),
            ({"competences": []}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_not_sound(self, world, facts, status, code):
        instructor = await world.instructor((await world.facility())["id"])
        path = f"/instructors/{instructor['id']}/certificates"
        await world.made(path, certificate_body(number="S-1"))

        response = await world.post(path, certificate_body(**facts))

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_are_hidden_from_another_province(self, world):
        instructor = await world.instructor((await world.facility(area_code="33.73"))["id"])
        path = f"/instructors/{instructor['id']}/certificates"
        certificate = await world.made(path, certificate_body())
        foreign = world.officer("32")

        answers = [
            await world.get(path, by=foreign),
            await world.post(path, certificate_body(), by=foreign),
            await world.post(f"{path}/{certificate['id']}/revoke", {"reason": "x"}, by=foreign),
        ]

        assert [each.json()["code"] for each in answers] == ["instructor-not-found"] * 3

    async def test_knows_no_certificate_of_somebody_else(self, world):
        facility = await world.facility()
        sri, budi = [await world.instructor(facility["id"]) for _ in range(2)]
        certificate = await world.made(f"/instructors/{sri['id']}/certificates", certificate_body())

        response = await world.post(
            f"/instructors/{budi['id']}/certificates/{certificate['id']}/revoke", {"reason": "x"}
        )

        assert (response.status_code, response.json()["code"]) == (404, "certificate-not-found")
