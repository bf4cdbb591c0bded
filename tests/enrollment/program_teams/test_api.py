from shared.scope import Role
from tests.support.planning import Desk, program_body

CHAIR = {
    "duty": "CHAIR",
    "ministry": "MANPOWER",
    "unit": "Ditjen Binalavotas",
    "holder": "Direktur Bina Kelembagaan",
    "valid_from": "2026-01-01",
}
DEPUTY = {**CHAIR, "duty": "DEPUTY_CHAIR", "ministry": "MSME", "unit": "Deputi Kewirausahaan"}


async def put(desk: Desk, path: str, *members: dict, version: str = '"1"'):
    headers = {**desk.caller, "If-Match": version}
    return await desk.client.put(path, json={"members": list(members)}, headers=headers)


class TestSetProgramTeam:
    async def test_is_joint_once_each_ministry_holds_a_duty_today(self, desk, desk_of, rows):
        program = await desk.made("/v1/programs", program_body())
        path = f"/v1/programs/{program['id']}/team"

        alone = await put(desk, path, CHAIR, {**DEPUTY, "valid_to": "2026-02-01"})
        both = await put(desk, path, CHAIR, DEPUTY, version='"2"')
        read = await desk_of(Role.REGIONAL_OFFICER, areas=["91"]).get(path)

        assert (alone.status_code, alone.json()["joint"]) == (200, False)
        assert (both.json()["joint"], both.headers["ETag"]) == (True, '"3"')
        assert [each["duty"] for each in read.json()["members"]] == ["CHAIR", "DEPUTY_CHAIR"]
        (_, event) = await rows(
            "SELECT payload FROM enrollment.event"
            " WHERE topic = 'enrollment.program.team_changed' ORDER BY version"
        )
        assert event["payload"]["duties"] == {"MANPOWER": ["CHAIR"], "MSME": ["DEPUTY_CHAIR"]}
        assert "Direktur" not in str(event["payload"])

    async def test_refuses_contacts_strangers_and_terms_that_end_first(self, desk, desk_of):
        program = await desk.made("/v1/programs", program_body())
        path = f"/v1/programs/{program['id']}/team"

        refusals = [
            await put(desk, path, {**CHAIR, "ministry": "INDUSTRY"}),
            await put(desk, path, {**CHAIR, "valid_to": "2025-12-31"}),
            await put(desk, path, {**CHAIR, "holder": "ketua@balai.example"}),
            await put(desk, path, {**CHAIR, "phone": "0812"}),
            await put(desk, path, CHAIR, version='"9"'),
        ]

        assert [(each.status_code, each.json()["code"]) for each in refusals] == [
            (422, "team-ministry-foreign"),
            (422, "team-period-invalid"),
            (422, "validation-failed"),
            (422, "validation-failed"),
            (412, "stale"),
        ]
        assert "balai.example" not in refusals[2].text
        assert (await desk.get(path)).json()["members"] == []
        assert (await desk_of(Role.ANALYST).get(path)).status_code == 403
