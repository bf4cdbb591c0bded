"""The command line: quick to help, an example everywhere, and an exit code that tells."""

import subprocess
import sys
from pathlib import Path

import pytest
from joserfc import jwt
from typer.main import get_command
from typer.testing import CliRunner

from deploy.cli import app
from deploy.embedded.secrets import make_secrets
from deploy.pilot.personas import PERSONAS
from shared.http.tokens import JOSE, load_key

BALAI = Path(sys.executable).with_name("balai")


def commands() -> list[list[str]]:
    found = []
    for name, command in get_command(app).commands.items():
        below = getattr(command, "commands", None)
        found += [[name, each] for each in below] if below else [[name]]
    return found


@pytest.fixture
def in_home(home, monkeypatch):
    """Put a home with secrets, where nothing runs, into the environment."""
    make_secrets(home)
    monkeypatch.setenv("BALAI_HOME", str(home.root))
    monkeypatch.setenv("BALAI_CLI_SIGNING_KEY", str(home.keys / "cli.jwk"))
    monkeypatch.delenv("PUBLIC_URL", raising=False)
    return home


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BALAI, *arguments], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )


class TestHelp:
    @pytest.mark.parametrize("command", commands(), ids=" ".join)
    def test_shows_an_example_of_every_command(self, command):
        result = CliRunner().invoke(app, [*command, "--help"])

        assert result.exit_code == 0
        _, found, example = " ".join(result.output.split()).partition("Example: ")
        assert found
        assert f"balai {' '.join(command)}" in example

    def test_names_every_command_of_the_issue(self):
        names = {name for name, *_ in commands()}

        assert names >= {
            *("up", "down", "status", "migrate", "token", "import"),
            *("pilot", "audit", "bench", "openapi"),
        }

    def test_loads_nothing_that_is_slow(self):
        heavy = ("sqlalchemy", "fastapi", "httpx", "asyncpg", "alembic", "cryptography", "pydantic")
        text = f"import sys, deploy.cli; print([n for n in {heavy} if n in sys.modules])"

        shown = subprocess.run(
            [sys.executable, "-c", text], capture_output=True, text=True, check=True
        )

        assert shown.stdout == "[]\n"


class TestToken:
    def claims(self, home, token: str) -> dict:
        key = load_key(home.keys / "cli.jwk")
        return jwt.decode(token.strip(), key, registry=JOSE).claims

    def test_prints_the_token_alone(self, in_home):
        shown = run("token", "--role", "REGIONAL_OFFICER", "--area", "32", "--area", "33.73")

        claims = self.claims(in_home, shown.stdout)

        assert shown.stdout.count("\n") == 1
        assert shown.stderr == ""
        assert claims["iss"] == "balai:cli"
        assert claims["grants"] == [{"role": "REGIONAL_OFFICER", "areas": ["32", "33.73"]}]

    def test_is_of_another_person_for_another_place(self, in_home):
        officers = [run("token", "--role", "REGIONAL_OFFICER", "--area", at) for at in ("32", "33")]

        subjects = [self.claims(in_home, officer.stdout)["sub"] for officer in officers]

        assert subjects == ["cli:regional_officer:32", "cli:regional_officer:33"]

    def test_speaks_for_the_pilots_people_by_name(self, in_home):
        shown = run("token", "--persona", "manager-msme", "--lifetime", "60")

        claims = self.claims(in_home, shown.stdout)

        assert claims["sub"] == "persona:manager-msme"
        assert claims["exp"] - claims["iat"] == 60
        assert claims["grants"] == [{"role": "PROGRAM_MANAGER", "ministries": ["MSME"]}]

    def test_logs_somebody_in_whom_the_registry_assigns(self, in_home, monkeypatch):
        monkeypatch.setenv("BALAI_PEOPLE_SIGNING_KEY", str(in_home.keys / "people.jwk"))
        shown = run("token", "--subject", "ibu-sari")

        key = load_key(in_home.keys / "people.jwk")
        claims = jwt.decode(shown.stdout.strip(), key, registry=JOSE).claims

        assert (claims["iss"], claims["sub"]) == ("balai:people", "ibu-sari")
        assert claims["grants"] == []

    def test_lists_the_people(self, in_home):
        shown = run("token", "--persona", "list")

        assert len(shown.stdout.splitlines()) == len(PERSONAS)

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            ([], "--role"),
            (["--role", "KING"], "no role KING"),
            (["--persona", "nobody"], "no persona nobody"),
            (["--role", "PARTICIPANT", "--person", "me"], "UUID"),
            (["--subject", "sari", "--role", "ANALYST"], "stands alone"),
        ],
    )
    def test_refuses_what_it_does_not_know(self, in_home, arguments, told):
        shown = run("token", *arguments)

        assert shown.returncode == 1
        assert told in shown.stderr
        assert shown.stdout == ""


class TestWithoutAStack:
    @pytest.mark.parametrize(
        "command", [["pilot"], ["audit"], ["migrate"], ["import", "areas"]], ids=" ".join
    )
    def test_says_that_nothing_runs(self, in_home, command):
        shown = run(*command)

        assert shown.returncode == 1
        assert f"Balai is not running from {in_home.root}" in shown.stderr.replace("\n", " ")

    def test_status_tells_it_in_its_exit_code(self, in_home):
        shown = run("status", "--json")

        assert shown.returncode == 1
        assert '"running": false' in shown.stdout

    def test_down_has_nothing_to_do(self, in_home):
        shown = run("down")

        assert shown.returncode == 0
        assert "Nothing runs" in shown.stdout

    def test_home_is_printed_alone(self, in_home):
        assert run("home").stdout == f"{in_home.root}\n"
