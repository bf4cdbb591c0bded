import pytest
from sqlalchemy import event as sql_event
from sqlalchemy import select, text

from services.registry.base import Event
from services.registry.facilities.schemas import FacilityRead
from services.registry.instructors.tables import Instructor
from services.registry.marks.jobs import Watch
from services.registry.spaces.tables import Space
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import facility_body


async def events(in_transaction) -> list[tuple[str, dict]]:
    async with in_transaction() as session:
        rows = (await session.scalars(select(Event).order_by(Event.xid, Event.id))).all()
    return [(row.topic, row.payload) for row in rows]


async def codes(world, **filters) -> list[str]:
    response = await world.get("/facilities", **filters)
    assert response.status_code == 200, response.text
    return [facility["code"] for facility in response.json()["items"]]


class TestRegisterFacility:
    async def test_derives_where_it_lies_from_its_area(self, world):
        facility = await world.facility(area_code="73.71")

        assert facility["province_code"] == "73"
        assert facility["regency_code"] == "73.71"
        assert facility["time_zone"] == "WITA"
        assert facility["version"] == 1

    async def test_tells_how_it_counts(self, world, in_transaction):
        facility = await world.facility(kind="PLUT", owner_ministry="MSME")

        assert await events(in_transaction) == [
            (
                "registry.facility.registered",
                {
                    "facility_id": facility["id"],
                    "code": facility["code"],
                    "name": facility["name"],
                    "before": None,
                    "after": {
                        "province_code": "33",
                        "regency_code": "33.73",
                        "facility_kind": "PLUT",
                        "owner_ministry": "MSME",
                        "status": "ACTIVE",
                    },
                },
            )
        ]

    async def test_is_planned_unless_said_otherwise(self, world):
        body = facility_body()
        del body["status"]

        assert (await world.made("/facilities", body))["status"] == "PLANNED"

    async def test_takes_the_id_that_the_caller_gives(self, world):
        wanted = str(new_id())

        response = await world.post("/facilities", facility_body(id=wanted))

        assert response.json()["id"] == wanted
        location = f"http://balai.test/registry/v1/facilities/{wanted}"
        assert response.headers["location"] == location
        assert response.headers["etag"] == '"1"'

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world, in_transaction):
        body = facility_body()
        first = await world.post("/facilities", body, key="k-1")

        again = await world.post("/facilities", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["idempotency-replayed"] == "true"
        assert again.headers["location"] == first.headers["location"]
        assert len(await events(in_transaction)) == 1

    async def test_refuses_a_key_that_came_with_another_body(self, world):
        await world.post("/facilities", facility_body(), key="k-1")

        response = await world.post("/facilities", facility_body(), key="k-1")

        assert response.status_code == 422
        assert response.json()["code"] == "idempotency-key-reused"

    async def test_refuses_a_request_without_a_key(self, world):
        response = await world.registry.post(
            "/v1/facilities", json=facility_body(), headers=world.admin
        )

        assert response.status_code == 400
        assert response.json()["code"] == "idempotency-key-missing"

    @pytest.mark.parametrize(
        ("facts", "code", "pointer"),
        [
            ({"area_code": "33.99"}, "unknown-area", "/area_code"),
            ({"area_code": "33"}, "area-too-coarse", "/area_code"),
            ({"form": "BPVP"}, "facility-form-refused", "/form"),
            ({"kind": "UPTP", "form": "SATPEL"}, "facility-parent-missing", "/parent_id"),
            ({"latitude": -7.3}, "facility-point-incomplete", "/latitude"),
            ({"parent_id": str(new_id())}, "facility-parent-unknown", "/parent_id"),
            ({"institution_id": str(new_id())}, "institution-unknown", "/institution_id"),
            ({"status": "CLOSED"}, "validation-failed", "/status"),
            ({"kind": "SCHOOL"}, "validation-failed", "/kind"),
            ({"area_code": "3373"}, "validation-failed", "/area_code"),
            ({"latitude": 91, "longitude": 0}, "validation-failed", "/latitude"),
            ({"colour": "red"}, "validation-failed", "/colour"),
            ({"name": " "}, "validation-failed", "/name"),
            ({"trades": ["garment!"]}, "validation-failed", "/trades/0"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, facts, code, pointer):
        response = await world.post("/facilities", facility_body(**facts))

        problem = response.json()
        assert response.status_code == 422
        assert problem["code"] == code
        if pointer is not None:
            assert [each["pointer"] for each in problem["errors"]] == [pointer]
        assert await codes(world) == []

    @pytest.mark.parametrize(
        ("member", "code"), [("id", "facility-id-taken"), ("code", "facility-code-taken")]
    )
    async def test_refuses_what_is_taken(self, world, member, code):
        there = await world.facility()

        response = await world.post("/facilities", facility_body(**{member: there[member]}))

        assert response.status_code == 409
        assert response.json()["code"] == code

    async def test_refuses_an_officer_of_another_province(self, world, in_transaction):
        response = await world.post("/facilities", facility_body(), by=world.officer("32"))

        assert response.status_code == 403
        assert response.json()["code"] == "out-of-scope"
        assert await events(in_transaction) == []

    async def test_refuses_an_officer_of_another_ministry(self, world):
        officer = world.officer("33", "MSME")

        response = await world.post("/facilities", facility_body(), by=officer)

        assert response.status_code == 403

    async def test_allows_an_officer_of_the_regency(self, world):
        officer = world.officer("33.73", "MANPOWER")

        response = await world.post("/facilities", facility_body(), by=officer)

        assert response.status_code == 201

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.INSTRUCTOR])
    async def test_is_refused_to_those_who_only_read(self, world, role):
        response = await world.post("/facilities", facility_body(), by=world.auth(role))

        assert response.status_code == 403
        assert response.json()["code"] == "forbidden"

    async def test_tells_what_is_wrong_in_both_languages(self, world):
        body = facility_body(area_code="33.99")
        english = await world.post("/facilities", body, headers={"Accept-Language": "en"})
        indonesian = await world.post("/facilities", body)

        assert english.json()["detail"] == "The area is not known."
        assert indonesian.json()["detail"] == "Wilayah tidak dikenal."


class TestListFacilities:
    async def test_lists_the_whole_country_for_an_officer(self, world):
        await world.facility(code="A-1", area_code="33.73")
        await world.facility(code="A-2", area_code="73.71")

        response = await world.get("/facilities", by=world.officer("33"))

        assert [each["code"] for each in response.json()["items"]] == ["A-1", "A-2"]

    async def test_shows_the_same_as_one_by_one(self, world):
        made = await world.facility(
            trades=["ICT", "BAKERY"], latitude=-7.3, longitude=110.5, address="Jalan Melati 1"
        )

        item = (await world.get("/facilities")).json()["items"][0]

        one = (await world.get(f"/facilities/{made['id']}")).json()
        assert set(item) == set(one) == set(FacilityRead.model_fields)
        assert FacilityRead.model_validate(item) == FacilityRead.model_validate(one)

    async def test_is_empty_where_there_is_none(self, world):
        assert (await world.get("/facilities")).json() == {"items": [], "next": None}

    async def test_pages_in_the_order_of_codes(self, world):
        for code in ("A-3", "A-1", "A-5", "A-2", "A-4"):
            await world.facility(code=code)

        pages = [(await world.get("/facilities", limit=2)).json()]
        while pages[-1]["next"]:
            path = pages[-1]["next"].removeprefix("http://balai.test/registry")
            pages.append((await world.registry.get(path, headers=world.admin)).json())

        assert [[each["code"] for each in page["items"]] for page in pages] == [
            ["A-1", "A-2"],
            ["A-3", "A-4"],
            ["A-5"],
        ]

    @pytest.mark.parametrize(
        ("filters", "found"),
        [
            ({"area": "33"}, ["F-1", "F-2"]),
            ({"area": "33.73"}, ["F-1"]),
            ({"area": "33.73.04"}, ["F-1"]),
            ({"area": "33.7"}, None),
            ({"kind": "PLUT,BLKK"}, ["F-2", "F-3"]),
            ({"kind": "PLUT"}, ["F-2"]),
            ({"status": "PLANNED"}, ["F-3"]),
            ({"status": "PLANNED,ACTIVE"}, ["F-1", "F-2", "F-3"]),
            ({"status": "ASLEEP"}, None),
            ({"trade": "WELDING"}, ["F-1"]),
            ({"q": "anggrek"}, ["F-2"]),
            ({"q": "angrek"}, ["F-2"]),
            ({"q": "ab"}, None),
            ({"near": "-7.3,110.5", "radius_km": 100}, ["F-1", "F-2"]),
            ({"near": "-7.0,110.4", "radius_km": 100}, ["F-2", "F-1"]),
            ({"near": "-7.3,110.5", "radius_km": 5}, ["F-1"]),
            ({"near": "-7.3,110.5", "radius_km": 100, "kind": "PLUT"}, ["F-2"]),
            ({"near": "-7.3,110.5"}, ["F-1", "F-2"]),
            ({"near": "-6.9,110.4"}, ["F-2", "F-1"]),
            ({"near": "-7.3,110.5", "trade": "WELDING", "q": "melati"}, ["F-1"]),
            ({"near": "-6.9,110.4", "sort": "code"}, ["F-1", "F-2"]),
            ({"radius_km": 5}, None),
            ({"code": "f-"}, ["F-1", "F-2", "F-3"]),
            ({"code": "F-3"}, ["F-3"]),
            ({"code": "%"}, None),
            ({"owner_ministry": "MSME,HEALTH"}, ["F-2"]),
            ({"owner_ministry": "msme"}, None),
            ({"institution_id": str(new_id())}, []),
            ({"institution_id": "1"}, None),
            ({"parent_id": str(new_id())}, []),
            ({"updated_after": "2020-01-01T00:00:00Z"}, ["F-1", "F-2", "F-3"]),
            ({"updated_after": "2120-01-01T00:00:00Z"}, []),
            ({"updated_after": "2020-01-01T00:00:00"}, None),
            ({"sort": "distance"}, None),
            ({"sort": "relevance"}, None),
            ({"sort": "name"}, None),
            ({"near": "x", "radius_km": 5}, None),
        ],
    )
    async def test_narrows_by_what_is_asked(self, world, filters, found):
        await world.facility(
            code="F-1", area_code="33.73.04", trades=["WELDING"], latitude=-7.33, longitude=110.5
        )
        await world.facility(
            code="F-2",
            name="PLUT Anggrek",
            kind="PLUT",
            owner_ministry="MSME",
            area_code="33.74",
            latitude=-6.98,
            longitude=110.42,
        )
        await world.facility(code="F-3", kind="BLKK", area_code="91.71", status="PLANNED")

        response = await world.get("/facilities", **filters)

        if found is None:
            assert response.status_code in (400, 422)
        else:
            assert [each["code"] for each in response.json()["items"]] == found

    async def test_pages_from_the_nearest_to_the_farthest(self, world):
        for place in range(5):
            await world.facility(code=f"N-{place}", latitude=-7.0 - place / 10, longitude=110.4)

        near = {"near": "-7.0,110.4", "radius_km": 500}
        pages = [(await world.get("/facilities", limit=2, **near)).json()]
        while pages[-1]["next"]:
            path = pages[-1]["next"].removeprefix("http://balai.test/registry")
            pages.append((await world.registry.get(path, headers=world.admin)).json())

        items = [each for page in pages for each in page["items"]]
        assert [each["code"] for each in items] == [f"N-{place}" for place in range(5)]
        assert [round(each["distance_m"] / 11_132) for each in items] == [0, 1, 2, 3, 4]

    async def test_gives_the_best_match_of_a_name_first(self, world):
        for code, name in (
            ("A-1", "Balai Garmen Melati"),
            ("A-2", "BLKK Garment Kudus"),
            ("A-3", "BLKK Las Kudus"),
            ("A-4", "Garmont Jaya"),
        ):
            await world.facility(code=code, name=name)

        assert await codes(world, q="garment kudus") == ["A-2"]
        assert (await codes(world, q="garment"))[0] == "A-2"
        found = await codes(world, q="garmnt")
        assert "A-2" in found
        assert "A-3" not in found
        assert await codes(world, q="garment", sort="code") == ["A-1", "A-2", "A-4"]

    async def test_finds_a_long_name_with_two_wrong_letters_and_not_all_of_its_kind(self, world):
        for code, name in (
            ("B-1", "BLK Komunitas Pesantren Nurul Huda Sukasari"),
            ("B-2", "BLK Komunitas Pesantren Darussalam Mempawah"),
        ):
            await world.facility(code=code, name=name)

        found = await codes(world, q="BLK Komunitas Pesantrin Nurul Hudo Sukasari")

        assert found == ["B-1"]

    @pytest.mark.parametrize("filters", [{"q": "melati"}, {"near": "-7,110"}])
    async def test_pages_through_what_is_equally_good(self, world, filters):
        for place in range(5):
            await world.facility(code=f"E-{place}", latitude=-7.0, longitude=110.0)

        pages = [(await world.get("/facilities", limit=2, **filters)).json()]
        while pages[-1]["next"]:
            path = pages[-1]["next"].removeprefix("http://balai.test/registry")
            pages.append((await world.registry.get(path, headers=world.admin)).json())

        items = [each["code"] for page in pages for each in page["items"]]
        assert items == [f"E-{place}" for place in range(5)]

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.PARTICIPANT])
    async def test_is_refused_to_those_who_may_not_read_the_registry(self, world, role):
        assert (await world.get("/facilities", by=world.auth(role))).status_code == 403

    async def test_is_refused_without_a_token(self, world):
        assert (await world.registry.get("/v1/facilities")).status_code == 401

    async def test_reads_a_page_in_one_query(self, world):
        for _ in range(3):
            await world.facility()
        engine = world.registry.state["sessions"].kw["bind"].sync_engine
        statements = []

        def note(connection, cursor, statement, *_) -> None:
            statements.append(statement)

        sql_event.listen(engine, "before_cursor_execute", note)
        try:
            await world.get("/facilities", limit=2)
        finally:
            sql_event.remove(engine, "before_cursor_execute", note)

        reads = [each for each in statements if "set_config" not in each]
        assert len(reads) == 1


