"""`balai pilot`: play the national pilot to its end, from the beginning or where it stopped."""

import asyncio
import json
import os
import shutil
import time
from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from deploy.embedded.home import home_from_environment
from deploy.pilot.api import Api, RefusedError
from deploy.pilot.calendar import Calendar, next_start
from deploy.pilot.confirming import confirm, decide
from deploy.pilot.drawing import apply_for_draw, hold_draw, publish_draw
from deploy.pilot.ending import Ending, end, show
from deploy.pilot.freshness import Acknowledged, Lag, watch
from deploy.pilot.ground import lay_ground
from deploy.pilot.journal import Journal
from deploy.pilot.lending import lend, use
from deploy.pilot.outcome import complete, follow_up
from deploy.pilot.papers import certify
from deploy.pilot.play import ADMIN, Play
from deploy.pilot.programme import publish, register_people
from deploy.pilot.publishing import publish_figures
from deploy.pilot.referring import open_doors, refer
from deploy.pilot.rush import rush
from deploy.pilot.seeds import Seeds
from deploy.pilot.start import cancel_some, start
from deploy.pilot.training import train
from deploy.pilot.wire import Wire
from deploy.problems import CommandError
from shared.clock import ledger_day, utc_now
from shared.http.tokens import load_key
from shared.schemas.base import Message
from shared.settings import Mode

_CONNECTIONS: Final = 64


class _WaveSeen(Message):
    """The wave as the service knows it."""

    starts_local: datetime


@dataclass(frozen=True, slots=True)
class _Folder:
    """Where one pilot keeps its journal, its files and how far it has come."""

    root: Path

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def journal(self) -> Path:
        return self.root / "journal.jsonl"

    def read(self) -> dict[str, Any]:
        """Return what is known of an earlier run."""
        known: dict[str, Any] = json.loads(self.state.read_text()) if self.state.exists() else {}
        return known

    def write(self, **facts: Any) -> None:  # noqa: ANN401 - what json can hold
        """Keep what a later run needs to know; the file is replaced whole."""
        self.root.mkdir(parents=True, exist_ok=True)
        partial = self.state.with_suffix(".partial")
        partial.write_text(json.dumps(self.read() | facts, indent=1, default=str))
        partial.replace(self.state)

    def forget(self) -> None:
        """Begin anew, on the same day: the services know nothing of this pilot's wave."""
        starts_on = self.read().get("starts_on")
        shutil.rmtree(self.root, ignore_errors=True)
        if starts_on is not None:
            self.write(starts_on=starts_on)


def run(
    applicants: int = 2500, classes: int = 63, seed: int = 1, json_file: Path | None = None
) -> int:
    """Play the pilot; return 1 when a seat was oversold, doubled or lost.

    Raises:
        CommandError: when the data are real, or the services refuse what the story needs.
    """
    if os.environ.get("BALAI_MODE") == Mode.PRODUCTION:
        raise CommandError("The pilot plays with made-up people; BALAI_MODE is PRODUCTION.")
    seeds = Seeds(seed=seed, applicants=applicants, classes=classes)
    console = Console(highlight=False)
    folder = _Folder(home_from_environment().root / "pilot" / seeds.label)
    ending = asyncio.run(_run(seeds, folder, console))
    show(ending, console)
    if json_file is not None:
        json_file.write_text(json.dumps(ending.as_json(), indent=1))
    return 0 if ending.sound else 1


async def _run(seeds: Seeds, folder: _Folder, console: Console) -> Ending:
    key = load_key(os.environ["BALAI_CLI_SIGNING_KEY"])
    logins = load_key(os.environ["BALAI_PEOPLE_SIGNING_KEY"])
    async with Wire(os.environ["PUBLIC_URL"], connections=_CONNECTIONS) as wire:
        api = Api(wire, key=key, logins=logins)
        planned = await _starts_on(api, seeds)
        if planned is None:
            folder.forget()
        found = folder.read()
        if "ending" in found:
            console.print(f"The pilot {seeds.label} has been played; nothing is done twice.")
            return Ending.from_json(found["ending"])
        starts_on = planned or _kept_day(found, "starts_on") or next_start(ledger_day(utc_now()))
        # Figures are recorded on days of the real clock, from this one on.
        began_on = _kept_day(found, "began_on") or ledger_day(utc_now())
        folder.write(starts_on=starts_on, began_on=began_on)
        play = _play(seeds, folder, console, api, Calendar(starts_on), since=began_on)
        ending = await play
        folder.write(ending=ending.as_json())
        return ending


def _kept_day(found: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(found[name]) if name in found else None


async def _play(
    seeds: Seeds,
    folder: _Folder,
    console: Console,
    api: Api,
    calendar: Calendar,
    *,
    since: date,
) -> Ending:
    began = time.monotonic()
    with Journal(folder.journal) as journal:
        play = Play(seeds, calendar, api, journal, console)
        with play.chapter():
            await lay_ground(play, folder=folder.root)
        with play.chapter():
            await publish(play)
            await publish_draw(play)
            await open_doors(play)
            await lend(play)
            await register_people(play)
        with play.chapter():
            lag = await _rush(play)
        with play.chapter():
            await apply_for_draw(play)
            await cancel_some(play)
            await hold_draw(play)
            await confirm(play)
            await decide(play)
        with play.chapter():
            await use(play)
            await start(play)
        with play.chapter():
            await train(play)
            await certify(play)
            await refer(play)
        with play.chapter():
            await complete(play)
            await follow_up(play)
            await publish_figures(play, since=since)
            return await end(play, lag=lag, seconds=time.monotonic() - began)


async def _rush(play: Play) -> Lag | None:
    """Play the rush and measure how fast figures follow, unless it goes on where it stopped."""
    acknowledged = Acknowledged()
    resumed = any(True for _ in play.journal.of("apply"))
    async with watch(play.api, acknowledged, wave_id=play.seeds.id_of("wave")) as measured:
        await rush(play, acknowledged)
    return None if resumed or not measured else measured[0]


async def _starts_on(api: Api, seeds: Seeds) -> date | None:
    """Return the day on which this pilot's wave starts, None when the services know of none."""
    try:
        path = f"/enrollment/v1/waves/{seeds.id_of('wave')}"
        return (await api.get(path, _WaveSeen, caller=ADMIN)).starts_local.date()
    except RefusedError as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            return None
        raise
