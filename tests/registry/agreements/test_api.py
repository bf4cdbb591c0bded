import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import agreement_body


def pks(mou: dict, **facts) -> dict:
    return (
        agreement_body(
            kind="PKS", follows_from_id=mou["id"], valid_from="2026-01-01", signed_on="2026-01-01"
        )
        | facts
    )


class TestSignAgreement:
    async def test_keeps_a_pks_that_follows_an_mou(self, world, in_transaction):
        facility = await world.facility()
        institution = await world.made(
            "/institutions", {"code": "MES", "name": "MES", "kind": "ASSOCIATION"}
        )
        mou = await world.agreement()
        parties = [{"ministry": "MSME"}, {"institution_id": institution["id"]}]

        response = await world.post(
            "/agreements", pks(mou, parties=parties, facility_ids=[facility["id"]] * 2)
        )

        agreement = response.json()
        assert response.status_code == 201, response.text
        assert agreement["follows_from_id"] == mou["id"]
        assert agreement["facilities"] == 1
        assert agreement["parties"] == [
            {"ministry": "MSME", "institution_id": None},
            {"ministry": None, "institution_id": institution["id"]},
        ]
        assert (await world.get(f"/agreements/{agreement['id']}")).json() == agreement
        async with in_transaction() as session:
            events = (
                await session.scalars(
                    select(Event).where(Event.topic == "registry.agreement.signed")
                )
            ).all()
        assert [(event.owner_ministry, event.co_ministry) for event in events] == [
            ("MANPOWER", "MSME"),
            ("MSME", None),
        ]

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        body = agreement_body()
        first = await world.post("/agreements", body, key="k-1")

        again = await world.post("/agreements", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"kind": "PKS"}, "agreement-basis-refused"),
            ({"kind": "PKS", "follows_from_id": str(new_id())}, "agreement-basis-refused"),
            ({"valid_to": "2025-03-24"}, "agreement-period-invalid"),
            ({"parties": [{"ministry": "MSME"}] * 2}, "agreement-parties-invalid"),
            (
                {"parties": [{"institution_id": str(new_id())}, {"institution_id": str(new_id())}]},
                "agreement-parties-invalid",
            ),
            (
                {"parties": [{"ministry": "MSME"}, {"institution_id": str(new_id())}]},
                "institution-unknown",
            ),
            ({"facility_ids": [str(new_id())]}, "facility-unknown"),
            ({"parties": [{}, {"ministry": "MSME"}]}, "validation-failed"),
            ({"number": ""}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, facts, code):
        response = await world.post("/agreements", agreement_body(**facts))

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert (await world.get("/agreements")).json()["items"] == []

    @pytest.mark.parametrize(
        ("member", "code"), [("id", "agreement-id-taken"), ("number", "agreement-number-taken")]
    )
    async def test_refuses_what_is_taken(self, world, member, code):
        there = await world.agreement()

        response = await world.post("/agreements", agreement_body(**{member: there[member]}))

        assert (response.status_code, response.json()["code"]) == (409, code)

    @pytest.mark.parametrize(("ministry", "status"), [("MSME", 201), ("HOME_AFFAIRS", 403)])
    async def test_lets_a_manager_speak_for_a_party_only(self, world, ministry, status):
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=[ministry])

        response = await world.post("/agreements", agreement_body(), by=manager)

        assert response.status_code == status

    async def test_is_refused_to_a_regional_officer(self, world):
        response = await world.post("/agreements", agreement_body(), by=world.officer("33"))

        assert response.status_code == 403


class TestListAgreements:
    async def test_narrows_and_pages(self, world):
        facility = await world.facility()
        mou = await world.agreement(number="1")
        await world.made("/agreements", pks(mou, number="2", facility_ids=[facility["id"]]))
        await world.made("/agreements", pks(mou, number="3"))

        async def numbers(**filters) -> list[str]:
            page = (await world.get("/agreements", **filters)).json()
            return [each["number"] for each in page["items"]]

        assert await numbers() == ["1", "2", "3"]
        assert await numbers(kind="PKS") == ["2", "3"]
        assert await numbers(facility_id=facility["id"]) == ["2"]
        first = (await world.get("/agreements", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert [each["number"] for each in second["items"]] == ["3"]


class TestGetAgreement:
    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/agreements/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "agreement-not-found")
