from shared.ids import new_id
from shared.scope import Role
from tests.support.planning import Desk, program_body

PHASES = [
    {"kind": "TRAINING", "name": "Pelatihan", "starts_on": "2027-02-08", "ends_on": "2027-02-20"},
    {
        "kind": "REGISTRATION",
        "name": "Pendaftaran",
        "starts_on": "2027-01-04",
        "ends_on": "2027-01-25",
    },
]


async def put(desk: Desk, path: str, body: dict, *, version: str | None = '"1"'):
    headers = {"If-Match": version} if version else {}
    return await desk.client.put(path, json=body, headers={**desk.caller, **headers})


class TestSetProgramPhases:
    async def test_takes_the_place_of_those_before_and_everybody_may_read_them(
        self, desk, enrollment, rows
    ):
        program = await desk.made("/v1/programs", program_body())
        path = f"/v1/programs/{program['id']}/phases"

        made = await put(desk, path, {"phases": PHASES})
        kept = made.json()["phases"][0]
        fewer = await put(desk, path, {"phases": [{**kept, "name": "Daftar"}]}, version='"2"')

        assert made.status_code == 200, made.text
        assert [each["kind"] for each in made.json()["phases"]] == ["REGISTRATION", "TRAINING"]
        assert (fewer.headers["ETag"], fewer.json()["version"]) == ('"3"', 3)
        read = await enrollment.get(path)
        assert read.json()["phases"] == [{**kept, "name": "Daftar"}]
        same = await enrollment.get(path, headers={"If-None-Match": '"3"'})
        assert same.status_code == 304
        events = await rows(
            "SELECT payload FROM enrollment.event"
            " WHERE topic = 'enrollment.program.phases_changed' ORDER BY version"
        )
        assert [len(each["payload"]["phases"]) for each in events] == [2, 1]

    async def test_refuses_a_shared_day_and_what_was_not_read(self, desk):
        program = await desk.made("/v1/programs", program_body())
        path = f"/v1/programs/{program['id']}/phases"
        second = {**PHASES[0], "starts_on": "2027-02-20", "ends_on": "2027-03-01"}
        backwards = {**PHASES[0], "ends_on": "2027-02-07"}

        refusals = [
            await put(desk, path, {"phases": [PHASES[0], second]}),
            await put(desk, path, {"phases": [backwards]}),
            await put(desk, path, {"phases": [{**PHASES[0], "kind": "PARTY"}]}),
            await put(desk, path, {"phases": PHASES}, version='"7"'),
            await put(desk, path, {"phases": PHASES}, version=None),
            await put(desk, f"/v1/programs/{new_id()}/phases", {"phases": PHASES}),
        ]

        assert [(each.status_code, each.json()["code"]) for each in refusals] == [
            (422, "phases-overlap"),
            (422, "phase-period-invalid"),
            (422, "validation-failed"),
            (412, "stale"),
            (428, "precondition-required"),
            (404, "program-unknown"),
        ]
        next_day = {**second, "starts_on": "2027-02-21"}
        assert (await put(desk, path, {"phases": [PHASES[0], next_day]})).status_code == 200

    async def test_is_for_the_ministries_of_the_programme(self, desk, desk_of):
        program = await desk.made("/v1/programs", program_body())
        path = f"/v1/programs/{program['id']}/phases"

        partner = await put(
            desk_of(Role.PROGRAM_MANAGER, ministries=["MSME"]), path, {"phases": PHASES}
        )
        stranger = await put(
            desk_of(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"]), path, {"phases": PHASES}
        )
        office = await put(desk_of(Role.REGIONAL_OFFICER, areas=["33"]), path, {"phases": PHASES})

        assert partner.status_code == 200
        assert (stranger.status_code, stranger.json()["code"]) == (403, "not-your-ministry")
        assert office.status_code == 403