class TestListFacilitiesAgain:
    """A page that somebody has is answered without asking the database."""

    async def seen(self, world, **parameters) -> str:
        await world.registry.state["watch"].refresh()
        return (await world.get("/facilities", **parameters)).headers["ETag"]

    async def again(self, world, etag: str, *, headers=None, **parameters):
        await world.registry.state["watch"].refresh()
        headers = {"If-None-Match": etag, **(headers or {})}
        return await world.get("/facilities", headers=headers, **parameters)

    async def test_answers_304_to_who_has_the_page(self, world):
        await world.facility()
        etag = await self.seen(world, limit=2)

        response = await self.again(world, etag, limit=2)

        assert (response.status_code, response.content) == (304, b"")
        assert response.headers["ETag"] == etag
        assert response.headers["Cache-Control"] == "private, no-cache"

    async def test_answers_anew_when_anything_has_changed(self, world):
        facility = await world.facility()
        etag = await self.seen(world)

        await world.post(f"/facilities/{facility['id']}/suspend")
        response = await self.again(world, etag)

        assert [each["status"] for each in response.json()["items"]] == ["SUSPENDED"]
        assert response.headers["ETag"] != etag

    async def test_keeps_pages_of_other_filters_and_days_apart(self, world):
        await world.facility()
        etag = await self.seen(world, limit=2)

        assert (await self.again(world, etag, limit=3)).status_code == 200
        assert (await self.again(world, etag, limit=2, area="33")).status_code == 200

    async def test_refuses_whom_and_what_it_refuses_otherwise(self, world):
        etag = await self.seen(world)

        stranger = await world.registry.get("/v1/facilities", headers={"If-None-Match": etag})
        wrong = await self.again(world, "*", limit=0)

        assert (stranger.status_code, wrong.status_code) == (401, 422)

    async def test_asks_the_database_when_it_does_not_know(self, world, registry):
        etag = await self.seen(world)
        registry.state["watch"] = Watch(registry.state["sessions"])

        response = await world.get("/facilities", headers={"If-None-Match": etag})

        assert response.status_code == 200
        assert "ETag" not in response.headers


