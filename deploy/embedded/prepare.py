"""Bring the databases up to date: roles, databases and extensions, then each service's migrations.

A process of its own, so that the launcher stays small. What is in place already costs a
moment: the tables of all services are loaded only when something is missing.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from deploy.processes import SERVICES

ALEMBIC_INI: Final = Path(__file__).parents[2] / "migrations" / "alembic.ini"
EXTENSIONS: Final = ("pg_trgm", "cube", "earthdistance", "btree_gist", "fuzzystrmatch")


@dataclass(frozen=True, slots=True)
class Login:
    """A role, its password and the database it goes to."""

    role: str
    password: str
    database: str


@dataclass(frozen=True, slots=True)
class Target:
    """The database of one service: `url` signs in as its owner, `app_url` as the service."""

    service: str
    url: str
    app_url: str
    app_role: str | None


def login_of(url: str) -> Login:
    """Return what a database URL says about the one who signs in."""
    parts = urlsplit(url)
    return Login(parts.username or "", parts.password or "", parts.path.lstrip("/"))


def plain(url: str, *, database: str | None = None) -> str:
    """Return the URL as the driver itself wants it, for another database where one is named."""
    parts = urlsplit(url)
    path = f"/{database}" if database else parts.path
    return urlunsplit(parts._replace(scheme="postgresql", path=path))


async def create_databases(admin_url: str, targets: Sequence[Target]) -> None:
    """Create the roles, databases and extensions that are missing, as the superuser."""
    logins = [(login_of(target.url), login_of(target.app_url)) for target in targets]
    connection = await asyncpg.connect(plain(admin_url))
    try:
        for owner, app in logins:
            await _create_role(connection, owner)
            await _create_role(connection, app)
            await _create_database(connection, owner, app)
    finally:
        await connection.close()
    for owner, _ in logins:
        await create_extensions(plain(admin_url, database=owner.database))


async def create_extensions(url: str) -> None:
    """Create the extensions that the migrations count on."""
    connection = await asyncpg.connect(plain(url))
    try:
        present = {
            row["extname"] for row in await connection.fetch("SELECT extname FROM pg_extension")
        }
        for name in EXTENSIONS:
            if name not in present:
                await connection.execute(f"CREATE EXTENSION {name} SCHEMA public")
    finally:
        await connection.close()


async def _create_role(connection: asyncpg.Connection, login: Login) -> None:
    if await connection.fetchval("SELECT true FROM pg_roles WHERE rolname = $1", login.role):
        return
    statement = "SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)"
    await connection.execute(await connection.fetchval(statement, login.role, login.password))


async def _create_database(connection: asyncpg.Connection, owner: Login, app: Login) -> None:
    if await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", owner.database):
        return
    for statement in (
        "SELECT format('CREATE DATABASE %1$I OWNER %2$I', $1::text, $2::text, $3::text)",
        "SELECT format('REVOKE ALL ON DATABASE %1$I FROM PUBLIC', $1::text, $2::text, $3::text)",
        "SELECT format('GRANT CONNECT ON DATABASE %1$I TO %3$I', $1::text, $2::text, $3::text)",
    ):
        names = (owner.database, owner.role, app.role)
        await connection.execute(await connection.fetchval(statement, *names))


async def is_current(service: str, url: str, app_role: str | None) -> bool:
    """Tell whether a database has every migration, and the app role its rights."""
    script = ScriptDirectory.from_config(Config(str(ALEMBIC_INI), ini_section=service))
    connection = await asyncpg.connect(plain(url))
    try:
        if (
            await connection.fetchval("SELECT to_regclass($1)", f"{service}.alembic_version")
            is None
        ):
            return False
        rows = await connection.fetch(f"SELECT version_num FROM {service}.alembic_version")  # noqa: S608 - our own name
        may_enter = await connection.fetchval(
            "SELECT has_schema_privilege(coalesce($1, current_user), $2, 'USAGE')",
            app_role,
            service,
        )
    except asyncpg.PostgresError:
        return False
    finally:
        await connection.close()
    return {row["version_num"] for row in rows} == set(script.get_heads()) and bool(may_enter)


def prepare(variables: Mapping[str, str]) -> None:
    """Bring every database to where the code expects it."""
    targets = [_target(service, variables) for service in SERVICES]
    admin = variables.get("BALAI_ADMIN_DATABASE_URL")
    inside = [target for target in targets if admin and _same_server(target.url, admin)]
    if admin and inside:
        asyncio.run(create_databases(admin, inside))
    for target in targets:
        if target not in inside:
            asyncio.run(create_extensions(plain(target.url)))
        if not asyncio.run(is_current(target.service, target.url, target.app_role)):
            migrations = import_module("migrations.run")
            migrations.migrate(target.service, target.url, target.app_role)


def _target(service: str, variables: Mapping[str, str]) -> Target:
    prefix = service.upper()
    app = variables[f"{prefix}_DATABASE_URL"]
    owner = variables.get(f"{prefix}_MIGRATION_URL", app)
    return Target(service, owner, app, variables.get(f"{prefix}_APP_ROLE"))


def _same_server(one: str, other: str) -> bool:
    return urlsplit(one).netloc.rpartition("@")[2] == urlsplit(other).netloc.rpartition("@")[2]


def main() -> int:
    """Prepare what the environment names; say in one line why it cannot be done."""
    try:
        prepare(os.environ)
    except (OSError, asyncpg.PostgresError) as error:
        print(f"The databases cannot be prepared: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
