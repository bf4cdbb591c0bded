"""Somebody without a phone walks in at a centre, which applies for her on paper."""

import hashlib

import pytest

from shared.scope import Role
from tests.enrollment.conftest import (
    areas,
    db,
    desk,
    desk_of,
    fake_registry,
    registry_transport,
    rows,
)
from tests.support.planning import BORN, class_body, person_body

__all__ = ["areas", "db", "desk", "desk_of", "fake_registry", "registry_transport", "rows"]

SCAN = hashlib.sha256(b"the signed form").hexdigest()
PAPER = {"reference": "BLKK-17/2027/0042", "sha256": SCAN}


@pytest.fixture
async def wave(desk, areas) -> dict:
    return await desk.wave(selection="LOTTERY")


async def test_is_assisted_twice_from_one_phone_and_asks_later_by_code(
    wave, desk, desk_of, fake_registry, enrollment, rows
):
    own, other = fake_registry.add_facility(), fake_registry.add_facility()
    for facility in (own, other):
        await desk.made("/v1/classes", class_body(wave, facility))
    centre = desk_of(Role.FACILITY_OPERATOR, facilities=[str(own)])
    codes = []
    for number, born in ((0, BORN), (1, "1979-11-30")):
        nik = f"33730157048500{number:02d}" if number == 0 else "3373017011790000"
        walk_in = await centre.made(
            "/v1/participants",
            person_body(nik=nik, birth_date=born, phone=None, email=None),
        )
        choices = [{"facility_id": str(own)}, {"facility_id": str(other)}]
        body = {"participant_id": walk_in["id"], "choices": choices, "submit": True}
        refused = await centre.post(f"/v1/waves/{wave['id']}/applications", body)
        assert refused.json()["code"] == "paper-missing"
        receipt = await centre.made(
            f"/v1/waves/{wave['id']}/applications", {**body, "paper": PAPER}
        )
        path = f"/v1/participants/{walk_in['id']}/applications/{receipt['id']}"
        kept = (await centre.get(path)).json()
        assert (kept["channel"], kept["paper_sha256"]) == ("ASSISTED", SCAN)
        codes.append(receipt["code"])

    # On any phone, without a login, with what stands on her slip: lower case and dashes.
    slip = f"{codes[0][:5].lower()}-{codes[0][5:]}"
    ask = {"code": slip, "birth_date": BORN}
    status = await enrollment.post("/v1/application-status", json=ask)
    others = {"code": codes[1], "birth_date": BORN}
    guess = await enrollment.post("/v1/application-status", json=others)

    assert status.json()["application"]["state"] == "SUBMITTED"
    assert status.json()["wave"] == wave["name"]
    assert (guess.status_code, guess.json()["code"]) == (404, "status-unknown")
    noted = await rows(
        "SELECT action FROM enrollment.audit WHERE action LIKE 'application.status%' ORDER BY at"
    )
    assert [each["action"] for each in noted] == [
        "application.status", "application.status.refused",
    ]  # fmt: skip
