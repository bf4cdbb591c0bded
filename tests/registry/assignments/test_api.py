from datetime import timedelta

import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.clock import ledger_day, utc_now
from shared.db.grants import holder_of
from shared.ids import new_id
from shared.scope import Grant, Role
from tests.support.waiting import eventually

TODAY = ledger_day(utc_now())


def body(**facts) -> dict:
    return {
        "issuer": "balai:people",
        "subject": "ibu-sari",
        "label": "Dinas Kota Salatiga",
        "role": "REGIONAL_OFFICER",
        "areas": ["33.73"],
        **facts,
    }


async def granted(world, **facts) -> dict:
    return await world.made("/assignments", body(**facts))


async def told(in_transaction, assignment_id: str) -> list[Event]:
    async with in_transaction() as session:
        statement = (
            select(Event).where(Event.stream_id == assignment_id).order_by(Event.xid, Event.id)
        )
        return list((await session.scalars(statement)).all())


class TestGrantAssignment:
    async def test_lets_a_login_act_that_could_not(self, world, login, in_transaction):
        sari = login("ibu-sari")
        before = await world.get("/assignments", by=sari)

        made = await granted(world, valid_to=str(TODAY))

        assert (before.status_code, before.json()["code"]) == (403, "forbidden")
        assert made["valid_from"] == str(TODAY)
        assert made["granted_by"] == "balai:cli|test-national_admin"
        shown = await eventually(lambda: reads(world, sari))
        assert [each["id"] for each in shown] == [made["id"]]
        (event,) = await told(in_transaction, made["id"])
        assert event.topic == "registry.assignment.granted"
        assert event.payload["holder"] == holder_of("balai:people", "ibu-sari")
        assert "sari" not in str(event.payload)
        assert (event.province_code, event.regency_code) == ("33", "33.73")

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        first = await world.post("/assignments", body(), key="k-1")

        again = await world.post("/assignments", body(), key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    async def test_believes_no_grant_that_the_token_carries(self, world, login):
        forged = login("ibu-sari", Grant(Role.NATIONAL_ADMIN))

        response = await world.get("/assignments", by=forged)

        assert response.status_code == 403

    @pytest.mark.parametrize(
        ("facts", "code", "pointer"),
        [
            ({"issuer": "balai:cli"}, "issuer-unknown", "/issuer"),
            ({"areas": ["33.99"]}, "unknown-area", "/areas/0"),
            ({"areas": []}, "assignment-reach-invalid", "/areas"),
            (
                {"role": "FACILITY_OPERATOR", "areas": [], "facilities": [str(new_id())]},
                "facility-unknown",
                "/facilities/0",
            ),
            (
                {"valid_from": "2027-01-02", "valid_to": "2027-01-01"},
                "assignment-period-invalid",
                "/valid_to",
            ),
        ],
    )
    async def test_refuses_what_is_not_sound(self, world, facts, code, pointer):
        response = await world.post("/assignments", body(**facts))

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert response.json()["errors"][0]["pointer"] == pointer

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ({}, 201),
            ({"areas": ["33.73", "33.74"]}, 201),
            ({"areas": ["32.73"]}, 403),
            ({"areas": ["33.73", "32.73"]}, 403),
            ({"role": "AUDITOR", "areas": []}, 403),
            ({"role": "NATIONAL_ADMIN", "areas": []}, 403),
        ],
    )
    async def test_keeps_an_officer_within_his_role_and_province(self, world, facts, status):
        response = await world.post("/assignments", body(**facts), by=world.officer("33"))

        assert response.status_code == status

    async def test_refuses_the_same_twice_for_any_day(self, world):
        await granted(world, valid_from="2027-01-01", valid_to="2027-06-30")

        overlapping = await world.post("/assignments", body(valid_from="2027-06-30"))
        later = await world.post("/assignments", body(valid_from="2027-07-01"))
        elsewhere = await world.post("/assignments", body(areas=["33.74"]))

        assert (overlapping.status_code, overlapping.json()["code"]) == (409, "assignment-overlaps")
        assert [later.status_code, elsewhere.status_code] == [201, 201]

    async def test_refuses_an_id_that_is_taken(self, world):
        made = await granted(world)

        response = await world.post("/assignments", body(id=made["id"], subject="pak-budi"))

        assert (response.status_code, response.json()["code"]) == (409, "assignment-id-taken")

    async def test_one_who_was_assigned_assigns_others_but_not_himself(self, world, login):
        await granted(world, areas=["33"])
        sari = login("ibu-sari")
        await eventually(lambda: reads(world, sari))

        other = await world.post("/assignments", body(subject="pak-budi"), by=sari)
        himself = await world.post("/assignments", body(), by=sari)

        assert other.status_code == 201
        assert other.json()["granted_by"] == "balai:people|ibu-sari"
        assert (himself.status_code, himself.json()["code"]) == (403, "own-assignment")

    async def test_is_not_for_those_who_run_a_facility(self, world, auth):
        facility = await world.facility()
        operator = auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]])

        response = await world.post("/assignments", body(), by=operator)

        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


