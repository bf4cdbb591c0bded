"""Serve one service in one process, on a listening socket that its parent opened.

    python -m shared.web.serve services.registry.main:create_app --fd 3

Several such processes may share the socket. Not `uvicorn --workers`: after kill -9 of its parent
the workers serve on.
"""

import argparse
import gc
import importlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final

import uvicorn
from fastapi import FastAPI

from shared.logging import configure_logging
from shared.web.metrics import forget_dead_processes

_BACKLOG: Final = 2048
_GRACE_S: Final = 3
# Longer than Caddy keeps an idle connection (2 minutes): the side that sends must be the one that
# closes, or a request meets a connection that has just been closed.
_KEEP_ALIVE_S: Final = 130
# Collecting seldom and never what was there at the start took p99 from 40 ms to 12 ms.
_GC_THRESHOLD: Final = (50_000, 50, 50)


class _Server(uvicorn.Server):
    """Freezes what has been loaded once it is up; ends streams before it waits for requests."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then leave everything made so far to no collection."""
        await super().startup(sockets)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLD)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell whoever streams that the server is to end, then end it."""
        stopping = self.lifespan.state.get("stopping")
        if stopping is not None:
            stopping.set()
        await super().shutdown(sockets)


def _factory(name: str) -> Callable[[], FastAPI]:
    module, _, attribute = name.partition(":")
    factory: Callable[[], FastAPI] = getattr(importlib.import_module(module), attribute)
    return factory


def _listening(fd: int | None, host: str, port: int) -> socket.socket:
    """Return the inherited socket, or one of our own where a parent gave none."""
    if fd is not None:
        return socket.socket(fileno=fd)
    own = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.bind((host, port))
    return own


def serve(factory: str, listening: socket.socket) -> None:
    """Serve the application that `factory` makes until SIGTERM or SIGINT."""
    metrics = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if metrics is not None:
        forget_dead_processes(Path(metrics))
    listening.settimeout(0)
    config = uvicorn.Config(
        _factory(factory),
        factory=True,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_GRACE_S,
    )
    _Server(config).run(sockets=[listening])


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="shared.web.serve", description=__doc__)
    parser.add_argument("factory", help="module:function that makes the application")
    parser.add_argument("--fd", type=int, help="inherited listening socket")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on without --fd")
    parser.add_argument("--port", type=int, default=8080, help="port to listen on without --fd")
    parser.add_argument("--log-level", default=os.environ.get("BALAI_LOG_LEVEL", "INFO"))
    arguments = parser.parse_args()
    configure_logging(arguments.factory.split(".")[1], level=arguments.log_level)
    serve(arguments.factory, _listening(arguments.fd, arguments.host, arguments.port))


if __name__ == "__main__":
    main()
