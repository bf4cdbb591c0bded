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
