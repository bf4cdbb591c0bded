from datetime import timedelta

from sqlalchemy import select, update

from services.registry.base import Event
from services.registry.invitations.jobs import end_invitations
from services.registry.invitations.tables import ClaimAttempt, Invitation
from services.registry.worker import create_worker
from shared.clock import utc_now


class TestEndInvitations:
    async def test_ends_what_nobody_claimed_and_forgets_old_tries(self, door, in_transaction):
        facility = await door.facility()
        late, claimed, open_one = [await door.invited(facility["id"]) for _ in range(3)]
        await door.claim(claimed["code"])
        long_ago = utc_now() - timedelta(hours=2)
        async with in_transaction() as session:
            statement = update(Invitation).where(Invitation.id.in_([late["id"], claimed["id"]]))
            await session.execute(statement.values(expires_at=long_ago))
            session.add(ClaimAttempt(holder="somebody", tries=9, since=long_ago))

        for _ in range(2):
            async with create_worker(door.registry.state["settings"]).context() as context:
                await end_invitations(context)

        async with in_transaction() as session:
            rows = (await session.execute(select(Invitation.id, Invitation.state))).all()
            states = {str(row.id): row.state for row in rows}
            holders = (await session.scalars(select(ClaimAttempt.holder))).all()
            told = await session.scalars(
                select(Event.stream_id).where(Event.topic == "registry.invitation.expired")
            )
            assert [str(each) for each in told] == [late["id"]]
        assert states == {late["id"]: "EXPIRED", claimed["id"]: "CLAIMED", open_one["id"]: "ISSUED"}
        assert "somebody" not in holders
        assert len(holders) == 1
