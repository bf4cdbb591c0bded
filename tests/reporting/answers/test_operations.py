import asyncio

import pytest

from services.reporting.answers import operations
from services.reporting.answers.operations import Answers, Kept
from shared.errors import UnavailableError

KEPT = Kept(rows=b"[]", labels=b"{}", number=0)


class TestAnswers:
    async def test_reads_once_for_all_who_ask_at_once(self):
        answers, read = Answers(), []

        async def reading() -> Kept:
            read.append(1)
            return KEPT

        found = await asyncio.gather(*(answers.get("tag", reading) for _ in range(5)))

        assert found == [KEPT] * 5
        assert len(read) == 1

    async def test_keeps_no_failure(self):
        answers = Answers()

        async def failing() -> Kept:
            raise UnavailableError

        async def reading() -> Kept:
            return KEPT

        with pytest.raises(UnavailableError):
            await answers.get("tag", failing)
        assert await answers.get("tag", reading) is KEPT

    async def test_forgets_the_oldest(self):
        answers, read = Answers(size=1), []

        async def reading() -> Kept:
            read.append(1)
            return KEPT

        for tag in ("first", "second", "first"):
            await answers.get(tag, reading)

        assert len(read) == 3

    async def test_forgets_the_oldest_when_all_together_are_too_large(self):
        answers, read = Answers(most=5), []

        async def reading() -> Kept:
            read.append(1)
            return KEPT

        for tag in ("first", "second", "second", "first"):
            await answers.get(tag, reading)
            await asyncio.sleep(0)

        assert len(read) == 3

    async def test_sends_away_whoever_would_wait_too_long_for_a_turn(self, monkeypatch):
        monkeypatch.setattr(operations, "_PATIENCE_S", 0.01)
        answers = Answers()

        async with answers.turn(), answers.turn():
            with pytest.raises(UnavailableError):
                async with answers.turn():
                    pass
        async with answers.turn():
            pass
