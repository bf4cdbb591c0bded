"""Somebody with a cheap phone and a bad network gets a place, and every call is repeated."""

import httpx
import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.enrollment.conftest import (
    areas,
    db,
    draw,
    fake_registry,
    fake_reporting,
    registry_transport,
    rows,
    worker,
)
from tests.support.metered import Meter
from tests.support.planning import BORN, person_body
from tests.support.selections import Draw

__all__ = [
    "areas",
    "db",
    "draw",
    "fake_registry",
    "fake_reporting",
    "registry_transport",
    "rows",
    "worker",
]

MOST_BYTES = 20_000
REPEATED = 3


class Phone:
    """Sends everything again under the same key, as if answers were lost on the way."""

    def __init__(self, meter: Meter, login: dict[str, str]) -> None:
        self._client = httpx.AsyncClient(transport=meter, base_url="http://balai.test")
        self._login = login

    async def ask(self, method: str, path: str, body: object = None, *, open_to_all: bool = False):
        headers = {} if open_to_all else dict(self._login)
        if method == "POST" and not open_to_all:
            headers["Idempotency-Key"] = str(new_id())
        answers = [
            await self._client.request(method, path, json=body, headers=headers)
            for _ in range(REPEATED)
        ]
        assert answers[0].is_success, answers[0].text
        assert len({(each.status_code, each.content) for each in answers}) == 1
        return answers[0].json()


@pytest.fixture
def meter(enrollment) -> Meter:
    return Meter(enrollment.transport)


@pytest.fixture
async def wave(draw, areas) -> Draw:
    """A wave whose places are drawn, with classes at twelve facilities; its seed is fixed."""
    await draw.open(*((2, 1) for _ in range(12)))
    assert (await draw.commit()).status_code == 201
    return draw


async def decided(wave: Draw) -> None:
    """Let the offices draw, approve and announce."""
    assert (await wave.close()).status_code == 200
    assert (await wave.approve(await wave.preview())).status_code == 200
    assert (await wave.announce()).status_code == 202


async def test_from_registering_to_a_confirmed_seat_in_five_calls_and_20_kilobytes(
    wave, auth, meter, rows
):
    person = str(new_id())
    phone = Phone(meter, auth(Role.PARTICIPANT, participant_id=person))

    await phone.ask("POST", "/v1/participants", person_body(id=person))
    near = f"{wave.path}/classes?near=33.73.01&limit=3"
    classes = (await phone.ask("GET", near, open_to_all=True))["items"]
    wanted = {
        "participant_id": person,
        "choices": [{"class_id": each["id"]} for each in classes[:2]],
        "submit": True,
    }
    receipt = await phone.ask("POST", f"{wave.path}/applications", wanted)
    await decided(wave)
    asked = {"code": receipt["code"], "birth_date": BORN}
    status = await phone.ask("POST", "/v1/application-status", asked, open_to_all=True)
    place = status["place"]
    seat = await phone.ask(
        "POST", f"/v1/classes/{place['class_id']}/enrollments/{place['enrollment_id']}/confirm"
    )

    assert receipt["state"] == "SUBMITTED"
    assert (status["application"]["state"], place["state"]) == ("PLACED", "OFFERED")
    assert place["confirm_by"] is not None
    assert (seat["state"], seat["class_id"]) == ("SEATED", classes[0]["id"])
    assert len(meter.calls) == 5 * REPEATED
    # The whole way, although the first answer to every call is lost.
    sent_twice = [size for place, (_, size) in enumerate(meter.calls) if place % REPEATED < 2]
    assert sum(sent_twice) <= MOST_BYTES, meter.calls
    # One person, one application, one place, however often it was said.
    (counts,) = await rows(
        "SELECT (SELECT count(*) FROM enrollment.participant) AS people,"
        " (SELECT count(*) FROM enrollment.application) AS applications,"
        " (SELECT count(*) FROM enrollment.enrollment) AS places"
    )
    assert counts == {"people": 1, "applications": 1, "places": 1}
