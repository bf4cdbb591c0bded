from datetime import timedelta

from services.reporting.folding.rules import Source
from services.reporting.ledger.rules import FOLDINGS
from services.reporting.worker import readers
from shared.clock import utc_now
from shared.schemas.enrollment import IN_BULK
from shared.scope import Role
from tests.reporting.story import Story


class TestReaders:
    def test_pass_over_nothing_that_moves_a_figure(self):
        assert IN_BULK.isdisjoint(FOLDINGS)

    async def test_read_one_log_each(self, worker):
        async with worker.context() as context:
            assert [reader.source for reader in readers(context)] == list(Source)

    async def test_fold_reporting_s_own_follow_ups_and_say_when_they_caught_up(
        self, worker, reporting, fold, rows, auth
    ):
        story = Story().begin(utc_now() - timedelta(days=200))
        story.publish()
        enrollment_id = story.enroll(story.plan_class(story.register_facility()))
        story.complete(enrollment_id)
        await fold(story.events)
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "k"}
        body = {
            "enrollment_id": str(enrollment_id),
            "horizon_months": 6,
            "status": "EMPLOYED",
            "source": "PROXY",
        }
        await reporting.post("/v1/followups", json=body, headers=headers)

        async with worker.context() as context:
            own = readers(context)[-1]
            await own.drain(context)
            await own.drain(context)

        [cell] = await rows("SELECT status, n FROM reporting.outcome_cube WHERE n <> 0")
        [cursor] = await rows("SELECT * FROM reporting.feed_cursor")
        assert (cell["status"], cell["n"]) == ("EMPLOYED", 1)
        assert cursor["source"] == "reporting"
        assert cursor["caught_up"]
        assert cursor["as_of"] > cursor["last_event_at"]
