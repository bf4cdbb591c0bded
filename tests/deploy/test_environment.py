"""What each process is told, and what other commands find."""

import json
import os
import subprocess
import sys

import pytest

from deploy.embedded.environment import (
    check_mode,
    enter_environment,
    find_environment,
    for_process,
    keep_environment,
    port_base,
    runs_postgres,
    runs_valkey,
    stack_environment,
)
from deploy.embedded.home import note_processes
from deploy.embedded.secrets import make_secrets
from deploy.problems import CommandError
from services.enrollment.settings import EnrollmentSettings
from services.registry.settings import RegistrySettings
from services.reporting.settings import ReportingSettings
from shared.settings import Mode

OUTSIDE = {
    "ENROLLMENT_DATABASE_URL": "postgresql+asyncpg://me:secret@db.example/enrollment",
    "BALAI_LOG_LEVEL": "DEBUG",
    "PUBLIC_URL": "https://balai.example",
    "PATH": "/bin",
}


@pytest.fixture
def variables(home) -> dict[str, str]:
    make_secrets(home)
    return stack_environment(home, base=18080, outside={})


class TestPortBase:
    def test_prefers_what_is_given_to_the_variable_to_the_usual(self, monkeypatch):
        monkeypatch.delenv("BALAI_PORT_BASE", raising=False)
        assert port_base(None) == 8080
        monkeypatch.setenv("BALAI_PORT_BASE", "9000")
        assert port_base(None) == 9000
        assert port_base(7000) == 7000

    @pytest.mark.parametrize("wrong", ["eighty", "0", "65531", "-1", ""])
    def test_refuses_what_is_no_port(self, monkeypatch, wrong):
        monkeypatch.setenv("BALAI_PORT_BASE", wrong)

        with pytest.raises(CommandError, match="BALAI_PORT_BASE"):
            port_base(None)


class TestStackEnvironment:
    @pytest.mark.parametrize(
        ("service", "settings"),
        [
            ("registry", RegistrySettings),
            ("enrollment", EnrollmentSettings),
            ("reporting", ReportingSettings),
        ],
    )
    def test_is_what_the_services_settings_read(self, variables, monkeypatch, service, settings):
        for name, value in for_process(variables, service).items():
            monkeypatch.setenv(name, value)

        read = settings()

        assert read.mode is Mode.DEMO
        assert read.database_url.endswith(f"127.0.0.1:18084/{service}")
        assert f"//{service}_app:" in read.database_url
        assert read.registry_url == "http://127.0.0.1:18081"
        assert read.public_url == "http://127.0.0.1:18080"
        assert [issuer.demo_only for issuer in read.issuers] == [False] * 3 + [True] * 2
        assert [issuer.issuer for issuer in read.issuers if issuer.assigned] == ["balai:people"]

    def test_is_refused_in_production_because_its_secrets_are_generated(
        self, variables, monkeypatch
    ):
        for name, value in for_process(
            variables | {"BALAI_MODE": "PRODUCTION"}, "registry"
        ).items():
            monkeypatch.setenv(name, value)

        with pytest.raises(ValueError, match="demonstrations only"):
            RegistrySettings()

    def test_puts_what_comes_from_outside_first(self, home, variables):
        given = stack_environment(home, base=18080, outside=OUTSIDE)

        assert given["ENROLLMENT_DATABASE_URL"] == OUTSIDE["ENROLLMENT_DATABASE_URL"]
        assert given["PUBLIC_URL"] == "https://balai.example"
        assert given["BALAI_LOG_LEVEL"] == "DEBUG"
        assert given["REGISTRY_DATABASE_URL"] == variables["REGISTRY_DATABASE_URL"]
        assert "ENROLLMENT_MIGRATION_URL" not in given
        assert "ENROLLMENT_APP_ROLE" not in given
        assert "PATH" not in given

    def test_stays_the_same_from_start_to_start(self, home, variables):
        make_secrets(home)

        assert stack_environment(home, base=18080, outside={}) == variables


class TestEmbeddedServers:
    def test_run_unless_every_service_has_one_from_outside(self):
        databases = {
            f"{name}_DATABASE_URL": "x" for name in ("REGISTRY", "ENROLLMENT", "REPORTING")
        }
        bells = {f"{name}_REDIS_URL": "x" for name in ("REGISTRY", "ENROLLMENT", "REPORTING")}

        assert (runs_postgres({}), runs_valkey({})) == (True, True)
        assert (runs_postgres(OUTSIDE), runs_valkey(OUTSIDE)) == (True, True)
        assert (runs_postgres(databases), runs_valkey(databases)) == (False, True)
        assert (runs_postgres(bells), runs_valkey(bells)) == (True, False)


