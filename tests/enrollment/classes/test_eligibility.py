import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import (
    business_body,
    class_body,
    person_body,
    program_body,
    wave_body,
)

pytestmark = pytest.mark.usefixtures("areas")


@pytest.fixture
def facility(fake_registry):
    return fake_registry.add_facility()


@pytest.fixture
def planned_for(desk, facility):
    """Return the function that plans a class of a programme with given terms."""

    async def plan(**terms) -> dict:
        program = await desk.made("/v1/programs", program_body(**terms))
        wave = await desk.made("/v1/waves", wave_body(program["id"]))
        return await desk.made("/v1/classes", class_body(wave, facility))

    return plan


async def ask(desk, planned: dict, participant_id: object):
    return await desk.client.post(
        f"/v1/classes/{planned['id']}/eligibility",
        json={"participant_id": str(participant_id)},
        headers={**desk.caller, "Accept-Language": "en"},
    )


class TestJudgeEligibility:
    @pytest.mark.parametrize(
        ("terms", "business", "refusal"),
        [
            ({}, None, None),
            ({}, business_body(), None),
            ({}, business_body(capital_rupiah=9_000_000_000), "not-eligible-kind"),
            (
                {"size_criterion": "SALES"},
                business_body(annual_sales_rupiah=20_000_000_000),
                "not-eligible-kind",
            ),
            ({"entrant_kinds": ["MICRO"]}, None, "not-eligible-kind"),
            ({"max_age": 30}, None, "not-eligible-age"),
            ({"area_codes": ["31", "91.03"]}, None, "not-eligible-area"),
            ({"area_codes": ["33"]}, None, None),
        ],
    )
    async def test_judges_the_programmes_terms_and_stores_nothing(
        self, desk, planned_for, rows, terms, business, refusal
    ):
        planned = await planned_for(**terms)
        person = await desk.made("/v1/participants", person_body(business=business))
        before = await rows("SELECT count(*) FROM enrollment.event")

        response = await ask(desk, planned, person["id"])

        answer = response.json()
        assert response.status_code == 200, response.text
        assert (answer["eligible"], answer["refusal"]) == (refusal is None, refusal)
        assert (answer["detail"] is None) == (refusal is None)
        assert await rows("SELECT count(*) FROM enrollment.event") == before
        assert await rows("SELECT id FROM enrollment.audit") == []

    async def test_lets_a_participant_ask_about_himself(self, desk, desk_of, planned_for):
        person = await desk.made("/v1/participants", person_body())
        himself = desk_of(Role.PARTICIPANT, participant_id=person["id"])

        assert (await ask(himself, await planned_for(), person["id"])).status_code == 200

    async def test_lets_who_runs_the_class_ask(self, desk, desk_of, planned_for, facility):
        person = await desk.made("/v1/participants", person_body())
        operator = desk_of(Role.FACILITY_OPERATOR, facilities=[facility])

        assert (await ask(operator, await planned_for(), person["id"])).status_code == 200

    @pytest.mark.parametrize(
        ("role", "grant"),
        [
            (Role.PARTICIPANT, {"participant_id": new_id()}),
            (Role.FACILITY_OPERATOR, {"facilities": [new_id()]}),
            (Role.REGIONAL_OFFICER, {"areas": ["91"]}),
        ],
    )
    async def test_hides_the_person_from_others(self, desk, desk_of, planned_for, role, grant):
        person = await desk.made("/v1/participants", person_body())

        response = await ask(desk_of(role, **grant), await planned_for(), person["id"])

        assert (response.status_code, response.json()["code"]) == (404, "participant-unknown")

    async def test_answers_404_when_class_or_person_is_unknown(self, desk, planned_for):
        person = await desk.made("/v1/participants", person_body())

        nobody = await ask(desk, await planned_for(), new_id())
        nowhere = await ask(desk, {"id": new_id()}, person["id"])

        assert nobody.json()["code"] == "participant-unknown"
        assert nowhere.json()["code"] == "class-unknown"

    async def test_refuses_an_analyst(self, desk_of, planned_for):
        response = await ask(desk_of(Role.ANALYST), await planned_for(), new_id())

        assert response.status_code == 403
