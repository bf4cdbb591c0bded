"""PostgreSQL alone reads the very report that the service answers with."""

from urllib.parse import urlencode

import pytest

from deploy.bench.field import plain
from deploy.bench.reporting import _alone_rate, lags_of, report_statements
from deploy.bench.reporting_field import PROVINCES, keep_events, open_field, tell_events, wave_id
from services.reporting.folding.rules import Source
from services.reporting.ledger.rules import FOLDINGS
from services.reporting.rebuilds.jobs import REBUILD
from services.reporting.rebuilds.operations import order_rebuild
from services.reporting.rebuilds.schemas import RebuildCreate
from shared.db.session import transaction
from shared.jobs.runner import Runner
from shared.scope import SYSTEM, Actor, Role

BENCH = Actor(issuer="test", subject="bench")


@pytest.fixture
async def owner(reporting_db):
    connection = await open_field(plain(reporting_db).replace("reporting_app", "reporting_owner"))
    yield connection
    await connection.close()


@pytest.fixture
async def folded(owner, reporting_db, worker_of, sessions_of) -> int:
    """Keep the claims of 300 people, and fold them as the bench does."""
    await keep_events(owner, 0, 300)
    async with transaction(sessions_of(reporting_db), scope=SYSTEM, actor=BENCH) as session:
        body = RebuildCreate(sources=[Source.ENROLLMENT], swap=True)
        await order_rebuild(session, body=body)
    async with worker_of("reporting", reporting_db).context() as context:
        assert await Runner(context, [REBUILD]).drain() == 1
    return 300


class TestKeepEvents:
    async def test_keeps_each_enrollment_once_behind_what_is_there(self, owner, folded):
        await keep_events(owner, folded, folded + 10)

        rows = await owner.fetch("SELECT seq, topic FROM reporting.ledger ORDER BY seq")
        position = await owner.fetchval(
            "SELECT position FROM reporting.fold WHERE source = 'enrollment'"
        )
        assert [row["seq"] for row in rows] == list(range(1, folded + 11))
        assert {row["topic"] for row in rows} <= set(map(str, FOLDINGS))
        assert position == folded + 10
        people = await owner.fetchval("SELECT sum(n)::int FROM reporting.enrollment_summary")
        assert people == folded


class TestTellEvents:
    async def test_writes_claims_that_a_reader_can_fold(self, enrollment_db):
        owner = plain(enrollment_db).replace("enrollment_app", "enrollment_owner")
        connection = await open_field(owner)
        try:
            await tell_events(connection, 5, 9, wave=7)
            found = await connection.fetch("SELECT topic, payload FROM enrollment.event")
        finally:
            await connection.close()

        assert len(found) == 4
        assert all(wave_id(7) in row["payload"] for row in found)
        assert {row["topic"] for row in found} <= set(map(str, FOLDINGS))


class TestReportStatements:
    async def test_sum_what_the_service_answers(self, owner, folded, reporting, auth):
        provinces = PROVINCES[:20]
        cut = {"by": "province", "province": ",".join(provinces), "indicator": "seated"}
        response = await reporting.get(
            f"/v1/reports/progress?{urlencode(cut, safe=',')}", headers=auth(Role.NATIONAL_ADMIN)
        )

        [statement] = report_statements()
        rows = await owner.fetch(statement)

        answered = {row["dims"]["province"]: row["numerator"] for row in response.json()["rows"]}
        assert {row["key_0"]: row["seated"] for row in rows} == answered
        assert set(answered) == set(provinces)

    async def test_are_such_that_pgbench_can_run_them(self, reporting_db, folded):
        assert await _alone_rate(reporting_db, seconds=1) > 0


class TestLagsOf:
    def test_counts_from_the_writing_to_the_first_figure_that_holds_it(self):
        told = [(1.0, 10), (2.0, 20), (3.0, 30)]
        seen = [(0.5, 0), (1.5, 10), (2.25, 15), (2.5, 25), (3.0, 30)]

        assert lags_of(told, seen) == [0.0, 0.5, 0.5]
