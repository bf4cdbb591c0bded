"""Somebody who has completed a training, and whoever refers or receives him."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import httpx
import pytest

from shared.scope import Role
from tests.support.certified import Trained
from tests.support.registry import FakeRegistry
from tests.support.rolls import Running
from tests.support.seats import Applicant, Seats

STARTS = datetime(2077, 2, 8, 1, tzinfo=UTC)
SLOTS = [
    {"starts_at": STARTS.isoformat(), "ends_at": (STARTS + timedelta(hours=4)).isoformat()},
]
PAPER = {"reference": "arsip/2027/7.pdf", "sha256": "a" * 64}


@dataclass
class Referring:
    """A graduate, his centre, and those at the other end."""

    registry: FakeRegistry
    running: Running
    participant_id: str
    # The head of the centre at which he was trained, the person himself, and who makes others.
    head: Applicant
    himself: Applicant
    applicant: Callable[..., Applicant]

    def body(self, target_id: UUID, **changes) -> dict:
        """Return what a referral is proposed with; what its kind needs is filled in."""
        kind = self.registry.targets[target_id]["kind"]
        needed = {
            "BANK": {"financing": "KUR"},
            "PRODUCTION_SLOT": {"people": 2, "slots": SLOTS},
        }.get(kind, {})
        return {
            "class_id": str(self.running.class_id),
            "enrollment_id": self.running.ids[0],
            "kind": kind,
            "target_id": str(target_id),
            **needed,
            **changes,
        }

    @property
    def path(self) -> str:
        return f"/v1/participants/{self.participant_id}/referrals"

    def receiver(self, target_id: UUID) -> Applicant:
        """Return the operator of the facility to which one is referred."""
        at = self.registry.targets[target_id]["facility_id"]
        return self.applicant(Role.FACILITY_OPERATOR, facilities=[str(at)])

    async def proposed(self, target_id: UUID, **changes) -> dict:
        answer = await self.head.post(self.path, json=self.body(target_id, **changes))
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def consented(self, target_id: UUID, **changes) -> dict:
        """Return a referral to which the person has agreed himself."""
        referral = await self.proposed(target_id, **changes)
        return await self.turned(self.himself, referral, "consent", {"version": "2027-1"})

    async def sent(self, target_id: UUID, **changes) -> dict:
        referral = await self.consented(target_id, **changes)
        return await self.turned(self.head, referral, "send")

    async def turned(
        self, who: Applicant, referral: dict, verb: str, body: dict | None = None
    ) -> dict:
        answer = await self.turn(who, referral, verb, body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def turn(
        self,
        who: Applicant,
        referral: dict,
        verb: str,
        body: dict | None = None,
        *,
        key: str | None = None,
    ) -> httpx.Response:
        return await who.post(f"/v1/referrals/{referral['id']}/{verb}", json=body, key=key)


@pytest.fixture
async def referring(
    trained: Trained, seats: Seats, fake_registry: FakeRegistry, applicant: Callable[..., Applicant]
) -> Referring:
    running = trained.running
    place = (await seats.class_row(running.class_id)).facility_id
    head = applicant(Role.FACILITY_OPERATOR, facilities=[str(place)])
    participant_id = await trained.participant()
    himself = applicant(Role.PARTICIPANT, participant_id=participant_id)
    return Referring(fake_registry, running, participant_id, head, himself, applicant)


__all__ = ["PAPER", "SLOTS", "STARTS", "Referring", "referring"]
