"""`balai status`: what runs, and whether it is ready."""

import asyncio
import json
import sys
from typing import Any, Final
from urllib.parse import urlsplit

from deploy.embedded.environment import find_environment
from deploy.embedded.home import children_of, home_from_environment, launcher_of
from deploy.embedded.readiness import http_ready, port_answers, valkey_ready
from deploy.processes import PROCESSES, SERVICES, Kind

_MARKS: Final = {True: "ready", False: "NOT READY"}


def run(*, as_json: bool) -> int:
    """Print the state of the stack; return 1 when a part of it is not ready."""
    found = asyncio.run(find_status())
    if as_json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
    else:
        sys.stdout.write(_as_text(found))
    return 0 if is_ready(found) else 1


def is_ready(found: dict[str, Any]) -> bool:
    """Tell whether every part is ready."""
    parts = [*found["services"].values(), *found["workers"].values()]
    parts += [found["entrance"], found["postgres"], found["redis"]]
    return bool(found["running"]) and all(part["ready"] for part in parts)


async def find_status() -> dict[str, Any]:
    """Return what each part of the stack of this home says of itself."""
    home = home_from_environment()
    launcher = launcher_of(home)
    variables = find_environment(home) or {}
    names = [f"{service.upper()}_URL" for service in SERVICES]
    ready = await asyncio.gather(
        *(_answers(variables.get(name), "/health/ready") for name in names),
        _answers(variables.get("PUBLIC_URL"), "/docs"),
        _database_ready(variables),
        _redis_ready(variables),
    )
    public = variables.get("PUBLIC_URL")
    return {
        "home": str(home.root),
        "running": launcher is not None,
        "pid": launcher.pid if launcher else None,
        "services": {
            service: {
                "url": f"{public}/{service}" if public else None,
                "ready": ready[place],
            }
            for place, service in enumerate(SERVICES)
        },
        "workers": _workers(set(children_of(home))),
        "entrance": {"url": public, "ready": ready[-3]},
        "postgres": {"url": _place(variables.get("REGISTRY_DATABASE_URL")), "ready": ready[-2]},
        "redis": {"url": _place(variables.get("REGISTRY_REDIS_URL")), "ready": ready[-1]},
    }


def _workers(alive: set[str]) -> dict[str, dict[str, bool]]:
    names = [row.name for row in PROCESSES if row.kind is Kind.WORKER]
    return {name: {"ready": name in alive} for name in names}


async def _answers(url: str | None, path: str) -> bool:
    port = urlsplit(url).port if url else None
    return port is not None and await http_ready(port, path)()


async def _database_ready(variables: dict[str, str]) -> bool:
    parts = urlsplit(variables.get("REGISTRY_DATABASE_URL", ""))
    return parts.port is not None and await port_answers(parts.hostname or "", parts.port)()


async def _redis_ready(variables: dict[str, str]) -> bool:
    parts = urlsplit(variables.get("REGISTRY_REDIS_URL", ""))
    return parts.port is not None and await valkey_ready(parts.port, parts.password or "")()


def _place(url: str | None) -> str | None:
    """Return where a URL leads, without who signs in."""
    return urlsplit(url).netloc.rpartition("@")[2] if url else None


def _as_text(found: dict[str, Any]) -> str:
    if not found["running"]:
        return f"Balai is not running from {found['home']}.\n"
    parts = {**found["services"], **found["workers"]}
    parts |= {name: found[name] for name in ("entrance", "postgres", "redis")}
    lines = [f"Balai runs from {found['home']} (process {found['pid']})."]
    lines += [
        f"  {name:<18} {_MARKS[part['ready']]:<10} {part.get('url') or ''}".rstrip()
        for name, part in parts.items()
    ]
    return "\n".join(lines) + "\n"
