from datetime import timedelta

import pytest
from sqlalchemy import update

from services.enrollment.classes.jobs import settle_left_over
from services.enrollment.classes.tables import Class
from services.enrollment.waves.tables import Wave
from services.enrollment.worker import create_worker
from shared.clock import utc_now
from shared.db.session import transaction
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role
from tests.support.planning import class_body


@pytest.fixture
async def wave(desk) -> dict:
    return await desk.wave()


@pytest.fixture
def facility(fake_registry):
    return fake_registry.add_facility()


@pytest.fixture
def left_over(enrollment_db, settings_of, fake_registry):
    """Return the function that settles what no job could."""

    async def settle() -> None:
        settings = settings_of("enrollment", enrollment_db, redis_url=None)
        worker = create_worker(settings, registry_transport=fake_registry)
        async with worker.context() as context:
            await settle_left_over(context)

    return settle


class TestPlanClass:
    async def test_copies_what_the_registry_vouches_for(self, desk, wave, facility, rows):
        body = class_body(wave, facility, id=str(new_id()))

        response = await desk.post("/v1/classes", body)

        planned = response.json()
        assert response.status_code == 201, response.text
        assert planned["id"] == body["id"]
        assert planned["facility_name"] == "DATA SINTETIS Balai Salatiga"
        assert (planned["host_ministry"], planned["owner_ministry"]) == ("MANPOWER", "MANPOWER")
        assert (planned["capacity"], planned["reserve_capacity"]) == (16, 2)
        assert planned["instructor_ids"] == body["instructor_ids"]
        assert planned["opens_at"] == wave["opens_at"]
        assert planned["state"] == "PLANNED"
        assert "Instruktur" not in response.text
        assert response.headers["ETag"] == '"1"'
        (row,) = await rows("SELECT * FROM enrollment.class")
        assert row["instructors"][0]["name"] == "Instruktur 0"
        assert row["next_waitlist_number"] == 1

    async def test_is_synthetic_when_its_wave_is(self, desk, wave, facility):
        planned = await desk.made("/v1/classes", class_body(wave, facility, synthetic=False))

        assert planned["synthetic"]

    async def test_starts_by_the_clock_of_its_regency(self, desk, wave, fake_registry):
        starts = {}
        for zone in ("WIB", "WITA", "WIT"):
            facility = fake_registry.add_facility(time_zone=zone)
            planned = await desk.made("/v1/classes", class_body(wave, facility))
            starts[zone] = planned["starts_at"]

        hours = {zone: value[11:13] for zone, value in starts.items()}
        assert hours == {"WIB": "01", "WITA": "00", "WIT": "23"}

    async def test_tells_the_other_services(self, desk, wave, fake_registry, rows):
        facility = fake_registry.add_facility(trade="BAKERY")
        planned = await desk.made("/v1/classes", class_body(wave, facility))

        (event,) = await rows(
            "SELECT * FROM enrollment.event WHERE topic = 'enrollment.class.planned'"
        )
        assert str(event["stream_id"]) == planned["id"]
        assert (event["province_code"], event["regency_code"]) == ("33", "33.73")
        assert event["facility_id"] == facility
        assert event["payload"]["before"] is None
        assert event["payload"]["after"]["state"] == "PLANNED"
        assert event["payload"]["after"]["wave_id"] == wave["id"]
        assert event["payload"]["after"]["trade"] == "BAKERY"
        assert (event["payload"]["capacity"], event["payload"]["code"]) == (16, planned["code"])

    async def test_asks_the_registry_first_and_has_it_hold_the_rest(
        self, desk, wave, facility, fake_registry
    ):
        body = class_body(wave, facility, id=str(new_id()))

        await desk.post("/v1/classes", body, **{"X-Request-ID": "req-1"})

        checked, held = fake_registry.requests
        assert checked.url.path == "/v1/class-checks"
        assert (held.method, held.url.path) == ("PUT", f"/v1/class-reservations/{body['id']}")
        assert held.headers["Authorization"] != desk.caller["Authorization"]
        assert held.headers["X-Request-ID"] == "req-1"
        wanted = fake_registry.reservations[body["id"]]["body"]
        assert (wanted.ministry, wanted.people, wanted.sessions) == ("MANPOWER", 16, None)
        assert str(wanted.space_id) == body["space_id"]

    async def test_answers_503_while_the_registry_is_away(
        self, desk, wave, facility, fake_registry, rows
    ):
        fake_registry.away = True

        response = await desk.post("/v1/classes", class_body(wave, facility))

        assert (response.status_code, response.json()["code"]) == (503, "registry-unavailable")
        assert int(response.headers["Retry-After"]) > 0
        assert await rows("SELECT id FROM enrollment.class") == []
        assert (
            await rows("SELECT key FROM enrollment.idempotency WHERE operation LIKE '%/classes'")
            == []
        )

    @pytest.mark.parametrize(
        "refusal",
        [(404, "facility-unknown"), (409, "facility-not-active"), (409, "agreement-not-covering")],
    )
    async def test_passes_the_registrys_refusal_on(self, desk, wave, fake_registry, rows, refusal):
        facility = fake_registry.add_facility()
        fake_registry.refuse(facility, *refusal, "Balai ini ditutup.")

        response = await desk.post("/v1/classes", class_body(wave, facility))

        assert (response.status_code, response.json()["code"]) == refusal
        assert response.json()["detail"] == "Balai ini ditutup."
        assert await rows("SELECT id FROM enrollment.class") == []

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            ({"capacity": 21}, (422, "capacity-above-space")),
            ({"starts_on": "2027-01-01"}, (422, "starts-on-differs")),
            ({"wave_id": str(new_id())}, (404, "wave-unknown")),
            ({"capacity": 0}, (422, "validation-failed")),
            ({"instructor_ids": []}, (422, "validation-failed")),
            ({"room": "A"}, (422, "validation-failed")),
        ],
    )
    async def test_refuses_what_no_class_can_be(self, desk, wave, facility, rows, changes, refusal):
        response = await desk.post("/v1/classes", class_body(wave, facility, **changes))

        assert (response.status_code, response.json()["code"]) == refusal
        assert await rows("SELECT id FROM enrollment.class") == []

    async def test_takes_another_size_than_the_programmes(self, desk, wave, facility):
        body = class_body(wave, facility, capacity=20, reserve_capacity=0)

        planned = await desk.made("/v1/classes", body)

        assert (planned["capacity"], planned["reserve_capacity"]) == (20, 0)

    async def test_refuses_a_programmes_default_that_the_space_cannot_hold(
        self, desk, wave, fake_registry
    ):
        small = fake_registry.add_facility(space_capacity=12)

        response = await desk.post("/v1/classes", class_body(wave, small))

        assert (response.status_code, response.json()["code"]) == (422, "capacity-above-space")
        assert "12" in response.json()["detail"]

    async def test_refuses_to_join_a_wave_that_has_started(self, desk, wave, facility, keys):
        header = sign_business_time(keys.private["cli"], utc_now() + timedelta(days=31))

        response = await desk.post(
            "/v1/classes", class_body(wave, facility), **{"Balai-Business-Time": header}
        )

        assert (response.status_code, response.json()["code"]) == (409, "wave-started")

    @pytest.mark.parametrize(("same", "code"), [("id", "id-taken"), ("code", "class-code-taken")])
    async def test_refuses_an_id_or_a_code_that_is_taken(self, desk, wave, facility, same, code):
        first = class_body(wave, facility, id=str(new_id()))
        await desk.made("/v1/classes", first)

        response = await desk.post("/v1/classes", class_body(wave, facility, **{same: first[same]}))

        assert (response.status_code, response.json()["code"]) == (409, code)

    async def test_answers_the_same_under_the_same_key(self, desk, wave, facility, rows):
        body = class_body(wave, facility)

        first = await desk.post("/v1/classes", body, key="k1")
        second = await desk.post("/v1/classes", body, key="k1")

        assert second.content == first.content
        assert second.headers["Idempotency-Replayed"] == "true"
        assert len(await rows("SELECT id FROM enrollment.class")) == 1

    @pytest.mark.parametrize("away", [True, False])
    async def test_answers_the_same_when_the_registry_has_changed_its_mind(
        self, desk, wave, facility, fake_registry, away
    ):
        body = class_body(wave, facility)
        first = await desk.post("/v1/classes", body, key="k1")
        fake_registry.refuse(facility, 409, "facility-not-active", "Balai ini dibekukan.")
        fake_registry.away = away

        again = await desk.post("/v1/classes", body, key="k1")
        other = await desk.post("/v1/classes", class_body(wave, facility), key="k2")

        assert (again.status_code, again.content) == (201, first.content)
        assert again.headers["Idempotency-Replayed"] == "true"
        code = "registry-unavailable" if away else "facility-not-active"
        assert other.json()["code"] == code

    @pytest.mark.parametrize(
        ("role", "grant", "status"),
        [
            (Role.REGIONAL_OFFICER, {"areas": ["33"]}, 201),
            (Role.REGIONAL_OFFICER, {"areas": ["33.73"], "ministries": ["MSME"]}, 201),
            (Role.PROGRAM_MANAGER, {"ministries": ["MSME"]}, 201),
            (Role.REGIONAL_OFFICER, {"areas": ["31"]}, 403),
            (Role.REGIONAL_OFFICER, {"areas": ["33"], "ministries": ["INDUSTRY"]}, 403),
            (Role.PROGRAM_MANAGER, {"ministries": ["INDUSTRY"]}, 403),
            (Role.FACILITY_OPERATOR, {"facilities": [new_id()]}, 403),
            (Role.REGIONAL_OFFICER, {}, 403),
        ],
    )
    async def test_is_for_offices_of_the_area_and_ministry(
        self, desk_of, wave, facility, role, grant, status
    ):
        response = await desk_of(role, **grant).post("/v1/classes", class_body(wave, facility))

        assert response.status_code == status, response.text