class TestGetFacility:
    async def test_answers_304_to_who_has_it(self, world):
        facility = await world.facility()

        response = await world.get(
            f"/facilities/{facility['id']}", headers={"If-None-Match": '"1"'}
        )

        assert (response.status_code, response.content) == (304, b"")

    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/facilities/{new_id()}")

        assert response.status_code == 404
        assert response.json()["code"] == "facility-not-found"

    async def test_refuses_what_is_no_id(self, world):
        assert (await world.get("/facilities/abc")).status_code == 422


async def patch(world, facility: dict, change: dict, *, by=None, match: str | None = '"1"'):
    headers = {**(by or world.admin), "Content-Type": "application/merge-patch+json"}
    if match is not None:
        headers["If-Match"] = match
    return await world.registry.patch(
        f"/v1/facilities/{facility['id']}", json=change, headers=headers
    )


class TestCorrectFacility:
    async def test_changes_the_members_that_are_named(self, world):
        facility = await world.facility(address="Jalan Melati 1", trades=["ICT"])

        response = await patch(world, facility, {"name": "Balai Anggrek", "address": None})

        assert response.status_code == 200
        assert response.headers["etag"] == '"2"'
        changed = response.json()
        assert changed["updated_at"] > facility["updated_at"]
        assert changed == {
            **facility,
            "name": "Balai Anggrek",
            "address": None,
            "version": 2,
            "updated_at": changed["updated_at"],
        }

    async def test_moves_spaces_and_instructors_with_the_facility(self, world, in_transaction):
        facility = await world.facility()
        await world.space(facility["id"])
        await world.instructor(facility["id"])

        response = await patch(world, facility, {"area_code": "91.71", "owner_ministry": "MSME"})

        assert response.json()["time_zone"] == "WIT"
        async with in_transaction() as session:
            for table in (Space, Instructor):
                row = (await session.scalars(select(table))).one()
                assert (row.regency_code, row.owner_ministry) == ("91.71", "MSME")
        topic, payload = (await events(in_transaction))[-1]
        assert topic == "registry.facility.changed"
        assert payload["before"]["province_code"] == "33"
        assert payload["after"]["province_code"] == "91"

    async def test_changes_nothing_when_nothing_is_new(self, world, in_transaction):
        facility = await world.facility()

        response = await patch(world, facility, {"name": facility["name"]})

        assert response.json() == facility
        assert len(await events(in_transaction)) == 1

    async def test_refuses_a_change_without_a_version(self, world):
        response = await patch(world, await world.facility(), {"name": "X"}, match=None)

        assert response.status_code == 428
        assert response.json()["code"] == "precondition-required"

    async def test_refuses_a_change_to_what_has_changed_since(self, world):
        facility = await world.facility()
        await patch(world, facility, {"name": "Balai Anggrek"})

        response = await patch(world, facility, {"name": "Balai Mawar"})

        assert response.status_code == 412
        assert response.json()["code"] == "stale"

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"name": None}, "validation-failed"),
            ({"code": "NEW-1"}, "validation-failed"),
            ({"status": "CLOSED"}, "validation-failed"),
            ({"area_code": "33"}, "area-too-coarse"),
            ({"area_code": "33.99"}, "unknown-area"),
            ({"form": "SATPEL", "kind": "UPTP"}, "facility-parent-missing"),
            ({"latitude": 1.0}, "facility-point-incomplete"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, change, code):
        facility = await world.facility()

        response = await patch(world, facility, change)

        assert response.status_code == 422
        assert response.json()["code"] == code
        assert (await world.get(f"/facilities/{facility['id']}")).json() == facility

    async def test_refuses_to_be_its_own_parent(self, world):
        facility = await world.facility()

        response = await patch(world, facility, {"parent_id": facility["id"]})

        assert response.json()["code"] == "facility-parent-unknown"

    async def test_refuses_an_officer_of_another_province(self, world):
        facility = await world.facility(area_code="33.73")

        response = await patch(world, facility, {"name": "X"}, by=world.officer("32"))

        assert response.status_code == 403
        assert response.json()["code"] == "out-of-scope"

    @pytest.mark.parametrize("change", [{"area_code": "32.73"}, {"owner_ministry": "MSME"}])
    async def test_refuses_to_move_it_out_of_the_callers_reach(self, world, change):
        facility = await world.facility(area_code="33.73")

        response = await patch(world, facility, change, by=world.officer("33", "MANPOWER"))

        assert response.status_code == 403
        assert (await world.get(f"/facilities/{facility['id']}")).json() == facility

    async def test_refuses_to_change_a_closed_facility(self, world):
        facility = await world.facility()
        await world.post(f"/facilities/{facility['id']}/close")

        response = await patch(world, facility, {"name": "X"}, match='"2"')

        assert response.status_code == 409
        assert response.json()["code"] == "facility-closed"

    async def test_answers_404_for_an_unknown_facility(self, world):
        response = await patch(world, {"id": new_id()}, {"name": "X"})

        assert response.status_code == 404


