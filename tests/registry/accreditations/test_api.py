import pytest
from sqlalchemy import select

from services.registry.accreditations.rules import Standard
from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

DOCUMENT = {"reference": "arsip/2025/0001", "sha256": "0" * 64}


def accreditation(**facts) -> dict:
    return {
        "kind": "ACCREDITATION",
        "number": "LALPK/1/2025",
        "issuer": "LA-LPK",
        "decree_number": "KEP.1/2025",
        "standards": dict.fromkeys(Standard, "MET"),
        "valid_from": "2025-01-01",
        "valid_to": "2077-12-31",
        "document": DOCUMENT,
        **facts,
    }


def license_(**facts) -> dict:
    plain = {"kind": "LICENSE", "issuer": "Dinas", "standards": {}, "valid_to": None}
    return accreditation(**{**plain, **facts})


def path_of(facility: dict) -> str:
    return f"/facilities/{facility['id']}/accreditations"


async def events(in_transaction, start: str) -> list[Event]:
    async with in_transaction() as session:
        statement = select(Event).where(Event.topic.startswith(start)).order_by(Event.xid, Event.id)
        return list((await session.scalars(statement)).all())


class TestRecordAccreditation:
    async def test_keeps_it_and_tells_once(self, world, in_transaction):
        facility = await world.facility()
        first = await world.post(path_of(facility), accreditation(trade="BAKERY"), key="k-1")

        again = await world.post(path_of(facility), accreditation(trade="BAKERY"), key="k-1")

        kept = first.json()
        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert (kept["status"], kept["document"], kept["trade"]) == ("VALID", DOCUMENT, "BAKERY")
        assert (await world.get(f"/accreditations/{kept['id']}")).json() == kept
        (event,) = await events(in_transaction, "registry.accreditation.")
        assert event.payload == {
            "accreditation_id": kept["id"],
            "facility_id": facility["id"],
            "kind": "ACCREDITATION",
            "trade": "BAKERY",
            "valid_from": "2025-01-01",
            "valid_to": "2077-12-31",
        }
        assert str(event.facility_id) == facility["id"]

    @pytest.mark.parametrize(
        ("facts", "status"),
        [
            ({"valid_from": "2077-12-31", "valid_to": "2080-12-30"}, 409),
            ({"valid_from": "2078-01-01", "valid_to": "2080-12-31"}, 201),
            ({"trade": "BAKERY"}, 201),
            ({"program": "KKNI-2"}, 201),
        ],
    )
    async def test_refuses_the_same_scope_on_the_same_day(self, world, facts, status):
        facility = await world.facility()
        await world.made(path_of(facility), accreditation())

        response = await world.post(path_of(facility), accreditation(**facts))

        assert response.status_code == status
        if status == 409:
            assert response.json()["code"] == "accreditation-overlap"

    async def test_is_apart_for_another_kind_and_another_facility(self, world):
        facility, other = await world.facility(), await world.facility()
        await world.made(path_of(facility), accreditation())

        await world.made(path_of(facility), license_())
        await world.made(path_of(other), accreditation())

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (accreditation(standards={"STAFF": "MET"}), "accreditation-standards-invalid"),
            (license_(standards={"STAFF": "MET"}), "accreditation-standards-invalid"),
            (accreditation(decree_number=None), "accreditation-decree-missing"),
            (accreditation(valid_to=None), "accreditation-period-invalid"),
            (license_(valid_to="2024-12-31"), "accreditation-period-invalid"),
            (license_(document={"reference": "x", "sha256": "short"}), "validation-failed"),
            (license_(kind="AWARD"), "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, body, code):
        facility = await world.facility()

        response = await world.post(path_of(facility), body)

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert (await world.get(path_of(facility))).json()["items"] == []

    async def test_is_the_work_of_the_office_of_the_place(self, world):
        facility = await world.facility(area_code="33.73")
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[facility["id"]])

        own = await world.post(path_of(facility), license_(), by=world.officer("33"))
        elsewhere = await world.post(path_of(facility), license_(), by=world.officer("32"))
        by_itself = await world.post(path_of(facility), license_(), by=operator)

        assert own.status_code == 201
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "out-of-scope")
        assert by_itself.status_code == 403

    async def test_refuses_a_facility_that_is_unknown_or_closed_and_an_id_that_is_taken(
        self, world
    ):
        facility = await world.facility()
        taken = (await world.made(path_of(facility), license_()))["id"]
        same_id = await world.post(path_of(await world.facility()), license_(id=taken))
        await world.post(f"/facilities/{facility['id']}/close")

        closed = await world.post(path_of(facility), accreditation())
        unknown = await world.post(path_of({"id": new_id()}), accreditation())

        assert same_id.json()["code"] == "accreditation-id-taken"
        assert (closed.status_code, closed.json()["code"]) == (409, "facility-closed")
        assert unknown.status_code == 404


