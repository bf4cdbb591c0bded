import asyncio
from datetime import date
from uuid import UUID

import pytest

from services.reporting.folding.rules import Source
from services.reporting.ledger.consumers import Consumer
from services.reporting.ledger.queries import entries_after, list_entries
from services.reporting.rebuilds import jobs, operations
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.db.session import transaction
from shared.jobs.context import WorkerContext
from shared.jobs.runner import Runner
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story


@pytest.fixture
async def rebuild(worker, db):
    """Return the function that orders a rebuild and does it, as the worker would."""

    async def run(**order) -> dict:
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            job = await operations.order_rebuild(session, body=RebuildCreate(**order))
        async with worker.context() as context:
            await _runner(context).drain()
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            done = await session.get(type(job), job.id)
        assert done.state == "SUCCEEDED", done.error
        return done.result

    return run


def _runner(context: WorkerContext) -> Runner:
    return Runner(context, [jobs.REBUILD, jobs.SWEEP_ORDERED])


async def live(rows, table: str) -> list[dict]:
    return await rows(
        f"SELECT * FROM reporting.{table} WHERE n <> 0 AND generation IN"
        " (SELECT generation FROM reporting.fold WHERE source = 'enrollment') ORDER BY cell"
    )


class TestRebuild:
    async def test_finds_no_difference_in_what_was_folded(self, fold, rebuild):
        story = Story().play()
        facility = story.register_facility()
        story.tell_facility(facility)
        await fold(reversed(story.events), page=13)

        result = await rebuild()

        assert result["differences"] == 0
        assert result["samples"] == []
        assert result["cells"] > 50
        assert result["entries"] == len(story.events)
        assert not result["swapped"]

    @pytest.mark.parametrize(
        ("table", "tampering"),
        [
            ("enrollment_cube", "n = n + 1"),
            ("enrollment_cube", "sex = CASE sex WHEN 'MALE' THEN 'FEMALE' ELSE 'MALE' END"),
            ("enrollment_summary", "n = n - 1"),
            ("class_cube", "starts_at = starts_at + interval '1 hour'"),
            ("class_summary", "n = n + 1"),
            ("facility_cube", "n = 0"),
            ("enrollment_now", "version = version + 1"),
        ],
    )
    async def test_goes_red_when_one_row_was_tampered_with(
        self, fold, rebuild, rows, table: str, tampering: str
    ):
        story = Story().play(people=20)
        story.tell_facility(story.register_facility())
        await fold(story.events)
        key = "enrollment_id" if table == "enrollment_now" else "cell"
        nonzero = "true" if table == "enrollment_now" else "n <> 0"
        await rows(
            f"UPDATE reporting.{table} SET {tampering} WHERE {key} ="
            f" (SELECT {key} FROM reporting.{table} WHERE {nonzero} LIMIT 1)"
        )

        result = await rebuild()

        assert result["differences"] == 1
        assert result["samples"][0].startswith(f"{table}/")

    async def test_goes_red_when_a_row_was_lost(self, fold, rebuild, rows):
        await fold(Story().play(people=20).events)
        await rows(
            "DELETE FROM reporting.enrollment_cube WHERE cell IN"
            " (SELECT cell FROM reporting.enrollment_cube WHERE n <> 0 LIMIT 2)"
        )

        result = await rebuild(sources=["enrollment"])

        assert result["differences"] == 2

    async def test_puts_right_what_was_wrong_when_told_to_swap(self, fold, rebuild, rows):
        await fold(Story().play(people=20).events)
        right = await live(rows, "enrollment_cube")
        await rows("UPDATE reporting.enrollment_cube SET n = n + 5")

        result = await rebuild(sources=["enrollment"], swap=True)

        assert result["differences"] > 5
        put_right = await live(rows, "enrollment_cube")
        assert [{**row, "generation": 1} for row in put_right] == right
        assert {row["generation"] for row in put_right} == {2}

    async def test_clears_away_what_no_report_reads(self, fold, rebuild, rows):
        await fold(Story().play(people=20).events)

        await rebuild(swap=True)

        for table in ("enrollment_cube", "class_summary", "enrollment_now"):
            kept = await rows(f"SELECT DISTINCT generation FROM reporting.{table}")
            assert [row["generation"] for row in kept] == [2]

    async def test_takes_what_is_folded_meanwhile_into_account(self, fold, worker, db, rows):
        story = Story().play(people=40)
        half = len(story.events) // 2
        await fold(story.events[:half])
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            shadow = await operations.open_shadow(session, source=Source.ENROLLMENT)
            entries = entries_after(source=shadow.source, era=shadow.era, after=0)
            position, events = await list_entries(session, entries)
            await operations.fold_shadow(session, shadow=shadow, events=events)
        await fold(story.events[half:])

        async with worker.context() as context:
            found = await jobs._compare(context, shadow, position)
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await operations.swap_shadow(session, shadow=shadow, position=position)

        assert (found.differences, found.samples) == (0, [])
        total = sum(row["n"] for row in await live(rows, "enrollment_cube"))
        assert total == len(story.people)

    async def test_does_not_swap_a_source_that_was_restored_meanwhile(self, fold, db, rows):
        await fold(Story().play(people=5).events)
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            shadow = await operations.open_shadow(session, source=Source.ENROLLMENT)
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await Consumer(Source.ENROLLMENT).reset(session)

        with pytest.raises(operations.SourceRestoredError):
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await operations.swap_shadow(session, shadow=shadow, position=0)