class TestTurnFacility:
    async def test_goes_through_its_life(self, world, in_transaction):
        facility = await world.facility(status="PLANNED")

        seen = []
        for verb in ("activate", "suspend", "activate", "close"):
            response = await world.post(f"/facilities/{facility['id']}/{verb}")
            seen.append((response.json()["status"], response.headers["etag"]))

        assert seen == [
            ("ACTIVE", '"2"'),
            ("SUSPENDED", '"3"'),
            ("ACTIVE", '"4"'),
            ("CLOSED", '"5"'),
        ]
        moves = [payload for topic, payload in await events(in_transaction) if "status" in topic]
        assert [(move["before"]["status"], move["after"]["status"]) for move in moves] == [
            ("PLANNED", "ACTIVE"),
            ("ACTIVE", "SUSPENDED"),
            ("SUSPENDED", "ACTIVE"),
            ("ACTIVE", "CLOSED"),
        ]

    async def test_keeps_when_it_was_closed(self, world):
        facility = await world.facility()

        response = await world.post(f"/facilities/{facility['id']}/close")

        assert response.json()["closed_at"] is not None

    async def test_refuses_to_close_a_closed_facility(self, world):
        facility = await world.facility()
        await world.post(f"/facilities/{facility['id']}/close")

        response = await world.post(
            f"/facilities/{facility['id']}/close", headers={"Accept-Language": "en"}
        )

        assert response.status_code == 409
        assert response.json()["code"] == "facility-status-refused"
        assert response.json()["detail"] == "A facility that is CLOSED cannot become CLOSED."

    async def test_answers_a_repeated_close_with_the_same_bytes(self, world):
        facility = await world.facility()
        first = await world.post(f"/facilities/{facility['id']}/close", key="k-1")

        again = await world.post(f"/facilities/{facility['id']}/close", key="k-1")

        assert (again.status_code, again.content) == (200, first.content)

    async def test_stores_no_refusal_under_the_key(self, world):
        facility = await world.facility(status="PLANNED")
        refused = await world.post(f"/facilities/{facility['id']}/suspend", key="k-1")
        await world.post(f"/facilities/{facility['id']}/activate")

        again = await world.post(f"/facilities/{facility['id']}/suspend", key="k-1")

        assert (refused.status_code, again.status_code) == (409, 200)

    @pytest.mark.parametrize("verb", ["activate", "suspend", "close"])
    async def test_refuses_an_officer_of_another_province(self, world, verb):
        facility = await world.facility(area_code="33.73")

        response = await world.post(f"/facilities/{facility['id']}/{verb}", by=world.officer("32"))

        assert response.status_code == 403

    async def test_answers_404_for_an_unknown_facility(self, world):
        assert (await world.post(f"/facilities/{new_id()}/close")).status_code == 404


