"""Two people without a phone walk in at a centre, which applies for them on paper."""

import hashlib

import pytest

from shared.scope import Role
from tests.enrollment.conftest import (
    areas,
    db,
    desk_of,
    draw,
    fake_registry,
    fake_reporting,
    registry_transport,
    rows,
    worker,
)
from tests.support.planning import BORN, NIK, person_body
from tests.support.selections import Draw

__all__ = [
    "areas", "db", "desk_of", "draw", "fake_registry", "fake_reporting", "registry_transport",
    "rows", "worker",
]  # fmt: skip

SCAN = hashlib.sha256(b"the signed form").hexdigest()
PAPER = {"reference": "BLKK-17/2027/0042", "sha256": SCAN}
# Who walks in, by NIK and birth date.
WALK_INS = {NIK: BORN, "3373017011790000": "1979-11-30"}


@pytest.fixture
async def wave(draw, areas) -> Draw:
    await draw.open((1, 1), (1, 0))
    assert (await draw.commit()).status_code == 201
    return draw


@pytest.fixture
def centre(wave, desk_of):
    """The head of the first centre, with the one phone of the house."""
    return desk_of(Role.FACILITY_OPERATOR, facilities=[str(wave.facilities[0])])


@pytest.fixture
def walk_in(wave, centre):
    """Return the function that registers somebody and applies for her; it returns the receipt."""

    async def assist(nik: str, born: str) -> dict:
        body = person_body(nik=nik, birth_date=born, phone=None, email=None)
        person = await centre.made("/v1/participants", body)
        choice = {"facility_id": str(wave.facilities[0])}
        wanted = {"participant_id": person["id"], "choices": [choice], "submit": True}
        bare = await centre.post(f"{wave.path}/applications", wanted)
        assert bare.json()["code"] == "paper-missing"
        receipt = await centre.made(f"{wave.path}/applications", {**wanted, "paper": PAPER})
        path = f"/v1/participants/{person['id']}/applications/{receipt['id']}"
        kept = (await centre.get(path)).json()
        assert (kept["channel"], kept["paper_sha256"]) == ("ASSISTED", SCAN)
        return receipt

    return assist


async def test_two_are_assisted_from_one_phone_and_ask_by_what_stands_on_the_slip(
    wave, walk_in, centre, enrollment, rows
):
    slips = {(await walk_in(nik, born))["code"]: born for nik, born in WALK_INS.items()}

    async def ask(code: str, born: str) -> dict:
        """Ask on any phone, without a login, as it is copied from the slip."""
        typed = {"code": f"{code[:5].lower()}-{code[5:]}", "birth_date": born}
        answer = await enrollment.post("/v1/application-status", json=typed)
        return answer.json()

    before = [await ask(*slip) for slip in slips.items()]
    swapped = [
        await ask(code, born) for code, born in zip(slips, reversed(slips.values()), strict=True)
    ]
    assert (await wave.close()).status_code == 200
    assert (await wave.approve(await wave.preview())).status_code == 200
    assert (await wave.announce()).status_code == 202
    after = [await ask(*slip) for slip in slips.items()]

    assert [each["application"]["state"] for each in before] == ["SUBMITTED"] * 2
    assert [each["code"] for each in swapped] == ["status-unknown"] * 2
    placed, reserve = sorted(after, key=lambda each: each["application"]["state"])
    assert (placed["application"]["state"], placed["place"]["state"]) == ("PLACED", "OFFERED")
    assert (reserve["application"]["state"], reserve["place"]["waitlist_position"]) == (
        "RESERVE",
        1,
    )
    # She says yes at the centre, which confirms it for her; the slip shows it at once.
    place = placed["place"]
    at = f"/v1/classes/{place['class_id']}/enrollments/{place['enrollment_id']}"
    assert (await centre.post(f"{at}/confirm")).status_code == 200
    last = [(await ask(*slip))["place"]["state"] for slip in slips.items()]
    assert sorted(last) == ["SEATED", "WAITLISTED"]
    noted = await rows(
        "SELECT action, count(*) FROM enrollment.audit"
        " WHERE action LIKE 'application.status%' GROUP BY action ORDER BY action"
    )
    assert [(each["action"], each["count"]) for each in noted] == [
        ("application.status", 6), ("application.status.refused", 2),
    ]  # fmt: skip
