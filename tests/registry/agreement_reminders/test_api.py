from datetime import timedelta

from shared.clock import ledger_day, utc_now
from shared.scope import Role

TODAY = ledger_day(utc_now())


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


ALL = ["MoU", "Aksi", "BLKK"]


class TestListAgreementReminders:
    async def test_shows_what_is_within_scope(self, world, ground, reminding):
        await reminding.on(10)

        async def labels(by=None, **filters) -> list[str]:
            page = (await world.get("/agreement-reminders", by=by, **filters)).json()
            return sorted(each["label"] for each in page["items"])

        assert await labels() == sorted(ALL)
        assert await labels(subject="ACCOUNTS") == ["BLKK"]
        assert await labels(due_from=day(101)) == await labels(due_before=day(100)) == []
        assert await labels(due_from=day(100), due_before=day(101)) == sorted(ALL)
        assert await labels(by=world.officer("33")) == sorted(ALL)
        assert await labels(by=world.officer("33", "MSME")) == ["Aksi"]
        assert await labels(by=world.officer("32")) == []
        msme = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])
        assert await labels(by=msme) == ["Aksi", "MoU"]
        first = (await world.get("/agreement-reminders", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()
        assert sorted(each["label"] for each in first["items"] + second["items"]) == sorted(ALL)
        analyst = await world.get("/agreement-reminders", by=world.auth(Role.ANALYST))
        assert analyst.status_code == 403
