import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from uuid import UUID

import pytest

from deploy.pilot.api import JobFailedError, RefusedError
from deploy.pilot.play import Play
from deploy.pilot.publishing import publish_figures
from deploy.pilot.wire import Wire
from shared.clock import ledger_day, utc_now
from tests.pilot.scripted import Request, scripted

SINCE = date(2026, 1, 5)
CODES = ("progress", "funnel", "outcomes")
JOB = UUID(int=7)


@dataclass
class Reporting:
    """What a pilot meets of the service: its tables, one snapshot and the job that freezes it."""

    job_ends: str = "SUCCEEDED"
    refusing: str = ""
    snapshot: dict | None = None
    editions: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        status, content = self.answer(request)
        return status, {}, json.dumps(content).encode()

    def answer(self, request: Request) -> tuple[int, dict]:
        path = request.target.partition("?")[0].removeprefix("/reporting/v1/")
        if request.method == "POST":
            assert " " not in request.headers["idempotency-key"]
            refused = self.refusing and path.startswith(self.refusing)
            return (403, {"code": "snapshots-national"}) if refused else self.change(path, request)
        if path.startswith("snapshots/"):
            return (404, {}) if self.snapshot is None else (200, self.snapshot)
        if path.startswith("jobs/"):
            return 200, self.job()
        tables = {"items": [{"code": code} for code in CODES]}
        return 200, tables if path == "published-tables" else {"meta": {}, "rows": []}

    def change(self, path: str, request: Request) -> tuple[int, dict]:
        match path.split("/"):
            case ["published-tables", code, "editions"]:
                self.editions[request.headers["idempotency-key"]] = code
                return 201, {}
            case ["snapshots"]:
                self.snapshot = {**json.loads(request.body), "state": "ORDERED", "job_id": str(JOB)}
                return 202, self.snapshot
        assert path == f"snapshots/{self.snapshot['id']}/publish"
        self.snapshot["state"] = "PUBLISHED"
        return 200, self.snapshot

    def job(self) -> dict:
        if self.job_ends == "SUCCEEDED":
            self.snapshot["state"] = "FROZEN"
        self.snapshot["print_url"] = f"http://balai.test/sheets/{self.snapshot['id']}/print"
        ended = {"id": str(JOB), "kind": "freeze-snapshot", "status": self.job_ends}
        return {**ended, "progress": {}, "created_at": "2026-01-05T00:00:00Z"}


@asynccontextmanager
async def meeting(met: Callable[..., Play], reporting: Reporting) -> AsyncIterator[tuple]:
    """Yield a pilot whose entrance is the service, and what it is asked."""
    async with scripted(reporting) as (origin, asked), Wire(origin, connections=2) as wire:
        play = met(classes=2)
        play.api._wire = wire
        with play.chapter():
            yield play, asked


def posted(asked: list[Request]) -> list[str]:
    return sorted(request.target for request in asked if request.method == "POST")


class TestPublishFigures:
    async def test_publishes_every_table_and_one_sheet(self, met):
        reporting = Reporting()
        async with meeting(met, reporting) as (play, asked):
            await publish_figures(play, since=SINCE)

        assert sorted(reporting.editions.values()) == sorted(CODES)
        assert reporting.snapshot["state"] == "PUBLISHED"
        assert reporting.snapshot["period_from"] == SINCE.isoformat()
        assert reporting.snapshot["period_to"] == ledger_day(utc_now()).isoformat()
        assert len(posted(asked)) == len(CODES) + 2
        assert f"http://balai.test/sheets/{reporting.snapshot['id']}/print" in told(play)

    async def test_does_nothing_twice(self, met):
        reporting = Reporting()
        async with meeting(met, reporting) as (play, asked):
            await publish_figures(play, since=SINCE)
            first = len(posted(asked))
            await publish_figures(play, since=SINCE)

        assert len(posted(asked)) == first
        assert play.journal.outcomes("edition", "snapshot", "snapshot-publish") == {
            "PUBLISHED": len(CODES) + 1,
            "ORDERED": 1,
        }

    @pytest.mark.parametrize("state", ["ORDERED", "FROZEN"])
    async def test_goes_on_with_the_snapshot_of_an_interrupted_pilot(self, met, state):
        found = {"id": str(JOB), "state": state, "job_id": str(JOB), "print_url": "there"}
        reporting = Reporting(snapshot=found)
        async with meeting(met, reporting) as (play, asked):
            await publish_figures(play, since=SINCE)

        assert "/reporting/v1/snapshots" not in posted(asked)
        assert reporting.snapshot["state"] == "PUBLISHED"

    async def test_stops_when_the_figures_could_not_be_frozen(self, met):
        async with meeting(met, Reporting(job_ends="FAILED")) as (play, asked):
            with pytest.raises(JobFailedError, match="FAILED"):
                await publish_figures(play, since=SINCE)

        assert not [target for target in posted(asked) if target.endswith("/publish")]

    @pytest.mark.parametrize("refusing", ["published-tables", "snapshots"])
    async def test_tells_what_was_refused(self, met, refusing):
        async with meeting(met, Reporting(refusing=refusing)) as (play, _):
            with pytest.raises(RefusedError, match="snapshots-national"):
                await publish_figures(play, since=SINCE)


def told(play: Play) -> str:
    assert isinstance(play.console.file, StringIO)
    return play.console.file.getvalue()
