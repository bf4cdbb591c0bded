"""A class starts and ends, over HTTP."""

from datetime import timedelta

import pytest
from sqlalchemy import event

from shared.ids import new_id
from shared.schemas.enrollment import ClassMoved, EnrollmentMoved
from shared.scope import Role
from tests.support.seats import NOW, Applicant

STARTED = (NOW - timedelta(hours=3)).isoformat()
REASON = {"reason": "Balai batal menyelenggarakan"}


@pytest.fixture
async def planned(seats, admin):
    """Return a class whose hour has come, with two seated and two waiting."""
    class_id = await seats.class_(capacity=2, reserve_capacity=2, starts_at=NOW)
    answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(4)]
    return class_id, [each["id"] for each in answers], answers


def report(present=(), absent=(), **changes) -> dict:
    return {"started_at": STARTED, "present": list(present), "absent": list(absent), **changes}


class TestReportOpening:
    async def test_records_hours_later_who_was_there(self, seats, admin, planned):
        class_id, ids, _ = planned
        path = f"/v1/classes/{class_id}/opening"

        answer = await admin.post(path, json=report(ids[:1], ids[1:2]))

        assert answer.status_code == 200
        assert (answer.json()["present"], answer.json()["absent"]) == (1, 1)
        assert (await admin.get(path)).json() == answer.json()
        class_ = await seats.class_row(class_id)
        assert (class_.state, class_.version) == ("OPENED", 2)
        assert class_.opened_at < class_.opening_reported_at
        rows = {str(row.id): row for row in await seats.enrollments(class_id)}
        assert [rows[each].presence for each in ids[:2]] == ["PRESENT", "ABSENT"]

    async def test_ends_the_waitlist_and_gives_the_claims_back(self, seats, admin, planned):
        class_id, ids, answers = planned

        await admin.post(f"/v1/classes/{class_id}/opening", json=report(ids[:2]))

        rows = {str(row.id): row.state for row in await seats.enrollments(class_id)}
        assert [rows[each] for each in ids] == ["SEATED", "SEATED", "NOT_PLACED", "NOT_PLACED"]
        await seats.check_counts(class_id)
        elsewhere = await admin.claim(await seats.class_(), answers[3]["participant_id"])
        assert elsewhere.json()["state"] == "SEATED"

    async def test_keeps_the_waitlist_where_promotion_goes_on(self, seats, admin):
        class_id = await seats.class_(
            capacity=1, starts_at=NOW, promote_until=NOW + timedelta(days=3)
        )
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(2)]
        ids = [each["id"] for each in answers]

        await admin.post(f"/v1/classes/{class_id}/opening", json=report((), ids[:1]))
        waiting = (await seats.class_row(class_id)).waiting
        await admin.post(f"/v1/classes/{class_id}/enrollments/{ids[0]}/cancel")

        assert waiting == 1
        rows = {str(row.id): row.state for row in await seats.enrollments(class_id)}
        assert [rows[each] for each in ids] == ["CANCELLED", "SEATED"]
        await seats.check_counts(class_id)

    async def test_tells_what_moved(self, seats, admin, planned):
        class_id, ids, _ = planned
        before = len(await seats.events(class_id))

        await admin.post(f"/v1/classes/{class_id}/opening", json=report(ids[:1], ids[1:2]))

        events = (await seats.events(class_id))[before:]
        topics = [each.topic.removeprefix("enrollment.") for each in events]
        assert topics == [
            "enrollment.presence_reported",
            "enrollment.presence_reported",
            "class.opened",
            "enrollment.not_placed",
            "enrollment.not_placed",
        ]
        moved = [EnrollmentMoved.model_validate(each.payload) for each in events[:2]]
        assert [(each.before.presence, each.after.presence) for each in moved] == [
            ("UNREPORTED", "PRESENT"),
            ("UNREPORTED", "ABSENT"),
        ]
        opened = ClassMoved.model_validate(events[2].payload)
        assert (opened.before.state, opened.after.state) == ("PLANNED", "OPENED")
        assert opened.reported_at is not None

    async def test_moves_a_whole_class_in_a_few_statements(self, seats, admin):
        class_id = await seats.class_(capacity=40, reserve_capacity=0, starts_at=NOW)
        ids = [(await admin.claim(class_id, each)).json()["id"] for each in await seats.people(40)]
        counted = []
        engine = admin.client.state["sessions"].kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

        answer = await admin.post(f"/v1/classes/{class_id}/opening", json=report(ids))

        assert answer.json()["present"] == 40
        assert len(counted) <= 13, counted

    async def test_opens_once(self, seats, admin, planned):
        class_id, ids, _ = planned
        path = f"/v1/classes/{class_id}/opening"
        first = await admin.post(path, json=report(ids[:2]), key="k")

        same = await admin.post(path, json=report(ids[:2]), key="k")
        other = await admin.post(path, json=report(ids[:2]))

        assert same.content == first.content
        assert (other.status_code, other.json()["code"]) == (409, "presence-already-reported")

    async def test_names_who_does_not_belong_on_the_roll(self, seats, admin, planned):
        class_id, ids, _ = planned
        elsewhere = (await admin.claim(await seats.class_(), await seats.person())).json()["id"]
        body = report([ids[0], elsewhere, ids[2]], [ids[0]])

        answer = await admin.post(f"/v1/classes/{class_id}/opening", json=body)

        assert (answer.status_code, answer.json()["code"]) == (422, "roll-refused")
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
            ("/present/1", "enrollment-unknown"),
            ("/present/2", "not-seated"),
            ("/absent/0", "listed-twice"),
        ]
        assert elsewhere not in answer.text
        assert (await seats.class_row(class_id)).state == "PLANNED"

    async def test_tells_the_faults_in_the_callers_language(self, admin, planned):
        class_id, _, _ = planned
        answer = await admin.post(
            f"/v1/classes/{class_id}/opening",
            json=report([new_id().hex]),
            **{"Accept-Language": "en"},
        )
        assert answer.json()["errors"][0]["detail"] == "There is no such enrollment in the class."

    async def test_refuses_a_start_in_the_future(self, admin, planned):
        class_id, _, _ = planned
        later = (NOW + timedelta(days=1)).isoformat()
        answer = await admin.post(f"/v1/classes/{class_id}/opening", json=report(started_at=later))
        assert (answer.status_code, answer.json()["code"]) == (422, "start-implausible")
        assert answer.json()["errors"][0]["pointer"] == "/started_at"

    async def test_refuses_a_time_without_zone(self, admin, planned):
        answer = await admin.post(
            f"/v1/classes/{planned[0]}/opening", json=report(started_at="2026-11-22T08:00:00")
        )
        assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed")

    async def test_refuses_another_facility(self, seats, enrollment, auth, planned):
        operator = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[new_id()]))
        answer = await operator.post(f"/v1/classes/{planned[0]}/opening", json=report())
        assert (answer.status_code, answer.json()["code"]) == (403, "out-of-scope")

    async def test_is_not_for_participants(self, enrollment, auth, planned):
        person = Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=new_id()))
        answer = await person.post(f"/v1/classes/{planned[0]}/opening", json=report())
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    async def test_unknown_class(self, admin):
        answer = await admin.post(f"/v1/classes/{new_id()}/opening", json=report())
        assert (answer.status_code, answer.json()["code"]) == (404, "class-unknown")


