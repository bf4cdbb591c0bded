"""Who came without a network, and what he applied for."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role
from tests.enrollment.sync.test_api import outcomes
from tests.support.phones import Phone
from tests.support.planning import person_body
from tests.support.seats import Applicant, Seats

PAPER = {"reference": "BLKK-17/2027/0042", "sha256": "9f" * 32}


@pytest.fixture
async def place(seats) -> str:
    """A centre with a class in a wave whose places are drawn by lot."""
    facility = new_id()
    await seats.class_(facility_id=facility)
    await set_wave(seats, selection="LOTTERY")
    return str(facility)


async def set_wave(seats: Seats, **values) -> None:
    names = ", ".join(f"{name} = :{name}" for name in values)
    async with seats.transaction() as session:
        statement = text(f"UPDATE enrollment.wave SET {names} WHERE id = :id")
        await session.execute(statement, {**values, "id": seats.wave_id})


@pytest.fixture
async def walkin(seats, areas, place, enrollment, auth) -> Phone:
    """The phone of the head, on which somebody has been written down with an application."""
    caller = auth(Role.FACILITY_OPERATOR, facilities=[place], subject="kepala")
    phone = Phone(Applicant(enrollment, caller))
    await phone.register()
    person = phone.change("participant.register", person_body(id=str(new_id())))
    body = {
        "id": str(new_id()),
        "wave_id": str(seats.wave_id),
        "participant_id": person["body"]["id"],
        "choices": [{"facility_id": place}],
        "paper": PAPER,
    }
    phone.change("application.save", body)
    return phone


def submitted(phone: Phone, base: int | None, **changes) -> dict:
    saved = phone.queue[1]["body"]
    body = {"id": saved["id"], "participant_id": saved["participant_id"], **changes}
    return phone.change("application.submit", body, base=base)


async def read(phone: Phone) -> dict:
    saved = phone.queue[1]["body"]
    path = f"/v1/participants/{saved['participant_id']}/applications/{saved['id']}"
    return (await phone.who.get(path)).json()


class TestApplications:
    async def test_a_walk_in_is_registered_applies_and_is_submitted(self, walkin):
        submitted(walkin, 1)

        first = await walkin.told()
        again = await walkin.told()

        assert outcomes(first) == ["APPLIED"] * 3
        assert [each["version"] for each in first] == [1, 1, 2]
        assert [each["earlier"] for each in again] == ["APPLIED"] * 3
        found = await read(walkin)
        assert (found["state"], found["channel"]) == ("SUBMITTED", "ASSISTED")

    async def test_what_a_refused_person_applied_for_is_refused_with_the_reason(self, walkin):
        walkin.queue[0]["body"]["nik"] = "12"
        submitted(walkin, 1)

        verdicts = await walkin.told()

        assert outcomes(verdicts) == [
            "REFUSED nik-malformed",
            "REFUSED dependency-failed",
            "REFUSED dependency-failed",
        ]
        assert verdicts[1]["problem"]["change_id"] == walkin.queue[0]["change_id"]

    async def test_a_person_who_is_registered_after_all_may_apply(self, walkin):
        person, saved = walkin.queue
        person["body"]["nik"] = "12"
        await walkin.told()
        right = {**person["body"], "nik": person_body()["nik"]}

        verdicts = await walkin.told(
            [
                walkin.change("participant.register", right),
                walkin.change("application.save", saved["body"]),
            ]
        )

        assert outcomes(verdicts) == ["APPLIED", "APPLIED"]

    async def test_shows_both_versions_of_an_application_that_changed_meanwhile(
        self, seats, walkin, admin
    ):
        await walkin.told()
        saved = walkin.queue[1]["body"]
        other = new_id()
        await seats.class_(facility_id=other)
        path = f"/v1/participants/{saved['participant_id']}/applications/{saved['id']}"
        there = [{"facility_id": str(other)}, *saved["choices"]]
        changed = await admin.client.patch(
            path,
            json={"choices": there},
            headers={
                **admin.headers,
                "If-Match": '"1"',
                "Content-Type": "application/merge-patch+json",
            },
        )
        assert changed.status_code == 200, changed.text
        mine = [*saved["choices"], {"facility_id": str(other)}]
        walkin.change("application.save", {**saved, "choices": mine}, base=1)
        submitted(walkin, 1)

        conflict, built_upon = (await walkin.told())[2:]

        assert outcomes([conflict, built_upon]) == ["CONFLICT", "REFUSED dependency-failed"]
        assert conflict["conflict"]["theirs"]["choices"] == there
        assert (conflict["version"], conflict["conflict"]["theirs"]["by"]) == (2, "OTHER")
        assert conflict["conflict"]["ours"]["choices"] == mine
        settled = walkin.change(
            "application.save", {**saved, "choices": mine, "submit": True}, base=2
        )
        assert outcomes(await walkin.told([settled])) == ["APPLIED"]
        assert (await read(walkin))["state"] == "SUBMITTED"

    async def test_the_window_is_that_of_the_server(self, seats, walkin):
        await set_wave(seats, closes_at=utc_now() - timedelta(minutes=1))

        verdicts = await walkin.told()

        assert outcomes(verdicts) == ["APPLIED", "REFUSED window-closed"]


class TestAssessments:
    async def test_are_recorded_and_shown_in_both_versions(self, running, phone, admin):
        here, away, _ = running.ids
        body = {
            "class_id": str(running.class_id),
            "entries": [
                {"enrollment_id": here, "pre_score": 40},
                {"enrollment_id": away, "pre_score": 55},
            ],
        }
        phone.change("assessment.record", body)
        assert outcomes(await phone.told()) == ["APPLIED"]
        path = f"/v1/classes/{running.class_id}/assessments"
        by_office = {"entries": [{"enrollment_id": away, "pre_score": 60}]}
        answer = await admin.post(path, json=by_office, **{"If-Match": '"1"'})
        assert answer.status_code == 200, answer.text
        again = {**body, "entries": [{"enrollment_id": away, "pre_score": 50}]}
        phone.change("assessment.record", again, base=1)

        (conflict,) = (await phone.told())[1:]

        assert outcomes([conflict]) == ["CONFLICT"]
        (theirs,), (ours,) = (conflict["conflict"][side]["entries"] for side in ("theirs", "ours"))
        assert (theirs["enrollment_id"], theirs["pre_score"], ours["pre_score"]) == (away, 60, 50)

    async def test_of_units_wait_for_the_registry_and_hold_up_nothing_else(
        self, seats, running, phone, fake_registry
    ):
        unit = "C.10ROT00.001.1"
        path = f"/v1/modules/{(await seats.class_row(running.class_id)).module_id}"
        fake_registry.known[path] = {"units": [{"code": unit, "title": "Roti", "hours": 8}]}
        judged = {"enrollment_id": running.ids[0], "units": {unit: True}}
        class_id = {"class_id": str(running.class_id)}
        phone.change("assessment.record", {**class_id, "entries": [judged]})
        built_upon = {**judged, "units": {unit: False}}
        phone.change("assessment.record", {**class_id, "entries": [built_upon]}, base=1)
        roll = {"enrollment_id": running.ids[0], "status": "PRESENT"}
        phone.change("attendance.record", {**class_id, "position": 1, "entries": [roll]})
        fake_registry.away = True

        away = await phone.told()
        fake_registry.away = False
        back = await phone.told()

        assert outcomes(away) == [
            "REFUSED registry-unavailable",
            "REFUSED dependency-missing",
            "APPLIED",
        ]
        assert [each.get("retry") for each in away] == [True, True, None]
        assert outcomes(back) == ["APPLIED", "APPLIED", "DUPLICATE"]
