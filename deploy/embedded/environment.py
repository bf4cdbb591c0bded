"""The variables of the stack: what its processes are told, and other commands find."""

import json
import os
from collections.abc import Mapping
from typing import Any, Final

from deploy.embedded.home import Home, launcher_of, write_private
from deploy.problems import CommandError
from deploy.processes import SERVICES, port_of
from shared.scope import Role

_HOST: Final = "127.0.0.1"
_LAST_BASE: Final = 65_530

# What belongs to one service and is nobody else's business.
_PRIVATE: Final = (
    "DATABASE_URL",
    "REDIS_URL",
    "SIGNING_KEY",
    "NIK_KEYS",
    "BADGE_KEYS",
    "INCOME_KEYS",
    "SMTP_PASSWORD",
)
# What only the launcher and the tools need.
_TOOLS_ONLY: Final = (
    "MIGRATION_URL",
    "APP_ROLE",
    "ADMIN_DATABASE_URL",
    "VALKEY_PASSWORD",
    "CLI_SIGNING_KEY",
    "PEOPLE_SIGNING_KEY",
)
# Without these from outside, the stack runs on what was generated for a demonstration.
_GIVEN_IN_PRODUCTION: Final = (
    "BALAI_CURSOR_SECRET",
    "BALAI_ISSUERS",
    "ENROLLMENT_NIK_KEYS",
    "REPORTING_INCOME_KEYS",
    *(
        f"{service.upper()}_{part}"
        for service in SERVICES
        for part in ("DATABASE_URL", "REDIS_URL", "SIGNING_KEY")
    ),
)

Environment = dict[str, str]


def port_base(given: int | None) -> int:
    """Return the first port: as given, else BALAI_PORT_BASE, else 8080.

    Raises:
        CommandError: when it is no port number that five more can follow.
    """
    text = str(given) if given is not None else os.environ.get("BALAI_PORT_BASE", "8080")
    if not text.isdigit() or not 1 <= int(text) <= _LAST_BASE:
        raise CommandError(
            f"BALAI_PORT_BASE is {text!r}; it must be a number from 1 to {_LAST_BASE}."
        )
    return int(text)


def is_production(outside: Mapping[str, str]) -> bool:
    """Tell whether the data are real."""
    return outside.get("BALAI_MODE", "DEMO").upper() == "PRODUCTION"


def runs_postgres(outside: Mapping[str, str]) -> bool:
    """Tell whether any service has no database from outside."""
    return any(f"{service.upper()}_DATABASE_URL" not in outside for service in SERVICES)


def runs_valkey(outside: Mapping[str, str]) -> bool:
    """Tell whether any service has no Redis from outside."""
    return any(f"{service.upper()}_REDIS_URL" not in outside for service in SERVICES)


def check_mode(outside: Mapping[str, str]) -> None:
    """Refuse to run with real data on secrets that were generated here.

    Raises:
        CommandError: when BALAI_MODE is PRODUCTION and something is not given from outside.
    """
    if not is_production(outside):
        return
    missing = [name for name in _GIVEN_IN_PRODUCTION if name not in outside]
    if missing:
        raise CommandError(
            "BALAI_MODE is PRODUCTION, and the secrets that `balai up` generates are for"
            f" demonstrations only. Set {', '.join(missing)}."
        )


def stack_environment(home: Home, *, base: int, outside: Mapping[str, str]) -> Environment:
    """Return every variable of the stack; what is set outside goes before what is made here."""
    secrets: dict[str, str] = json.loads(home.secrets.read_text())
    entrance = f"http://{_HOST}:{port_of('caddy', base=base)}"
    made = {
        "BALAI_HOME": str(home.root),
        "BALAI_MODE": "DEMO",
        "BALAI_PORT_BASE": str(base),
        "BALAI_CURSOR_SECRET": secrets["cursor"],
        "BALAI_ISSUERS": json.dumps(_issuers(home)),
        "BALAI_CORS_ORIGINS": "[]",
        "BALAI_VALKEY_PASSWORD": secrets["valkey"],
        "BALAI_CLI_SIGNING_KEY": str(home.keys / "cli.jwk"),
        "BALAI_PEOPLE_SIGNING_KEY": str(home.keys / "people.jwk"),
        "ENROLLMENT_NIK_KEYS": str(home.keys / "nik.json"),
        "REPORTING_INCOME_KEYS": str(home.keys / "income.json"),
        "PUBLIC_URL": entrance,
    }
    if not is_production(outside):
        # Badges are switched on by a key; without one from outside, production has none.
        made["ENROLLMENT_BADGE_KEYS"] = str(home.keys / "badges.json")
    if runs_postgres(outside):
        made["BALAI_ADMIN_DATABASE_URL"] = _database_url(secrets, "postgres", "postgres", base)
    for place, service in enumerate(SERVICES):
        made |= _service_variables(home, secrets, service, base=base, place=place)
        if f"{service.upper()}_DATABASE_URL" in outside:
            del made[f"{service.upper()}_MIGRATION_URL"], made[f"{service.upper()}_APP_ROLE"]
    return made | {name: outside[name] for name in outside if is_ours(name)}


