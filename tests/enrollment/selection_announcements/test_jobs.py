"""Announcements meet what has happened since the approval."""

from datetime import timedelta

import pytest

from services.enrollment.base import Job
from services.enrollment.selection_announcements.jobs import announce_due
from services.enrollment.selection_announcements.operations import announce_classes
from shared.clock import utc_now
from shared.jobs.context import JobTables, WorkerContext
from shared.scope import Role


@pytest.fixture
def context(draw, settings_of, enrollment_db) -> WorkerContext:
    return WorkerContext(
        service="enrollment",
        settings=settings_of("enrollment", enrollment_db),
        sessions=draw.seats.sessions,
        tables=JobTables(job=Job),
    )


async def approved(draw, *sizes, people: int) -> list[tuple]:
    """Return who is placed where by an approved lottery: (application, person), by rank."""
    await draw.open(*sizes)
    of = {await draw.apply(each): each for each in await draw.seats.people(people)}
    await draw.commit()
    await draw.close()
    response = await draw.approve(await draw.preview())
    assert response.status_code == 200, response.text
    page = (await draw.runner.get(f"{draw.path}/selection/results", limit=200)).json()
    return [(each["application_id"], of[each["application_id"]]) for each in page["items"]]


async def applications(draw, rows) -> dict:
    found = await rows("SELECT id, state, enrollment_id, reasons FROM enrollment.application")
    return {str(each["id"]): each for each in found}


