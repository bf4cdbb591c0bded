"""`balai token`: a token of one of the demonstration's own issuers."""

import os
import sys
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from deploy.embedded.environment import find_environment
from deploy.embedded.home import home_from_environment
from deploy.pilot.personas import PERSONAS, Persona
from deploy.problems import CommandError
from shared.http.tokens import load_key, sign_token
from shared.scope import NOWHERE, Grant, Role, reach_of

ISSUER: Final = "balai:cli"
PEOPLE: Final = "balai:people"
_PLACE_OPTIONS: Final = {
    Role.PROGRAM_MANAGER: "--ministry",
    Role.REGIONAL_OFFICER: "--area",
    Role.FACILITY_OPERATOR: "--facility",
    Role.INSTRUCTOR: "--facility",
    Role.PARTICIPANT: "--person",
}


@dataclass(frozen=True, slots=True)
class TokenOptions:
    """What a token is to say."""

    role: str | None
    areas: tuple[str, ...]
    ministries: tuple[str, ...]
    facilities: tuple[str, ...]
    person: str | None
    lifetime_s: int
    subject: str | None = None


def run(options: TokenOptions, *, persona: str | None) -> int:
    """Print a token and nothing else.

    Raises:
        CommandError: when the role, the persona or an id is unknown, or nothing runs to sign for.
    """
    if persona == "list":
        sys.stdout.write("".join(f"{known.name:<22} {known.about}\n" for known in PERSONAS))
        return 0
    if options.subject is None:
        issuer = ISSUER
        subject, grants = _named(persona) if persona else _described(options)
    else:
        issuer, subject, grants = PEOPLE, _login(options, persona), ()
    signed = sign_token(
        load_key(_signing_key(issuer)),
        issuer=issuer,
        subject=subject,
        grants=grants,
        lifetime_s=options.lifetime_s,
    )
    sys.stdout.write(signed + "\n")
    return 0


def admin_token(*, lifetime_s: int = 3600) -> str:
    """Return a token that may load reference data.

    Raises:
        CommandError: when nothing runs to sign for.
    """
    return sign_token(
        load_key(_signing_key(ISSUER)),
        issuer=ISSUER,
        subject="cli:national_admin",
        grants=[Grant(Role.NATIONAL_ADMIN)],
        lifetime_s=lifetime_s,
    )


def _signing_key(issuer: str) -> str:
    home = home_from_environment()
    variables = (find_environment(home) or {}) | os.environ
    name = issuer.partition(":")[2].upper()
    path = variables.get(f"BALAI_{name}_SIGNING_KEY")
    if path is None:
        raise CommandError(f"Balai is not running from {home.root}. Start it with `balai up`.")
    return path


def _login(options: TokenOptions, persona: str | None) -> str:
    said = (options.role, persona, options.person)
    if any(said) or options.areas or options.ministries or options.facilities:
        raise CommandError("--subject stands alone: what a login may do, the registry assigns.")
    return str(options.subject)


def _named(name: str) -> tuple[str, tuple[Grant, ...]]:
    found: Persona | None = next((known for known in PERSONAS if known.name == name), None)
    if found is None:
        names = ", ".join(known.name for known in PERSONAS)
        raise CommandError(f"There is no persona {name}. The pilot has {names}.")
    return found.subject, found.grants


def _described(options: TokenOptions) -> tuple[str, tuple[Grant, ...]]:
    if options.role is None:
        raise CommandError("Name a role with --role, or somebody of the pilot with --persona.")
    if options.role not in Role.__members__:
        raise CommandError(f"There is no role {options.role}. Roles: {', '.join(Role)}.")
    try:
        facilities = tuple(UUID(text) for text in options.facilities)
        person = UUID(options.person) if options.person else None
    except ValueError:
        raise CommandError("--facility and --person take an id, which is a UUID.") from None
    grant = Grant(Role(options.role), options.ministries, options.areas, facilities, person)
    if reach_of(grant) == NOWHERE:
        raise CommandError(
            f"A {options.role} acts somewhere: name it with {_PLACE_OPTIONS[grant.role]}."
        )
    if person:
        return f"person:{person}", (grant,)
    # Officers of two places are two people: nobody decides what he proposed himself.
    places = (*options.areas, *options.ministries, *options.facilities)
    return ":".join(("cli", options.role.lower(), *places)), (grant,)