async def reads(world, by) -> list[dict] | None:
    """Return what somebody sees of assignments, None while he may not."""
    response = await world.get("/assignments", by=by)
    return response.json()["items"] if response.status_code == 200 else None


async def refused(world, by) -> bool:
    return (await world.get("/assignments", by=by)).status_code == 403


class TestListAssignments:
    async def test_shows_an_office_who_acts_in_its_area(self, world, auth):
        facility = await world.facility(area_code="33.73", owner_ministry="MSME")
        operator = {"role": "FACILITY_OPERATOR", "areas": [], "facilities": [facility["id"]]}
        for subject, facts in {
            "head": operator,
            "regency": {"areas": ["33.74"]},
            "two": {"areas": ["33.73", "32.73"]},
            "west": {"areas": ["32"]},
            "msme": {"areas": ["33"], "ministries": ["MSME"]},
            "nation": {"role": "AUDITOR", "areas": []},
        }.items():
            await granted(world, subject=subject, **facts)

        seen = {}
        for name, caller in {
            "nation": world.admin,
            "central java": world.officer("33"),
            "salatiga": world.officer("33.73"),
            "manpower": world.officer("33", "MANPOWER"),
            "papua": world.officer("91"),
            "head": auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]]),
        }.items():
            shown = await reads(world, caller)
            seen[name] = {each["subject"] for each in shown}

        assert seen == {
            "nation": {"head", "regency", "two", "west", "msme", "nation"},
            "central java": {"head", "regency", "two", "msme"},
            "salatiga": {"head", "two"},
            "manpower": {"regency", "two"},
            "papua": set(),
            "head": {"head"},
        }

    async def test_goes_on_page_by_page_and_narrows(self, world):
        facility = await world.facility()
        operator = {"role": "FACILITY_OPERATOR", "areas": [], "facilities": [facility["id"]]}
        ids = [(await granted(world, subject=f"s-{n}"))["id"] for n in range(3)]
        head = await granted(world, valid_from="2030-01-01", **operator)

        first = (await world.get("/assignments", limit=2)).json()
        rest = (await world.registry.get(first["next"], headers=world.admin)).json()
        at = await world.get("/assignments", facility_id=facility["id"])
        officers = await world.get("/assignments", role="REGIONAL_OFFICER")
        then = await world.get("/assignments", on="2029-12-31")

        pages = [each["id"] for each in first["items"] + rest["items"]]
        assert pages == [*ids, head["id"]]
        assert rest["next"] is None
        assert [each["id"] for each in at.json()["items"]] == [head["id"]]
        assert [each["id"] for each in officers.json()["items"]] == ids
        assert [each["id"] for each in then.json()["items"]] == ids

    async def test_follows_a_facility_that_moves(self, world):
        facility = await world.facility(area_code="33.73")
        await granted(world, role="FACILITY_OPERATOR", areas=[], facilities=[facility["id"]])
        etag = (await world.get(f"/facilities/{facility['id']}")).headers["ETag"]
        moved = await world.registry.patch(
            f"/v1/facilities/{facility['id']}",
            json={"area_code": "91.71"},
            headers={
                **world.admin,
                "If-Match": etag,
                "Content-Type": "application/merge-patch+json",
            },
        )

        assert moved.status_code == 200
        assert len(await reads(world, world.officer("91"))) == 1
        assert await reads(world, world.officer("33")) == []


class TestGetAssignment:
    async def test_tells_the_version_and_hides_what_is_elsewhere(self, world):
        made = await granted(world)
        path = f"/assignments/{made['id']}"

        found = await world.get(path, by=world.officer("33"))
        same = await world.get(path, headers={"If-None-Match": '"1"'})
        elsewhere = await world.get(path, by=world.officer("32"))
        unknown = await world.get(f"/assignments/{new_id()}")

        assert (found.json(), found.headers["ETag"]) == (made, '"1"')
        assert same.status_code == 304
        assert elsewhere.json()["code"] == unknown.json()["code"] == "assignment-not-found"


async def patch(world, assignment_id: str, change: dict, *, by=None, etag: str | None = '"1"'):
    headers = {**(by or world.admin), "Content-Type": "application/merge-patch+json"}
    if etag is not None:
        headers["If-Match"] = etag
    return await world.registry.patch(
        f"/v1/assignments/{assignment_id}", json=change, headers=headers
    )


