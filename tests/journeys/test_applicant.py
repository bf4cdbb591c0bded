"""Somebody with a cheap phone and a bad network applies for a place, and every call is repeated."""

import httpx
import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.enrollment.conftest import areas, db, desk, fake_registry, registry_transport
from tests.support.metered import Meter
from tests.support.planning import BORN, class_body, person_body

__all__ = ["areas", "db", "desk", "fake_registry", "registry_transport"]

MOST_BYTES = 20_000


@pytest.fixture
async def wave(desk, areas, fake_registry) -> dict:
    """A wave whose places are drawn, with classes at twelve facilities."""
    made = await desk.wave(selection="LOTTERY")
    for _ in range(12):
        await desk.made("/v1/classes", class_body(made, fake_registry.add_facility()))
    return made


class Phone:
    """Sends everything three times, as if each answer but the last were lost on the way."""

    def __init__(self, meter: Meter, headers: dict[str, str]) -> None:
        self._client = httpx.AsyncClient(transport=meter, base_url="http://balai.test")
        self._headers = headers

    async def ask(self, method: str, path: str, body: object = None, *, login: bool = True):
        headers = dict(self._headers) if login else {}
        if method != "GET":
            headers["Idempotency-Key"] = str(new_id())
        answers = [
            await self._client.request(method, path, json=body, headers=headers) for _ in range(3)
        ]
        told = {(each.status_code, each.content) for each in answers}
        assert len(told) == 1, "an answer that comes again is another answer"
        assert answers[0].is_success, answers[0].text
        return answers[0].json()


@pytest.fixture
def meter(enrollment) -> Meter:
    return Meter(enrollment.transport)


async def test_registers_chooses_applies_and_asks_in_20_kilobytes(wave, enrollment, auth, meter):
    person = str(new_id())
    phone = Phone(meter, auth(Role.PARTICIPANT, participant_id=person))

    registered = await phone.ask("POST", "/v1/participants", person_body())
    near = f"/v1/waves/{wave['id']}/classes?near=33.73.01&limit=3"
    classes = (await phone.ask("GET", near))["items"]
    choices = [{"class_id": each["id"]} for each in classes[:2]]
    receipt = await phone.ask(
        "POST",
        f"/v1/waves/{wave['id']}/applications",
        {"participant_id": person, "choices": choices, "submit": True},
    )
    asked = {"code": receipt["code"], "birth_date": BORN}
    status = await phone.ask("POST", "/v1/application-status", asked, login=False)

    assert registered["id"] == person
    assert (receipt["state"], status["application"]["state"]) == ("SUBMITTED", "SUBMITTED")
    assert len(meter.calls) == 3 * 4
    assert meter.bytes <= MOST_BYTES, meter.calls