class TestReportOpeningAgain:
    @pytest.fixture
    async def promoted(self, seats, admin):
        """Return an opened class in which the second has got the seat of the first, absent."""
        class_id = await seats.class_(
            capacity=1, starts_at=NOW, promote_until=NOW + timedelta(days=3)
        )
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(2)]
        ids = [each["id"] for each in answers]
        path = f"/v1/classes/{class_id}/opening"
        first = await admin.post(path, json=report((), ids[:1]))
        assert first.status_code == 200
        await admin.post(f"/v1/classes/{class_id}/enrollments/{ids[0]}/cancel")
        return path, class_id, ids, first.json()

    async def test_adds_who_was_promoted_after_the_opening(self, seats, admin, promoted):
        path, class_id, ids, first = promoted

        answer = await admin.post(path, json=report(ids[1:]), key="k")
        replayed = await admin.post(path, json=report(ids[1:]), key="k")

        assert answer.json() == {**first, "present": 1}
        assert replayed.content == answer.content
        assert (await admin.get(path)).json() == answer.json()
        rows = {str(row.id): row.presence for row in await seats.enrollments(class_id)}
        assert [rows[each] for each in ids] == ["ABSENT", "PRESENT"]
        *_, last = await seats.events(class_id)
        moved = EnrollmentMoved.model_validate(last.payload)
        assert last.topic == "enrollment.enrollment.presence_reported"
        assert (moved.before.presence, moved.after.presence) == ("UNREPORTED", "PRESENT")
        assert (await seats.class_row(class_id)).version == 2

    async def test_corrects_nobody(self, seats, admin, promoted):
        path, class_id, ids, first = promoted
        await admin.post(path, json=report(ids[1:]))

        answer = await admin.post(path, json=report((), ids[1:]))

        assert (answer.status_code, answer.json()["code"]) == (409, "presence-already-reported")
        assert (await admin.get(path)).json() == {**first, "present": 1}
        rows = {str(row.id): row.presence for row in await seats.enrollments(class_id)}
        assert rows[ids[1]] == "PRESENT"

    @pytest.mark.parametrize("changes", [{"present": []}, {"started_at": NOW.isoformat()}])
    async def test_refuses_nobody_and_another_start(self, admin, promoted, changes):
        path, _, ids, _ = promoted
        answer = await admin.post(path, json=report(ids[1:]) | changes)
        assert (answer.status_code, answer.json()["code"]) == (409, "class-already-opened")

    async def test_refuses_a_class_that_has_ended(self, admin, promoted):
        path, class_id, ids, _ = promoted
        await admin.post(f"/v1/classes/{class_id}/completion", json={"completed": ids[1:]})
        answer = await admin.post(path, json=report(ids[1:]))
        assert (answer.status_code, answer.json()["code"]) == (409, "class-already-opened")


