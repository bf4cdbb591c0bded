import asyncio
from io import StringIO

import pytest
from rich.console import Console

from deploy.pilot.api import Api
from deploy.pilot.calendar import Calendar
from deploy.pilot.journal import Journal
from deploy.pilot.play import Play
from deploy.pilot.seeds import Seeds
from deploy.pilot.wire import Answer, Wire
from shared.clock import utc_now
from shared.http.tokens import make_key


@pytest.fixture
def play(tmp_path):
    seeds = Seeds(seed=1, applicants=10, classes=2)
    api = Api(Wire("http://127.0.0.1:1", connections=1), key=make_key("balai:cli", demo=True))
    with Journal(tmp_path / "journal.jsonl") as journal:
        yield Play(seeds, Calendar(utc_now().date()), api, journal, Console(file=StringIO()))


async def nothing(_: object) -> None:
    """Do nothing."""


class TestCrowd:
    async def test_lets_so_many_at_a_time_and_everybody_once(self, play: Play):
        present, most, seen = 0, 0, []

        async def act(item: int) -> None:
            nonlocal present, most
            present += 1
            most = max(most, present)
            await asyncio.sleep(0)
            seen.append(item)
            present -= 1

        with play.chapter():
            await play.crowd("people", range(50), act, at_once=4)

        assert sorted(seen) == list(range(50))
        assert most == 4

    async def test_stops_with_what_stopped_the_first(self, play: Play):
        async def act(item: int) -> None:
            if item == 3:
                raise LookupError("three")

        with play.chapter(), pytest.raises(LookupError, match="three"):
            await play.crowd("people", range(10), act, at_once=2)

    async def test_has_nothing_to_do_for_nobody(self, play: Play):
        with play.chapter():
            await play.crowd("nobody", [], nothing, at_once=2)

    async def test_needs_a_chapter(self, play: Play):
        with pytest.raises(RuntimeError, match="No chapter"):
            await play.crowd("people", [1], nothing, at_once=1)


class TestNote:
    def test_keeps_the_reason_of_a_refusal(self, play: Play):
        answer = Answer(409, {}, b'{"code":"class-full","detail":"Full."}')

        entry = play.note("apply", 1, answer, outcome="")

        assert (entry.outcome, entry.accepted) == ("class-full", False)
        assert play.journal.find("apply", 1) == entry

    def test_keeps_the_state_of_what_was_accepted(self, play: Play):
        entry = play.note("apply", 2, Answer(201, {}, b"{}"), outcome="SEATED", enrollment="e2")

        assert (entry.outcome, entry.facts) == ("SEATED", {"enrollment": "e2"})
