"""The stack under its launcher: killed in parts or as a whole it comes back; ended, it is gone."""

import json

import psutil
import pytest

from deploy.embedded.home import Home, children_of, launcher_of
from tests.support.stack import Balai
from tests.support.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack"), pytest.mark.timeout(900)]

GONE_WITHIN_S = 30


def status_of(balai: Balai) -> dict:
    return json.loads(balai.run("status", "--json").stdout)


class TestStatus:
    def test_tells_that_every_part_is_ready(self, balai: Balai):
        shown = balai.run("status", "--json")

        status = json.loads(shown.stdout)
        assert shown.returncode == 0
        assert {name: part["ready"] for name, part in status["services"].items()} == {
            "registry": True,
            "enrollment": True,
            "reporting": True,
        }
        assert all(part["ready"] for part in status["workers"].values())
        assert status["postgres"]["ready"]
        assert status["redis"]["ready"]
        for part in status["services"].values():
            assert part["url"].startswith(balai.url)


class TestUp:
    def test_refuses_to_start_twice_from_one_home(self, balai: Balai):
        shown = balai.run("up")

        assert shown.returncode == 1
        assert "already running" in shown.stderr
        assert status_of(balai)["running"]


class TestWhatFalls:
    @pytest.mark.parametrize("name", ["reporting", "registry-worker", "valkey", "postgres"])
    async def test_comes_back(self, balai: Balai, name: str):
        before = children_of(Home(balai.home))[name]

        before.kill()

        def is_another() -> bool:
            now = children_of(Home(balai.home)).get(name)
            return now is not None and now.pid != before.pid

        await eventually(is_another, within_s=60)
        await eventually(lambda: balai.run("status").returncode == 0, within_s=90)


class TestKilledLauncher:
    def test_leaves_no_process_behind_and_the_next_one_finds_everything(self, balai: Balai):
        enrolled = balai.audit()["counts"]["enrollments"]
        members = balai.stack.members()
        launcher = launcher_of(Home(balai.home))
        assert launcher is not None

        launcher.kill()

        _, alive = psutil.wait_procs(members, timeout=GONE_WITHIN_S)
        assert alive == []
        balai.stack.stop()
        balai.stack.start()
        assert balai.audit()["counts"]["enrollments"] == enrolled


class TestDown:
    def test_ends_every_process_in_good_order(self, balai: Balai):
        members = balai.stack.members()

        shown = balai.run("down")

        assert shown.returncode == 0, shown.stderr
        _, alive = psutil.wait_procs(members, timeout=5)
        assert alive == []
        assert not (balai.home / "run/environment.json").exists()
        balai.stack.stop()
        balai.stack.start()
        assert balai.run("status").returncode == 0
