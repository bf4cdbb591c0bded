from datetime import timedelta

import pytest

from shared.scope import Role

BODY = {
    "criteria": [
        {"code": "PLAN", "name": {"id": "Rencana", "en": "Plan"}, "weight": 60},
        {"code": "TALK", "name": {"id": "Wawancara", "en": "Interview"}, "weight": 40},
    ],
    "missing": "INELIGIBLE",
}


@pytest.fixture
async def state(draw):
    """Return the function that states criteria of a wave with scores, a month before it closes."""
    await draw.open((2, 2), selection="SCORE")

    async def put(body=None, *, read="0", days=30, by=None, headers=None):
        moment = draw.closes_at - timedelta(days=days)
        sent = {**(by or draw.runner).headers, **draw.at(moment), "If-Match": f'"{read}"'}
        return await draw.client.put(
            f"{draw.path}/selection-criteria", json=body or BODY, headers=headers or sent
        )

    return put


class TestStateSelectionCriteria:
    async def test_everybody_reads_what_counts_before_it_is_open(self, draw, state, rows):
        before = await draw.client.get(f"{draw.path}/selection-criteria")
        stated = await state()

        read = await draw.client.get(f"{draw.path}/selection-criteria")
        assert (before.json()["version"], before.headers["ETag"]) == (0, '"0"')
        assert before.json()["criteria"] == []
        assert stated.status_code == 200, stated.text
        assert read.json() == stated.json()
        assert read.json()["criteria"] == BODY["criteria"]
        assert (read.json()["method"], read.json()["missing"]) == ("SCORE", "INELIGIBLE")
        (event,) = await rows(
            "SELECT payload, owner_ministry FROM enrollment.event"
            " WHERE topic = 'enrollment.selection.criteria_stated'"
        )
        assert event["payload"]["weights"] == {"PLAN": 60, "TALK": 40}
        assert event["owner_ministry"] == "MANPOWER"

    async def test_is_replaced_by_who_has_read_it(self, state):
        await state()

        changed = await state({**BODY, "missing": "ZERO"}, read="1")

        assert (changed.json()["version"], changed.json()["missing"]) == (2, "ZERO")
        assert (await state(read="1")).status_code == 412
        assert (await state(read="0")).status_code == 412

    async def test_needs_to_know_what_was_read(self, draw, state):
        response = await state(headers=draw.runner.headers)

        assert response.status_code == 428

    async def test_stands_once_applications_are_open(self, state):
        response = await state(days=1)

        assert (response.status_code, response.json()["code"]) == (409, "criteria-frozen")

    @pytest.mark.parametrize(
        ("criteria", "code"),
        [
            ([{**BODY["criteria"][0], "weight": 99}], "weights-not-100"),
            ([{**each, "code": "PLAN", "weight": 50} for each in BODY["criteria"]],
             "criterion-repeated"),
            ([], "validation-failed"),
            ([{**BODY["criteria"][0], "weight": 0}], "validation-failed"),
            ([{**BODY["criteria"][0], "code": "plan"}], "validation-failed"),
        ],
    )  # fmt: skip
    async def test_refuses_weights_that_nobody_could_reckon_with(self, state, criteria, code):
        response = await state({**BODY, "criteria": criteria})

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_is_for_who_runs_the_programme(self, draw, state):
        stranger = draw.staff("stranger", ministries=["EDUCATION"])
        head = draw.staff("head", Role.FACILITY_OPERATOR, facilities=[draw.facilities[0]])

        assert (await state(by=stranger)).json()["code"] == "not-your-ministry"
        assert (await state(by=head)).status_code == 403

    async def test_a_lottery_has_none(self, draw, state):
        await draw.sql("UPDATE enrollment.wave SET selection = 'LOTTERY'")

        response = await state()

        assert (response.status_code, response.json()["code"]) == (409, "wave-not-scored")

    async def test_an_unknown_wave_is_unknown(self, draw, state):
        path = "/v1/waves/01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11/selection-criteria"

        assert (await draw.client.get(path)).status_code == 404
