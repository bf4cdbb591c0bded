"""Databases are brought up to date from nothing, and left alone when they are."""

import asyncio

import asyncpg
import pytest

from deploy.embedded.prepare import EXTENSIONS, is_current, login_of, plain, prepare
from deploy.processes import SERVICES
from tests.support.cluster import Cluster


@pytest.fixture(scope="module")
def variables(cluster: Cluster):
    """Return variables of databases that are not there yet, and drop them in the end."""
    admin = cluster.url("postgres", "postgres")
    made = {"BALAI_ADMIN_DATABASE_URL": admin}
    for service in SERVICES:
        place = f"{plain(admin).rpartition('@')[2].partition('/')[0]}/prepare_{service}"
        for part, role in (("MIGRATION", "owner"), ("DATABASE", "app")):
            login = f"prepare_{service}_{role}:secret"
            made[f"{service.upper()}_{part}_URL"] = f"postgresql+asyncpg://{login}@{place}"
        made[f"{service.upper()}_APP_ROLE"] = f"prepare_{service}_app"
    yield made
    asyncio.run(forget(plain(admin)))


async def forget(admin: str) -> None:
    connection = await asyncpg.connect(admin)
    for service in SERVICES:
        await connection.execute(f"DROP DATABASE IF EXISTS prepare_{service} WITH (FORCE)")
        for role in ("owner", "app"):
            await connection.execute(f"DROP ROLE IF EXISTS prepare_{service}_{role}")
    await connection.close()


async def ask(url: str, question: str) -> object:
    connection = await asyncpg.connect(plain(url))
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


class TestPrepare:
    def test_makes_what_is_missing_and_changes_nothing_the_second_time(
        self, variables, monkeypatch
    ):
        prepare(variables)

        for service in SERVICES:
            owner = variables[f"{service.upper()}_MIGRATION_URL"]
            app = variables[f"{service.upper()}_DATABASE_URL"]
            found = asyncio.run(ask(owner, "SELECT array_agg(extname) FROM pg_extension"))
            assert set(found) > set(EXTENSIONS)
            assert asyncio.run(ask(app, f"SELECT count(*) FROM {service}.event")) == 0
            assert asyncio.run(is_current(service, owner, login_of(app).role))

        with monkeypatch.context() as patched:
            patched.setattr("migrations.run.migrate", None)
            prepare(variables)

    def test_gives_the_services_role_no_more_than_it_needs(self, variables):
        prepare(variables)

        app = variables["REGISTRY_DATABASE_URL"]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            asyncio.run(ask(app, "DELETE FROM registry.event"))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            asyncio.run(ask(app, "CREATE TABLE registry.mine (id int)"))

    def test_keeps_strangers_out_of_a_database(self, variables):
        prepare(variables)
        login, _, _ = variables["ENROLLMENT_DATABASE_URL"].rpartition("/")
        stranger = f"{login}/prepare_registry"

        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            asyncio.run(ask(stranger, "SELECT 1"))


class TestLoginOf:
    def test_reads_who_signs_in_and_where(self):
        login = login_of("postgresql+asyncpg://registry_app:demo-x_y@127.0.0.1:8084/registry")

        assert (login.role, login.password, login.database) == (
            "registry_app",
            "demo-x_y",
            "registry",
        )


class TestPlain:
    def test_names_the_driver_no_more_and_another_database(self):
        url = "postgresql+asyncpg://a:b@h:1/registry"

        assert plain(url) == "postgresql://a:b@h:1/registry"
        assert plain(url, database="postgres") == "postgresql://a:b@h:1/postgres"
