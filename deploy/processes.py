"""The map of the system: one row a process, in the order in which they start."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SERVICES: Final = ("registry", "enrollment", "reporting")
# Levels of the areas that enrollment copies from the registry; without them nobody registers.
AREA_LEVELS: Final = ("PROVINCE", "REGENCY", "DISTRICT", "VILLAGE")


class Kind(StrEnum):
    """What a process is, and so how it is started, asked whether it is ready, and stopped."""

    POSTGRES = "postgres"
    VALKEY = "valkey"
    NURSERY = "nursery"
    HTTP = "http"
    WORKER = "worker"
    ENTRANCE = "entrance"


@dataclass(frozen=True, slots=True)
class Process:
    """One row: `port` counts from BALAI_PORT_BASE, `copies` share one listening socket."""

    name: str
    kind: Kind
    service: str | None = None
    target: str | None = None
    port: int | None = None
    copies: int = 1


PROCESSES: Final = (
    Process("postgres", Kind.POSTGRES, port=4),
    Process("valkey", Kind.VALKEY, port=5),
    Process("nursery", Kind.NURSERY),
    Process("registry", Kind.HTTP, "registry", "services.registry.main:create_app", port=1),
    Process(
        "enrollment",
        Kind.HTTP,
        "enrollment",
        "services.enrollment.main:create_app",
        port=2,
        copies=2,
    ),
    Process("reporting", Kind.HTTP, "reporting", "services.reporting.main:create_app", port=3),
    Process("registry-worker", Kind.WORKER, "registry", "services.registry.worker"),
    Process("enrollment-worker", Kind.WORKER, "enrollment", "services.enrollment.worker"),
    Process("reporting-worker", Kind.WORKER, "reporting", "services.reporting.worker"),
    Process("caddy", Kind.ENTRANCE, port=0),
)


def port_of(name: str, *, base: int) -> int:
    """Return the port of the process `name` when the first port is `base`."""
    row = next(process for process in PROCESSES if process.name == name)
    if row.port is None:
        raise ValueError(f"{name} listens on no port")
    return base + row.port
