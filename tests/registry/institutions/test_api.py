import asyncio

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role


def body(**facts) -> dict:
    return {
        "code": "YPS-01",
        "name": "Yayasan Pesantren Sintetis",
        "kind": "FOUNDATION",
        "area_code": "33.73",
        **facts,
    }


class TestRegisterInstitution:
    async def test_registers_and_tells(self, world, in_transaction):
        institution = await world.made("/institutions", body())

        assert (await world.get(f"/institutions/{institution['id']}")).json() == institution
        async with in_transaction() as session:
            event = (await session.scalars(select(Event))).one()
        assert (event.topic, event.regency_code) == ("registry.institution.registered", "33.73")

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        first = await world.post("/institutions", body(), key="k-1")

        again = await world.post("/institutions", body(), key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    @pytest.mark.parametrize(
        ("member", "code"), [("id", "institution-id-taken"), ("code", "institution-code-taken")]
    )
    async def test_refuses_what_is_taken(self, world, member, code):
        there = await world.made("/institutions", body())
        other = body(code="YPS-02") | {member: there[member]}

        response = await world.post("/institutions", other)

        assert response.status_code == 409
        assert response.json()["code"] == code

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"area_code": "33.99"}, "unknown-area"),
            ({"kind": "SCHOOL"}, "validation-failed"),
            ({"code": "with space"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, facts, code):
        response = await world.post("/institutions", body(**facts))

        assert (response.status_code, response.json()["code"]) == (422, code)

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ({}, 201),
            ({"area_code": "33"}, 403),
            ({"area_code": None}, 403),
            ({"area_code": "32.73"}, 403),
            ({"ministry": "MSME"}, 403),
            ({"ministry": "MANPOWER"}, 201),
        ],
    )
    async def test_lets_an_officer_write_within_his_regency_and_ministry(
        self, world, facts, status
    ):
        officer = world.officer("33.73", "MANPOWER")

        response = await world.post("/institutions", body(**facts), by=officer)

        assert response.status_code == status

    async def test_is_refused_to_an_analyst(self, world):
        response = await world.post("/institutions", body(), by=world.auth(Role.ANALYST))

        assert response.status_code == 403


class TestListInstitutions:
    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({}, ["B-1", "B-2"]),
            ({"kind": "BANK"}, ["B-2"]),
            ({"q": "pesantren"}, ["B-1"]),
            ({"limit": 1}, ["B-1"]),
        ],
    )
    async def test_narrows_by_what_is_asked(self, world, filters, found):
        await world.made("/institutions", body(code="B-2", name="Bank Melati", kind="BANK"))
        await world.made("/institutions", body(code="B-1"))

        page = (await world.get("/institutions", **filters)).json()

        assert [each["code"] for each in page["items"]] == found

    async def test_is_refused_without_a_token(self, world):
        assert (await world.registry.get("/v1/institutions")).status_code == 401


class TestGetInstitution:
    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/institutions/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "institution-not-found")


class TestCorrectInstitution:
    async def change(self, world, institution, patch, *, by=None, match=None):
        return await world.registry.patch(
            f"/v1/institutions/{institution['id']}",
            json=patch,
            headers={**(by or world.admin), "If-Match": match or '"1"'},
        )

    async def test_changes_what_is_named_and_tells(self, world, in_transaction):
        institution = await world.made("/institutions", body())

        response = await self.change(world, institution, {"name": "Yayasan Baru"})

        changed = response.json()
        assert (changed["name"], changed["version"]) == ("Yayasan Baru", 2)
        assert changed["area_code"] == "33.73"
        async with in_transaction() as session:
            topics = (
                await session.scalars(select(Event.topic).order_by(Event.xid, Event.id))
            ).all()
        assert topics[-1] == "registry.institution.changed"

    async def test_moves_it_to_another_area(self, world):
        institution = await world.made("/institutions", body())

        assert (await self.change(world, institution, {"area_code": "91"})).status_code == 200
        listed = (await world.get("/institutions", area="91")).json()["items"]
        assert [each["id"] for each in listed] == [institution["id"]]

    async def test_refuses_another_region(self, world):
        institution = await world.made("/institutions", body())

        response = await self.change(world, institution, {"name": "X"}, by=world.officer("91"))

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    async def test_refuses_to_leave_the_own_area(self, world):
        institution = await world.made("/institutions", body())
        patch = {"area_code": "91"}

        response = await self.change(world, institution, patch, by=world.officer("33"))

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    async def test_refuses_a_version_that_was_not_read(self, world):
        institution = await world.made("/institutions", body())

        assert (
            await self.change(world, institution, {"name": "X"}, match='"7"')
        ).status_code == 412

    async def test_refuses_a_circle_of_units(self, world):
        top = await world.made("/institutions", body())
        unit = await world.made("/institutions", body(code="YPS-02", parent_id=top["id"]))

        response = await self.change(world, top, {"parent_id": unit["id"]})

        assert response.json()["code"] == "institution-parent-refused"

    async def test_closes_no_circle_that_three_make_at_once(self, world):
        made = [await world.made("/institutions", body(code=f"YPS-1{place}")) for place in range(3)]

        answers = await asyncio.gather(
            *(
                self.change(world, each, {"parent_id": made[place - 1]["id"]})
                for place, each in enumerate(made)
            )
        )

        codes = sorted(each.status_code for each in answers)
        assert codes == [200, 200, 422], [each.text for each in answers]

    async def test_finds_the_units_of_one(self, world):
        top = await world.made("/institutions", body())
        unit = await world.made("/institutions", body(code="YPS-02", parent_id=top["id"]))

        listed = (await world.get("/institutions", parent_id=top["id"])).json()["items"]

        assert [each["id"] for each in listed] == [unit["id"]]


class TestDissolveInstitution:
    async def test_ends_it_for_good(self, world):
        institution = await world.made("/institutions", body())
        path = f"/institutions/{institution['id']}/dissolve"

        ended = await world.post(path, {"ended_on": "2026-01-31"})
        again = await world.post(path, {"ended_on": "2026-02-28"})

        assert ended.json()["ended_on"] == "2026-01-31"
        assert (again.status_code, again.json()["code"]) == (409, "institution-ended")

    async def test_refuses_a_day_that_has_not_come(self, world):
        institution = await world.made("/institutions", body())

        response = await world.post(
            f"/institutions/{institution['id']}/dissolve", {"ended_on": "2999-01-01"}
        )

        assert response.json()["code"] == "institution-end-refused"
