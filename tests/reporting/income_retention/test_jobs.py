from datetime import timedelta

import pytest

from services.reporting.income_retention.jobs import forget_incomes
from services.reporting.income_retention.rules import INCOMES_KEPT
from shared.clock import utc_now
from shared.ids import new_id
from shared.scope import Role
from tests.reporting.story import Story


@pytest.fixture
async def recorded(reporting, auth, fold, rows) -> dict[str, str]:
    """Record incomes just within and just beyond what is kept; return the ids of both answers."""
    story = Story().begin(utc_now() - timedelta(days=200))
    story.publish()
    enrollment_id = story.enroll(story.plan_class(story.register_facility(0)), home=0)
    story.complete(enrollment_id)
    await fold(story.events)
    ids = {}
    for name, months, age in (
        ("young", 3, INCOMES_KEPT - timedelta(hours=1)),
        ("old", 6, INCOMES_KEPT + timedelta(hours=1)),
    ):
        body = {
            "enrollment_id": str(enrollment_id),
            "horizon_months": months,
            "status": "SELF_EMPLOYED",
            "source": "PROXY",
            "income_before_rupiah": 1_500_123,
            "income_after_rupiah": 2_750_456,
        }
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": str(new_id())}
        answer = await reporting.post("/v1/followups", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        ids[name] = answer.json()["id"]
        await rows(
            "UPDATE reporting.followup SET recorded_at = :at WHERE id = :id",
            at=utc_now() - age,
            id=ids[name],
        )
    return ids


async def test_only_amounts_go_and_only_when_they_are_old(reporting, auth, recorded, worker, rows):
    async with worker.context() as context:
        await forget_incomes(context)
        await forget_incomes(context)

    shown = {
        name: (
            await reporting.get(f"/v1/followups/{each}", headers=auth(Role.NATIONAL_ADMIN))
        ).json()
        for name, each in recorded.items()
    }
    assert shown["young"]["income_after_rupiah"] == 2_750_456
    assert shown["old"]["income_after_rupiah"] is None
    assert shown["old"]["income_change"] == shown["young"]["income_change"] == "UP"
    (told,) = await rows(
        "SELECT payload FROM reporting.event WHERE topic = 'reporting.incomes.forgotten'"
    )
    assert told["payload"]["rows"] == 1