class TestAnnounce:
    async def test_a_seat_that_nobody_takes_goes_to_the_first_in_reserve(self, draw, rows):
        ranked = await approved(draw, (2, 2), people=5)
        (winner, person), (_, settled) = ranked[0], ranked[1]
        await draw.withdraw(person, winner)
        await draw.sql(
            "INSERT INTO enrollment.program_claim (program_id, nik_index, class_id, enrollment_id)"
            " SELECT :program, nik_index, gen_random_uuid(), gen_random_uuid()"
            " FROM enrollment.participant WHERE id = :person",
            program=draw.seats.program_id,
            person=settled,
        )

        await draw.announce()

        found = await applications(draw, rows)
        states = [found[application]["state"] for application, _ in ranked]
        assert states == ["WITHDRAWN", "INELIGIBLE", "RESERVE", "RESERVE", "NOT_SELECTED"]
        assert found[ranked[1][0]]["reasons"] == ["already-enrolled"]
        enrolled = await draw.seats.enrollments(draw.classes[0])
        assert [(str(row.application_id), row.state.value) for row in enrolled] == [
            (ranked[2][0], "OFFERED"),
            (ranked[3][0], "OFFERED"),
        ]
        why = await draw.reasons(settled, ranked[1][0])
        assert (why["outcome"], why["settled"]) == ("PLACED", "already-enrolled")
        assert why["settled_detail"].startswith("Before the announcement")
        class_ = await draw.seats.class_row(draw.classes[0])
        assert (class_.taken, class_.waiting) == (2, 0)

    async def test_a_class_that_was_called_off_gives_nothing_and_one_that_shrank_less(
        self, draw, rows
    ):
        ranked = await approved(draw, (2, 1), (2, 0), people=6)
        gone, small = draw.classes
        await draw.sql("UPDATE enrollment.class SET state = 'CANCELLED' WHERE id = :id", id=gone)
        await draw.sql("UPDATE enrollment.class SET capacity = 1 WHERE id = :id", id=small)

        await draw.announce()

        found = await applications(draw, rows)
        states = [found[application]["state"] for application, _ in ranked]
        assert states == ["NOT_SELECTED"] * 2 + ["PLACED"] + ["NOT_SELECTED"] * 3
        why = [await draw.reasons(person, application) for application, person in ranked]
        assert [each["settled"] for each in why] == [
            "class-gone", "class-gone", None, "seat-lost", "class-gone", None,
        ]  # fmt: skip

    async def test_happens_by_itself_once_goes_on_where_it_was_and_twice_is_once(
        self, draw, rows, context, worker
    ):
        ranked = await approved(draw, (1, 1), (1, 1), people=5)
        await announce_due(context)
        assert (await draw.told())["state"] == "APPROVED"
        await draw.sql("UPDATE enrollment.selection SET announce_at = :now", now=utc_now())

        await announce_due(context)
        assert (await draw.told())["state"] == "ANNOUNCING"
        # A worker dies when it has done nothing but one class, for good.
        await draw.sql("UPDATE enrollment.job SET state = 'FAILED' WHERE kind LIKE 'announce%'")
        await announce_due(context)
        await announce_due(context)
        await worker()
        await announce_due(context)
        await worker()

        assert (await draw.told())["state"] == "ANNOUNCED"
        jobs = await rows(
            "SELECT state, result FROM enrollment.job WHERE kind = 'announce-selection' ORDER BY id"
        )
        assert [each["state"] for each in jobs] == ["FAILED", "SUCCEEDED"]
        assert jobs[1]["result"] == {"classes": 2, "placed": 4, "without_place": 1}
        enrolled = [len(await draw.seats.enrollments(each)) for each in draw.classes]
        assert enrolled == [2, 2]
        events = await rows(
            "SELECT payload->>'after' AS after, payload->'left'->>'state' AS left,"
            " payload->'entered'->>'state' AS entered FROM enrollment.event"
            " WHERE topic = 'enrollment.application.decided' ORDER BY xid, id"
        )
        assert sorted(each["after"] for each in events) == [
            "NOT_SELECTED", "PLACED", "PLACED", "RESERVE", "RESERVE",
        ]  # fmt: skip
        assert {each["left"] for each in events} == {"SUBMITTED"}
        assert [each["entered"] for each in events] == [each["after"] for each in events]
        claims = await rows(
            "SELECT payload->'after'->>'applied' AS applied FROM enrollment.event"
            " WHERE topic LIKE 'enrollment.enrollment.%' ORDER BY xid, id"
        )
        assert [each["applied"] for each in claims] == ["true"] * 4
        assert len(ranked) == 5

    async def test_what_was_left_half_done_is_finished(self, draw, rows, context, worker):
        await approved(draw, (1, 1), (1, 1), people=5)
        await draw.sql(
            "UPDATE enrollment.selection SET announce_at = :now, announcing_at = :now,"
            " state = 'ANNOUNCING'",
            now=utc_now(),
        )
        async with context.transaction() as session:
            told = await announce_classes(session, draw.seats.wave_id, draw.classes[:1])
        assert told == 2

        await announce_due(context)
        await worker()

        assert (await draw.told())["state"] == "ANNOUNCED"
        enrolled = [len(await draw.seats.enrollments(each)) for each in draw.classes]
        assert enrolled == [2, 2]

    async def test_a_class_that_comes_later_opens_its_desk(self, draw, context):
        await draw.open((1, 1))
        await draw.run()
        late = await draw.seats.class_(selection="LOTTERY")
        first = await draw.seats.class_row(late)

        await announce_due(context)

        assert first.announced_at is None
        assert (await draw.seats.class_row(late)).announced_at == draw.announce_at

    async def test_leaves_a_wave_that_was_called_off(self, draw, context):
        await approved(draw, (1, 1), people=1)
        await draw.sql(
            "UPDATE enrollment.wave SET cancelled_at = :now, cancel_reason = 'Batal'", now=utc_now()
        )
        await draw.sql("UPDATE enrollment.selection SET announce_at = :now", now=utc_now())

        await announce_due(context)
        refused = await draw.announce()

        assert (await draw.told())["state"] == "APPROVED"
        assert (refused.status_code, refused.json()["code"]) == (409, "wave-cancelled")
        assert (refused.json()["present"], refused.json()["allowed"]) == ("CANCELLED", [])

    async def test_is_for_who_runs_the_programme(self, draw):
        await approved(draw, (1, 1), people=1)
        path = f"{draw.path}/selection/announce"
        stranger = draw.staff("stranger", ministries=["EDUCATION"])
        head = draw.staff("head", Role.FACILITY_OPERATOR, facilities=[draw.facilities[0]])

        at = draw.at(draw.announce_at + timedelta(minutes=1))
        assert (await stranger.post(path, **at)).json()["code"] == "not-your-ministry"
        assert (await head.post(path, **at)).status_code == 403

    async def test_without_confirmation_a_seat_is_a_seat(self, draw):
        await draw.open((1, 1), confirm_hours=None)
        for person in await draw.seats.people(2):
            await draw.apply(person)
        await draw.run()

        rows = await draw.seats.enrollments(draw.classes[0])
        assert [row.state.value for row in rows] == ["SEATED", "WAITLISTED"]
        await draw.seats.check_counts(draw.classes[0])