class TestBadges:
    def test_are_signed_by_a_generated_key_in_demonstrations_only(self, home, variables):
        outside = {**OUTSIDE, "BALAI_MODE": "PRODUCTION"}

        real = stack_environment(home, base=18080, outside=outside)

        assert variables["ENROLLMENT_BADGE_KEYS"] == str(home.keys / "badges.json")
        assert "ENROLLMENT_BADGE_KEYS" not in real


class TestForProcess:
    def test_tells_a_service_its_own_secrets_only(self, variables):
        told = for_process(variables, "registry")

        assert "REGISTRY_DATABASE_URL" in told
        assert "ENROLLMENT_URL" in told
        for name in (
            "ENROLLMENT_DATABASE_URL",
            "ENROLLMENT_NIK_KEYS",
            "ENROLLMENT_BADGE_KEYS",
            "ENROLLMENT_SIGNING_KEY",
            "REPORTING_REDIS_URL",
            "REPORTING_INCOME_KEYS",
            "REGISTRY_MIGRATION_URL",
            "BALAI_ADMIN_DATABASE_URL",
            "BALAI_CLI_SIGNING_KEY",
            "BALAI_PEOPLE_SIGNING_KEY",
            "BALAI_VALKEY_PASSWORD",
        ):
            assert name in variables
            assert name not in told

    def test_passes_nothing_of_ours_on_from_the_launchers_own(self, variables, monkeypatch):
        monkeypatch.setenv("REGISTRY_MIGRATION_URL", "a secret of the outside")
        monkeypatch.setenv("LANG", "id_ID.UTF-8")

        told = for_process(variables, "registry")

        assert "REGISTRY_MIGRATION_URL" not in told
        assert told["LANG"] == "id_ID.UTF-8"


class TestCheckMode:
    def test_lets_a_demonstration_run_on_generated_secrets(self):
        check_mode({})
        check_mode({"BALAI_MODE": "DEMO"})

    def test_names_what_production_has_to_be_given(self):
        with pytest.raises(CommandError, match=r"BALAI_CURSOR_SECRET, .*REPORTING_SIGNING_KEY"):
            check_mode({"BALAI_MODE": "production", **OUTSIDE})


class TestFindEnvironment:
    def test_finds_the_variables_of_a_stack_that_runs(self, home, variables):
        keep_environment(home, variables)
        assert find_environment(home) is None

        note_processes(home, {})

        assert find_environment(home) == variables
        assert home.environment.stat().st_mode & 0o777 == 0o600

    def test_takes_the_file_of_a_launcher_that_died_for_none(self, home, variables):
        keep_environment(home, variables)
        dead = subprocess.Popen([sys.executable, "-c", ""])
        dead.wait()
        home.processes.write_text(json.dumps({"launcher": [dead.pid, 0.0]}))

        assert find_environment(home) is None


class TestEnterEnvironment:
    def test_leaves_what_is_set_already(self, home, variables, monkeypatch):
        present = {"PUBLIC_URL": "https://mine.example"}
        monkeypatch.setattr(os, "environ", present)
        keep_environment(home, variables)
        note_processes(home, {})

        enter_environment(home)

        assert present == variables | {"PUBLIC_URL": "https://mine.example"}

    def test_says_that_nothing_runs(self, home, monkeypatch):
        monkeypatch.delenv("PUBLIC_URL", raising=False)

        with pytest.raises(CommandError, match="not running from"):
            enter_environment(home)


class TestMakeSecrets:
    def test_writes_them_for_their_owner_only(self, home, variables):
        private = {home.secrets, *home.keys.iterdir()}

        assert private == set(home.secret_files)
        assert {path.stat().st_mode & 0o777 for path in private} == {0o600}

    def test_publishes_no_private_half(self, home, variables):
        published = json.loads((home.keys / "jwks.json").read_text())["keys"]

        assert len(published) == 5
        assert not any("d" in key for key in published)

    def test_publishes_the_key_that_a_later_release_adds(self, home, variables):
        (home.keys / "people.jwk").unlink()

        make_secrets(home)

        published = json.loads((home.keys / "jwks.json").read_text())["keys"]
        added = json.loads((home.keys / "people.jwk").read_text())["kid"]
        assert added in {key["kid"] for key in published}
