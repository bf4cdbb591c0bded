"""Forks of the nursery are as good as processes of their own."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from deploy.embedded.children import Program
from deploy.embedded.home import children_of
from deploy.embedded.stack import FORKS, PYTHON
from deploy.embedded.supervisor import Supervisor, Unit
from tests.support.waiting import eventually

SHOW = """
import os, sys
print(__name__, sys.argv[1:], sorted(os.environ), sys.stdin.read() == "", flush=True)
print(os.read(int(sys.argv[1]), 100), os.getpgrp() != os.getpid(), flush=True)
print("shown", flush=True)
"""
WAIT = "import signal\nprint('set', flush=True)\nsignal.pause()\n"
FALL = "raise SystemExit(7)\n"


@pytest.fixture
def modules(tmp_path: Path, monkeypatch) -> Path:
    """Return a folder whose modules the nursery can run."""
    for name, text in {"show": SHOW, "wait": WAIT, "fall": FALL}.items():
        (tmp_path / f"toy_{name}.py").write_text(text)
    return tmp_path


@pytest.fixture
async def supervisor(home, terminal, modules):
    """Return a supervisor whose nursery is ready."""
    supervisor = Supervisor(home, terminal)
    fd = supervisor.nursery.fd
    command = [*PYTHON, "deploy.embedded.nursery", str(fd)]
    environment = {"PATH": os.defpath, "PYTHONPATH": str(modules)}
    nursery = Program("nursery", command, environment, fds=(fd,))
    await supervisor.start([Unit(nursery, says=b"nursery-ready")])
    yield supervisor
    await supervisor.stop()


def forked(name: str, *arguments: str, fds: tuple[int, ...] = ()) -> Program:
    return Program(name, [f"toy_{name}", *arguments], {"MINE": "1"}, fds=fds, forked=True)


class TestFork:
    async def test_runs_a_module_with_its_own_variables_and_files(self, supervisor, home):
        read_end, write_end = os.pipe()
        os.write(write_end, b"inherited")

        program = forked("show", str(read_end), fds=(read_end,))
        await supervisor.start([Unit(program, says=b"shown")])

        os.close(read_end)
        os.close(write_end)
        lines = (home.logs / "show.log").read_text().splitlines()
        assert lines[0] == f"__main__ ['{read_end}'] ['MINE'] True"
        assert lines[1] == "b'inherited' True"

    async def test_knows_how_a_child_ended_and_starts_it_again(self, supervisor, home, terminal):
        await supervisor.start([Unit(forked("wait"), says=b"set")])
        first = children_of(home)["wait"]

        first.kill()

        await eventually(lambda: children_of(home).get("wait", first).pid != first.pid)
        assert any("ended with code -9" in line for line in terminal.lines)

    async def test_tells_the_exit_code_of_what_ends_by_itself(self, supervisor, terminal):
        with pytest.raises(Exception, match="fall does not start"):
            await supervisor.start([Unit(forked("fall"), says=b"never")])

        assert any("ended with code 7" in line for line in terminal.lines)

    async def test_children_and_nursery_come_back_when_it_is_killed(self, supervisor, home):
        await supervisor.start([Unit(forked("wait"), says=b"set")])
        before = {name: child.pid for name, child in children_of(home).items()}

        children_of(home)["nursery"].kill()

        def both_are_new() -> bool:
            now = {name: child.pid for name, child in children_of(home).items()}
            return now.keys() == before.keys() and not now.items() & before.items()

        await eventually(both_are_new)

    async def test_a_stubborn_child_ends_with_its_nursery(self, supervisor, home):
        await supervisor.start([Unit(forked("wait"), says=b"set")])
        child = children_of(home)["wait"]

        children_of(home)["nursery"].send_signal(signal.SIGKILL)

        _, alive = await asyncio.to_thread(psutil.wait_procs, [child], timeout=10)
        assert alive == []

    async def test_what_is_stopped_leaves_nothing(self, home, terminal, supervisor):
        await supervisor.start([Unit(forked("wait"), says=b"set")])
        running = list(children_of(home).values())

        await supervisor.stop()

        assert [each for each in running if each.is_running()] == []


class TestLibraries:
    def test_leave_no_thread_and_nothing_that_looks_at_a_services_variables(self):
        text = (
            "import importlib, sys, threading\n"
            "from deploy.embedded.nursery import LIBRARIES\n"
            "for name in LIBRARIES: importlib.import_module(name)\n"
            "ours = [n for n in sys.modules if n.split('.')[0] in ('shared', 'services')]\n"
            "print(threading.active_count(), 'prometheus_client' in sys.modules, ours)\n"
        )

        shown = subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, check=True
        )

        assert shown.stdout == "1 False []\n"

    def test_are_forked_from_on_linux_only(self):
        assert sys.platform.startswith("linux") == FORKS
