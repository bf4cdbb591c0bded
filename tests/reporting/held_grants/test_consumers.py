from datetime import UTC, datetime
from uuid import UUID

from services.reporting.worker import EnrollmentConsumer, RegistryConsumer
from shared.db.grants import holder_of
from shared.db.session import transaction
from shared.ids import new_id
from shared.schemas.events import EventRead
from shared.scope import SYSTEM
from tests.reporting.conftest import READER
from tests.reporting.story import Story
from tests.support.waiting import eventually


def held(assignment_id: UUID) -> EventRead:
    now = datetime(2026, 11, 22, 5, tzinfo=UTC)
    payload = {
        "id": str(assignment_id),
        "holder": holder_of("balai:people", "ibu-sari"),
        "role": "REGIONAL_OFFICER",
        "ministries": [],
        "areas": ["33"],
        "facilities": [],
        "valid_from": "2020-01-01",
        "valid_to": None,
        "revoked_at": None,
    }
    return EventRead.model_validate(
        {
            "id": new_id(),
            "stream_id": assignment_id,
            "topic": "registry.assignment.granted",
            "schema": 1,
            "version": 1,
            "occurred_at": now,
            "recorded_at": now,
            "payload": payload,
        }
    )


class TestRegistryConsumer:
    async def test_folds_figures_and_lets_in_whom_the_registry_assigned(
        self, db, rows, reporting, login
    ):
        story = Story()
        registered = story.tell_facility(story.register_facility())

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().consume(session, [registered, held(new_id())])

        async def is_in() -> bool:
            response = await reporting.get("/v1/reports/facilities", headers=login("ibu-sari"))
            return response.status_code == 200

        await eventually(is_in)
        [cube] = await rows("SELECT sum(n) AS n FROM reporting.facility_cube")
        assert cube["n"] == 1

    async def test_lets_nobody_in_after_a_restore_until_it_is_told_anew(self, db, rows):
        event = held(new_id())
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().consume(session, [event])

        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().reset(session)

        assert await rows("SELECT id FROM reporting.held_grant") == []
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().consume(session, [event])
        assert len(await rows("SELECT id FROM reporting.held_grant")) == 1


def bound(binding_id: UUID, participant_id: UUID, *, ended: bool = False) -> EventRead:
    now = datetime(2026, 11, 22, 5, tzinfo=UTC)
    payload = {
        "id": str(binding_id),
        "participant_id": str(participant_id),
        "holder": holder_of("balai:people", "ibu-sari"),
        "unbound_at": now.isoformat() if ended else None,
    }
    return EventRead.model_validate(
        {
            "id": new_id(),
            "stream_id": participant_id,
            "topic": f"enrollment.participant.{'unbound' if ended else 'bound'}",
            "schema": 1,
            "version": 1,
            "occurred_at": now,
            "recorded_at": now,
            "payload": payload,
        }
    )


class TestEnrollmentConsumer:
    async def test_lets_a_bound_login_ask_for_the_persons_own_and_no_longer_when_unbound(
        self, db, reporting, login
    ):
        binding, person = new_id(), new_id()
        sari = login("ibu-sari")

        async def tell(*events: EventRead) -> None:
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await EnrollmentConsumer().consume(session, list(events))

        async def status() -> int:
            return (await reporting.get(f"/v1/followups/{new_id()}", headers=sari)).status_code

        before = await status()
        await tell(bound(binding, person))
        during = await status()
        await tell(bound(binding, person, ended=True), bound(binding, person))

        async def is_out() -> bool:
            return await status() == 403

        await eventually(is_out)
        assert (before, during) == (403, 404)

    async def test_keeps_an_end_that_is_told_before_its_beginning(self, db, rows):
        binding, person = new_id(), new_id()
        for event in (bound(binding, person, ended=True), bound(binding, person)):
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await EnrollmentConsumer().consume(session, [event])

        [kept] = await rows("SELECT unbound_at FROM reporting.bound_login")
        assert kept["unbound_at"] is not None
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await EnrollmentConsumer().reset(session)
        assert await rows("SELECT id FROM reporting.bound_login") == []

    async def test_lets_the_logins_of_who_was_merged_act_as_who_stays(self, db, rows):
        gone, stays = new_id(), new_id()
        merged = bound(new_id(), stays).model_copy(
            update={
                "id": new_id(),
                "topic": "enrollment.participant.merged",
                "payload": {
                    "merge_id": str(new_id()),
                    "participant_id": str(stays),
                    "from_id": str(gone),
                    "moved": {},
                    "cancelled": [],
                },
            }
        )
        for _ in range(2):
            async with transaction(db, scope=SYSTEM, actor=READER) as session:
                await EnrollmentConsumer().consume(session, [bound(new_id(), gone), merged])

        kept = await rows("SELECT DISTINCT participant_id FROM reporting.bound_login")
        assert kept == [{"participant_id": stays}]
