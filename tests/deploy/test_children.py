"""Nothing that the launcher starts outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.embedded.children import Leash, spawn

LAUNCHER = Path(__file__).with_name("launcher.py")
GUARD_WITHIN_S = 15


def start_launcher(*arguments: str) -> tuple[subprocess.Popen, list[psutil.Process]]:
    """Start the launcher; return it with its child, its grandchild and the guard."""
    launcher = subprocess.Popen(
        [sys.executable, str(LAUNCHER), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(LAUNCHER.parents[2])},
    )
    assert launcher.stdout is not None
    said = launcher.stdout.readline().split()
    assert said[0] == "set"
    launcher.stdout.close()
    return launcher, psutil.Process(launcher.pid).children(recursive=True)


class TestGuard:
    @pytest.mark.parametrize("how", ["", "guard-only"])
    def test_ends_the_whole_group_when_the_launcher_is_killed(self, how: str):
        launcher, below = start_launcher(how)
        assert len(below) >= 3

        launcher.kill()
        launcher.wait()

        _, alive = psutil.wait_procs(below, timeout=GUARD_WITHIN_S)
        assert alive == []

    def test_lets_a_child_end_in_its_own_time_while_the_launcher_lives(self):
        launcher, below = start_launcher()

        os.kill(launcher.pid, signal.SIGTERM)
        launcher.wait()

        _, alive = psutil.wait_procs(below, timeout=GUARD_WITHIN_S)
        assert alive == []


class TestSpawn:
    async def test_gives_the_program_its_environment_and_a_closed_input(self, script):
        text = "import os, sys\nprint(sys.stdin.read() == '', sorted(os.environ), os.getcwd())\n"
        leash = Leash()

        child = await spawn(script("show", text), leash)
        said = await child.output.read()
        await child.process.wait()
        child.end_group()
        leash.close()

        assert said.startswith((b"True ['LC_CTYPE', 'PATH'] /", b"True ['PATH'] /"))

    async def test_leaves_no_guard_when_the_program_cannot_be_started(self, script):
        program = script("none", "")
        missing = type(program)("none", ["/nowhere/at/all"], {})
        leash = Leash()
        before = {child.pid for child in psutil.Process().children()}

        with pytest.raises(FileNotFoundError):
            await spawn(missing, leash)

        leash.close()
        assert {child.pid for child in psutil.Process().children()} <= before

    async def test_asks_with_the_signal_that_the_program_wants(self, script):
        text = (
            "import signal, sys\n"
            "signal.signal(signal.SIGINT, lambda *_: sys.exit(7))\n"
            "print('set')\nsignal.pause()\n"
        )
        leash = Leash()
        child = await spawn(script("polite", text, stop_signal=signal.SIGINT), leash)
        assert await child.output.readline() == b"set\n"

        child.ask_to_end()
        code = await child.process.wait()
        child.end_group()
        leash.close()

        assert code == 7
