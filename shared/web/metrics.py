"""Prometheus metrics of requests, right also when a service runs as several processes.

With PROMETHEUS_MULTIPROC_DIR set, every process writes its numbers to files in that folder, and
whichever process is asked adds them up. The launcher empties the folder when a service starts.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

# Whatever no route matches is one series: a caller who tries addresses must not grow our memory.
UNMATCHED: Final = "unmatched"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BUCKETS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
    # A service does not fork: it need not ask the system at every count which process it is, which
    # took a tenth of the time of a 304.
    _PROCESS: Final = os.getpid()
    values.ValueClass = values.MultiProcessValue(lambda: _PROCESS)  # type: ignore[no-untyped-call] # its own

_duration = Histogram(
    "balai_http_request_duration_seconds",
    "Time from the request's arrival to the end of its answer.",
    ("service", "method", "route"),
    buckets=_BUCKETS,
)
_requests = Counter(
    "balai_http_requests", "Answered requests.", ("service", "method", "route", "status")
)
_in_progress = Gauge(
    "balai_http_requests_in_progress",
    "Requests that are being answered.",
    ("service",),
    multiprocess_mode="livesum",
)


class _Series(NamedTuple):
    observe: Callable[[float], None]
    inc: Callable[[], None]


class RequestMetrics:
    """Counts the requests of one service; the label look-ups are made once for each series."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._series: dict[tuple[str, str, int], _Series] = {}
        gauge = _in_progress.labels(service)
        self.begin: Callable[[], None] = gauge.inc
        self.end: Callable[[], None] = gauge.dec

    def record(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request to the template `route`."""
        series = self._series.get((method, route, status))
        if series is None:
            series = self._add(method, route, status)
        series.observe(seconds)
        series.inc()

    def _add(self, method: str, route: str, status: int) -> _Series:
        name = method if method in _METHODS else "OTHER"
        series = _Series(
            _duration.labels(self._service, name, route).observe,
            _requests.labels(self._service, name, route, str(status)).inc,
        )
        if name != "OTHER":
            self._series[method, route, status] = series
        return series


def exposition() -> bytes:
    """Return the numbers of all processes of this service in Prometheus' text format."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call] # its own
    return generate_latest(registry)


def forget_dead_processes(folder: Path) -> None:
    """Drop what processes that are gone were still doing: killed ones never said goodbye."""
    for file in folder.glob("gauge_live*.db"):
        pid = file.stem.rpartition("_")[2]
        if pid.isdecimal() and not _alive(int(pid)):
            file.unlink(missing_ok=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
