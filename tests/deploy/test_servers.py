"""Real servers from the wheels: made whole or not at all, and found again after a crash."""

import os

import asyncpg
import psutil
import pytest

from deploy.embedded import servers as module
from deploy.embedded.accounts import choose_account
from deploy.embedded.home import Home, children_of
from deploy.embedded.readiness import postgres_ready, valkey_ready
from deploy.embedded.servers import (
    clear_stale_postgres,
    find_servers,
    make_cluster,
    postgres_program,
    valkey_program,
)
from deploy.embedded.supervisor import Supervisor, Unit
from deploy.problems import CommandError
from tests.support import servers

PASSWORD = "demo-password"


@pytest.fixture(scope="module")
def place():
    """Return a home whose servers are copied once for all tests of this module."""
    folder = servers.temporary_folder()
    home = Home(folder / "home")
    home.root.mkdir(mode=0o711)
    for each in (home.run, home.logs):
        each.mkdir()
    yield home
    servers.remove(folder)


@pytest.fixture
async def postgres(place, terminal):
    """Return the function that starts PostgreSQL in the home, as the launcher does."""
    supervisor = Supervisor(place, terminal)
    account = choose_account(None)
    found = find_servers(place, account)

    async def start() -> int:
        port = servers.free_port()
        make_cluster(place, found.postgres, account, PASSWORD)
        clear_stale_postgres(place)
        program = postgres_program(place, found, account, port)
        await supervisor.start([Unit(program, postgres_ready(place.data("postgres")))])
        return port

    yield start
    await supervisor.stop()


def admin_url(port: int) -> str:
    return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{port}/postgres"


class TestPostgres:
    async def test_runs_with_what_makes_a_write_survive(self, postgres):
        connection = await asyncpg.connect(admin_url(await postgres()))

        settings = {
            name: await connection.fetchval("SELECT current_setting($1)", name)
            for name in (
                *("fsync", "full_page_writes", "synchronous_commit", "wal_compression"),
                *("data_checksums", "TimeZone", "listen_addresses", "unix_socket_directories"),
            )
        }
        await connection.close()

        assert list(settings.values()) == ["on", "on", "on", "off", "on", "UTC", "127.0.0.1", ""]

    async def test_refuses_a_wrong_password(self, postgres):
        url = admin_url(await postgres()).replace(PASSWORD, "guessed")

        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(url)

    async def test_runs_as_nobody_when_root_starts_it(self, postgres, place):
        await postgres()

        user = children_of(place)["postgres"].uids().effective

        assert user == (65534 if os.geteuid() == 0 else os.geteuid())

    async def test_starts_although_a_killed_one_has_left_its_mark(self, postgres, place):
        account = choose_account(None)
        make_cluster(place, find_servers(place, account).postgres, account, PASSWORD)
        mark = place.data("postgres") / "postmaster.pid"
        # The number of a process that lives and is no PostgreSQL: our own.
        mark.write_text(f"{os.getpid()}\n{mark.parent}\n")

        connection = await asyncpg.connect(admin_url(await postgres()))

        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()

    async def test_ends_one_that_still_runs_on_the_data(self, postgres, place):
        await postgres()
        running = children_of(place)["postgres"]

        clear_stale_postgres(place)

        assert psutil.wait_procs([running], timeout=10)[1] == []


class TestMakeCluster:
    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ("could not write to file: No space left on device", "disk that holds .* is full"),
            ("invalid locale name", "cannot create its data folder:\ninvalid locale name"),
        ],
    )
    def test_leaves_nothing_when_it_fails(self, place, tmp_path, said, told):
        programs = place.root / "failing"
        programs.mkdir(exist_ok=True)
        (programs / "initdb").write_text(f"#!/bin/sh\ntouch $2/begun\necho '{said}' >&2\nexit 1\n")
        (programs / "initdb").chmod(0o755)
        home = Home(place.root / "other")
        home.root.mkdir(mode=0o711, exist_ok=True)

        with pytest.raises(CommandError, match=told):
            make_cluster(home, programs, choose_account(None), PASSWORD)

        assert list(home.root.iterdir()) == []


class TestValkey:
    async def test_asks_for_its_password_and_keeps_its_log(self, place, terminal):
        account = choose_account(None)
        port = servers.free_port()
        supervisor = Supervisor(place, terminal)
        program = valkey_program(
            place, find_servers(place, account), account, port=port, password=PASSWORD
        )

        await supervisor.start([Unit(program, valkey_ready(port, PASSWORD))])

        assert not await valkey_ready(port, "guessed")()
        assert (place.data("valkey") / "appendonlydir").is_dir()
        assert (place.data("valkey") / "valkey.conf").stat().st_mode & 0o777 == 0o600
        assert PASSWORD not in " ".join(program.command)
        await supervisor.stop()


class TestFindServers:
    def test_copies_what_another_user_has_to_run_once(self, place):
        account = choose_account(None)
        found = find_servers(place, account)
        first = found.postgres.stat().st_ctime_ns

        again = find_servers(place, account)

        assert again == found
        assert again.postgres.stat().st_ctime_ns == first
        assert (found.postgres / "postgres").exists()
        assert os.access(found.caddy, os.X_OK)

    def test_says_when_the_platform_has_no_servers(self, place, monkeypatch):
        monkeypatch.setattr(module, "_package", lambda name: place.root / "nowhere")

        with pytest.raises(CommandError, match="DATABASE_URL"):
            find_servers(place, None)
