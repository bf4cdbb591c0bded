import asyncio
from uuid import uuid4

import pytest

from services.reporting.rebuilds import jobs, operations
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.db.session import transaction
from shared.jobs.runner import Runner
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story


@pytest.fixture
async def recount(worker, db):
    """Return the function that recounts every figure, as the worker would at night."""

    async def run() -> None:
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await operations.order_rebuild(session, body=RebuildCreate())
        async with worker.context() as context:
            assert await Runner(context, [jobs.REBUILD]).drain() == 1

    return run


@pytest.fixture
async def forged(fold, rows, recount) -> dict:
    """Return the cell that somebody changed by hand, after a recount has found it."""
    await fold(Story().play(people=20).events)
    [cell] = await rows(
        "UPDATE reporting.enrollment_cube SET n = n + 2 WHERE cell ="
        " (SELECT cell FROM reporting.enrollment_cube WHERE n > 0 ORDER BY cell LIMIT 1)"
        " RETURNING *"
    )
    await recount()
    return cell


async def listed(reporting, headers, **parameters) -> list[dict]:
    response = await reporting.get("/v1/alarms", headers=headers, params=parameters)
    assert response.status_code == 200
    return response.json()["items"]


class TestListAlarms:
    async def test_names_the_forged_cell_with_its_members_and_both_sums(
        self, reporting, auth, forged
    ):
        [alarm] = await listed(reporting, auth(Role.AUDITOR))

        assert (alarm["state"], alarm["source"]) == ("OPEN", "enrollment")
        assert (alarm["figures"], alarm["differences"]) == ("enrollment_cube", 1)
        [cell] = alarm["cells"]
        assert cell["cell"] == str(forged["cell"])
        assert cell["members"]["day"] == forged["day"].isoformat()
        assert cell["members"]["state"] == forged["state"]
        assert cell["members"]["facility_id"] == str(forged["facility_id"])
        assert cell["shown"] == {"n": forged["n"]}
        assert cell["recounted"] == {"n": forged["n"] - 2}

    async def test_is_empty_when_the_ledger_says_the_same(self, reporting, auth, fold, recount):
        await fold(Story().play(people=10).events)

        await recount()

        assert await listed(reporting, auth(Role.NATIONAL_ADMIN)) == []

    async def test_tells_which_member_of_a_kept_row_differs(
        self, reporting, auth, fold, rows, recount
    ):
        await fold(Story().play(people=5).events)
        [row] = await rows(
            "UPDATE reporting.enrollment_now SET sex = 'MALE' WHERE enrollment_id = (SELECT"
            " enrollment_id FROM reporting.enrollment_now WHERE sex = 'FEMALE' LIMIT 1)"
            " RETURNING enrollment_id, version"
        )

        await recount()

        [alarm] = await listed(reporting, auth(Role.AUDITOR))
        [cell] = alarm["cells"]
        assert cell["members"] == {"enrollment_id": str(row["enrollment_id"])}
        assert cell["shown"] == {"version": row["version"], "sex": "MALE"}
        assert cell["recounted"] == {"version": row["version"], "sex": "FEMALE"}

    async def test_notes_what_is_found_again_in_the_open_alarm(
        self, reporting, auth, forged, recount, rows
    ):
        await recount()

        [alarm] = await listed(reporting, auth(Role.AUDITOR))
        assert (alarm["times_found"], alarm["version"]) == (2, 2)
        told = await rows(
            "SELECT version, payload FROM reporting.event WHERE topic = 'reporting.alarm.raised'"
            " ORDER BY version"
        )
        assert [each["version"] for each in told] == [1, 2]
        assert told[0]["payload"]["cells"] == [str(forged["cell"])]

    async def test_is_logged_as_an_error(self, fold, rows, recount, capsys, caplog):
        await fold(Story().play(people=5).events)
        await rows("UPDATE reporting.class_summary SET n = n + 1")

        with caplog.at_level("ERROR"):
            await recount()

        told = f"{capsys.readouterr()}{caplog.text}"
        assert "figures-differ" in told
        assert "class_summary" in told

    async def test_shows_the_open_or_the_others_page_by_page(
        self, reporting, auth, fold, rows, recount
    ):
        await fold(Story().play(people=10).events)
        for table in ("enrollment_cube", "class_cube", "enrollment_summary"):
            await rows(f"UPDATE reporting.{table} SET n = n + 1")
        await recount()
        headers = auth(Role.AUDITOR)

        first = (await reporting.get("/v1/alarms?open=true&limit=2", headers=headers)).json()
        second = (
            await reporting.get(first["next"].split("/reporting", 1)[1], headers=headers)
        ).json()

        ids = [alarm["id"] for alarm in (*first["items"], *second["items"])]
        assert ids == sorted(ids, reverse=True)
        assert len(ids) == 3
        assert second["next"] is None
        assert await listed(reporting, headers, open=False) == []

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.REGIONAL_OFFICER, Role.PROGRAM_MANAGER])
    async def test_is_for_those_who_recount_and_for_auditors(self, reporting, auth, role: Role):
        response = await reporting.get("/v1/alarms", headers=auth(role))

        assert response.status_code == 403

    async def test_shows_nothing_to_an_auditor_of_one_region(self, reporting, auth, forged):
        assert await listed(reporting, auth(Role.AUDITOR, areas=["32"])) == []


