"""Things that come to their day in 100 days, and a hand that writes reminders on any day."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.agreement_reminders.operations import remind
from services.registry.agreement_reminders.tables import AgreementReminder
from services.registry.base import Event
from shared.clock import ledger_day, utc_now

NOW = utc_now()
TODAY = ledger_day(NOW)
TOPICS = (
    "registry.agreement.expiring",
    "registry.agreement_action.due",
    "registry.development.accounts_due",
)
EVIDENCE = {"reference": "arsip/1", "sha256": "ab" * 32}


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


class Reminding:
    """Writes reminders on one day after another, and tells what was written."""

    def __init__(self, in_transaction) -> None:
        self._begin = in_transaction

    async def on(self, days: int, limit: int = 100) -> int:
        async with self._begin() as session:
            return await remind(session, today=TODAY + timedelta(days), now=NOW, limit=limit)

    async def written(self) -> Counter[tuple[str, int]]:
        async with self._begin() as session:
            rows = await session.scalars(select(AgreementReminder))
            return Counter((row.label, row.days_before) for row in rows)

    async def told(self) -> list[tuple[str, int]]:
        async with self._begin() as session:
            statement = select(Event).where(Event.topic.in_(TOPICS)).order_by(Event.xid, Event.id)
            return [
                (event.topic.removeprefix("registry."), event.payload["days_before"])
                for event in await session.scalars(statement)
            ]


@pytest.fixture
def reminding(in_transaction) -> Reminding:
    return Reminding(in_transaction)


@pytest.fixture
async def ground(world) -> None:
    """Make an agreement, an action and accounts that all come to their day in 100 days."""
    facility = await world.facility(kind="BLKK", status="PLANNED")
    institution = await world.made(
        "/institutions", {"code": "YPC", "name": "Yayasan Contoh", "kind": "FOUNDATION"}
    )
    agreement = await world.agreement(
        number="MoU", valid_to=day(100), facility_ids=[facility["id"]]
    )
    await world.made(
        "/agreement-actions",
        {
            "agreement_id": agreement["id"],
            "title": "Aksi",
            "responsible": {"ministry": "MSME"},
            "facility_id": facility["id"],
            "due_on": day(100),
        },
    )
    development = await world.made(
        "/developments",
        {
            "number": "BLKK",
            "title": "Pembangunan",
            "facility_id": facility["id"],
            "institution_id": institution["id"],
            "ministry": "MANPOWER",
            "grant_rupiah": 1_000,
            "proposed_on": day(-3),
            "evidence": EVIDENCE,
        },
    )
    for name, facts in (("VERIFIED", {}), ("SIGNED", {"accounts_due_on": day(100)})):
        step = {"step": name, "day": day(-2), "evidence": EVIDENCE, **facts}
        taken = await world.post(f"/developments/{development['id']}/steps", step)
        assert taken.status_code == 200, taken.text
