from datetime import timedelta

import pytest
from sqlalchemy import text

from shared.clock import utc_now
from shared.web import health
from shared.web.health import migration_heads
from tests.shared.web.conftest import app_of
from tests.support.asgi import serving


@pytest.fixture
async def migrated(owner):
    """The kernel's database with the table in which migrations keep their place."""
    async with owner.begin() as connection:
        await connection.execute(text("CREATE TABLE kernel.alembic_version (version_num text)"))
        await connection.execute(text("GRANT SELECT ON kernel.alembic_version TO kernel_app"))
    return owner


class TestMigrationHeads:
    def test_finds_the_newest_revisions(self, tmp_path, monkeypatch):
        monkeypatch.setattr(health, "_MIGRATIONS", tmp_path)
        folder = tmp_path / "kernel"
        folder.mkdir()
        (folder / "1.py").write_text('revision = "a1"\ndown_revision = None\n')
        (folder / "2.py").write_text('revision: str = "b2"\ndown_revision: str | None = "a1"\n')

        assert migration_heads("kernel") == {"b2"}

    def test_reads_the_migrations_of_a_real_service(self):
        assert len(migration_heads("enrollment")) == 1


class TestLive:
    async def test_answers_without_a_database(self, bare):
        assert (await bare.get("/health/live")).json() == {"status": "live"}


class TestReady:
    async def test_is_ready_when_everything_is_there(self, migrated, things):
        response = await things.get("/health/ready")

        assert response.status_code == 200
        checks = response.json()["checks"]
        assert checks["database"] == checks["migrations"] == "ok"
        assert checks["clock_skew_s"] < 2

    async def test_is_not_ready_while_the_database_is_away(self, bare):
        response = await bare.get("/health/ready")

        assert response.status_code == 503
        assert response.json()["checks"]["database"] == "ConnectionRefusedError"

    async def test_is_not_ready_on_another_revision(self, migrated, things):
        async with migrated.begin() as connection:
            await connection.execute(text("INSERT INTO kernel.alembic_version VALUES ('old')"))

        response = await things.get("/health/ready")

        assert response.status_code == 503
        assert response.json()["checks"]["migrations"] == "not at head"

    async def test_is_not_ready_before_the_first_migration(self, things):
        assert (await things.get("/health/ready")).status_code == 503

    @pytest.mark.parametrize("skew", [timedelta(seconds=3), timedelta(seconds=-3)])
    async def test_is_not_ready_when_the_clocks_disagree(self, migrated, things, monkeypatch, skew):
        monkeypatch.setattr(health, "utc_now", lambda: utc_now() + skew)

        response = await things.get("/health/ready")

        assert response.status_code == 503
        assert response.json()["checks"]["clock_skew_s"] > 2

    async def test_shows_the_bell(self, migrated, things_settings, kernel_url, valkey):
        app = app_of(things_settings(kernel_url, redis_url=valkey.url))

        async with serving(app, base_url="http://kernel.test") as client:
            assert (await client.get("/health/ready")).json()["checks"]["redis"] == "ok"

    async def test_is_ready_without_the_bell_but_shows_it(
        self, migrated, things_settings, kernel_url
    ):
        app = app_of(things_settings(kernel_url, redis_url="redis://127.0.0.1:1/0"))

        async with serving(app, base_url="http://kernel.test") as client:
            response = await client.get("/health/ready")

        assert response.status_code == 200
        assert response.json()["checks"]["redis"] == "ConnectionError"
