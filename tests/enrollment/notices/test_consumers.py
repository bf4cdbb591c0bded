"""What happens in enrollment becomes notices, each once, and nothing of what was before."""

from datetime import timedelta

from sqlalchemy import text

from tests.support.seats import NOW


class TestNoticeReader:
    async def test_is_told_nothing_of_what_was_before(self, seats, admin, worker_with, rows, told):
        class_id = await seats.class_()
        await admin.claim(class_id, await seats.person())

        await worker_with(notices="off").drain()
        off = await rows("SELECT source FROM enrollment.feed_cursor")
        await worker_with().drain()
        before = await told()
        await admin.claim(class_id, await seats.person())
        await worker_with().drain()

        assert [row["source"] for row in off] == ["registry"]
        assert before == []
        assert await told() == [("SEAT", "SUPPRESSED", "no-contact")]

    async def test_tells_nobody_twice_when_the_log_is_read_again(self, seats, admin, post, told):
        await admin.claim(await seats.class_(), await seats.person())
        await post()
        once = await told()
        async with seats.transaction() as session:
            await session.execute(
                text("UPDATE enrollment.feed_cursor SET cursor = NULL WHERE source = 'notices'")
            )

        await post()

        assert len(once) == 1
        assert await told() == once

    async def test_what_is_old_is_no_news(self, seats, admin, post, told, cluster, enrollment_db):
        await admin.claim(await seats.class_(), await seats.person())
        cluster.execute(
            enrollment_db.rpartition("/")[2],
            "UPDATE enrollment.event SET recorded_at = now() - interval '4 days'",
        )

        await post()

        assert await told() == []


class TestTellOccasions:
    async def test_a_class_that_is_called_off_tells_everybody_so(
        self, seats, admin, post, told, rows
    ):
        class_id = await seats.class_(capacity=1)
        people = await seats.people(3)
        seat, *_ = [(await admin.claim(class_id, each)).json() for each in people]
        await admin.post(f"/v1/classes/{class_id}/enrollments/{seat['id']}/cancel")
        called_off = await admin.post(f"/v1/classes/{class_id}/cancel", json={"reason": "banjir"})

        await post()

        assert called_off.status_code == 200
        kinds = sorted(kind for kind, *_ in await told())
        assert kinds == [
            "CANCELLED",
            "CLASS_CANCELLED",
            "CLASS_CANCELLED",
            "PROMOTED",
            "SEAT",
            "WAITLISTED",
            "WAITLISTED",
        ]
        (cancelled,) = await rows(
            "SELECT participant_id FROM enrollment.notice WHERE kind = 'CANCELLED'"
        )
        assert cancelled["participant_id"] == people[0]
        numbers = await rows(
            "SELECT params FROM enrollment.notice WHERE kind = 'WAITLISTED' ORDER BY id"
        )
        assert sorted(row["params"]["number"] for row in numbers) == [1, 2]

    async def test_a_class_that_moves_tells_those_who_have_a_seat(self, seats, admin, post, rows):
        class_id = await seats.class_(capacity=1, promote_until=NOW + timedelta(days=5))
        people = await seats.people(2)
        for each in people:
            await admin.claim(class_id, each)
        await post()
        await admin.client.patch(
            f"/v1/classes/{class_id}",
            json={"label": "Lain"},
            headers={**admin.headers, "If-Match": '"1"'},
        )
        async with seats.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO enrollment.event (stream_id, id, topic, schema, version,"
                    " occurred_at, actor, payload) SELECT stream_id, uuidv7(), topic, schema,"
                    " version + 1, occurred_at, actor, jsonb_set(payload, '{before,starts_at}',"
                    " '\"2026-01-01T00:00:00Z\"') FROM enrollment.event"
                    " WHERE topic = 'enrollment.class.changed'"
                )
            )

        await post()

        moved = await rows("SELECT * FROM enrollment.notice WHERE kind = 'CLASS_MOVED'")
        assert [row["participant_id"] for row in moved] == [people[0]]
        assert moved[0]["params"]["class"] == "Lain"
