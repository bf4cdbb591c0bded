"""An office with invitations, and people who claim them."""

from datetime import timedelta

import pytest

from shared.clock import utc_now
from tests.registry.world import World
from tests.support.waiting import eventually


class Door(World):
    """The world, with what offices and those who are invited do."""

    def __init__(self, world: World, login) -> None:
        super().__init__(world.registry, world.auth)
        self.login = login

    async def invite(self, facility_id: str, *, by=None, **facts):
        body = {"facility_id": facility_id, "expires_at": in_days(30), **facts}
        return await self.post("/invitations", body, by=by)

    async def invited(self, facility_id: str, **facts) -> dict:
        response = await self.invite(facility_id, **facts)
        assert response.status_code == 201, response.text
        return response.json()

    async def claim(self, code: str, who: str = "ibu-sari", *, key: str | None = None):
        return await self.post("/me/invitations", {"code": code}, by=self.login(who), key=key)

    async def decide(self, invitation: dict, how: str, body: dict, *, by=None):
        return await self.post(f"/invitations/{invitation['id']}/{how}", body, by=by)

    async def head(self, facility_id: str, who: str = "ibu-sari") -> dict:
        """Invite somebody, let him claim and approve him; return his assignment."""
        invitation = await self.invited(facility_id)
        assert (await self.claim(invitation["code"], who)).status_code == 201
        approved = await self.decide(invitation, "approve", {})
        assert approved.status_code == 200, approved.text
        return (await self.get(f"/assignments/{approved.json()['assignment_id']}")).json()

    async def may_act(self, who: str) -> bool:
        return (await self.get("/facilities", by=self.login(who))).status_code == 200

    async def acts(self, who: str, *, wanted: bool = True) -> None:
        """Wait until somebody may, or may no longer, do what his role lets him."""

        async def is_so() -> bool:
            return await self.may_act(who) is wanted

        await eventually(is_so, within_s=10)


def in_days(days: int) -> str:
    return (utc_now() + timedelta(days=days)).isoformat()


@pytest.fixture
def door(world, login) -> Door:
    return Door(world, login)
