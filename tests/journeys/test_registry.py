"""From an empty registry to a class that may be planned, through the public face alone."""

import httpx
import pytest

from services.registry.worker import create_worker
from shared.ids import new_id
from shared.schemas.registry import ClassResources
from shared.scope import Role

AREAS = "code,name\n33,Jawa Tengah\n33.73,Kota Salatiga\n91,Papua\n91.71,Kota Jayapura\n"
FACILITIES = (
    "code;name;kind;owner_ministry;area_code;status;latitude;longitude;synthetic;spaces\n"
    "PLUT-1;PLUT Melati (DATA SINTETIS);PLUT;MSME;33.73;ACTIVE;-7,33;110,5;ya;Ruang 1:40\n"
    "BLKK-1;BLKK Anggrek (DATA SINTETIS);BLKK;MANPOWER;91.71;ACTIVE;-2,53;140,7;ya;Ruang 1:16\n"
    "BLKK-2;BLKK Mawar (DATA SINTETIS);BLKK;MANPOWER;92.71;ACTIVE;;;ya;Ruang 1:16\n"
)


@pytest.fixture
def caller(registry, auth):
    """Return the function that calls the registry as one of the story's people."""
    people = {
        "nation": auth(Role.NATIONAL_ADMIN),
        "msme": auth(Role.PROGRAM_MANAGER, ministries=["MSME"]),
        "papua": auth(Role.REGIONAL_OFFICER, areas=["91"]),
        "service": auth(Role.SERVICE),
    }

    async def call(who: str, method: str, path: str, expect: int = 200, **more) -> httpx.Response:
        headers = {**people[who], "Idempotency-Key": new_id().hex, **more.pop("headers", {})}
        response = await registry.request(method, f"/v1{path}", headers=headers, **more)
        assert response.status_code == expect, response.text
        return response

    return call


async def imported(registry, caller, path: str, csv: str) -> dict:
    headers = {"Content-Type": "text/csv"}
    answer = await caller("nation", "POST", path, 202, content=csv.encode(), headers=headers)
    await create_worker(registry.state["settings"]).drain()
    return (await caller("nation", "GET", f"/jobs/{answer.json()['id']}")).json()


async def test_an_agreement_opens_facilities_to_classes(registry, caller):
    areas = await imported(registry, caller, "/area-imports", AREAS)
    facilities = await imported(registry, caller, "/facility-imports", FACILITIES)
    assert (areas["result"]["created"], areas["result"]["refused"]) == (4, 0)
    assert (facilities["result"]["created"], facilities["result"]["refused"]) == (2, 1)

    plut, blkk = sorted(
        (await caller("nation", "GET", "/facilities")).json()["items"],
        key=lambda facility: facility["kind"],
        reverse=True,
    )
    mou = await caller(
        "msme",
        "POST",
        "/agreements",
        201,
        json={
            "kind": "MOU",
            "number": "MoU-1",
            "title": "Nota kesepahaman",
            "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
            "signed_on": "2025-03-25",
            "valid_from": "2025-03-25",
        },
    )
    pks = await caller(
        "msme",
        "POST",
        "/agreements",
        201,
        json={
            "kind": "PKS",
            "number": "PKS-1",
            "title": "Perjanjian kerja sama",
            "follows_from_id": mou.json()["id"],
            "parties": [{"ministry": "MANPOWER"}, {"ministry": "MSME"}],
            "facility_ids": [plut["id"], blkk["id"]],
            "signed_on": "2026-01-10",
            "valid_from": "2026-01-10",
            "valid_to": "2027-12-31",
        },
    )
    module = await caller(
        "msme",
        "POST",
        "/modules",
        201,
        json={
            "code": "KWU",
            "version": "1",
            "title": "Dasar kewirausahaan",
            "owner_ministry": "MSME",
            "hours": 40,
        },
    )
    instructor = await caller(
        "msme",
        "POST",
        "/instructors",
        201,
        json={"code": "I-1", "name": "Sri Melati", "home_facility_id": plut["id"]},
    )
    spaces = (await caller("nation", "GET", f"/facilities/{blkk['id']}/spaces")).json()["items"]
    check = {
        "facility_id": blkk["id"],
        "space_id": spaces[0]["id"],
        "agreement_id": pks.json()["id"],
        "module_id": module.json()["id"],
        "instructor_ids": [instructor.json()["id"]],
        "starts_on": "2027-01-15",
    }

    found = await caller("service", "POST", "/class-checks", json=check)

    resources = ClassResources.model_validate(found.json())
    assert (resources.regency_code, resources.time_zone) == ("91.71", "WIT")
    assert (resources.agreement_number, resources.space_capacity) == ("PKS-1", 16)

    await caller("papua", "POST", f"/facilities/{plut['id']}/suspend", 403)
    await caller("papua", "POST", f"/facilities/{blkk['id']}/suspend")
    refused = await caller("service", "POST", "/class-checks", 409, json=check)
    assert refused.json()["code"] == "facility-not-active"


async def test_the_feed_tells_all_of_it_in_order_and_names_nobody(registry, caller):
    await imported(registry, caller, "/area-imports", AREAS)
    await imported(registry, caller, "/facility-imports", FACILITIES)
    facility = (await caller("nation", "GET", "/facilities")).json()["items"][0]
    await caller(
        "nation",
        "POST",
        "/instructors",
        201,
        json={"code": "I-1", "name": "Sri Melati", "home_facility_id": facility["id"]},
    )
    await caller("nation", "POST", f"/facilities/{facility['id']}/close")

    feed = (await caller("service", "GET", "/events")).json()
    after = (await caller("service", "GET", f"/events?after={feed['cursor']}")).json()

    topics = [event["topic"] for event in feed["items"]]
    # What one transaction made true has no order of its own: versions tell it.
    assert topics[0] == "registry.areas.imported"
    assert sorted(topics[1:5]) == [
        *["registry.facility.registered"] * 2,
        *["registry.space.added"] * 2,
    ]
    assert topics[5:] == ["registry.instructor.registered", "registry.facility.status_changed"]
    assert "Sri Melati" not in str(feed)
    assert (after["items"], after["cursor"]) == ([], feed["cursor"])


async def test_the_feed_is_for_services_only(caller):
    await caller("nation", "GET", "/events", 403)
