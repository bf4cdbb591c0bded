from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.reporting.worker import RegistryConsumer
from shared.db.session import transaction
from shared.ids import new_id
from shared.schemas.events import EventRead
from shared.schemas.registry import Topic
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story

AT = datetime(2026, 11, 20, 2, tzinfo=UTC)
AGREEMENT = UUID("01936f00-0000-7000-8000-00000000a001")
PROMISE = {
    "indicator": "PARTICIPANTS_TRAINED",
    "value": 5000,
    "unit": "orang",
    "by_day": "2027-12-31",
    "mode": "TOTAL",
}


def event(topic: str, payload: dict, *, version: int = 1) -> EventRead:
    return EventRead.model_validate(
        {
            "id": str(new_id()),
            "stream_id": str(AGREEMENT),
            "topic": topic,
            "schema": 1,
            "version": version,
            "occurred_at": (AT + timedelta(minutes=version)).isoformat(),
            "recorded_at": (AT + timedelta(minutes=version)).isoformat(),
            "payload": payload,
        }
    )


def stated(*promises: dict, version: int = 1, **members) -> EventRead:
    payload = {
        "agreement_id": str(AGREEMENT),
        "targets": len(promises),
        "number": "PKS/12/2026",
        "valid_from": "2026-01-01",
        "area_codes": ["32"],
        "owner_ministry": "MANPOWER",
        "stated": list(promises),
        **members,
    }
    return event(Topic.AGREEMENT_TARGETS_STATED, payload, version=version)


@pytest.fixture
def consume(db):
    """Return the function that gives the registry's consumer some events, in a transaction."""

    async def take(*events: EventRead) -> None:
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().consume(session, list(events))

    return take


@pytest.fixture
def listed(reporting, auth):
    """Return the function that lists the targets of the registry, as an office sees them."""

    async def read(query: str = "", area: str = "32") -> list[dict]:
        caller = auth(Role.REGIONAL_OFFICER, areas=[area])
        page = (await reporting.get(f"/v1/targets?{query}", headers=caller)).json()
        return [each for each in page["items"] if each["origin"] != "STATED"]

    return read


class TestFollowTargets:
    async def test_keeps_what_an_agreement_promises_where_it_lies(self, consume, listed):
        await consume(stated(PROMISE))

        [target] = await listed()
        assert (target["origin"], target["value"], target["source"]) == (
            "AGREEMENT",
            5000,
            "PKS/12/2026",
        )
        assert target["agreement_id"] == str(AGREEMENT)
        assert target["by_day"] == "2027-12-31"
        assert target["area_codes"] == ["32"]
        assert target["achievement"]["measured"]
        assert await listed(area="51") == []

    async def test_another_statement_takes_the_place_of_the_one_before(self, consume, listed):
        added = {**PROMISE, "mode": "ADDITIONAL", "value": 70}
        await consume(stated(PROMISE, added), stated({**PROMISE, "value": 6000}, version=2))
        # Told again, and the older one again after the newer, nothing changes.
        await consume(stated({**PROMISE, "value": 6000}, version=2))
        await consume(stated(PROMISE, added))

        assert [each["value"] for each in await listed()] == [6000]
        gone = await listed("withdrawn=true")
        assert {each["value"]: bool(each["withdrawn_at"]) for each in gone} == {
            6000: False,
            70: True,
        }
        assert {each["counts_from"] for each in gone} == {None, "2026-01-01"}

    async def test_a_draft_promises_nothing_until_it_is_signed(self, consume, listed):
        await consume(stated(PROMISE, signed=False))
        before = await listed()
        signed = {
            "agreement_id": str(AGREEMENT),
            "kind": "PKS",
            "number": "PKS/12/2026",
            "facilities": 0,
        }
        await consume(event(Topic.AGREEMENT_SIGNED, signed, version=2))

        assert before == []
        assert [each["value"] for each in await listed()] == [5000]

    async def test_what_was_promised_ends_with_the_agreement(self, consume, listed):
        ended = {
            "agreement_id": str(AGREEMENT),
            "kind": "PKS",
            "before": "ACTIVE",
            "after": "TERMINATED",
            "ended_on": "2026-11-20",
            "successor_id": None,
        }
        await consume(stated(PROMISE), event(Topic.AGREEMENT_TERMINATED, ended, version=2))

        assert await listed() == []

    async def test_an_event_told_before_they_were_members_says_nothing(self, consume, listed):
        old = event(Topic.AGREEMENT_TARGETS_STATED, {"agreement_id": str(AGREEMENT), "targets": 1})
        await consume(stated(PROMISE), old)

        assert len(await listed()) == 1

    async def test_keeps_what_partners_are_to_hire_and_moves_with_the_facility(
        self, consume, listed, reporting, auth
    ):
        story = Story()
        facility = story.register_facility(0)
        story.tell_facility(facility)
        role = {
            "role_id": str(new_id()),
            "facility_id": facility["facility_id"],
            "institution_id": str(new_id()),
            "role": "HIRING_PARTNER",
            "valid_from": "2026-01-01",
            "valid_to": None,
            "hires": 120,
            "hires_by": "2027-12-31",
            "province_code": "32",
            "regency_code": "32.73",
            "owner_ministry": "MANPOWER",
        }
        await consume(*story.events, event(Topic.FACILITY_ROLE_STATED, role))
        [target] = await listed()
        moved = {
            "facility_id": facility["facility_id"],
            "code": "B-1",
            "before": None,
            "after": {
                "province_code": "51",
                "regency_code": "51.71",
                "facility_kind": "BLKK",
                "owner_ministry": "MANPOWER",
                "status": "ACTIVE",
            },
        }
        await consume(event(Topic.FACILITY_CHANGED, moved, version=2))

        assert (target["indicator"], target["value"]) == ("GRADUATES_HIRED", 120)
        assert target["by_day"] == "2027-12-31"
        assert await listed() == []
        [there] = await listed(area="51")
        response = await reporting.patch(
            f"/v1/targets/{there['id']}",
            json={"value": 1},
            headers={**auth(Role.NATIONAL_ADMIN), "If-Match": f'"{there["version"]}"'},
        )
        assert (response.status_code, response.json()["code"]) == (409, "target-of-registry")

    async def test_a_partner_who_leaves_before_its_day_promises_nothing(self, consume, listed):
        role = {
            "role_id": str(new_id()),
            "facility_id": str(new_id()),
            "institution_id": str(new_id()),
            "role": "HIRING_PARTNER",
            "valid_from": "2026-01-01",
            "valid_to": None,
            "hires": 120,
            "hires_by": "2027-12-31",
            "province_code": "32",
            "regency_code": "32.73",
            "owner_ministry": "MANPOWER",
        }
        await consume(
            event(Topic.FACILITY_ROLE_STATED, role),
            event(Topic.FACILITY_ROLE_STATED, {**role, "valid_to": "2026-12-31"}, version=2),
        )

        assert await listed() == []


class TestForgetTargets:
    async def test_forgets_what_a_restored_registry_will_tell_again(self, consume, listed, db):
        await consume(stated(PROMISE))
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await RegistryConsumer().reset(session)

        assert await listed() == []
        await consume(stated(PROMISE))
        assert len(await listed()) == 1
