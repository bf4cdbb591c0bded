from uuid import UUID

import pytest
from sqlalchemy import insert, update

from shared.db.jobs import add_job
from shared.db.session import transaction
from shared.schemas.base import Message
from shared.schemas.jobs import JobState
from shared.scope import NATIONAL, Actor, Grant, Role
from tests.shared.db.tables import Job, RowVerdict

ADMIN = Actor("balai:cli", "test-national_admin")
OFFICER = Actor("balai:cli", "test-regional_officer")


class Import(Message):
    name: str = "x"


@pytest.fixture
def job_of(sessions):
    """Return the function that queues a job of somebody and names it."""

    async def add(actor: Actor, **changes) -> UUID:
        async with transaction(sessions, scope=NATIONAL, actor=actor) as session:
            job = await add_job(session, Job, kind="import", payload=Import())
            if changes:
                await session.execute(update(Job).where(Job.id == job.id).values(**changes))
        return job.id

    return add


class TestGetJob:
    async def test_tells_where_it_stands_and_when_to_ask_again(self, things, auth, job_of):
        job_id = await job_of(ADMIN, progress_done=3, progress_total=10, state=JobState.RUNNING)

        response = await things.get(f"/v1/jobs/{job_id}", headers=auth(Role.NATIONAL_ADMIN))

        assert response.json()["status"] == "RUNNING"
        assert response.json()["progress"] == {"done": 3, "total": 10}
        assert response.json()["result_url"] is None
        assert response.headers["retry-after"] == "1"

    async def test_names_where_the_verdicts_are_when_it_is_done(self, things, auth, job_of):
        job_id = await job_of(ADMIN, state=JobState.SUCCEEDED, finished_at=Job.created_at)

        response = await things.get(f"/v1/jobs/{job_id}", headers=auth(Role.NATIONAL_ADMIN))

        rows = f"https://balai.test/kernel/v1/jobs/{job_id}/rows"
        assert response.json()["result_url"] == response.json()["errors_url"] == rows
        assert "retry-after" not in response.headers

    async def test_shows_everybody_s_jobs_to_whom_sees_the_country(self, things, auth, job_of):
        job_id = await job_of(OFFICER)

        for role in (Role.NATIONAL_ADMIN, Role.AUDITOR):
            response = await things.get(f"/v1/jobs/{job_id}", headers=auth(role))

            assert response.status_code == 200

    async def test_shows_an_officer_his_own_only(self, things, auth, job_of):
        own, other = await job_of(OFFICER), await job_of(ADMIN)
        header = auth(Role.REGIONAL_OFFICER, areas=["32"])

        assert (await things.get(f"/v1/jobs/{own}", headers=header)).status_code == 200
        hidden = await things.get(f"/v1/jobs/{other}", headers=header)
        assert (hidden.status_code, hidden.json()["code"]) == (404, "job-unknown")
        rows = await things.get(f"/v1/jobs/{other}/rows", headers=header)
        assert rows.status_code == 404

    async def test_knows_no_job_that_is_none(self, things, auth):
        response = await things.get(f"/v1/jobs/{UUID(int=1)}", headers=auth(Role.NATIONAL_ADMIN))

        assert (response.status_code, response.json()["code"]) == (404, "job-unknown")


class TestListJobRows:
    async def test_leads_through_the_file(self, things, auth, job_of, sessions):
        job_id = await job_of(ADMIN)
        async with transaction(sessions, scope=NATIONAL, actor=ADMIN) as session:
            rows = [{"job_id": job_id, "row": n, "verdict": "CREATED"} for n in (3, 1, 2)]
            await session.execute(insert(RowVerdict), rows)
        header = auth(Role.NATIONAL_ADMIN)

        first = (await things.get(f"/v1/jobs/{job_id}/rows?limit=2", headers=header)).json()
        path = first["next"].removeprefix("https://balai.test/kernel")
        second = (await things.get(path, headers=header)).json()

        assert [row["row"] for row in first["items"]] == [1, 2]
        assert [row["row"] for row in second["items"]] == [3]
        assert second["next"] is None


class TestCancelJob:
    async def cancel(self, client, job_id, header, key="k"):
        return await client.post(
            f"/v1/jobs/{job_id}/cancel", headers={**header, "Idempotency-Key": key}
        )

    async def test_cancels_one_that_waits(self, things, auth, job_of):
        job_id = await job_of(ADMIN)

        response = await self.cancel(things, job_id, auth(Role.NATIONAL_ADMIN))

        assert response.json()["status"] == "CANCELLED"
        assert response.json()["finished_at"] is not None

    async def test_asks_one_that_runs(self, things, auth, job_of, sessions):
        job_id = await job_of(ADMIN, state=JobState.RUNNING)

        response = await self.cancel(things, job_id, auth(Role.NATIONAL_ADMIN))

        assert response.json()["status"] == "RUNNING"
        async with transaction(sessions, scope=NATIONAL, actor=ADMIN) as session:
            assert (await session.get(Job, job_id)).cancel_requested

    async def test_leaves_a_finished_one(self, things, auth, job_of):
        job_id = await job_of(ADMIN, state=JobState.SUCCEEDED)

        response = await self.cancel(things, job_id, auth(Role.NATIONAL_ADMIN))

        assert response.json()["status"] == "SUCCEEDED"

    async def test_needs_a_key_and_replays(self, things, auth, job_of):
        job_id = await job_of(ADMIN)
        header = auth(Role.NATIONAL_ADMIN)

        first = await self.cancel(things, job_id, header)
        second = await self.cancel(things, job_id, header)
        keyless = await things.post(f"/v1/jobs/{job_id}/cancel", headers=header)

        assert second.content == first.content
        assert second.headers["idempotency-replayed"] == "true"
        assert keyless.json()["code"] == "idempotency-key-missing"

    async def test_lets_an_officer_cancel_his_own(self, things, auth, job_of):
        job_id = await job_of(OFFICER)

        response = await self.cancel(things, job_id, auth(Role.REGIONAL_OFFICER, areas=["32"]))

        assert response.json()["status"] == "CANCELLED"

    async def test_refuses_an_auditor_who_may_read_it(self, things, auth, job_of, sessions):
        job_id = await job_of(ADMIN)

        response = await self.cancel(things, job_id, auth(Role.AUDITOR))

        assert (response.status_code, response.json()["code"]) == (403, "forbidden")
        async with transaction(sessions, scope=NATIONAL, actor=ADMIN) as session:
            assert (await session.get(Job, job_id)).state is JobState.QUEUED

    async def test_lets_nobody_cancel_by_what_another_grant_reads(self, things, keys, job_of):
        job_id = await job_of(ADMIN)
        both = keys.token_of(Grant(Role.AUDITOR), Grant(Role.PROGRAM_MANAGER, ministries=("MSME",)))

        response = await self.cancel(things, job_id, {"Authorization": f"Bearer {both}"})

        assert (response.status_code, response.json()["code"]) == (404, "job-unknown")

    async def test_hides_another_s(self, things, auth, job_of):
        job_id = await job_of(ADMIN)

        response = await self.cancel(things, job_id, auth(Role.REGIONAL_OFFICER, areas=["32"]))

        assert response.status_code == 404
