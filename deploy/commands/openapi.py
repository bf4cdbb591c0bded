"""`balai openapi`: the published face of each service, as committed."""

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import FastAPI

from deploy.processes import PROCESSES, Kind

_ROOT: Final = Path(__file__).parents[2]
_NOWHERE: Final = Path("nowhere")


def run(*, check: bool) -> int:
    """Write each openapi.json, or only compare; return 1 when a comparison finds a change."""
    changed = [name for name in targets() if not is_current(name)]
    if check:
        for name in changed:
            sys.stdout.write(f"{path_of(name)} is not what the code says. Run `balai openapi`.\n")
        return 1 if changed else 0
    for name in changed:
        path_of(name).write_text(face_of(name))
        sys.stdout.write(f"{path_of(name).relative_to(_ROOT)} written\n")
    return 0


def targets() -> dict[str, str]:
    """Return what makes the application of each service."""
    return {row.name: str(row.target) for row in PROCESSES if row.kind is Kind.HTTP}


def path_of(service: str) -> Path:
    """Return where the face of a service is committed."""
    return _ROOT / "services" / service / "openapi.json"


def is_current(service: str) -> bool:
    """Tell whether the committed face is what the code says."""
    path = path_of(service)
    return path.exists() and path.read_text() == face_of(service)


def face_of(service: str) -> str:
    """Return the face of a service as the file holds it."""
    return json.dumps(application_of(service).openapi(), indent=1, ensure_ascii=False) + "\n"


def application_of(service: str) -> FastAPI:
    """Return the application of a service, wired to nothing.

    No request is made to it, so the settings name places where nobody listens.
    """
    module, _, factory = targets()[service].partition(":")
    settings_of = importlib.import_module(f"services.{service}.settings")
    settings = getattr(settings_of, f"{service.capitalize()}Settings")
    make: Callable[[object], FastAPI] = getattr(importlib.import_module(module), factory)
    return make(
        settings(
            mode="DEMO",
            cursor_secret="nobody-signs-with-this",  # noqa: S106 - a stand-in, not a secret
            database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none",
            signing_key=_NOWHERE,
            nik_keys=_NOWHERE,
        )
    )
