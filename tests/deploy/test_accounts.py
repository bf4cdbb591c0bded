"""As whom the servers run, and which folder keeps that user out."""

import os

import pytest

from deploy.embedded.accounts import NOBODY, Account, check_can_enter, choose_account
from deploy.problems import CommandError
from tests.support import servers

AS_ROOT = os.geteuid() == 0


@pytest.fixture
def folder():
    folder = servers.temporary_folder()
    yield folder
    servers.remove(folder)


class TestChooseAccount:
    def test_runs_the_servers_as_nobody_when_root_starts_them(self):
        account = choose_account(None)

        assert (account and account.uid) == (NOBODY if AS_ROOT else None)

    def test_refuses_root_or_another_user_that_cannot_be_switched_to(self):
        with pytest.raises(CommandError, match="Only root" if not AS_ROOT else "refuses to run"):
            choose_account("0")

    def test_refuses_a_user_that_is_not_there(self):
        with pytest.raises(CommandError, match="Only root" if not AS_ROOT else "no user"):
            choose_account("nobody-has-this-name")

    def test_takes_a_number_without_a_name(self, monkeypatch):
        monkeypatch.setattr(os, "geteuid", lambda: 0)

        assert choose_account("54321") == Account(54321, 54321, "54321")


class TestCheckCanEnter:
    def test_names_the_folder_on_the_way_that_refuses(self, folder, monkeypatch):
        locked = folder / "locked"
        home = locked / "deeper" / "home"
        home.mkdir(parents=True)
        locked.chmod(0o700 if AS_ROOT else 0o000)
        if not AS_ROOT:
            ignore_the_switch(monkeypatch)

        with pytest.raises(CommandError, match=f"cannot enter {locked}, a folder on the way"):
            check_can_enter(home, Account(NOBODY, NOBODY, "nobody"))

        locked.chmod(0o700)

    def test_is_content_with_a_way_that_is_open(self, folder, monkeypatch):
        home = folder / "home"
        home.mkdir(mode=0o711)
        if not AS_ROOT:
            ignore_the_switch(monkeypatch)

        check_can_enter(home, Account(NOBODY, NOBODY, "nobody"))


def ignore_the_switch(monkeypatch) -> None:
    """Walk as ourselves where only root could become somebody else."""
    import subprocess  # noqa: PLC0415 - only where it is needed

    run = subprocess.run

    def as_ourselves(command, *, user, group, extra_groups, **options):
        return run(command, **options)

    monkeypatch.setattr(subprocess, "run", as_ourselves)