class TestGetOpening:
    async def test_unknown_until_it_is_reported(self, admin, planned):
        answer = await admin.get(f"/v1/classes/{planned[0]}/opening")
        assert (answer.status_code, answer.json()["code"]) == (404, "opening-unknown")

    async def test_is_seen_within_the_scope_alone(self, admin, enrollment, auth, planned):
        path = f"/v1/classes/{planned[0]}/opening"
        await admin.post(path, json=report())
        offices = [
            Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=[each]))
            for each in ("33", "32")
        ]

        answers = [await each.get(path) for each in offices]

        assert [each.status_code for each in answers] == [200, 404]


class TestReportCompletion:
    @pytest.fixture
    async def opened(self, admin, planned):
        class_id, ids, answers = planned
        await admin.post(f"/v1/classes/{class_id}/opening", json=report(ids[:2]))
        return class_id, ids, answers

    async def test_ends_the_class_for_everybody(self, seats, admin, opened):
        class_id, ids, _ = opened

        answer = await admin.post(
            f"/v1/classes/{class_id}/completion",
            json={"completed": ids[:1], "dropped_out": ids[1:2]},
        )

        assert answer.status_code == 200
        assert (answer.json()["completed"], answer.json()["dropped_out"]) == (1, 1)
        class_ = await seats.class_row(class_id)
        assert (class_.state, class_.taken) == ("COMPLETED", 2)
        assert class_.completed_at is not None
        rows = {str(row.id): row.state for row in await seats.enrollments(class_id)}
        assert [rows[each] for each in ids[:2]] == ["COMPLETED", "DROPPED_OUT"]
        await seats.check_counts(class_id)
        *_, last = await seats.events(class_id)
        moved = ClassMoved.model_validate(last.payload)
        assert (moved.before.state, moved.after.state) == ("OPENED", "COMPLETED")

    async def test_takes_who_was_recorded_before(self, seats, admin, opened):
        class_id, ids, _ = opened
        await admin.post(f"/v1/classes/{class_id}/enrollments/{ids[1]}/drop-out")

        listed = await admin.post(
            f"/v1/classes/{class_id}/completion",
            json={"completed": ids[:1], "dropped_out": ids[1:2]},
        )

        assert (listed.json()["completed"], listed.json()["dropped_out"]) == (1, 1)
        row = {str(each.id): each for each in await seats.enrollments(class_id)}[ids[1]]
        assert row.version == 3

    async def test_refuses_to_leave_somebody_undecided(self, seats, admin, opened):
        class_id, ids, _ = opened
        answer = await admin.post(f"/v1/classes/{class_id}/completion", json={"completed": ids[:1]})
        assert (answer.status_code, answer.json()["code"]) == (422, "seated-unlisted")
        assert (await seats.class_row(class_id)).state == "OPENED"

    async def test_refuses_who_dropped_out_among_the_completed(self, admin, opened):
        class_id, ids, _ = opened
        await admin.post(f"/v1/classes/{class_id}/enrollments/{ids[1]}/drop-out")
        answer = await admin.post(f"/v1/classes/{class_id}/completion", json={"completed": ids[:2]})
        assert answer.json()["errors"] == [
            {
                "in": "body",
                "pointer": "/completed/1",
                "code": "not-seated",
                "detail": "Kepesertaan ini tidak memegang kursi.",
            }
        ]

    async def test_refuses_a_class_that_has_not_opened(self, admin, planned):
        class_id, ids, _ = planned
        answer = await admin.post(f"/v1/classes/{class_id}/completion", json={"completed": ids[:2]})
        assert (answer.status_code, answer.json()["code"]) == (409, "class-not-running")


