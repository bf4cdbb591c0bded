import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from deploy.pilot.api import RefusedError
from deploy.pilot.play import Play
from deploy.pilot.programme import publish
from deploy.pilot.wire import Wire
from tests.pilot.scripted import Request, scripted


@dataclass
class Enrollment:
    """What a pilot meets of the service until its classes are planned: it stops at the import."""

    refusing: str = ""
    phases: list[dict] = field(default_factory=list)

    def __call__(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        status, content = self.answer(request)
        return status, {}, json.dumps(content).encode()

    def answer(self, request: Request) -> tuple[int, dict]:
        path = request.target.removeprefix("/enrollment/v1/")
        if path == self.refusing:
            return 403, {"code": "not-your-ministry"}
        if request.method == "PUT":
            assert request.headers["if-match"] == "*"
            self.phases = json.loads(request.body)["phases"]
        if path.endswith("/phases"):
            return 200, {"phases": self.phases}
        if path == "waves":
            return 403, {"code": "far-enough"}
        return 201, {}


@pytest.fixture
def published(met: Callable[..., Play]):
    """Return the function that publishes as far as the service lets it, and tells what it heard."""

    async def run(enrollment: Enrollment) -> tuple[str, list[Request]]:
        async with scripted(enrollment) as (origin, asked), Wire(origin, connections=1) as wire:
            play = met(classes=2)
            play.api._wire = wire
            with play.chapter(), pytest.raises(RefusedError) as refused:
                await publish(play)
        return refused.value.code, asked

    return run


def puts(asked: list[Request]) -> list[str]:
    return [request.target for request in asked if request.method == "PUT"]


class TestPublish:
    async def test_sets_the_phases_of_a_pilot_of_three_months(self, published):
        enrollment = Enrollment()

        code, asked = await published(enrollment)

        assert code == "far-enough"
        assert len(puts(asked)) == 1
        told = [(each["kind"], each["starts_on"], each["ends_on"]) for each in enrollment.phases]
        assert told == [
            ("PREPARATION", "2026-11-17", "2026-12-13"),
            ("REGISTRATION", "2026-12-14", "2027-01-04"),
            ("SELECTION", "2026-12-28", "2027-01-06"),
            ("TRAINING", "2027-01-11", "2027-02-16"),
        ]
        assert all("DATA SINTETIS" in each["name"] for each in enrollment.phases)

    async def test_leaves_phases_alone_that_are_there(self, published):
        enrollment = Enrollment()
        await published(enrollment)

        _, asked = await published(enrollment)

        assert puts(asked) == []

    async def test_sets_them_anew_when_they_are_others(self, published):
        enrollment = Enrollment()
        await published(enrollment)
        kept = [dict(each) for each in enrollment.phases]
        enrollment.phases[0]["ends_on"] = "2026-12-01"

        await published(enrollment)

        assert enrollment.phases == kept

    async def test_stops_when_it_may_not(self, published, met):
        path = f"programs/{met(classes=2).seeds.id_of('program')}/phases"

        code, asked = await published(Enrollment(refusing=path))

        assert code == "not-your-ministry"
        assert puts(asked) == []
