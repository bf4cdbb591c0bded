from collections import Counter
from datetime import timedelta

from shared.clock import ledger_day, utc_now

TODAY = ledger_day(utc_now())


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


ALL = ["MoU", "Aksi", "BLKK"]


class TestRemind:
    async def test_writes_each_once_also_after_a_missed_day(self, ground, reminding):
        counts = [await reminding.on(days) for days in (9, 10, 10, 40, 72, 99, 100, 101)]

        assert counts == [0, 3, 0, 0, 3, 3, 0, 0]
        once = Counter((label, days) for days in (90, 30, 7) for label in ALL)
        assert await reminding.written() == once
        topics = ["agreement.expiring", "agreement_action.due", "development.accounts_due"]
        assert await reminding.told() == [(topic, days) for days in (90, 30, 7) for topic in topics]

    async def test_leaves_alone_what_has_come_to_its_end(self, world, reminding):
        ends = await world.agreement(number="ends", valid_to=day(50))
        renewed = await world.agreement(number="renewed", valid_to=day(50))
        action = await world.made(
            "/agreement-actions",
            {
                "agreement_id": ends["id"],
                "title": "Batal",
                "responsible": {"ministry": "MSME"},
                "due_on": day(20),
            },
        )
        await world.post(f"/agreement-actions/{action['id']}/cancel", {"reason": "Batal."})
        await world.post(f"/agreements/{ends['id']}/terminate", {"day": day(5), "reason": "X"})
        await world.post(
            f"/agreements/{renewed['id']}/renew",
            {"number": "next", "signed_on": day(0), "valid_from": day(51)},
        )

        assert await reminding.on(0) == 0

    async def test_reminds_anew_when_the_day_is_another(self, world, reminding):
        agreement = await world.agreement()
        action = await world.made(
            "/agreement-actions",
            {
                "agreement_id": agreement["id"],
                "title": "Aksi",
                "responsible": {"ministry": "MSME"},
                "due_on": day(20),
            },
        )
        await reminding.on(0)
        await world.patch(
            f"/agreement-actions/{action['id']}",
            {"due_on": day(25)},
            headers={"If-Match": '"1"'},
        )

        assert await reminding.on(0) == 1
        assert await reminding.written() == {("Aksi", 30): 2}
