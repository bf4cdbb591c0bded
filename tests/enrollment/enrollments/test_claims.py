"""Claims over HTTP: what is answered, and what is stored."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import pytest

from shared.ids import new_id
from shared.schemas.enrollment import ClassState, EnrollmentMoved
from shared.scope import Role
from tests.support.seats import NOW, Applicant


class TestClaimSeat:
    async def test_seats_the_first_and_numbers_the_next(self, seats, admin):
        class_id = await seats.class_(capacity=1, reserve_capacity=2)
        people = await seats.people(3)

        answers = [await admin.claim(class_id, each) for each in people]

        assert [each.status_code for each in answers] == [201, 201, 201]
        got = [(each.json()["state"], each.json()["waitlist_number"]) for each in answers]
        assert got == [("SEATED", None), ("WAITLISTED", 1), ("WAITLISTED", 2)]
        await seats.check_counts(class_id)

    async def test_answers_with_what_was_stored(self, seats, admin):
        class_id, person = await seats.class_(), await seats.person()

        answer = await admin.claim(class_id, person)

        body = answer.json()
        (row,) = await seats.enrollments(class_id)
        assert set(body) == {
            "id", "class_id", "participant_id", "program_id", "state", "waitlist_number",
            "arrived_at",
        }  # fmt: skip
        assert body["id"] == str(row.id)
        assert body["participant_id"] == str(person) == str(row.participant_id)
        assert body["program_id"] == str(seats.program_id)
        assert answer.headers["location"] == (
            f"http://balai.test/enrollment/v1/classes/{class_id}/enrollments/{row.id}"
        )
        read = await admin.get(f"/v1/classes/{class_id}/enrollments/{row.id}")
        assert read.json()["arrived_at"] == body["arrived_at"]

    async def test_takes_the_id_that_the_client_made(self, seats, admin):
        class_id, person, own = await seats.class_(), await seats.person(), new_id()

        answer = await admin.claim(class_id, person, id=str(own))

        assert answer.json()["id"] == str(own)

    async def test_writes_one_event_with_the_cell_after(self, seats, admin):
        class_id, person = await seats.class_(), await seats.person()

        await admin.claim(class_id, person, headers={"X-Request-ID": "asked-1"})

        (event,) = await seats.events(class_id)
        moved = EnrollmentMoved.model_validate(event.payload)
        class_ = await seats.class_row(class_id)
        (row,) = await seats.enrollments(class_id)
        assert (event.topic, event.version, event.request_id) == (
            "enrollment.enrollment.claimed", 1, "asked-1",
        )  # fmt: skip
        assert event.actor == "balai:cli|test-national_admin"
        assert (event.facility_id, event.participant_id) == (class_.facility_id, person)
        assert (event.province_code, event.host_ministry) == ("33", "MANPOWER")
        assert moved.before is None
        assert moved.enrollment_id == row.id
        assert moved.after.facility_kind == class_.facility_kind
        assert (moved.after.state, moved.after.waited) == (row.state, False)
        assert (moved.after.age_band, moved.after.sex) == (row.age_band, row.sex)


class TestIdempotency:
    async def test_replays_the_same_bytes(self, seats, admin):
        class_id, person = await seats.class_(), await seats.person()
        first = await admin.claim(class_id, person, key="once")

        second = await admin.claim(class_id, person, key="once")

        assert second.status_code == 201
        assert second.content == first.content
        assert second.headers["location"] == first.headers["location"]
        assert second.headers["idempotency-replayed"] == "true"
        assert "idempotency-replayed" not in first.headers
        assert len(await seats.enrollments(class_id)) == 1

    async def test_refuses_a_key_that_came_with_another_body(self, seats, admin):
        class_id, people = await seats.class_(), await seats.people(2)
        await admin.claim(class_id, people[0], key="once")

        answer = await admin.claim(class_id, people[1], key="once")

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")

    async def test_keys_of_two_callers_are_two_keys(self, seats, admin, enrollment, auth):
        class_id, people = await seats.class_(), await seats.people(2)
        other = Applicant(enrollment, auth(Role.NATIONAL_ADMIN, subject="another"))
        await admin.claim(class_id, people[0], key="once")

        answer = await other.claim(class_id, people[1], key="once")

        assert answer.status_code == 201
        assert "idempotency-replayed" not in answer.headers

    async def test_requests_in_flight_under_one_key_get_one_answer(self, seats, admin):
        class_id, person = await seats.class_(), await seats.person()

        answers = await asyncio.gather(
            *(admin.claim(class_id, person, key="once") for _ in range(20))
        )

        assert {each.status_code for each in answers} == {201}
        assert len({each.content for each in answers}) == 1
        assert len(await seats.enrollments(class_id)) == 1
        assert sum("idempotency-replayed" not in each.headers for each in answers) == 1

    async def test_a_refusal_is_not_stored(self, seats, admin):
        class_id, people = await seats.class_(capacity=1, reserve_capacity=0), await seats.people(2)
        first = (await admin.claim(class_id, people[0])).json()
        await admin.claim(class_id, people[1], key="once")
        await admin.post(f"/v1/classes/{class_id}/enrollments/{first['id']}/cancel")

        answer = await admin.claim(class_id, people[1], key="once")

        assert answer.json()["state"] == "SEATED"

    async def test_needs_a_key(self, seats, admin, enrollment):
        class_id, person = await seats.class_(), await seats.person()

        answer = await enrollment.post(
            f"/v1/classes/{class_id}/enrollments",
            json={"participant_id": str(person)},
            headers=admin.headers,
        )

        assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-missing")


class TestRefusals:
    @pytest.fixture
    async def refused(self, seats, admin):
        """Return the function that claims and asserts that nothing at all was stored."""

        async def claim(class_id, person, *, status: int, code: str) -> dict:
            answer = await admin.claim(class_id, person)
            assert (answer.status_code, answer.json()["code"]) == (status, code)
            assert answer.headers["content-type"] == "application/problem+json"
            assert await seats.claims() == []
            return answer.json()

        return claim

    async def test_unknown_class(self, seats, refused):
        await refused(new_id(), await seats.person(), status=404, code="class-unknown")

    async def test_unknown_participant(self, seats, refused):
        await refused(await seats.class_(), new_id(), status=404, code="participant-unknown")

    async def test_before_the_window(self, seats, refused):
        class_id = await seats.class_(opens_at=NOW + timedelta(hours=1))
        told = await refused(class_id, await seats.person(), status=409, code="window-not-open")
        assert (told["present"], told["allowed"]) == ("NOT_OPEN", ["OPEN"])
        assert datetime.fromisoformat(told["opens_at"]) == NOW + timedelta(hours=1)

    async def test_after_the_window(self, seats, refused):
        class_id = await seats.class_(closes_at=NOW - timedelta(hours=1))
        told = await refused(class_id, await seats.person(), status=409, code="window-closed")
        assert (told["present"], told["allowed"]) == ("CLOSED", ["OPEN"])
        assert datetime.fromisoformat(told["closes_at"]) == NOW - timedelta(hours=1)

    @pytest.mark.parametrize(
        "state", [ClassState.OPENED, ClassState.COMPLETED, ClassState.CANCELLED]
    )
    async def test_class_that_is_no_longer_planned(self, seats, refused, state):
        class_id = await seats.class_(state=state)
        told = await refused(class_id, await seats.person(), status=409, code="class-not-open")
        assert (told["present"], told["allowed"]) == (state, ["PLANNED"])

    async def test_kind_of_business(self, seats, refused):
        person = await seats.person(entrant_kind="MEDIUM")
        await refused(await seats.class_(), person, status=422, code="not-eligible-kind")

    async def test_age(self, seats, refused):
        person = await seats.person(birth_date=(NOW - timedelta(days=365 * 17)).date())
        await refused(await seats.class_(), person, status=422, code="not-eligible-age")

    async def test_home_outside_the_programme(self, seats, refused):
        program_id = new_id()
        seats.wave_id = new_id()
        await seats.program(id=program_id, area_codes=["12", "13.71"])
        class_id = await seats.class_(program_id=program_id, wave_id=seats.wave_id)
        await refused(class_id, await seats.person(), status=422, code="not-eligible-area")

    async def test_full_class_names_what_is_open_nearby(self, seats, refused):
        there = {"latitude": -7.33, "longitude": 110.5}
        full = await seats.class_(capacity=1, reserve_capacity=0, taken=1, **there)
        far = await seats.class_(latitude=-6.2, longitude=106.8)
        near = await seats.class_(latitude=-7.4, longitude=110.6)
        unplaced = await seats.class_(regency_code="33.01")
        await seats.class_(capacity=1, taken=1, **there)
        await seats.class_(closes_at=NOW - timedelta(days=1), **there)

        # A hint that took too long is left out, and there when somebody asks again.
        for _ in range(5):
            problem = await refused(full, await seats.person(), status=409, code="class-full")
            if problem["alternatives"]:
                break

        found = [each["class_id"] for each in problem["alternatives"]]
        assert found == [str(near), str(far), str(unplaced)]
        assert problem["alternatives"][0]["free_seats"] == 2
        distances = [each["distance_km"] for each in problem["alternatives"]]
        assert distances == [13, 427, None]

    async def test_full_class_while_what_is_open_cannot_be_looked_up(self, seats, admin):
        full = await seats.class_(capacity=1, reserve_capacity=0, taken=1)
        person, sessions = await seats.person(), admin.client.state["sessions"]
        await admin.claim(await seats.class_(), await seats.person())

        async with AsyncExitStack() as held:
            for _ in range(sessions.kw["bind"].pool.size()):
                await held.enter_async_context(sessions.kw["bind"].connect())
            answer = await admin.claim(full, person)

        assert (answer.status_code, answer.json()["code"]) == (409, "class-full")
        assert answer.json()["alternatives"] == []

    async def test_person_who_is_enrolled_elsewhere_already(self, seats, admin):
        here, there, person = await seats.class_(), await seats.class_(), await seats.person()
        await admin.claim(here, person)

        answer = await admin.claim(there, person)

        assert (answer.status_code, answer.json()["code"]) == (409, "already-enrolled")
        assert str(here) not in answer.text
        assert str(person) not in answer.text
        assert await seats.enrollments(there) == []

    async def test_id_that_is_in_use(self, seats, admin):
        class_id, people, own = await seats.class_(), await seats.people(2), str(new_id())
        await admin.claim(class_id, people[0], id=own)

        answer = await admin.claim(class_id, people[1], id=own)

        assert (answer.status_code, answer.json()["code"]) == (409, "id-taken")

    async def test_id_that_two_claim_at_once(self, seats, admin):
        class_id, people, own = await seats.class_(), await seats.people(2), str(new_id())

        answers = await asyncio.gather(*(admin.claim(class_id, each, id=own) for each in people))

        assert sorted(each.status_code for each in answers) == [201, 409]
        assert len(await seats.enrollments(class_id)) == 1

    @pytest.mark.parametrize("body", ["{", "[]", '{"participant_id": 3}', '{"id": null}'])
    async def test_malformed_bodies(self, seats, admin, enrollment, body):
        class_id = await seats.class_()

        answer = await enrollment.post(
            f"/v1/classes/{class_id}/enrollments",
            content=body,
            headers={**admin.headers, "Idempotency-Key": "k"},
        )

        assert answer.status_code in (400, 422)
        assert answer.json()["code"] in ("json-invalid", "validation-failed")

    async def test_members_that_nobody_knows(self, seats, admin):
        answer = await admin.claim(await seats.class_(), await seats.person(), nik="3" * 16)

        assert answer.status_code == 422
        assert "3" * 16 not in answer.text

    async def test_path_that_is_no_id(self, seats, admin):
        answer = await admin.claim("abc", await seats.person())

        assert (answer.status_code, answer.json()["code"]) == (422, "validation-failed")


class TestWhoMayClaim:
    async def test_nobody_without_a_token(self, seats, enrollment):
        answer = await Applicant(enrollment, {}).claim(await seats.class_(), await seats.person())
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")

    async def test_not_an_analyst(self, seats, enrollment, auth):
        caller = Applicant(enrollment, auth(Role.ANALYST))
        answer = await caller.claim(await seats.class_(), await seats.person())
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    async def test_a_person_for_himself(self, seats, enrollment, auth):
        person = await seats.person()
        caller = Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=person))
        assert (await caller.claim(await seats.class_(), person)).status_code == 201

    async def test_not_a_person_for_another(self, seats, enrollment, auth, rows):
        caller = Applicant(enrollment, auth(Role.PARTICIPANT, participant_id=new_id()))
        class_id = await seats.class_()
        answer = await caller.claim(class_id, await seats.person())
        assert (answer.status_code, answer.json()["code"]) == (404, "participant-unknown")
        (audit,) = await rows("SELECT * FROM enrollment.audit")
        assert audit["action"] == "denied POST /v1/classes/{class_id}/enrollments"
        assert str(audit["subject_id"]) == str(class_id)

    @pytest.mark.parametrize(
        ("grant", "status"),
        [
            ({"areas": ["33"]}, 201),
            ({"areas": ["33.73"]}, 201),
            ({"areas": ["32"]}, 403),
            ({"areas": ["33.74"]}, 403),
            ({"areas": ["33"], "ministries": ["MSME"]}, 201),
            ({"areas": ["33"], "ministries": ["HEALTH"]}, 403),
        ],
    )
    async def test_an_office_within_its_area_and_ministry(
        self, seats, enrollment, auth, grant, status
    ):
        caller = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, **grant))
        answer = await caller.claim(await seats.class_(), await seats.person())
        assert answer.status_code == status
        if status == 403:
            assert answer.json()["code"] == "out-of-scope"

    async def test_a_ministry_in_its_own_programmes_only(self, seats, enrollment, auth):
        caller = Applicant(enrollment, auth(Role.PROGRAM_MANAGER, ministries=["HEALTH"]))
        answer = await caller.claim(await seats.class_(), await seats.person())
        assert answer.status_code == 403

    async def test_an_operator_in_his_own_facility(self, seats, enrollment, auth):
        own, other = await seats.class_(), await seats.class_()
        facility = (await seats.class_row(own)).facility_id
        caller = Applicant(enrollment, auth(Role.FACILITY_OPERATOR, facilities=[facility]))
        people = await seats.people(2)

        inside, outside = await caller.claim(own, people[0]), await caller.claim(other, people[1])

        assert (inside.status_code, outside.status_code) == (201, 403)

    async def test_an_office_learns_that_a_class_is_unknown(self, seats, enrollment, auth):
        caller = Applicant(enrollment, auth(Role.REGIONAL_OFFICER, areas=["33"]))
        answer = await caller.claim(new_id(), await seats.person())
        assert (answer.status_code, answer.json()["code"]) == (404, "class-unknown")
