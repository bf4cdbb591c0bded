from datetime import timedelta

from services.registry.agreement_reminders.jobs import write_reminders
from services.registry.worker import create_worker
from shared.clock import ledger_day, utc_now

TODAY = ledger_day(utc_now())


def day(days: int) -> str:
    return (TODAY + timedelta(days)).isoformat()


class TestWriteReminders:
    async def test_goes_on_until_nothing_is_due(self, world, registry, reminding, monkeypatch):
        monkeypatch.setattr("services.registry.agreement_reminders.jobs._AT_ONCE", 2)
        for number in "12345":
            await world.agreement(number=number, valid_to=day(5))
        worker = create_worker(registry.state["settings"])

        async with worker.context() as context:
            await write_reminders(context)
            await write_reminders(context)

        assert await reminding.written() == {(n, 7): 1 for n in "12345"}

    def test_is_one_of_the_worker_s_crons(self, registry):
        worker = create_worker(registry.state["settings"])

        assert write_reminders in [cron.run for cron in worker.crons]
