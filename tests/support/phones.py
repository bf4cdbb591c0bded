"""A phone that works without a network, and later tells what was done on it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from shared.clock import utc_now
from shared.ids import new_id
from tests.support.seats import Applicant


@dataclass
class Phone:
    """The device of somebody: `queue` is what was done on it, `ahead` what its clock is off."""

    who: Applicant
    id: str = field(default_factory=lambda: str(new_id()))
    ahead: timedelta = timedelta()
    queue: list[dict] = field(default_factory=list)

    async def register(self, **more) -> httpx.Response:
        body = {"id": self.id, "label": "HP balai", **more}
        return await self.who.post("/v1/me/devices", json=body)

    def clock(self) -> datetime:
        return utc_now() + self.ahead

    def change(self, kind: str, body: dict, *, base: int | None = None, **more) -> dict:
        """Note what was done without a network, and return it."""
        made = {
            "change_id": str(new_id()),
            "kind": kind,
            "made_at": self.clock().isoformat(),
            "base_version": base,
            "body": body,
            **more,
        }
        self.queue.append(made)
        return made

    async def send(self, changes: list[dict] | None = None, **more) -> httpx.Response:
        body = {
            "device_id": self.id,
            "sent_at": self.clock().isoformat(),
            "changes": self.queue if changes is None else changes,
            **more,
        }
        headers = {**self.who.headers, "Accept-Language": "en"}
        return await self.who.client.post("/v1/sync/changes", json=body, headers=headers)

    async def told(self, changes: list[dict] | None = None) -> list[dict]:
        """Send changes and return the verdicts."""
        answer = await self.send(changes)
        assert answer.status_code == 207, answer.text
        return answer.json()["verdicts"]

    async def changes(self, after: str | None = None, **more) -> httpx.Response:
        params = {"device_id": self.id, **({} if after is None else {"after": after}), **more}
        return await self.who.get("/v1/changes", **params)