class TestCancelClass:
    async def test_gives_everything_back(self, seats, admin, planned):
        class_id, _, answers = planned

        answer = await admin.post(f"/v1/classes/{class_id}/cancel", json=REASON)

        assert (answer.status_code, answer.json()["state"]) == (200, "CANCELLED")
        assert (answer.json()["taken"], answer.json()["waiting"]) == (0, 0)
        assert answer.json()["version"] == 2
        rows = await seats.enrollments(class_id)
        assert {(row.state, row.reason) for row in rows} == {("CANCELLED", REASON["reason"])}
        assert await seats.claims() == []
        await seats.check_counts(class_id)
        elsewhere = await seats.class_()
        for each in (answers[0], answers[3]):
            again = await admin.claim(elsewhere, each["participant_id"])
            assert again.json()["state"] == "SEATED"

    async def test_leaves_who_had_cancelled_alone(self, seats, admin, planned):
        class_id, ids, _ = planned
        await admin.post(f"/v1/classes/{class_id}/enrollments/{ids[3]}/cancel")

        await admin.post(f"/v1/classes/{class_id}/cancel", json=REASON)

        row = {str(each.id): each for each in await seats.enrollments(class_id)}[ids[3]]
        assert (row.version, row.reason) == (2, None)

    async def test_tells_what_moved(self, seats, admin, planned):
        class_id, _, _ = planned
        before = len(await seats.events(class_id))

        await admin.post(f"/v1/classes/{class_id}/cancel", json=REASON)

        *moves, last = (await seats.events(class_id))[before:]
        assert {each.topic for each in moves} == {"enrollment.enrollment.cancelled"}
        assert len(moves) == 4
        assert last.topic == "enrollment.class.cancelled"
        moved = ClassMoved.model_validate(last.payload)
        assert (moved.before.state, moved.after.state) == ("PLANNED", "CANCELLED")

    async def test_is_done_once_under_one_key(self, admin, planned):
        path = f"/v1/classes/{planned[0]}/cancel"
        first = await admin.post(path, json=REASON, key="k")

        same = await admin.post(path, json=REASON, key="k")
        other = await admin.post(path, json=REASON)

        assert (same.status_code, same.content) == (200, first.content)
        assert (other.status_code, other.json()["code"]) == (409, "class-not-planned")

    async def test_ends_sign_up_and_opening(self, seats, admin, planned):
        class_id, ids, _ = planned
        await admin.post(f"/v1/classes/{class_id}/cancel", json=REASON)

        claim = await admin.claim(class_id, await seats.person())
        opening = await admin.post(f"/v1/classes/{class_id}/opening", json=report(ids[:1]))

        assert claim.json()["code"] == "class-not-open"
        assert opening.json()["code"] == "class-already-opened"

    async def test_refuses_a_class_that_has_opened(self, seats, admin, planned):
        class_id, ids, _ = planned
        await admin.post(f"/v1/classes/{class_id}/opening", json=report(ids[:2]))

        answer = await admin.post(f"/v1/classes/{class_id}/cancel", json=REASON)

        assert (answer.status_code, answer.json()["code"]) == (409, "class-not-planned")
        assert (await seats.class_row(class_id)).taken == 2

    async def test_asks_for_a_reason(self, admin, planned):
        answer = await admin.post(f"/v1/classes/{planned[0]}/cancel", json={})
        assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed")

    @pytest.mark.parametrize(
        ("role", "grant", "status"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["33"]}, 200),
            (Role.REGIONAL_OFFICER, {"areas": ["32"]}, 403),
            (Role.INSTRUCTOR, {"facilities": [new_id()]}, 403),
        ],
    )
    async def test_is_for_offices_of_the_area(self, enrollment, auth, planned, role, grant, status):
        office = Applicant(enrollment, auth(role, **grant))
        answer = await office.post(f"/v1/classes/{planned[0]}/cancel", json=REASON)
        assert answer.status_code == status

    async def test_unknown_class(self, admin):
        answer = await admin.post(f"/v1/classes/{new_id()}/cancel", json=REASON)
        assert (answer.status_code, answer.json()["code"]) == (404, "class-unknown")

    async def test_calls_a_large_class_off_in_a_few_statements(self, seats, admin):
        class_id = await seats.class_(capacity=40, reserve_capacity=0)
        for each in await seats.people(40):
            await admin.claim(class_id, each)
        counted = []
        engine = admin.client.state["sessions"].kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

        await admin.post(f"/v1/classes/{class_id}/cancel", json=REASON)

        assert (await seats.class_row(class_id)).taken == 0
        assert len(counted) <= 13, counted
