"""Programs are kept running, and started and stopped in order."""

import asyncio

import psutil
import pytest

from deploy.embedded import supervisor as module
from deploy.embedded.home import children_of
from deploy.embedded.supervisor import Supervisor, Unit
from deploy.problems import CommandError
from tests.support.waiting import eventually

WAITS = "import signal\nprint('set')\nsignal.pause()\n"


@pytest.fixture
async def supervisor(home, terminal):
    supervisor = Supervisor(home, terminal)
    yield supervisor
    await supervisor.stop()


class TestStart:
    async def test_returns_when_the_program_has_said_what_it_should(self, supervisor, script, home):
        await supervisor.start([Unit(script("one", WAITS), says=b"set")])

        assert set(children_of(home)) == {"one"}
        assert (home.logs / "one.log").read_text() == "set\n"

    async def test_returns_when_the_probe_is_content(self, supervisor, script):
        asked = []

        async def third_time() -> bool:
            asked.append(1)
            return len(asked) == 3

        await supervisor.start([Unit(script("one", WAITS), probe=third_time)])

        assert len(asked) == 3

    async def test_tells_the_last_words_of_what_never_starts(self, supervisor, script):
        program = script("broken", "raise SystemExit('the cupboard is bare')\n")

        with pytest.raises(CommandError, match=r"(?s)broken does not start.*the cupboard is bare"):
            await supervisor.start([Unit(program, says=b"set")])

    async def test_gives_up_on_what_is_not_ready_in_time(self, supervisor, script, monkeypatch):
        monkeypatch.setattr(module, "_READY_WITHIN_S", 0.2)

        with pytest.raises(CommandError, match="slow is not ready after"):
            await supervisor.start([Unit(script("slow", WAITS), says=b"never said")])

    async def test_tells_of_a_program_that_is_not_there(self, supervisor, script):
        program = script("none", "")
        missing = type(program)("none", ["/nowhere/at/all"], {})

        with pytest.raises(CommandError, match=r"(?s)none does not start.*No such file"):
            await supervisor.start([Unit(missing, says=b"set")])


class TestRestart:
    async def test_starts_again_what_was_killed(self, supervisor, script, home, terminal):
        await supervisor.start([Unit(script("one", WAITS), says=b"set")])
        first = children_of(home)["one"]

        first.kill()

        await eventually(lambda: children_of(home).get("one", first).pid != first.pid)
        assert any("one" in line and "ended with code -9" in line for line in terminal.lines)

    async def test_ends_what_the_killed_one_has_left_behind(self, supervisor, script, home):
        text = "import os, signal\nif os.fork():\n    print('set')\nsignal.pause()\n"
        await supervisor.start([Unit(script("one", text), says=b"set")])
        first = children_of(home)["one"]
        left = first.children()
        assert len(left) == 1

        first.kill()

        _, alive = await asyncio.to_thread(psutil.wait_procs, left, timeout=10)
        assert alive == []


class TestStop:
    async def test_stops_the_last_stage_first(self, home, terminal, script, tmp_path):
        text = (
            "import signal, sys\n"
            "def end(*_):\n"
            "    with open({book!r}, 'a') as book:\n"
            "        book.write({name!r} + ' ')\n"
            "    sys.exit(0)\n"
            "signal.signal(signal.SIGTERM, end)\n"
            "print('set')\nsignal.pause()\n"
        )
        book = str(tmp_path / "book")
        supervisor = Supervisor(home, terminal)
        for name in ("first", "second", "third"):
            program = script(name, text.format(book=book, name=name))
            await supervisor.start([Unit(program, says=b"set")])

        await supervisor.stop()

        assert (tmp_path / "book").read_text() == "third second first "

    async def test_kills_what_does_not_end(self, home, terminal, script, monkeypatch):
        monkeypatch.setattr(module, "_END_WITHIN_S", 0.2)
        text = "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WAITS
        supervisor = Supervisor(home, terminal)
        await supervisor.start([Unit(script("deaf", text), says=b"set")])
        deaf = children_of(home)["deaf"]

        await supervisor.stop()

        assert not deaf.is_running()
        assert any("does not end" in line for line in terminal.lines)

    async def test_stops_what_waits_to_be_started_again(self, home, terminal, script):
        supervisor = Supervisor(home, terminal)
        await supervisor.start([Unit(script("one", WAITS), says=b"set")])
        children_of(home)["one"].kill()
        await eventually(lambda: any("starts again" in line for line in terminal.lines))

        await supervisor.stop()

        assert children_of(home) == {}

    async def test_leaves_no_child_and_no_guard(self, home, terminal, script):
        before = {child.pid for child in psutil.Process().children(recursive=True)}
        supervisor = Supervisor(home, terminal)
        await supervisor.start([Unit(script(name, WAITS), says=b"set") for name in ("a", "b")])

        await supervisor.stop()

        assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
