"""Classes of the real registry in which people are trained, and reporting that seals incomes."""

import base64
import json
import os
from datetime import datetime, timedelta

import pytest

from services.reporting.main import create_app
from shared.http.tokens import sign_business_time
from shared.scope import Role
from tests.audit.told import tell_story
from tests.registry.world import World
from tests.support.planning import Desk, class_body, program_body, wave_body


@pytest.fixture
def registry_transport(registry):
    return registry.transport


@pytest.fixture
async def reporting(reporting_db, settings_of, serve, tmp_path):
    """Reporting that has keys to seal amounts of income with."""
    path = tmp_path / "income.json"
    key = base64.b64encode(os.urandom(32)).decode()
    path.write_text(json.dumps({"current": "k1", "keys": {"k1": key}}))
    settings = settings_of("reporting", reporting_db, income_keys=path)
    return await serve(create_app(settings), base_url="http://reporting.test")


@pytest.fixture
def admin(enrollment, auth) -> Desk:
    return Desk(enrollment, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
def recorder(reporting, auth) -> Desk:
    return Desk(reporting, auth(Role.NATIONAL_ADMIN))


@pytest.fixture
async def place(databases, keys, registry, auth) -> dict:
    """Return what classes at one more facility use, beside the classes of a whole story."""
    await tell_story(databases, keys)
    world = World(registry, auth)
    facility = await world.facility(area_code="33.73.04")
    agreement = await world.agreement(facility_ids=[facility["id"]])
    return {
        "facility_id": facility["id"],
        "space_id": (await world.space(facility["id"]))["id"],
        "agreement_id": agreement["id"],
        "module_id": (await world.module())["id"],
        "instructor_ids": [(await world.instructor(facility["id"]))["id"]],
    }


@pytest.fixture
def planned(admin, place, registry, auth):
    """Return the function that plans a class with a programme, for the young too, and a wave."""

    async def plan(**wave) -> dict:
        world = World(registry, auth)
        space = await world.space(place["facility_id"])
        teacher = await world.instructor(place["facility_id"])
        own = {**place, "space_id": space["id"], "instructor_ids": [teacher["id"]]}
        program = await admin.made("/v1/programs", program_body(min_age=15))
        opened = await admin.made("/v1/waves", wave_body(program["id"], **wave))
        return await admin.made("/v1/classes", class_body(opened, **own))

    return plan


@pytest.fixture
def train(planned, admin, keys, follow):
    """Return the function that lets somebody complete a class and be certified."""

    async def complete(person: dict) -> dict:
        class_ = await planned()
        path = f"/v1/classes/{class_['id']}"
        seat = await admin.made(f"{path}/enrollments", {"participant_id": person["id"]})
        start = datetime.fromisoformat(class_["starts_at"])

        async def done(part: str, body: dict, moment: datetime, status: int = 200) -> None:
            signed = sign_business_time(keys.private["cli"], moment)
            answer = await admin.post(f"{path}/{part}", body, **{"Balai-Business-Time": signed})
            assert answer.status_code == status, answer.text

        began = {"started_at": start.isoformat(), "present": [seat["id"]]}
        await done("opening", began, start + timedelta(hours=1))
        roll = {"entries": [{"enrollment_id": seat["id"], "status": "PRESENT"}]}
        await done("sessions/1/attendance", roll, start + timedelta(hours=3), 201)
        ended = start + timedelta(days=33)
        await done("completion", {"completed": [seat["id"]], "dropped_out": []}, ended)
        signatory = {"name": "Drs. Contoh", "title": "Kepala Balai"}
        await done("certificates", {"signatory": signatory}, ended, 202)
        await follow()
        return seat | {"ended_at": ended.isoformat()}

    return complete


@pytest.fixture
def after(keys):
    """Return the function that names, in headers, a time so many days after a class has ended."""

    def at(seat: dict, days: int) -> dict[str, str]:
        moment = datetime.fromisoformat(seat["ended_at"]) + timedelta(days=days)
        return {"Balai-Business-Time": sign_business_time(keys.private["cli"], moment)}

    return at


__all__ = [
    "admin",
    "after",
    "place",
    "planned",
    "recorder",
    "registry_transport",
    "reporting",
    "train",
]
