"""One launcher holds a home, and finds out what an earlier one has left."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.embedded import home as module
from deploy.embedded.accounts import Account
from deploy.embedded.home import (
    Home,
    children_of,
    hold,
    home_from_environment,
    launcher_of,
    make_home,
    note_processes,
    write_private,
)
from deploy.problems import CommandError

SLEEPER = [sys.executable, "-c", "import signal; print(flush=True); signal.pause()"]


@pytest.fixture
def sleeper():
    process = subprocess.Popen(SLEEPER, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


class TestHomeFromEnvironment:
    def test_takes_the_one_that_is_named(self, monkeypatch, tmp_path):
        monkeypatch.setenv("BALAI_HOME", str(tmp_path / "a" / ".." / "b"))

        assert home_from_environment().root == tmp_path / "b"

    @pytest.mark.parametrize(
        ("uid", "root"),
        [(0, Path("/var/lib/balai")), (1000, Path("~/.local/share/balai").expanduser())],
    )
    def test_takes_the_usual_one_of_the_user(self, monkeypatch, uid, root):
        monkeypatch.delenv("BALAI_HOME", raising=False)
        monkeypatch.setattr(os, "geteuid", lambda: uid)

        assert home_from_environment().root == root


class TestMakeHome:
    def test_keeps_everybody_else_out(self, home):
        assert mode_of(home.root) == 0o700
        assert {mode_of(folder) for folder in (home.run, home.keys, home.logs)} == {0o700}

    def test_lets_the_servers_pass_when_root_starts_them(self, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "check_can_enter", lambda *_: None)
        home = Home(tmp_path / "home")

        make_home(home, Account(65534, 65534, "nobody"))

        assert mode_of(home.root) == 0o711
        assert mode_of(home.run) == 0o700

    def test_does_not_open_a_folder_that_is_not_its_own(self, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "check_can_enter", lambda *_: None)
        (tmp_path / "letters").write_text("private")
        tmp_path.chmod(0o700)

        make_home(Home(tmp_path), Account(65534, 65534, "nobody"))

        assert mode_of(tmp_path) == 0o700

    def test_refuses_a_place_that_is_a_file(self, tmp_path):
        (tmp_path / "file").write_text("")

        with pytest.raises(CommandError, match="cannot be used as a home"):
            make_home(Home(tmp_path / "file" / "home"), None)

    def test_refuses_a_disk_without_room_and_says_how_much_is_wanted(self, tmp_path, monkeypatch):
        monkeypatch.setattr(module, "_ROOM_FIRST", 10**18)

        with pytest.raises(CommandError, match="MB left, and Balai needs 1000000000000 MB"):
            make_home(Home(tmp_path / "home"), None)


class TestHold:
    def test_refuses_a_second_launcher_and_names_the_first(self, home):
        with hold(home):
            note_processes(home, {})

            with (
                pytest.raises(CommandError, match=rf"already running.*process {os.getpid()}"),
                hold(home),
            ):
                pytest.fail("two launchers hold one home")

    def test_lets_the_next_one_in_and_leaves_no_trace(self, home):
        with hold(home):
            note_processes(home, {})
            write_private(home.environment, "{}")

        assert not home.processes.exists()
        assert not home.environment.exists()
        with hold(home):
            assert launcher_of(home) is None

    def test_ends_what_a_killed_launcher_has_left(self, home, sleeper, monkeypatch):
        monkeypatch.setattr(module, "_LEFTOVERS_WAIT_S", 0.2)
        note_processes(home, {"sleeper": sleeper.pid})

        with hold(home):
            sleeper.wait(timeout=10)

    def test_leaves_a_stranger_alone_who_has_got_the_number(self, home, sleeper, monkeypatch):
        monkeypatch.setattr(module, "_LEFTOVERS_WAIT_S", 0.2)
        note_processes(home, {"sleeper": sleeper.pid})
        noted = json.loads(home.processes.read_text())
        noted["children"]["sleeper"][1] -= 100
        home.processes.write_text(json.dumps(noted))

        with hold(home):
            assert sleeper.poll() is None


class TestNoteProcesses:
    def test_knows_the_launcher_and_the_children_that_live(self, home, sleeper):
        note_processes(home, {"sleeper": sleeper.pid, "gone": 2**22 - 1})

        assert launcher_of(home).pid == os.getpid()
        assert {name: child.pid for name, child in children_of(home).items()} == {
            "sleeper": sleeper.pid
        }

    def test_takes_a_torn_file_for_none(self, home):
        home.processes.write_text('{"launcher": [12')

        assert launcher_of(home) is None


class TestWritePrivate:
    def test_replaces_the_whole_file_for_its_owner_only(self, home):
        path = home.run / "secret"
        path.write_text("old and longer")
        path.chmod(0o644)

        write_private(path, "new")

        assert path.read_text() == "new"
        assert mode_of(path) == 0o600
        assert [each.name for each in home.run.glob(".*")] == []