class TestRevokeAccreditation:
    async def test_ends_it_with_a_reason_and_makes_room(self, world, in_transaction):
        facility = await world.facility()
        kept = await world.made(path_of(facility), accreditation())
        path = f"/accreditations/{kept['id']}"
        body = {"revoked_on": "2026-01-01", "reason": "Sarana rusak"}

        revoked = (await world.post(f"{path}/revoke", body)).json()
        again = await world.post(f"{path}/revoke", body)
        renewed = await world.post(path_of(facility), accreditation(valid_from="2026-01-01"))

        assert (revoked["status"], revoked["revocation_reason"]) == ("REVOKED", "Sarana rusak")
        assert (again.status_code, again.json()["code"]) == (409, "accreditation-revoked")
        assert renewed.status_code == 201, renewed.text
        before = (await world.get(path, on="2025-12-31")).json()
        assert before["status"] == "VALID"
        told = await events(in_transaction, "registry.accreditation.revoked")
        assert [each.payload["revoked_on"] for each in told] == ["2026-01-01"]

    async def test_refuses_a_day_outside_of_it_and_somebody_elses(self, world):
        facility = await world.facility(area_code="33.73")
        kept = await world.made(path_of(facility), accreditation())
        path = f"/accreditations/{kept['id']}/revoke"
        late, sound = (
            {"revoked_on": day, "reason": "Sarana"} for day in ("2078-01-01", "2026-01-01")
        )

        outside = await world.post(path, late)
        elsewhere = await world.post(path, sound, by=world.officer("32"))
        unknown = await world.post(f"/accreditations/{new_id()}/revoke", sound)

        assert outside.json()["code"] == "accreditation-revocation-day-invalid"
        assert elsewhere.status_code == 403
        assert unknown.json()["code"] == "accreditation-not-found"


class TestListAccreditations:
    async def test_narrows_pages_and_puts_first_what_ends_first(self, world):
        java, sulawesi = (
            await world.facility(area_code="33.73"),
            await world.facility(area_code="73.71"),
        )
        bodies = [
            (java, accreditation(number="1", valid_to="2025-12-31")),
            (java, accreditation(number="2", valid_from="2026-01-01", valid_to="2078-12-31")),
            (java, license_(number="3")),
            (sulawesi, license_(number="4", trade="BAKERY", valid_to="2026-06-30")),
            (sulawesi, license_(number="5")),
        ]
        for facility, body in bodies:
            await world.made(path_of(facility), body)

        async def numbers(**filters) -> list[str]:
            found, page = [], (await world.get("/accreditations", limit=2, **filters)).json()
            while True:
                found += [each["number"] for each in page["items"]]
                if page["next"] is None:
                    return found
                rest = page["next"].removeprefix("http://balai.test/registry")
                page = (await world.registry.get(rest, headers=world.admin)).json()

        assert await numbers() == ["1", "4", "2", "3", "5"]
        assert await numbers(area="73") == ["4", "5"]
        assert await numbers(area="33.73") == ["1", "2", "3"]
        assert await numbers(kind="LICENSE") == ["4", "3", "5"]
        assert await numbers(trade="BAKERY") == ["4"]
        assert await numbers(expires_before="2026-07-01", on="2026-01-01") == ["1", "4"]
        assert await numbers(expires_before="2026-07-01", on="2026-01-01", status="VALID") == ["4"]
        assert await numbers(on="2026-01-01", status="EXPIRED") == ["1"]
        assert await numbers(on="2025-06-01", status="UPCOMING") == ["2"]
        assert await numbers(on="2025-06-01", status="REVOKED") == []
        assert (await world.get("/accreditations", area="33.73.04")).status_code == 422

    async def test_shows_those_of_a_facility_in_order(self, world):
        facility, other = await world.facility(), await world.facility()
        await world.made(path_of(facility), license_(valid_from="2025-05-01"))
        await world.made(path_of(facility), accreditation(valid_from="2025-02-01"))
        await world.made(path_of(other), license_())

        first = (await world.get(path_of(facility), limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        found = first["items"] + second["items"]
        assert [each["valid_from"] for each in found] == ["2025-02-01", "2025-05-01"]
        assert (await world.get(path_of({"id": new_id()}))).status_code == 404