class TestIndexes:
    """Every list has an index that PostgreSQL takes once the table is too large to scan."""

    @pytest.mark.parametrize(
        ("condition", "index"),
        [
            ("TRUE ORDER BY code LIMIT 51", "uq_facility_code"),
            ("province_code = '33' ORDER BY code LIMIT 51", "ix_facility_province_code_code"),
            ("kind = 'PLUT' ORDER BY code LIMIT 51", "ix_facility_kind_code"),
            ("status = 'PLANNED' ORDER BY code LIMIT 51", "ix_facility_status_code"),
            ("area_code >= '33.73.' AND area_code < '33.73/'", "ix_facility_area_code_code"),
            ("trades @> ARRAY['ICT']", "ix_facility_trades"),
            ("code >= 'A' AND code < 'B'", "uq_facility_code"),
            ("owner_ministry = 'MSME' ORDER BY code LIMIT 51", "ix_facility_owner_ministry_code"),
            ("updated_at > '2026-01-01'", "ix_facility_updated_at"),
            (
                "TRUE ORDER BY ll_to_earth(latitude, longitude) <-> ll_to_earth(0, 9) LIMIT 51",
                "ix_facility_point",
            ),
            ("name ILIKE '%anggrek%'", "ix_facility_name_trgm"),
            ("name %> 'angrek'", "ix_facility_name_trgm"),
            (
                "earth_box(ll_to_earth(-7, 110), 5000) @> ll_to_earth(latitude, longitude)",
                "ix_facility_point",
            ),
        ],
    )
    async def test_serve_what_lists_ask(self, world, in_transaction, condition, index):
        async with in_transaction() as session:
            await session.execute(text("SET LOCAL enable_seqscan = off"))
            await session.execute(text("SET LOCAL enable_sort = off"))
            plan = (
                await session.scalars(
                    text(f"EXPLAIN SELECT * FROM registry.facility WHERE {condition}")
                )
            ).all()

        assert index in "\n".join(plan)