def for_process(variables: Environment, service: str | None) -> Environment:
    """Return what one process is told: its own secrets and nobody else's."""
    others = [other.upper() for other in SERVICES if other != service]
    foreign = {f"{other}_{part}" for other in others for part in _PRIVATE}
    told = {name: value for name, value in os.environ.items() if not is_ours(name)}
    return told | {
        name: value
        for name, value in variables.items()
        if name not in foreign and not name.endswith(_TOOLS_ONLY)
    }


def keep_environment(home: Home, variables: Environment) -> None:
    """Write the variables down for other commands of the same user."""
    write_private(home.environment, json.dumps(variables, indent=1))


def find_environment(home: Home) -> Environment | None:
    """Return the variables of the stack that runs from this home, or None when none does."""
    if launcher_of(home) is None:
        return None
    try:
        variables: Environment = json.loads(home.environment.read_text())
    except FileNotFoundError:
        return None
    return variables


def enter_environment(home: Home) -> None:
    """Put the running stack's variables into this process, after those that are set already.

    Raises:
        CommandError: when no stack runs from this home and the variables do not come from outside.
    """
    variables = find_environment(home)
    if variables is None:
        if "PUBLIC_URL" in os.environ and not runs_postgres(os.environ):
            return
        raise CommandError(f"Balai is not running from {home.root}. Start it with `balai up`.")
    for name, value in variables.items():
        os.environ.setdefault(name, value)


def is_ours(name: str) -> bool:
    """Tell whether a variable means something to Balai."""
    prefixes = ("BALAI_", *(f"{service.upper()}_" for service in SERVICES))
    return name == "PUBLIC_URL" or name.startswith(prefixes)


def _issuers(home: Home) -> list[dict[str, Any]]:
    jwks = str(home.keys / "jwks.json")
    services = [
        {"issuer": f"balai:{service}", "jwks": jwks, "roles": ["SERVICE"]} for service in SERVICES
    ]
    everyone = [role.value for role in Role]
    demo = {"jwks": jwks, "demo_only": True}
    cli = {"issuer": "balai:cli", "roles": everyone, **demo}
    # Stands for the logins of offices and centres: the registry's assignments say who they are.
    people = {"issuer": "balai:people", "assigned": True, **demo}
    return [*services, cli, people]


def _service_variables(
    home: Home, secrets: Mapping[str, str], service: str, *, base: int, place: int
) -> Environment:
    prefix = service.upper()
    valkey = f"redis://:{secrets['valkey']}@{_HOST}:{port_of('valkey', base=base)}"
    return {
        f"{prefix}_URL": f"http://{_HOST}:{port_of(service, base=base)}",
        f"{prefix}_DATABASE_URL": _database_url(secrets, f"{service}_app", service, base),
        f"{prefix}_MIGRATION_URL": _database_url(secrets, f"{service}_owner", service, base),
        f"{prefix}_APP_ROLE": f"{service}_app",
        f"{prefix}_REDIS_URL": f"{valkey}/{place}",
        f"{prefix}_SIGNING_KEY": str(home.keys / f"{service}.jwk"),
    }


def _database_url(secrets: Mapping[str, str], role: str, database: str, base: int) -> str:
    place = f"{_HOST}:{port_of('postgres', base=base)}"
    return f"postgresql+asyncpg://{role}:{secrets[role]}@{place}/{database}"
