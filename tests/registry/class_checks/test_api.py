import pytest

from shared.ids import new_id
from shared.schemas.registry import ClassResources
from shared.scope import Role
from tests.registry.world import certificate_body


async def resources(world, **facility_facts) -> dict:
    """Make everything that a class needs and return the check that asks for it."""
    facility = await world.facility(**facility_facts)
    space = await world.space(facility["id"], capacity=25)
    agreement = await world.agreement(facility_ids=[facility["id"]], valid_to="2026-12-31")
    module = await world.module(trade="BAKERY")
    instructor = await world.instructor(facility["id"])
    return {
        "facility_id": facility["id"],
        "space_id": space["id"],
        "agreement_id": agreement["id"],
        "module_id": module["id"],
        "instructor_ids": [instructor["id"]],
        "starts_on": "2026-12-01",
    }


async def checked(world, check: dict):
    service = world.auth(Role.SERVICE)
    return await world.registry.post("/v1/class-checks", json=check, headers=service)


class TestCheckClass:
    async def test_returns_what_is_to_be_copied(self, world):
        check = await resources(world, area_code="73.71", latitude=-5.1, longitude=119.4)

        response = await checked(world, check)

        assert response.status_code == 200, response.text
        found = ClassResources.model_validate(response.json())
        assert str(found.facility_id) == check["facility_id"]
        assert (found.regency_code, found.time_zone) == ("73.71", "WITA")
        assert (found.space_capacity, found.module_hours) == (25, 40)
        assert found.instructor_names == ["Sri Melati"]
        assert found.latitude == -5.1
        assert found.trade == "BAKERY"

    async def test_names_each_instructor_once_in_the_order_asked_for(self, world):
        check = await resources(world)
        other = await world.instructor(check["facility_id"], name="Budi Anggrek")
        first = check["instructor_ids"][0]

        response = await checked(world, {**check, "instructor_ids": [other["id"], first, first]})

        assert response.json()["instructor_names"] == ["Budi Anggrek", "Sri Melati"]

    @pytest.mark.parametrize(
        ("member", "status", "code"),
        [
            ("facility_id", 404, "facility-unknown"),
            ("space_id", 404, "space-unknown"),
            ("agreement_id", 404, "agreement-unknown"),
            ("module_id", 404, "module-unknown"),
        ],
    )
    async def test_names_what_is_unknown(self, world, member, status, code):
        check = {**await resources(world), member: str(new_id())}

        response = await checked(world, check)

        problem = response.json()
        assert (response.status_code, problem["code"]) == (status, code)
        assert problem["errors"][0]["pointer"] == f"/{member}"

    async def test_names_the_instructor_that_is_unknown(self, world):
        check = await resources(world)
        check["instructor_ids"].append(str(new_id()))

        problem = (await checked(world, check)).json()

        assert problem["code"] == "instructor-unknown"
        assert problem["errors"][0]["pointer"] == "/instructor_ids/1"

    async def test_refuses_the_space_of_another_facility(self, world):
        check = await resources(world)
        elsewhere = await world.space((await world.facility())["id"])

        response = await checked(world, {**check, "space_id": elsewhere["id"]})

        assert (response.status_code, response.json()["code"]) == (404, "space-unknown")

    @pytest.mark.parametrize("verb", ["suspend", "close"])
    async def test_refuses_a_facility_that_is_not_active(self, world, verb):
        check = await resources(world)
        await world.post(f"/facilities/{check['facility_id']}/{verb}")

        response = await checked(world, check)

        assert (response.status_code, response.json()["code"]) == (409, "facility-not-active")

    @pytest.mark.parametrize("day", ["2025-03-24", "2027-01-01"])
    async def test_refuses_an_agreement_that_is_not_in_force(self, world, day):
        check = await resources(world)

        response = await checked(world, {**check, "starts_on": day})

        assert (response.status_code, response.json()["code"]) == (409, "agreement-not-in-force")

    async def test_refuses_a_draft(self, world):
        check = await resources(world)
        draft = {
            "kind": "MOU",
            "state": "DRAFT",
            "number": "draf",
            "title": "Draf",
            "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
            "facility_ids": [check["facility_id"]],
            "valid_from": "2025-03-25",
        }
        drafted = await world.made("/agreements", draft)

        response = await checked(world, {**check, "agreement_id": drafted["id"]})

        assert (response.status_code, response.json()["code"]) == (409, "agreement-not-in-force")

    async def test_refuses_an_agreement_from_the_day_of_its_termination(self, world):
        check = await resources(world)
        agreement = await world.agreement(facility_ids=[check["facility_id"]])
        check["agreement_id"] = agreement["id"]
        ended = {"day": "2026-12-01", "reason": "Selesai."}
        await world.post(f"/agreements/{check['agreement_id']}/terminate", ended)

        refused = await checked(world, check)
        before = await checked(world, {**check, "starts_on": "2026-11-30"})

        assert (refused.status_code, refused.json()["code"]) == (409, "agreement-not-in-force")
        assert before.status_code == 200

    async def test_refuses_a_facility_whose_coverage_has_ended(self, world):
        check = await resources(world)
        agreement = await world.agreement(facility_ids=[check["facility_id"]])
        check["agreement_id"] = agreement["id"]
        covered = f"/agreements/{check['agreement_id']}/facilities/{check['facility_id']}"
        await world.post(f"{covered}/end", {"last_day": "2026-11-30"})

        refused = await checked(world, check)
        before = await checked(world, {**check, "starts_on": "2026-11-30"})

        assert (refused.status_code, refused.json()["code"]) == (409, "agreement-not-covering")
        assert before.status_code == 200

    async def test_refuses_an_agreement_that_does_not_cover_the_facility(self, world):
        check = await resources(world)
        other = await world.agreement()

        response = await checked(world, {**check, "agreement_id": other["id"]})

        assert (response.status_code, response.json()["code"]) == (409, "agreement-not-covering")

    @pytest.mark.parametrize("state", ["DRAFT", "RETIRED"])
    async def test_refuses_a_version_that_is_not_taught(self, world, state):
        check = await resources(world)
        module = await world.module(state="DRAFT" if state == "DRAFT" else "PUBLISHED")
        if state == "RETIRED":
            await world.post(f"/modules/{module['id']}/retire")

        response = await checked(world, {**check, "module_id": module["id"]})

        assert (response.status_code, response.json()["code"]) == (409, "module-not-published")

    @pytest.mark.parametrize(
        ("demands", "code"),
        [
            ({"trade": "BAKERY"}, "instructor-certificate-expired"),
            ({"trade": "WELDING", "requires_certificate": True}, "instructor-certificate-missing"),
            ({"required_competences": ["WELDING"]}, "instructor-competence-missing"),
        ],
    )
    async def test_refuses_an_instructor_who_may_not_teach_it(self, world, demands, code):
        check = await resources(world)
        instructor_id = check["instructor_ids"][0]
        await world.made(
            f"/instructors/{instructor_id}/certificates", certificate_body(valid_to="2026-11-30")
        )
        module = await world.module(**demands)

        response = await checked(world, {**check, "module_id": module["id"]})

        problem = response.json()
        assert (response.status_code, problem["code"]) == (409, code)
        assert problem["errors"][0]["pointer"] == "/instructor_ids/0"

    async def test_refuses_what_is_malformed(self, world):
        check = await resources(world)

        response = await checked(world, {**check, "instructor_ids": []})

        assert response.status_code == 422

    @pytest.mark.parametrize("role", [Role.NATIONAL_ADMIN, Role.ANALYST])
    async def test_is_for_services_only(self, world, role):
        response = await world.registry.post("/v1/class-checks", json={}, headers=world.auth(role))

        assert response.status_code == 403