class TestReservationOfAPlannedClass:
    @pytest.fixture
    def state(self, fake_registry):
        """Return the function that tells what became of the only reservation."""

        def read() -> str:
            (held,) = fake_registry.reservations.values()
            return held["state"]

        return read

    @pytest.fixture
    async def planned(self, desk, wave, facility) -> dict:
        return await desk.made("/v1/classes", class_body(wave, facility))

    async def test_is_confirmed_by_a_job(self, desk, planned, worker, state):
        assert (planned["reserved_at"], state()) == (None, "HELD")

        await worker()

        found = (await desk.get(f"/v1/classes/{planned['id']}")).json()
        assert state() == "CONFIRMED"
        assert found["reserved_at"] is not None
        assert {**found, "reserved_at": None} == planned

    async def test_gives_the_class_its_timetable(self, planned, enrollment):
        path = f"/v1/classes/{planned['id']}/sessions"
        first = (await enrollment.get(path, params={"limit": 1})).json()
        rest = (await enrollment.get(first["next"].partition("/enrollment")[2])).json()

        met = [each["starts_at"] for each in first["items"] + rest["items"]]
        assert (met[0], len(met), rest["next"]) == (planned["starts_at"], 2, None)
        assert rest["items"][-1]["ends_at"] == planned["ends_at"]
        unknown = await enrollment.get(f"/v1/classes/{new_id()}/sessions")
        assert unknown.json()["code"] == "class-unknown"

    async def test_takes_the_sessions_that_are_named(self, desk, wave, facility, fake_registry):
        starts = f"{wave['starts_local'][:10]}T01:00:00Z"
        ends = f"{wave['starts_local'][:10]}T05:00:00Z"
        body = class_body(wave, facility, sessions=[{"starts_at": starts, "ends_at": ends}])

        planned = await desk.made("/v1/classes", body)

        assert (planned["starts_at"], planned["ends_at"]) == (starts, ends)

    async def test_is_asked_for_anew_when_it_has_lapsed(
        self, planned, worker, state, fake_registry, rows
    ):
        (before,) = await rows("SELECT booking_id FROM enrollment.class")
        fake_registry.lapse()

        await worker()

        (after,) = await rows("SELECT booking_id, reserved_at FROM enrollment.class")
        assert state() == "CONFIRMED"
        assert after["booking_id"] != before["booking_id"]
        assert after["reserved_at"] is not None
        sent = fake_registry.reservations[planned["id"]]["body"].sessions
        assert sent[-1].ends_at.isoformat().replace("+00:00", "Z") == planned["ends_at"]

    async def test_is_settled_once_the_registry_is_back(
        self, planned, worker, fake_registry, state, left_over
    ):
        fake_registry.failing.add("/v1/class-reservations/")
        await worker()
        await left_over()
        assert state() == "HELD"
        fake_registry.failing.clear()

        await left_over()

        assert state() == "CONFIRMED"

    async def test_is_not_made_for_what_may_not_be_planned(
        self, desk_of, desk, wave, facility, fake_registry
    ):
        stranger = desk_of(Role.REGIONAL_OFFICER, areas=["31"])
        first = await desk.made("/v1/classes", class_body(wave, facility))

        await stranger.post("/v1/classes", class_body(wave, facility))
        await desk.post("/v1/classes", class_body(wave, facility, id=first["id"]))
        await desk.post("/v1/classes", class_body(wave, facility, capacity=21))

        assert list(fake_registry.reservations) == [first["id"]]
        assert len(fake_registry.asked("class-reservations")) == 1

    async def test_refuses_a_space_that_another_class_has(self, desk, wave, facility, rows):
        first = class_body(wave, facility)
        await desk.made("/v1/classes", first)

        response = await desk.post(
            "/v1/classes", class_body(wave, facility, space_id=first["space_id"])
        )

        assert (response.status_code, response.json()["code"]) == (409, "space-taken")
        assert len(await rows("SELECT id FROM enrollment.class")) == 1

    async def test_is_the_same_when_nobody_knows_whether_it_was_planned(
        self, desk, wave, facility, fake_registry
    ):
        body = class_body(wave, facility)
        fake_registry.answer_lost = True
        lost = await desk.post("/v1/classes", body)
        fake_registry.answer_lost = False

        again = await desk.post("/v1/classes", body)

        assert (lost.status_code, again.status_code) == (503, 201)
        assert list(fake_registry.reservations) == [again.json()["id"]]

    async def test_is_released_when_the_class_is_refused_after_all(
        self, desk, wave, facility, fake_registry, state, db
    ):
        async def wave_starts() -> None:
            async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
                await session.execute(
                    update(Wave).values(starts_local=utc_now().replace(tzinfo=None))
                )

        fake_registry.after_reserving = wave_starts

        response = await desk.post("/v1/classes", class_body(wave, facility))

        assert response.status_code in (409, 422), response.text
        assert state() == "RELEASED"

    async def test_is_released_when_the_class_is_cancelled(
        self, desk, planned, worker, state, rows
    ):
        await worker()

        await desk.post(f"/v1/classes/{planned['id']}/cancel", {"reason": "Balai batal"})
        assert state() == "CONFIRMED"
        await worker()

        assert state() == "RELEASED"
        (row,) = await rows("SELECT booking_id, reserved_at FROM enrollment.class")
        assert row == {"booking_id": None, "reserved_at": None}

    async def test_is_released_when_the_class_is_cancelled_before_it_was_confirmed(
        self, desk, planned, worker, state, rows
    ):
        await desk.post(f"/v1/classes/{planned['id']}/cancel", {"reason": "Balai batal"})

        await worker()

        assert state() == "RELEASED"
        jobs = await rows("SELECT state FROM enrollment.job")
        assert [each["state"] for each in jobs] == ["SUCCEEDED", "SUCCEEDED"]