class TestAcknowledgeAlarm:
    async def test_ends_an_alarm_with_a_reason(self, reporting, auth, forged, rows):
        [alarm] = await listed(reporting, auth(Role.AUDITOR))
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "a"}
        path = f"/v1/alarms/{alarm['id']}/acknowledgement"

        answers = [
            await reporting.post(path, json={"reason": "Diubah tangan."}, headers=headers)
            for _ in range(2)
        ]

        assert [each.status_code for each in answers] == [201, 201]
        assert answers[0].content == answers[1].content
        ended = (
            await reporting.get(f"/v1/alarms/{alarm['id']}", headers=auth(Role.AUDITOR))
        ).json()
        assert (ended["state"], ended["reason"]) == ("ACKNOWLEDGED", "Diubah tangan.")
        assert ended["acknowledged_by"]
        [told] = await rows(
            "SELECT payload FROM reporting.event WHERE topic = 'reporting.alarm.acknowledged'"
        )
        assert told["payload"] == {"alarm_id": alarm["id"], "reason": "Diubah tangan."}

    async def test_a_later_difference_raises_another(self, reporting, auth, forged, recount):
        [alarm] = await listed(reporting, auth(Role.AUDITOR))
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "a"}
        await reporting.post(
            f"/v1/alarms/{alarm['id']}/acknowledgement", json={"reason": "Dicatat"}, headers=headers
        )

        await recount()

        assert len(await listed(reporting, auth(Role.AUDITOR), open=True)) == 1
        assert len(await listed(reporting, auth(Role.AUDITOR))) == 2

    async def test_one_of_two_at_once_is_refused_and_told_what_is(self, reporting, auth, forged):
        [alarm] = await listed(reporting, auth(Role.AUDITOR))

        async def end(key: str):
            return await reporting.post(
                f"/v1/alarms/{alarm['id']}/acknowledgement",
                json={"reason": f"Alasan {key}"},
                headers={**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": key},
            )

        answers = await asyncio.gather(end("a"), end("b"))

        assert sorted(each.status_code for each in answers) == [201, 409]
        [refused] = [each.json() for each in answers if each.status_code == 409]
        assert refused["code"] == "alarm-acknowledged"
        assert (refused["present"], refused["allowed"]) == ("ACKNOWLEDGED", [])

    async def test_refuses_an_auditor_an_unknown_alarm_and_an_empty_reason(
        self, reporting, auth, forged
    ):
        [alarm] = await listed(reporting, auth(Role.AUDITOR))

        async def end(role: Role, alarm_id: str, reason: str) -> int:
            response = await reporting.post(
                f"/v1/alarms/{alarm_id}/acknowledgement",
                json={"reason": reason},
                headers={**auth(role), "Idempotency-Key": "k"},
            )
            return response.status_code

        assert await end(Role.AUDITOR, alarm["id"], "Dicatat") == 403
        assert await end(Role.NATIONAL_ADMIN, str(uuid4()), "Dicatat") == 404
        assert await end(Role.NATIONAL_ADMIN, alarm["id"], "  ") == 422
