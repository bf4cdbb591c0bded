"""An application for the test of the process: says who it is, slowly where it is asked to."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI


def create_app() -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, Any]]:
        yield {}

    app = FastAPI(lifespan=lifespan)

    @app.get("/pid")
    async def pid() -> int:
        return os.getpid()

    @app.get("/loop")
    async def loop() -> dict[str, Any]:
        return {
            "loop": type(asyncio.get_running_loop()).__module__,
            "frozen": gc.get_freeze_count(),
            "threshold": gc.get_threshold()[0],
        }

    @app.get("/forever")
    async def forever() -> None:
        await asyncio.to_thread(Path(os.environ["MARK"]).touch)
        await asyncio.Event().wait()

    return app