class TestGetClass:
    async def test_is_open_to_everybody(self, desk, wave, facility, enrollment):
        planned = await desk.made("/v1/classes", class_body(wave, facility))

        found = await enrollment.get(f"/v1/classes/{planned['id']}")

        assert found.json() == planned
        assert found.headers["ETag"] == '"1"'

    async def test_answers_404_when_unknown(self, enrollment):
        response = await enrollment.get(f"/v1/classes/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "class-unknown")


class TestListClasses:
    @pytest.fixture
    async def planned(self, desk, wave, fake_registry) -> dict[str, dict]:
        here = fake_registry.add_facility()
        there = fake_registry.add_facility(province_code="31", regency_code="31.71")
        return {
            name: await desk.made("/v1/classes", class_body(wave, facility))
            for name, facility in (("first", here), ("second", here), ("away", there))
        }

    async def test_shows_the_whole_country_to_the_administrator(self, desk, planned):
        page = (await desk.get("/v1/classes")).json()

        codes = [each["code"] for each in page["items"]]
        assert codes == sorted(each["code"] for each in planned.values())

    async def test_shows_an_office_its_area_alone(self, desk_of, planned):
        office = desk_of(Role.REGIONAL_OFFICER, areas=["31.71"])

        page = (await office.get("/v1/classes")).json()

        assert [each["id"] for each in page["items"]] == [planned["away"]["id"]]

    async def test_shows_an_operator_his_facility_alone(self, desk_of, planned):
        operator = desk_of(Role.FACILITY_OPERATOR, facilities=[planned["first"]["facility_id"]])

        page = (await operator.get("/v1/classes")).json()

        assert {each["id"] for each in page["items"]} == {
            planned["first"]["id"],
            planned["second"]["id"],
        }

    async def test_shows_a_participant_none(self, desk_of, planned):
        participant = desk_of(Role.PARTICIPANT, participant_id=new_id())

        assert (await participant.get("/v1/classes")).json()["items"] == []

    async def test_refuses_an_analyst(self, desk_of):
        assert (await desk_of(Role.ANALYST).get("/v1/classes")).status_code == 403

    async def test_narrows_and_pages(self, desk, wave, planned):
        query = {
            "wave_id": wave["id"],
            "program_id": wave["program_id"],
            "facility_id": planned["first"]["facility_id"],
            "state": "PLANNED,OPENED",
            "limit": 1,
        }
        first = (await desk.get("/v1/classes", **query)).json()
        rest = (await desk.get(first["next"].partition("/enrollment")[2])).json()

        assert [each["code"] for each in first["items"] + rest["items"]] == [
            planned["first"]["code"],
            planned["second"]["code"],
        ]
        assert rest["next"] is None

    async def test_finds_none_in_another_state(self, desk, planned):
        assert (await desk.get("/v1/classes", state="OPENED")).json()["items"] == []


class TestListWaveClasses:
    PLACES = (("31", "31.71"), ("33", "33.72"), ("33", "33.73"), ("91", "91.03"), ("33", "33.73"))

    @pytest.fixture
    async def planned(self, desk, wave, fake_registry) -> list[dict]:
        made = []
        for province, regency in self.PLACES:
            facility = fake_registry.add_facility(province_code=province, regency_code=regency)
            made.append(await desk.made("/v1/classes", class_body(wave, facility)))
        return made

    @pytest.fixture
    def fill(self, db):
        async def change(planned: dict, **values) -> None:
            async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
                await session.execute(
                    update(Class).where(Class.id == planned["id"]).values(**values)
                )

        return change

    async def pages(self, enrollment, path: str, **query) -> list[dict]:
        found, page = [], (await enrollment.get(path, params=query)).json()
        while True:
            found += page["items"]
            if page["next"] is None:
                return found
            page = (await enrollment.get(page["next"].partition("/enrollment")[2])).json()

    @pytest.mark.parametrize("limit", [1, 2, 3, 50])
    @pytest.mark.parametrize(
        ("near", "order"),
        [
            ({}, [0, 1, 2, 3, 4]),
            ({"near": "33.73"}, [2, 4, 1, 0, 3]),
            ({"near": "33.73.01.1001"}, [2, 4, 1, 0, 3]),
            ({"near": "33"}, [1, 2, 4, 0, 3]),
            ({"near": "91.03"}, [3, 0, 1, 2, 4]),
            ({"near": "12.01"}, [0, 1, 2, 3, 4]),
        ],
    )
    async def test_lists_the_nearest_first_page_after_page(
        self, enrollment, wave, planned, near, order, limit
    ):
        path = f"/v1/waves/{wave['id']}/classes"

        found = await self.pages(enrollment, path, limit=limit, **near)

        assert [each["id"] for each in found] == [planned[place]["id"] for place in order]

    async def test_says_how_near_and_how_full(self, enrollment, wave, planned, fill):
        await fill(planned[1], taken=15)
        await fill(planned[2], taken=15, waiting=1, next_waitlist_number=2)

        path = f"/v1/waves/{wave['id']}/classes"
        found = (await enrollment.get(path, params={"near": "33.73"})).json()["items"]

        by_id = {each["id"]: each for each in found}
        busy, full = by_id[planned[1]["id"]], by_id[planned[2]["id"]]
        assert (busy["nearness"], busy["free_seats"]) == ("SAME_PROVINCE", 1)
        assert (full["nearness"], full["free_seats"]) == ("SAME_REGENCY", 0)
        assert full["waitlist_room"] == 1

    async def test_leaves_only_those_that_would_seat_a_claim(self, enrollment, wave, planned, fill):
        yesterday = utc_now() - timedelta(days=1)
        await fill(planned[0], taken=16)
        await fill(planned[1], taken=15, waiting=1, next_waitlist_number=2)
        await fill(planned[2], closes_at=yesterday)
        await fill(planned[3], state="OPENED")

        path = f"/v1/waves/{wave['id']}/classes"
        found = (await enrollment.get(path, params={"near": "33.73", "open": "true"})).json()

        assert [each["id"] for each in found["items"]] == [planned[4]["id"]]

    async def test_offers_free_seats_to_all_once_nobody_is_promoted(
        self, enrollment, wave, planned, fill
    ):
        over = {"promote_until": utc_now() - timedelta(hours=1), "next_waitlist_number": 2}
        await fill(planned[1], taken=15, waiting=1, **over)
        await fill(planned[2], taken=16, waiting=1, **over)
        path = f"/v1/waves/{wave['id']}/classes"

        found = (await enrollment.get(path)).json()["items"]
        still_open = (await enrollment.get(path, params={"open": "true"})).json()["items"]

        by_id = {each["id"]: (each["free_seats"], each["waitlist_room"]) for each in found}
        assert by_id[planned[1]["id"]] == (1, 0)
        assert by_id[planned[2]["id"]] == (0, 0)
        ids = {each["id"] for each in still_open}
        assert ids == {planned[place]["id"] for place in (0, 1, 3, 4)}

    async def test_shows_another_wave_nothing(self, desk, enrollment, planned):
        other = await desk.wave()

        found = (await enrollment.get(f"/v1/waves/{other['id']}/classes")).json()

        assert found == {"items": [], "next": None}

    async def test_answers_404_when_the_wave_is_unknown(self, enrollment):
        response = await enrollment.get(f"/v1/waves/{new_id()}/classes")

        assert (response.status_code, response.json()["code"]) == (404, "wave-unknown")

    @pytest.mark.parametrize("query", [{"near": "3373"}, {"open": "perhaps"}])
    async def test_refuses_what_is_no_area_or_no_answer(self, enrollment, wave, query):
        response = await enrollment.get(f"/v1/waves/{wave['id']}/classes", params=query)

        assert response.status_code == 422