class TestCreateRebuild:
    async def test_answers_202_with_a_job_that_can_be_watched(self, reporting, auth):
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "rebuild-1"}

        response = await reporting.post("/v1/rebuilds", json={}, headers=headers)

        assert response.status_code == 202
        path = response.headers["location"].split("/reporting", 1)[1]
        job = (await reporting.get(path, headers=auth(Role.NATIONAL_ADMIN))).json()
        assert job["kind"] == "rebuild"
        assert UUID(job["id"])

    async def test_refuses_a_second_while_one_waits(self, reporting, auth):
        for number, status in ((1, 202), (2, 409)):
            headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": f"rebuild-{number}"}
            response = await reporting.post("/v1/rebuilds", json={}, headers=headers)
            assert response.status_code == status

        assert response.json()["code"] == "rebuild-running"
        assert response.headers["retry-after"]

    async def test_one_of_two_at_once_is_refused(self, reporting, auth):
        async def order(key: str):
            headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": key}
            return await reporting.post("/v1/rebuilds", json={}, headers=headers)

        responses = await asyncio.gather(order("a"), order("b"))

        assert sorted(response.status_code for response in responses) == [202, 409]

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.PROGRAM_MANAGER])
    async def test_refuses_everybody_but_the_national_administrator(
        self, reporting, auth, role: Role
    ):
        headers = {**auth(role, ministries=["MSME"]), "Idempotency-Key": "k"}

        response = await reporting.post("/v1/rebuilds", json={}, headers=headers)

        assert response.status_code == 403

    async def test_refuses_a_source_that_does_not_exist(self, reporting, auth):
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "k"}

        response = await reporting.post(
            "/v1/rebuilds", json={"sources": ["payments"]}, headers=headers
        )

        assert response.status_code == 422


class TestOrderRecount:
    async def test_orders_one_a_night_that_swaps_nothing(self, db, rows, worker):
        for night in (date(2026, 11, 23), date(2026, 11, 23), date(2026, 11, 24)):
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await operations.order_recount(session, night=night)
            async with worker.context() as context:
                await _runner(context).drain()

        ordered = await rows(
            "SELECT payload, state FROM reporting.job WHERE kind = 'rebuild'"
            " ORDER BY created_at, id"
        )
        assert [(each["payload"]["night"], each["payload"]["swap"]) for each in ordered] == [
            ("2026-11-23", False),
            ("2026-11-24", False),
        ]
        assert {each["state"] for each in ordered} == {"SUCCEEDED"}

    async def test_waits_while_somebody_rebuilds(self, db, rows):
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await operations.order_rebuild(session, body=RebuildCreate())

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            assert await operations.order_recount(session, night=date(2026, 11, 23)) is None

    async def test_the_worker_looks_for_the_night(self, worker):
        assert jobs.RECOUNT in worker.crons
