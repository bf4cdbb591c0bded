"""Somebody was registered twice, and trained, as two; then it is one person, in all services."""

import pytest

from shared.scope import Role
from tests.registry.world import World
from tests.support.people import Caller
from tests.support.planning import person_body
from tests.support.trainings import (
    admin,
    after,
    place,
    planned,
    recorder,
    registry_transport,
    reporting,
    train,
)

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

BORN = "2010-04-19"
INCOME = 2_750_456
SLOT = {"starts_at": "2077-02-08T01:00:00Z", "ends_at": "2077-02-08T05:00:00Z"}


@pytest.fixture
async def pair(place, admin) -> tuple[dict, dict]:
    """The minor who stays, and the same under another NIK; for each a parent has consented."""
    made = []
    for parent, nik in (("Ibu", "3373015904100000"), ("Bapak", "3373025904100000")):
        body = person_body(nik=nik, birth_date=BORN, home_area_code="33.73.04")
        person = await admin.made("/v1/participants", body)
        guardian = {
            "name": f"{parent} Wali",
            "relation": "PARENT",
            "phone": "081200004712",
            "consents": True,
            "consent_version": "2026-1",
        }
        await admin.made(f"/v1/participants/{person['id']}/guardians", guardian)
        made.append(person)
    return made[0], made[1]


@pytest.fixture
async def applied(planned, admin, pair) -> list[str]:
    """Applications of both, in one wave."""
    lottery = await planned(selection="LOTTERY")
    path = f"/v1/waves/{lottery['wave_id']}/applications"
    return [
        (
            await admin.made(
                path,
                {
                    "participant_id": each["id"],
                    "choices": [{"class_id": lottery["id"]}],
                    "paper": {"reference": "F-1", "sha256": "0" * 64},
                    "submit": True,
                },
            )
        )["id"]
        for each in pair
    ]


@pytest.fixture
async def trained(
    *, train, pair, recorder, admin, registry, auth, enrollment, follow, after
) -> dict:
    """What the one who goes has: a certificate, an answer after three months, hours booked."""
    seat = await train(pair[1])
    answer = {
        "enrollment_id": seat["id"],
        "horizon_months": 3,
        "source": "PROXY",
        "status": "SELF_EMPLOYED",
        "income_before_rupiah": 1_500_123,
        "income_after_rupiah": INCOME,
    }
    followup = await recorder.made("/v1/followups", answer, **after(seat, 100))
    world = World(registry, auth)
    house = await world.facility(kind="PRODUCTION_HOUSE", owner_ministry="MSME")
    wanted = {
        "class_id": seat["class_id"],
        "enrollment_id": seat["id"],
        "kind": "PRODUCTION_SLOT",
        "target_id": (await world.space(house["id"]))["id"],
        "people": 2,
        "slots": [SLOT],
    }
    referral = await admin.made(f"/v1/participants/{pair[1]['id']}/referrals", wanted)
    himself = Caller(enrollment, auth(Role.PARTICIPANT, participant_id=pair[1]["id"]))
    path = f"/v1/referrals/{referral['id']}"
    for who, verb, body in ((himself, "consent", {"version": "2027-1"}), (admin, "send", None)):
        turned = await who.post(f"{path}/{verb}", body)
        assert turned.status_code == 200, turned.text
    await follow()
    return {"seat": seat["id"], "followup": followup["id"], "booking": turned.json()["booking_id"]}


async def merge(admin, stays: str, gone: str, mode: str) -> dict:
    versions = [
        (await admin.get(f"/v1/participants/{each}")).json()["version"] for each in (stays, gone)
    ]
    answer = await admin.post(
        f"/v1/participants/{stays}/merge?mode={mode}",
        {"other_id": gone, "other_version": versions[1], "reason": "DATA SINTETIS"},
        **{"If-Match": f'"{versions[0]}"'},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_all_that_two_had_is_of_one(
    *, pair, applied, trained, admin, recorder, enrollment, auth, follow, audit
):
    stays, gone = (each["id"] for each in pair)
    assert await audit() == {}

    told = await merge(admin, stays, gone, "validate")
    done = await merge(admin, stays, gone, "commit")
    await follow()

    assert (done["things"], done["applications"]) == (told["things"], told["applications"])
    himself = Caller(enrollment, auth(Role.PARTICIPANT, participant_id=stays))
    path = f"/v1/participants/{stays}"
    (certificate,) = (await himself.get(f"{path}/certificates")).json()["items"]
    assert certificate["enrollment_id"] == trained["seat"]
    paper = await himself.get(f"/v1/certificates/{certificate['id']}/pdf")
    assert paper.content.startswith(b"%PDF")
    guardians = (await himself.get(f"{path}/guardians")).json()["items"]
    assert {each["name"] for each in guardians} == {"Ibu Wali", "Bapak Wali"}
    states = {}
    for each in applied:
        read = (await himself.get(f"{path}/applications/{each}")).json()
        states[read["state"]] = read["participant_id"]
    assert states == {"SUBMITTED": stays, "WITHDRAWN": stays}

    (followup,) = (await recorder.get("/v1/followups", participant_id=stays)).json()["items"]
    assert followup["id"] == trained["followup"]
    assert (await recorder.get("/v1/followups", participant_id=gone)).json()["items"] == []
    shown = (await recorder.get(f"/v1/followups/{trained['followup']}")).json()
    assert shown["income_after_rupiah"] == INCOME

    request = (await himself.post("/v1/privacy-requests", {"kind": "ACCESS"})).json()
    await follow()
    copy = (await himself.get(f"/v1/privacy-requests/{request['id']}/copy")).json()["services"]
    assert [each["id"] for each in copy["registry"]["booking"]] == [trained["booking"]]
    assert [each["id"] for each in copy["reporting"]["followup"]] == [trained["followup"]]
    assert await audit() == {}
