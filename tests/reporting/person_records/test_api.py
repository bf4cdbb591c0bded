from datetime import timedelta

import pytest

from services.reporting.person_records.consumers import follow_erasures
from services.reporting.restricted_people.consumers import follow_restrictions
from shared.clock import utc_now
from shared.db.session import transaction
from shared.schemas.enrollment import Topic
from shared.schemas.events import EventRead
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story

ANSWER = {
    "horizon_months": 3,
    "status": "SELF_EMPLOYED",
    "source": "SELF",
    "income_before_rupiah": 1_500_123,
    "income_after_rupiah": 2_750_456,
}


@pytest.fixture
async def trained(fold) -> tuple[str, str]:
    """Return enrollment and person of somebody who completed a class."""
    story = Story().begin(utc_now() - timedelta(days=400))
    story.publish()
    enrollment_id = story.enroll(story.plan_class(story.register_facility(0)), home=0)
    story.complete(enrollment_id)
    await fold(story.events)
    return str(enrollment_id), str(story.people[enrollment_id]["participant_id"])


@pytest.fixture
def tell(db):
    """Return the function that tells reporting something of a person."""

    async def follow(topic: str, participant_id: str, *, version: int, **payload) -> None:
        now = utc_now()
        event = EventRead.model_validate(
            {
                "id": participant_id,
                "stream_id": participant_id,
                "epoch": 1,
                "xid": 1,
                "topic": topic,
                "schema": 1,
                "version": version,
                "occurred_at": now,
                "recorded_at": now,
                "payload": {"participant_id": participant_id, **payload},
            }
        )
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await follow_restrictions(session, [event])
            await follow_erasures(session, [event])

    return follow


@pytest.fixture
def record(reporting, auth, trained):
    """Return the function that answers in the person's own name."""
    himself = auth(Role.PARTICIPANT, participant_id=trained[1])

    async def post(enrollment_id: str, key: str, **changes):
        headers = {**himself, "Idempotency-Key": key}
        body = {**ANSWER, "enrollment_id": enrollment_id, **changes}
        return await reporting.post("/v1/followups", json=body, headers=headers)

    return post


class TestPersonRecords:
    async def test_tells_a_service_all_and_nobody_else(self, reporting, auth, trained, record):
        enrollment_id, participant_id = trained
        recorded = await record(enrollment_id, "one")
        path = f"/v1/person-records/{participant_id}"

        told = await reporting.get(path, headers=auth(Role.SERVICE))
        refused = [
            (await reporting.get(path, headers=auth(role))).status_code
            for role in (Role.NATIONAL_ADMIN, Role.AUDITOR, Role.ANALYST)
        ]

        assert recorded.status_code == 201, recorded.text
        (answer,) = told.json()["records"]["followup"]
        assert answer["incomes"] == {"before_rupiah": 1_500_123, "after_rupiah": 2_750_456}
        assert "incomes_cipher" not in answer
        assert refused == [403, 403, 403]

    async def test_erases_amounts_once_and_counts_on(
        self, *, reporting, auth, trained, record, rows, tell
    ):
        enrollment_id, participant_id = trained
        await record(enrollment_id, "one")
        (before,) = await rows("SELECT counted FROM reporting.followup")
        path = f"/v1/person-records/{participant_id}/erase"
        erased = {"request_id": participant_id}

        await tell(Topic.PARTICIPANT_ERASED, participant_id, version=2, **erased)
        await tell(Topic.PARTICIPANT_ERASED, participant_id, version=2, **erased)
        headers = {**auth(Role.SERVICE), "Idempotency-Key": "erase"}
        answer = await reporting.post(path, headers=headers)

        assert answer.json()["rows"] == {
            "followup": 1,
            "followup_version": 0,
            "followup_link": 0,
            "bound_login": 0,
        }
        (kept,) = await rows("SELECT incomes_cipher, recorded_by, counted FROM reporting.followup")
        assert (kept["incomes_cipher"], kept["recorded_by"]) == (None, "-")
        assert kept["counted"] == before["counted"]
        told = await rows(
            "SELECT payload FROM reporting.event WHERE topic = 'reporting.person.forgotten'"
        )
        assert len(told) == 1
        refused = await record(enrollment_id, "two", horizon_months=6)
        assert (refused.status_code, refused.json()["code"]) == (409, "person-restricted")


class TestRestriction:
    async def test_refuses_answers_by_the_newest_that_was_told(self, trained, record, tell):
        enrollment_id, participant_id = trained
        now = utc_now().isoformat()
        lifted = {"restricted_at": None, "reason": "PERSON_ASKED"}
        restricted = {"restricted_at": now, "reason": "REQUESTED"}

        await tell(Topic.PARTICIPANT_RESTRICTED, participant_id, version=2, **restricted)
        refused = await record(enrollment_id, "one")
        await tell(Topic.RESTRICTION_LIFTED, participant_id, version=3, **lifted)
        await tell(Topic.PARTICIPANT_RESTRICTED, participant_id, version=2, **restricted)
        recorded = await record(enrollment_id, "two")

        assert (refused.status_code, refused.json()["code"]) == (409, "person-restricted")
        assert recorded.status_code == 201, recorded.text