class TestChangeAssignment:
    async def test_ends_it_on_another_day(self, world, login, in_transaction):
        sari = login("ibu-sari")
        made = await granted(world, valid_from=str(TODAY - timedelta(days=30)))
        await eventually(lambda: reads(world, sari))

        yesterday = str(TODAY - timedelta(days=1))
        changed = await patch(world, made["id"], {"valid_to": yesterday})

        assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
        assert changed.json()["valid_to"] == yesterday
        await eventually(lambda: refused(world, sari))
        events = await told(in_transaction, made["id"])
        assert events[-1].topic == "registry.assignment.changed"
        assert (events[-1].version, events[-1].payload["valid_to"]) == (2, yesterday)

    async def test_changes_nothing_when_nothing_is_said(self, world, in_transaction):
        made = await granted(world)

        same = await patch(world, made["id"], {"label": made["label"]})

        assert same.headers["ETag"] == '"1"'
        assert len(await told(in_transaction, made["id"])) == 1

    @pytest.mark.parametrize(
        ("change", "etag", "status", "code"),
        [
            ({"valid_to": None}, None, 428, "precondition-required"),
            ({"valid_to": None}, '"9"', 412, "stale"),
            ({"valid_to": "2020-01-01"}, '"1"', 422, "assignment-period-invalid"),
            ({"valid_from": None}, '"1"', 422, "validation-failed"),
            ({"areas": ["32"]}, '"1"', 422, "validation-failed"),
        ],
    )
    async def test_refuses(self, world, change, etag, status, code):
        made = await granted(world)

        response = await patch(world, made["id"], change, etag=etag)

        assert (response.status_code, response.json()["code"]) == (status, code)

    async def test_refuses_to_run_into_another(self, world):
        first = await granted(world, valid_to=str(TODAY))
        await granted(world, valid_from=str(TODAY + timedelta(days=1)))

        response = await patch(world, first["id"], {"valid_to": None})

        assert (response.status_code, response.json()["code"]) == (409, "assignment-overlaps")

    async def test_is_not_for_who_could_not_have_granted_it(self, world, login):
        both = await granted(world, areas=["33.73", "32.73"])
        own = await granted(world, subject="pak-budi", areas=["33"])
        budi = login("pak-budi")
        await eventually(lambda: reads(world, budi))

        further = await patch(world, both["id"], {"valid_to": None}, by=world.officer("33"))
        himself = await patch(world, own["id"], {"valid_to": "2040-01-01"}, by=budi)
        hidden = await patch(world, own["id"], {"valid_to": None}, by=world.officer("91"))

        assert (further.status_code, further.json()["code"]) == (403, "out-of-scope")
        assert (himself.status_code, himself.json()["code"]) == (403, "own-assignment")
        assert hidden.status_code == 404


class TestRevokeAssignment:
    async def test_ends_it_at_once(self, world, login, in_transaction):
        sari = login("ibu-sari")
        made = await granted(world)
        await eventually(lambda: reads(world, sari))

        revoked = await world.post(
            f"/assignments/{made['id']}/revoke", {"reason": "Pindah"}, by=world.officer("33")
        )

        assert revoked.status_code == 200
        assert revoked.json()["revoke_reason"] == "Pindah"
        assert revoked.json()["revoked_by"] == "balai:cli|test-regional_officer"
        await eventually(lambda: refused(world, sari), within_s=3)
        events = await told(in_transaction, made["id"])
        assert events[-1].topic == "registry.assignment.revoked"
        assert events[-1].payload["revoked_at"] is not None
        assert "Pindah" not in str(events[-1].payload)

    async def test_can_be_granted_again_but_not_changed_or_revoked_twice(self, world):
        made = await granted(world)
        path = f"/assignments/{made['id']}/revoke"
        await world.post(path, {"reason": "Salah orang"})

        twice = await world.post(path, {"reason": "Salah orang"})
        changed = await patch(world, made["id"], {"valid_to": None}, etag='"2"')
        again = await world.post("/assignments", body())

        assert (twice.status_code, twice.json()["code"]) == (409, "assignment-revoked")
        assert (changed.status_code, changed.json()["code"]) == (409, "assignment-revoked")
        assert again.status_code == 201

    async def test_somebody_may_give_up_his_own(self, world, login):
        made = await granted(world)
        sari = login("ibu-sari")
        await eventually(lambda: reads(world, sari))

        response = await world.post(
            f"/assignments/{made['id']}/revoke", {"reason": "Pensiun"}, by=sari
        )

        assert response.status_code == 200

    async def test_an_officer_does_not_end_what_is_above_him(self, world):
        made = await granted(world, role="AUDITOR", areas=["33"])

        response = await world.post(
            f"/assignments/{made['id']}/revoke", {"reason": "x"}, by=world.officer("33")
        )

        assert (response.status_code, response.json()["code"]) == (403, "role-not-grantable")
