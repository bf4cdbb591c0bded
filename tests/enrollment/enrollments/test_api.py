"""What happens to a seat after it was claimed, over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from shared.ids import new_id
from shared.schemas.enrollment import ClassState, EnrollmentMoved
from shared.scope import Role
from tests.support.seats import NOW, Applicant


@pytest.fixture
async def full(seats, admin):
    """Return a class with two seated and two waiting, and the four answers."""
    class_id = await seats.class_(capacity=2, reserve_capacity=2)
    answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(4)]
    return class_id, answers


def path_of(answer: dict, verb: str = "") -> str:
    path = f"/v1/classes/{answer['class_id']}/enrollments/{answer['id']}"
    return f"{path}/{verb}" if verb else path


class TestGetEnrollment:
    async def test_shows_the_place_in_line_and_why(self, seats, admin, full):
        _, (first, _, third, fourth) = full
        open_class = await seats.class_()

        seated, waiting = await admin.get(path_of(first)), await admin.get(path_of(fourth))
        await admin.post(path_of(third, "cancel"))
        moved_up = await admin.get(path_of(fourth))

        assert seated.json()["state"] == "SEATED"
        assert seated.json()["waitlist_position"] is None
        assert seated.json()["why_not_promoted"] is None
        assert seated.json()["alternatives"] is None
        assert waiting.json()["waitlist_number"] == 2
        assert waiting.json()["waitlist_position"] == 2
        assert waiting.json()["why_not_promoted"] == "NO_FREE_SEAT"
        assert [each["class_id"] for each in waiting.json()["alternatives"]] == [str(open_class)]
        assert moved_up.json()["waitlist_number"] == 2
        assert moved_up.json()["waitlist_position"] == 1

    async def test_answers_more_who_wait_than_there_are_connections(self, seats, admin):
        class_id = await seats.class_(capacity=1, reserve_capacity=12)
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(13)]

        reads = await asyncio.gather(*(admin.get(path_of(each)) for each in answers[1:]))

        assert [each.status_code for each in reads] == [200] * 12
        assert [each.json()["waitlist_position"] for each in reads] == list(range(1, 13))

    async def test_says_that_promotion_has_ended(self, seats, admin):
        class_id = await seats.class_(capacity=1, reserve_capacity=1)
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(2)]
        async with seats.transaction() as session:
            (await session.get(type(await seats.class_row(class_id)), class_id)).promote_until = NOW

        waiting = await admin.get(path_of(answers[1]))

        assert waiting.json()["why_not_promoted"] == "PROMOTION_ENDED"

    async def test_unknown(self, seats, admin):
        answer = await admin.get(f"/v1/classes/{await seats.class_()}/enrollments/{new_id()}")
        assert (answer.status_code, answer.json()["code"]) == (404, "enrollment-unknown")

    @pytest.mark.parametrize(
        ("office", "status"),
        [
            ((Role.REGIONAL_OFFICER, {"areas": ["33"]}), 200),
            ((Role.REGIONAL_OFFICER, {"areas": ["32"]}), 404),
            ((Role.AUDITOR, {}), 200),
            ((Role.ANALYST, {}), 403),
            ((Role.PARTICIPANT, {"participant_id": "own"}), 200),
            ((Role.PARTICIPANT, {"participant_id": "other"}), 404),
            ((Role.PROGRAM_MANAGER, {"ministries": ["MSME"]}), 200),
            ((Role.PROGRAM_MANAGER, {"ministries": ["HEALTH"]}), 404),
        ],
    )
    async def test_is_seen_within_the_scope_alone(self, seats, admin, auth, office, status):
        role, grant = office
        person = await seats.person()
        answer = (await admin.claim(await seats.class_(), person)).json()
        if "participant_id" in grant:
            grant = {"participant_id": person if grant["participant_id"] == "own" else new_id()}

        read = await Applicant(admin.client, auth(role, **grant)).get(path_of(answer))

        assert read.status_code == status

    async def test_the_home_area_may_read_but_not_write(self, seats, admin, enrollment, auth):
        person = await seats.person(home_province_code="12", home_regency_code="12.71")
        answer = (await admin.claim(await seats.class_(), person)).json()
        home = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["12"]))

        read = await home.get(path_of(answer))
        cancelled = await home.post(path_of(answer, "cancel"))

        assert read.status_code == 200
        assert (cancelled.status_code, cancelled.json()["code"]) == (403, "out-of-scope")


class TestListEnrollments:
    async def test_pages_through_a_class(self, seats, admin):
        class_id = await seats.class_(capacity=3, reserve_capacity=2)
        made = [(await admin.claim(class_id, each)).json() for each in await seats.people(5)]
        path = f"/v1/classes/{class_id}/enrollments"

        first = (await admin.get(path, limit=2)).json()
        pages, following = [first], first["next"]
        while following:
            pages.append((await admin.get(following.partition("/enrollment")[2])).json())
            following = pages[-1]["next"]

        listed = [each["id"] for page in pages for each in page["items"]]
        assert listed == sorted(each["id"] for each in made)
        assert [len(page["items"]) for page in pages] == [2, 2, 1]
        places = {each["id"]: each["waitlist_position"] for p in pages for each in p["items"]}
        assert [places[each["id"]] for each in made] == [None, None, None, 1, 2]

    async def test_filters_by_state(self, seats, admin, full):
        class_id, answers = full
        path = f"/v1/classes/{class_id}/enrollments"

        waiting = (await admin.get(path, state="WAITLISTED,CANCELLED")).json()["items"]

        assert [each["id"] for each in waiting] == [each["id"] for each in answers[2:]]

    async def test_refuses_a_state_that_does_not_exist(self, seats, admin):
        answer = await admin.get(f"/v1/classes/{await seats.class_()}/enrollments", state="SITTING")
        assert (answer.status_code, answer.json()["code"]) == (400, "state-unknown")

    async def test_shows_nothing_of_another_region(self, seats, enrollment, auth, full):
        class_id, _ = full
        office = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["32"]))
        answer = await office.get(f"/v1/classes/{class_id}/enrollments")
        assert answer.json() == {"items": [], "next": None}


class TestCancelEnrollment:
    async def test_frees_the_seat_and_promotes_the_next(self, seats, admin, full):
        class_id, answers = full

        answer = await admin.post(path_of(answers[0], "cancel"), json={"reason": "Pindah kota"})

        assert (answer.status_code, answer.json()["state"]) == (200, "CANCELLED")
        assert answer.json()["reason"] == "Pindah kota"
        rows = {str(row.id): row for row in await seats.enrollments(class_id)}
        promoted, waiting = rows[answers[2]["id"]], rows[answers[3]["id"]]
        assert (promoted.state, promoted.waitlist_number) == ("SEATED", 1)
        assert promoted.waited
        assert waiting.state == "WAITLISTED"
        await seats.check_counts(class_id)

    async def test_writes_an_event_for_either(self, seats, admin, full):
        class_id, answers = full

        await admin.post(path_of(answers[0], "cancel"))

        *_, cancelled, promoted = await seats.events(class_id)
        assert cancelled.topic == "enrollment.enrollment.cancelled"
        assert promoted.topic == "enrollment.enrollment.promoted"
        for event, before, after in (
            (cancelled, "SEATED", "CANCELLED"),
            (promoted, "WAITLISTED", "SEATED"),
        ):
            moved = EnrollmentMoved.model_validate(event.payload)
            assert (moved.before.state, moved.after.state) == (before, after)
            assert event.version == 2
        assert EnrollmentMoved.model_validate(promoted.payload).after.waited

    async def test_lets_the_person_claim_elsewhere(self, seats, admin, full):
        _, answers = full
        await admin.post(path_of(answers[3], "cancel"))

        again = await admin.claim(await seats.class_(), answers[3]["participant_id"])

        assert again.json()["state"] == "SEATED"

    async def test_lets_the_person_claim_the_same_class_again(self, seats, admin, full):
        class_id, answers = full
        await admin.post(path_of(answers[0], "cancel"))

        again = await admin.claim(class_id, answers[0]["participant_id"])

        assert (again.json()["state"], again.json()["waitlist_number"]) == ("WAITLISTED", 3)
        await seats.check_counts(class_id)

    async def test_promotes_nobody_after_promotion_has_ended(self, seats, admin):
        class_id = await seats.class_(
            capacity=1, reserve_capacity=1, promote_until=NOW + timedelta(hours=1)
        )
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(2)]
        async with seats.transaction() as session:
            (await session.get(type(await seats.class_row(class_id)), class_id)).promote_until = NOW

        await admin.post(path_of(answers[0], "cancel"))

        class_ = await seats.class_row(class_id)
        assert (class_.taken, class_.waiting) == (0, 1)

    async def test_is_done_once_under_one_key(self, seats, admin, full):
        class_id, answers = full
        first = await admin.post(path_of(answers[0], "cancel"), key="k")

        second = await admin.post(path_of(answers[0], "cancel"), key="k")

        assert second.content == first.content
        assert second.headers["idempotency-replayed"] == "true"
        await seats.check_counts(class_id)

    async def test_refuses_what_is_cancelled_already(self, admin, full):
        _, answers = full
        await admin.post(path_of(answers[0], "cancel"))

        answer = await admin.post(path_of(answers[0], "cancel"))

        assert (answer.status_code, answer.json()["code"]) == (409, "enrollment-state-refused")

    async def test_needs_a_key(self, admin, full, enrollment):
        answer = await enrollment.post(path_of(full[1][0], "cancel"), headers=admin.headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")

    async def test_a_person_cancels_for_himself(self, seats, enrollment, auth, full):
        class_id, answers = full
        own = Applicant(
            enrollment, auth(Role.PARTICIPANT, participant_id=answers[0]["participant_id"])
        )

        mine, theirs = (
            await own.post(path_of(answers[0], "cancel")),
            await own.post(path_of(answers[1], "cancel")),
        )

        assert (mine.status_code, theirs.status_code) == (200, 404)
        await seats.check_counts(class_id)


class TestWhoStandsInLine:
    @pytest.mark.parametrize("path", ["/opening", "/completion", "/enrollments/{id}/cancel", ""])
    async def test_a_stranger_does_not_wait_for_the_lock(self, seats, enrollment, auth, full, path):
        class_id, answers = full
        stranger = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[new_id()]))
        office = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["32"]))
        address = f"/v1/classes/{class_id}" + path.format(id=answers[0]["id"])

        async with seats.transaction() as session:
            await session.get(type(await seats.class_row(class_id)), class_id, with_for_update=True)
            if path:
                body = {"started_at": NOW.isoformat()} if path == "/opening" else {}
                answer = await stranger.post(address, json=body)
            else:
                answer = await TestChangeClass().change(office, class_id, label="A")

        assert answer.json()["code"] in ("out-of-scope", "enrollment-unknown")


class TestEndTraining:
    @pytest.fixture
    async def running(self, seats, admin):
        """Return the answers of two who sit in a class that has opened."""
        class_id = await seats.class_(starts_at=NOW)
        answers = [(await admin.claim(class_id, each)).json() for each in await seats.people(2)]
        ids = [each["id"] for each in answers]
        report = {"started_at": NOW.isoformat(), "present": ids[:1], "absent": ids[1:]}
        opened = await admin.post(f"/v1/classes/{class_id}/opening", json=report)
        assert opened.status_code == 200
        return answers

    @pytest.mark.parametrize(
        ("verb", "state"), [("complete", "COMPLETED"), ("drop-out", "DROPPED_OUT")]
    )
    async def test_keeps_the_seat_and_the_claim(self, seats, admin, running, verb, state):
        answer = await admin.post(path_of(running[0], verb), json={"reason": "Selesai"})

        assert (answer.status_code, answer.json()["state"]) == (200, state)
        again = await admin.claim(await seats.class_(), running[0]["participant_id"])
        assert again.json()["code"] == "already-enrolled"
        class_id = (await seats.claims())[0].class_id
        assert (await seats.class_row(class_id)).taken == 2
        await seats.check_counts(class_id)
        *_, event = await seats.events(class_id)
        assert EnrollmentMoved.model_validate(event.payload).after.state == state

    async def test_who_was_there_does_not_cancel(self, admin, running):
        answer = await admin.post(path_of(running[0], "cancel"))
        assert (answer.status_code, answer.json()["code"]) == (409, "has-attended")

    async def test_who_was_absent_may_cancel(self, admin, running):
        answer = await admin.post(path_of(running[1], "cancel"))
        assert answer.json()["state"] == "CANCELLED"

    @pytest.mark.parametrize("verb", ["complete", "drop-out"])
    async def test_refuses_in_a_class_that_has_not_opened(self, admin, full, verb):
        answer = await admin.post(path_of(full[1][0], verb))
        assert (answer.status_code, answer.json()["code"]) == (409, "class-not-running")

    async def test_is_not_for_the_person(self, enrollment, auth, running):
        person = Applicant(
            enrollment, auth(Role.PARTICIPANT, participant_id=running[0]["participant_id"])
        )
        answer = await person.post(path_of(running[0], "complete"))
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    async def test_is_for_the_instructor_of_the_facility(self, seats, enrollment, auth, running):
        facility = (await seats.class_row((await seats.claims())[0].class_id)).facility_id
        own = Applicant(enrollment, auth(Role.INSTRUCTOR, facilities=[facility]))
        other = Applicant(enrollment, auth(Role.INSTRUCTOR, facilities=[new_id()]))

        outside = await other.post(path_of(running[0], "complete"))
        inside = await own.post(path_of(running[0], "complete"))

        assert (outside.status_code, inside.status_code) == (404, 200)


class TestChangeClass:
    async def change(self, admin, class_id, *, etag: str | None = '"1"', **change):
        headers = {**admin.headers, "Content-Type": "application/merge-patch+json"}
        if etag is not None:
            headers["If-Match"] = etag
        return await admin.client.patch(f"/v1/classes/{class_id}", json=change, headers=headers)

    async def test_raising_the_capacity_promotes_in_order(self, seats, admin, full):
        class_id, answers = full

        answer = await self.change(admin, class_id, capacity=3)

        assert (answer.status_code, answer.json()["capacity"]) == (200, 3)
        assert (answer.json()["taken"], answer.json()["waiting"]) == (3, 1)
        assert answer.headers["etag"] == '"2"'
        rows = {str(row.id): row.state for row in await seats.enrollments(class_id)}
        assert rows[answers[2]["id"]] == "SEATED"
        assert rows[answers[3]["id"]] == "WAITLISTED"
        await seats.check_counts(class_id)
        *_, changed, promoted = await seats.events(class_id)
        assert changed.topic == "enrollment.class.changed"
        assert promoted.topic == "enrollment.enrollment.promoted"

    async def test_refuses_a_capacity_below_what_is_taken(self, seats, admin, full):
        class_id, _ = full

        answer = await self.change(admin, class_id, capacity=1)

        assert (answer.status_code, answer.json()["code"]) == (409, "capacity-below-taken")
        held = [str(row.id) for row in await seats.enrollments(class_id) if row.state == "SEATED"]
        assert answer.json()["enrollment_ids"] == sorted(held)
        assert (await seats.class_row(class_id)).capacity == 2
        assert "2" in answer.json()["detail"]
        assert (await seats.class_row(class_id)).capacity == 2

    async def test_refuses_a_reserve_below_who_waits(self, admin, full):
        answer = await self.change(admin, full[0], reserve_capacity=1)
        assert (answer.status_code, answer.json()["code"]) == (409, "reserve-below-waiting")

    async def test_refuses_more_than_the_space_holds(self, seats, admin):
        class_id = await seats.class_(space_capacity=20)
        answer = await self.change(admin, class_id, capacity=21)
        assert (answer.status_code, answer.json()["code"]) == (422, "capacity-above-space")

    async def test_changes_the_label_alone(self, seats, admin):
        class_id = await seats.class_()
        answer = await self.change(admin, class_id, label="Angkatan II")
        assert (answer.json()["label"], answer.json()["capacity"]) == ("Angkatan II", 2)

    async def test_needs_the_version_that_was_read(self, seats, admin):
        class_id = await seats.class_()

        without = await self.change(admin, class_id, etag=None, label="A")
        stale = await self.change(admin, class_id, etag='"9"', label="A")

        assert (without.status_code, without.json()["code"]) == (428, "precondition-required")
        assert (stale.status_code, stale.json()["code"]) == (412, "stale")

    async def test_a_claim_does_not_make_the_version_stale(self, seats, admin, full):
        answer = await self.change(admin, full[0], label="Angkatan II")
        assert answer.status_code == 200

    async def test_refuses_outside_the_scope(self, seats, enrollment, auth):
        class_id = await seats.class_()
        office = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["32"]))
        answer = await self.change(office, class_id, label="A")
        assert (answer.status_code, answer.json()["code"]) == (403, "out-of-scope")

    async def test_refuses_a_class_that_has_opened(self, seats, admin):
        class_id = await seats.class_(state=ClassState.OPENED)
        answer = await self.change(admin, class_id, capacity=5)
        assert (answer.status_code, answer.json()["code"]) == (409, "class-not-planned")

    async def test_unknown(self, admin):
        answer = await self.change(admin, new_id(), capacity=5)
        assert (answer.status_code, answer.json()["code"]) == (404, "class-unknown")
