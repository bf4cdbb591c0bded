import asyncio
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from services.reporting.base import Event
from services.reporting.followup_cohorts.rules import months_after
from services.reporting.income_retention.jobs import forget_incomes
from services.reporting.income_retention.rules import INCOMES_KEPT
from services.reporting.main import create_app
from shared.clock import ledger_day, utc_now
from shared.db.events import read_feed
from shared.db.session import transaction
from shared.http.tokens import sign_business_time
from shared.schemas.reporting import FollowUpRecorded
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story

ANSWER = {
    "horizon_months": 3,
    "status": "SELF_EMPLOYED",
    "source": "PROXY",
    "days_to_first_income": 40,
    "business_started": True,
    "business_running": True,
    "people_hired": 2,
    "income_before_rupiah": 1_500_123,
    "income_after_rupiah": 2_750_456,
}


# Of somebody without work nobody says that he runs a business.
IDLE = {"business_running": None, "people_hired": None}
SEEN = [{"kind": "PAYSLIP", "reference": "berkas/7", "sha256": "0" * 64}]


class Country:
    """Three people of one class in Bandung: two completed, one who lives in Bali among them."""

    def __init__(self) -> None:
        self.story = Story().begin(utc_now() - timedelta(days=400))
        self.story.publish()
        self.facility = self.story.register_facility(0)
        class_id = self.story.plan_class(self.facility)
        self.local = self.story.enroll(class_id, home=0)
        self.from_bali = self.story.enroll(class_id, home=2)
        self.seated = self.story.enroll(class_id, home=0)
        for enrollment_id in (self.local, self.from_bali):
            self.story.complete(enrollment_id)

    @property
    def centre(self) -> str:
        return self.facility["facility_id"]

    def participant(self, enrollment_id: UUID) -> UUID:
        return self.story.people[enrollment_id]["participant_id"]


@pytest.fixture
async def country(fold) -> Country:
    country = Country()
    await fold(country.story.events)
    return country


@pytest.fixture
def admin(auth) -> dict[str, str]:
    return auth(Role.NATIONAL_ADMIN)


@pytest.fixture
def record(reporting):
    """Return the function that records an answer; each call has a key of its own."""
    count = iter(range(1_000))

    async def post(caller: dict, enrollment_id: UUID, key: str | None = None, **changes):
        body = {**ANSWER, "enrollment_id": str(enrollment_id), **changes}
        headers = {**caller, "Idempotency-Key": key or f"key-{next(count)}"}
        return await reporting.post("/v1/followups", json=body, headers=headers)

    return post


@pytest.fixture
async def outcome_rows(reporting, fold, db, auth):
    """Return the function that folds reporting's own log and reads the outcomes."""

    async def read(query: str = "") -> list[dict]:
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            page = await read_feed(session, Event, after=None, limit=1_000)
        await fold(page.items)
        await reporting.state["watch"].refresh()
        path = f"/v1/reports/outcomes{query}"
        return (await reporting.get(path, headers=auth(Role.AUDITOR))).json()["rows"]

    return read


def row(rows: list[dict], indicator: str, horizon: int = 3) -> dict:
    [found] = [
        each
        for each in rows
        if each["dims"]["indicator"] == indicator and each["dims"]["horizon"] == horizon
    ]
    return found


class TestRecordFollowup:
    async def test_records_what_a_person_says_of_himself(self, record, country, auth):
        caller = auth(Role.PARTICIPANT, participant_id=country.participant(country.local))

        response = await record(caller, country.local, source="SELF")

        assert response.status_code == 201
        made = response.json()
        assert (made["source"], made["recorded_as"]) == ("SELF", "PERSON")
        assert made["participant_id"] == str(country.participant(country.local))
        assert made["income_change"] == "UP"
        assert made["version"] == 1
        assert response.headers["etag"] == '"1"'
        assert response.headers["location"].endswith(f"/reporting/v1/followups/{made['id']}")

    async def test_takes_the_id_that_the_caller_gives(self, record, country, admin):
        own_id = country.story.new_id()

        response = await record(admin, country.local, id=str(own_id))

        assert response.json()["id"] == str(own_id)

    async def test_never_answers_logs_or_tells_an_amount(
        self, record, country, admin, rows, reporting, caplog
    ):
        made = (await record(admin, country.local)).json()

        listed = await reporting.get("/v1/followups", headers=admin)
        dump = [
            await rows(f"SELECT to_jsonb(t)::text AS row FROM reporting.{table} t")
            for table in ("followup", "event", "idempotency", "job", "audit")
        ]
        for text in (str(made), listed.text, str(dump), caplog.text):
            assert "1500123" not in text
            assert "2750456" not in text

    async def test_a_second_answer_is_a_correction(self, record, country, admin, rows, db):
        first = (await record(admin, country.local)).json()

        response = await record(admin, country.local, status="BOTH", people_hired=5)

        assert response.status_code == 200
        assert response.json()["id"] == first["id"]
        assert response.json()["version"] == 2
        events = await rows("SELECT version, payload FROM reporting.event ORDER BY xid, id")
        told = [FollowUpRecorded.model_validate(event["payload"]) for event in events]
        assert [event["version"] for event in events] == [1, 2]
        assert told[0].before is None
        assert told[1].before == told[0].after
        assert told[1].after.people_hired == 5

    async def test_a_retry_under_the_same_key_has_one_effect(self, record, country, admin, rows):
        first = await record(admin, country.local, key="once")

        again = await record(admin, country.local, key="once")

        assert again.status_code == first.status_code == 201
        assert again.content == first.content
        assert again.headers["idempotency-replayed"] == "true"
        assert len(await rows("SELECT 1 FROM reporting.event")) == 1

    async def test_the_same_key_with_another_body_is_refused(self, record, country, admin):
        await record(admin, country.local, key="once")

        response = await record(admin, country.local, key="once", status="SEEKING")

        assert response.status_code == 422
        assert response.json()["code"] == "idempotency-key-reused"

    async def test_two_at_once_leave_one_answer(self, record, country, admin, rows):
        responses = await asyncio.gather(*(record(admin, country.local) for _ in range(4)))

        assert {response.status_code for response in responses} <= {200, 201, 409}
        assert len(await rows("SELECT 1 FROM reporting.followup")) == 1
        told = await rows("SELECT 1 FROM reporting.event")
        assert len(told) == sum(response.status_code < 300 for response in responses)

    async def test_refuses_an_enrollment_that_is_not_known_yet(self, record, country, admin):
        response = await record(admin, country.story.new_id())

        assert response.status_code == 404
        assert response.json()["code"] == "unknown-enrollment"
        assert int(response.headers["retry-after"]) > 0

    async def test_refuses_somebody_who_has_not_completed(self, record, country, admin, rows):
        response = await record(admin, country.seated)

        assert response.status_code == 409
        assert response.json()["code"] == "not-completed"
        assert response.json()["enrollment_state"] == "SEATED"
        assert await rows("SELECT 1 FROM reporting.followup") == []

    async def test_refuses_an_id_that_names_another(self, record, country, admin):
        first = (await record(admin, country.local)).json()

        other = await record(admin, country.from_bali, id=first["id"])
        same = await record(admin, country.local, id=str(country.story.new_id()))

        assert {other.status_code, same.status_code} == {409}
        assert {other.json()["code"], same.json()["code"]} == {"followup-id-taken"}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"horizon_months": 4}, "validation"),
            ({"status": "RICH"}, "validation"),
            ({"people_hired": -1}, "validation"),
            ({"income_after_rupiah": 12.5}, "validation"),
            ({"surprise": 1}, "validation"),
            ({"status": "UNREACHED"}, "followup-inconsistent"),
            ({"days_to_first_income": 300}, "followup-inconsistent"),
            ({"status": "SEEKING", "business_running": None}, "followup-inconsistent"),
            ({"status": "STUDYING", "people_hired": 0}, "followup-inconsistent"),
        ],
    )
    async def test_refuses_an_answer_that_cannot_be(
        self, record, country, admin, changes: dict, code: str
    ):
        response = await record(admin, country.local, **changes)

        assert response.status_code == 422
        assert response.json()["code"].startswith(code)

    async def test_refuses_a_participant_who_verifies_himself(self, record, country, auth):
        caller = auth(Role.PARTICIPANT, participant_id=country.participant(country.local))

        response = await record(caller, country.local, source="VERIFIED")

        assert response.json()["code"] == "followup-source-refused"

    @pytest.mark.parametrize("role", [Role.NATIONAL_ADMIN, Role.FACILITY_OPERATOR])
    async def test_refuses_staff_who_say_what_is_the_person_s_own_word(
        self, record, country, auth, rows, role: Role
    ):
        place = {} if role is Role.NATIONAL_ADMIN else {"facilities": [country.centre]}

        response = await record(auth(role, **place), country.local, source="SELF")

        assert (response.status_code, response.json()["code"]) == (422, "followup-source-refused")
        assert response.json()["errors"][0]["pointer"] == "/source"
        assert response.json()["allowed"] == ["PROXY", "VERIFIED"]
        assert await rows("SELECT 1 FROM reporting.followup") == []

    async def test_hearsay_and_silence_never_replace_a_person_s_own_word(
        self, record, country, auth, rows
    ):
        himself = auth(Role.PARTICIPANT, participant_id=country.participant(country.local))
        centre = auth(Role.FACILITY_OPERATOR, facilities=[country.centre])
        nothing = dict.fromkeys(ANSWER) | {"horizon_months": 3}
        unreached = {**nothing, "status": "UNREACHED", "source": "PROXY"}
        seen = {**unreached, "source": "VERIFIED", "evidence": SEEN}

        heard = await record(centre, country.local)
        own = await record(himself, country.local, source="SELF", people_hired=3)
        refused = [
            await record(centre, country.local, people_hired=9),
            await record(centre, country.local, **unreached),
            await record(centre, country.local, **seen),
        ]
        again = await record(himself, country.local, source="SELF", people_hired=4)
        proven = await record(centre, country.local, source="VERIFIED", evidence=SEEN)
        after = await record(centre, country.local, people_hired=9)

        assert [each.status_code for each in (heard, own, again, proven)] == [201, 200, 200, 200]
        for each in refused:
            assert (each.status_code, each.json()["code"]) == (409, "followup-own-word")
            assert (each.json()["present"], each.json()["allowed"]) == (
                "SELF",
                ["SELF", "VERIFIED"],
            )
        assert (after.status_code, after.json()["present"]) == (409, "VERIFIED")
        (kept,) = await rows("SELECT source, version FROM reporting.followup")
        assert (kept["source"], kept["version"]) == ("VERIFIED", 4)

    async def test_refuses_an_answer_of_a_day_that_has_not_come(
        self, *, record, country, admin, fold, keys, rows
    ):
        story = country.story.begin(utc_now() - timedelta(days=100))
        fresh = story.enroll(story.people[country.local]["class_id"], home=0)
        story.complete(fresh)
        await fold(story.events)
        done = ledger_day(story._moment)
        half = months_after(done, 6)

        def on(day: date) -> dict[str, str]:
            noon = datetime.combine(day, time(5), UTC)
            return {"Balai-Business-Time": sign_business_time(keys.private["cli"], noon)}

        due = await record(admin, fresh)
        early = await record(admin, fresh, horizon_months=6)
        eve = half - timedelta(days=1)
        still = await record({**admin, **on(eve)}, fresh, horizon_months=6)
        later = await record({**admin, **on(half)}, fresh, horizon_months=6)

        assert (due.status_code, later.status_code) == (201, 201)
        for each in (early, still):
            assert (each.status_code, each.json()["code"]) == (409, "followup-not-due")
            assert each.json()["due_on"] == half.isoformat()
        assert len(await rows("SELECT 1 FROM reporting.followup")) == 2

    async def test_a_participant_knows_nobody_else(self, record, country, auth):
        caller = auth(Role.PARTICIPANT, participant_id=country.participant(country.local))

        response = await record(caller, country.from_bali, source="SELF")

        assert response.status_code == 404

    async def test_another_region_knows_of_nobody(self, record, country, auth):
        response = await record(auth(Role.REGIONAL_OFFICER, areas=["91"]), country.local)

        assert response.status_code == 404

    async def test_the_home_area_may_only_read(self, record, country, auth):
        response = await record(auth(Role.REGIONAL_OFFICER, areas=["51"]), country.from_bali)

        assert response.status_code == 403
        assert response.json()["code"] == "home-area-reads-only"

    @pytest.mark.parametrize("role", [Role.ANALYST, Role.AUDITOR, Role.INSTRUCTOR])
    async def test_refuses_who_may_not_record(self, record, country, auth, role: Role):
        response = await record(
            auth(role, facilities=[country.facility["facility_id"]]), country.local
        )

        assert response.status_code == 403

    async def test_refuses_amounts_where_no_key_is_installed(
        self, country, settings_of, reporting_db, serve, admin
    ):
        keyless = await serve(
            create_app(settings_of("reporting", reporting_db)), base_url="http://reporting.test"
        )
        body = {**ANSWER, "enrollment_id": str(country.local)}

        response = await keyless.post(
            "/v1/followups", json=body, headers={**admin, "Idempotency-Key": "k"}
        )

        assert response.status_code == 422
        assert response.json()["code"] == "income-not-accepted"


class TestGetFollowup:
    async def test_shows_the_amounts_and_writes_down_who_read_them(
        self, record, reporting, country, admin, rows
    ):
        made = (await record(admin, country.local)).json()

        response = await reporting.get(f"/v1/followups/{made['id']}", headers=admin)

        assert response.json()["income_before_rupiah"] == 1_500_123
        assert response.json()["income_after_rupiah"] == 2_750_456
        [noted] = await rows("SELECT action, subject_id, actor FROM reporting.audit")
        assert noted["action"] == "followup.incomes.read"
        assert str(noted["subject_id"]) == made["participant_id"]

    async def test_withholds_amounts_from_who_has_no_permission_for_them(
        self, record, reporting, country, admin, auth
    ):
        made = (await record(admin, country.local)).json()
        operator = auth(Role.FACILITY_OPERATOR, facilities=[country.facility["facility_id"]])

        response = await reporting.get(f"/v1/followups/{made['id']}", headers=operator)

        assert response.status_code == 200
        assert response.json()["income_before_rupiah"] is None
        assert response.json()["income_after_rupiah"] is None

    @pytest.mark.parametrize("areas", [["91"], ["32.04"], ["33"]])
    async def test_another_region_sees_nothing(
        self, record, reporting, country, admin, auth, areas: list[str]
    ):
        made = (await record(admin, country.local)).json()

        response = await reporting.get(
            f"/v1/followups/{made['id']}", headers=auth(Role.REGIONAL_OFFICER, areas=areas)
        )

        assert response.status_code == 404

    async def test_the_home_area_reads(self, record, reporting, country, admin, auth):
        made = (await record(admin, country.from_bali)).json()

        response = await reporting.get(
            f"/v1/followups/{made['id']}", headers=auth(Role.REGIONAL_OFFICER, areas=["51.71"])
        )

        assert response.status_code == 200

    async def test_an_analyst_reads_aggregates_only(self, record, reporting, country, admin, auth):
        made = (await record(admin, country.local)).json()

        response = await reporting.get(f"/v1/followups/{made['id']}", headers=auth(Role.ANALYST))

        assert response.status_code == 403

    async def test_refuses_what_does_not_exist(self, reporting, country, admin):
        unknown = await reporting.get(f"/v1/followups/{country.local}", headers=admin)
        malformed = await reporting.get("/v1/followups/7", headers=admin)

        assert unknown.status_code == 404
        assert malformed.status_code == 422


class TestListFollowupVersions:
    async def test_shows_what_was_said_before_and_no_amount(
        self, *, record, reporting, country, admin, auth
    ):
        made = (await record(admin, country.local, status="SEEKING", **IDLE)).json()
        await record(admin, country.local, status="EMPLOYED", nib_obtained=True)
        await record(admin, country.local, status="BOTH")
        path = f"/v1/followups/{made['id']}/versions"

        told = await reporting.get(path, headers=admin)
        first = await reporting.get(f"{path}?limit=1", headers=admin)
        second = await reporting.get(first.json()["next"].split("/reporting", 1)[1], headers=admin)
        elsewhere = await reporting.get(path, headers=auth(Role.REGIONAL_OFFICER, areas=["91"]))
        analyst = await reporting.get(path, headers=auth(Role.ANALYST))

        said = [
            (each["version"], each["status"], each["nib_obtained"]) for each in told.json()["items"]
        ]
        assert said == [(1, "SEEKING", None), (2, "EMPLOYED", True)]
        assert [each["version"] for each in second.json()["items"]] == [2]
        assert {(each["source"], each["recorded_as"]) for each in told.json()["items"]} == {
            ("PROXY", "OFFICE")
        }
        assert "1500123" not in told.text
        assert "rupiah" not in told.text
        assert (elsewhere.status_code, analyst.status_code) == (404, 403)

    async def test_tells_in_which_role_each_answer_was_recorded_and_by_no_name(
        self, *, record, reporting, country, admin, auth
    ):
        centre = auth(Role.FACILITY_OPERATOR, facilities=[country.centre], subject="ibu-sari")
        himself = auth(Role.PARTICIPANT, participant_id=country.participant(country.local))
        made = (await record(centre, country.local)).json()
        await record(himself, country.local, source="SELF")
        await record(admin, country.local, source="VERIFIED", evidence=SEEN)

        told = await reporting.get(f"/v1/followups/{made['id']}/versions", headers=admin)
        present = await reporting.get(f"/v1/followups/{made['id']}", headers=admin)

        said = [(each["source"], each["recorded_as"]) for each in told.json()["items"]]
        assert said == [("PROXY", "CENTRE"), ("SELF", "PERSON")]
        assert (present.json()["source"], present.json()["recorded_as"]) == ("VERIFIED", "OFFICE")
        assert "ibu-sari" not in told.text + present.text

    async def test_evidence_is_a_reference_and_stays_with_its_version(
        self, record, reporting, country, admin
    ):
        seen = {"kind": "NIB", "reference": "arsip/2027/117", "sha256": "ab" * 32}
        bare = await record(admin, country.local, source="VERIFIED")
        made = (await record(admin, country.local, source="VERIFIED", evidence=[seen])).json()
        await record(admin, country.local, source="VERIFIED", evidence=SEEN)

        told = await reporting.get(f"/v1/followups/{made['id']}/versions", headers=admin)

        assert (bare.status_code, bare.json()["code"]) == (422, "evidence-missing")
        assert made["evidence"] == [seen]
        assert [each["evidence"] for each in told.json()["items"]] == [[seen]]

    async def test_amounts_of_versions_are_erased_with_the_others(
        self, record, country, admin, rows, worker
    ):
        await record(admin, country.local)
        await record(admin, country.local, income_after_rupiah=3_000_000)
        old = utc_now() - INCOMES_KEPT - timedelta(days=1)
        await rows("UPDATE reporting.followup_version SET recorded_at = :at", at=old)
        async with worker.context() as context:
            await forget_incomes(context)

        (version,) = await rows("SELECT incomes_cipher FROM reporting.followup_version")
        (present,) = await rows("SELECT incomes_cipher FROM reporting.followup")
        assert version["incomes_cipher"] is None
        assert present["incomes_cipher"] is not None


class TestListFollowups:
    async def test_lists_page_by_page(self, record, reporting, country, admin):
        for horizon in (3, 6, 12):
            for enrollment_id in (country.local, country.from_bali):
                await record(admin, enrollment_id, horizon_months=horizon)

        found, url = [], "/v1/followups?limit=4"
        while url:
            page = (await reporting.get(url, headers=admin)).json()
            found += [each["id"] for each in page["items"]]
            url = page["next"] and page["next"].split("/reporting", 1)[1]

        assert len(found) == len(set(found)) == 6
        assert found == sorted(found)

    async def test_filters(self, record, reporting, country, admin):
        await record(admin, country.local)
        await record(admin, country.from_bali, status="SEEKING", **IDLE)
        await record(admin, country.from_bali, horizon_months=6, status="EMPLOYED")

        async def count(query: str) -> int:
            page = await reporting.get(f"/v1/followups?{query}", headers=admin)
            return len(page.json()["items"])

        assert await count("horizon_months=6") == 1
        assert await count("status=SEEKING,EMPLOYED") == 2
        assert await count(f"enrollment_id={country.local}") == 1
        assert await count(f"participant_id={country.participant(country.from_bali)}") == 2
        assert await count(f"facility_id={country.facility['facility_id']}") == 3

    async def test_each_sees_his_own(self, record, reporting, country, admin, auth):
        await record(admin, country.local)
        await record(admin, country.from_bali)
        callers = {
            "himself": auth(
                Role.PARTICIPANT, participant_id=country.participant(country.from_bali)
            ),
            "home": auth(Role.REGIONAL_OFFICER, areas=["51"]),
            "host": auth(Role.REGIONAL_OFFICER, areas=["32"]),
            "centre": auth(Role.FACILITY_OPERATOR, facilities=[country.facility["facility_id"]]),
            "other centre": auth(Role.FACILITY_OPERATOR, facilities=[country.story.new_id()]),
            "other region": auth(Role.REGIONAL_OFFICER, areas=["91"]),
            "owner": auth(Role.PROGRAM_MANAGER, ministries=["MSME"]),
            "other ministry": auth(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"]),
        }

        seen = {
            name: len((await reporting.get("/v1/followups", headers=caller)).json()["items"])
            for name, caller in callers.items()
        }

        assert seen == {
            "himself": 1,
            "home": 1,
            "host": 2,
            "centre": 2,
            "other centre": 0,
            "other region": 0,
            "owner": 2,
            "other ministry": 0,
        }


class TestOutcomes:
    async def test_come_with_numerator_denominator_and_response_rate(
        self, record, country, admin, outcome_rows
    ):
        await record(admin, country.local)

        rows = await outcome_rows()

        working = row(rows, "working")
        assert (working["numerator"], working["denominator"], working["value"]) == (1, 1, 1.0)
        # Nobody else has been asked; who is asked stands in the cohorts.
        assert working["response_rate"] == 1.0
        assert row(rows, "jobs_created")["value"] == 2
        assert row(rows, "incomes_up")["value"] == 1.0
        assert row(rows, "days_to_first_income")["value"] == 40
        assert row(rows, "entrepreneurs")["value"] == 1.0

    async def test_somebody_who_was_not_reached_is_no_answer(
        self, record, country, admin, outcome_rows
    ):
        nothing = dict.fromkeys(ANSWER) | {"horizon_months": 3, "source": "PROXY"}
        unreached = {**nothing, "status": "UNREACHED"}
        await record(admin, country.local, **unreached)
        await record(admin, country.from_bali, status="SEEKING", **IDLE)

        rows = await outcome_rows()

        answered = row(rows, "answered")
        assert (answered["numerator"], answered["denominator"]) == (1, 2)
        assert row(rows, "unreached")["numerator"] == 1
        assert row(rows, "seeking")["value"] == 1.0
        assert row(rows, "seeking")["response_rate"] == 0.5
        assert row(rows, "working")["value"] == 0.0

    async def test_a_correction_takes_back_what_it_corrects(
        self, record, country, admin, outcome_rows
    ):
        await record(admin, country.local, people_hired=7)
        before = await outcome_rows()
        await record(admin, country.local, status="INACTIVE", **IDLE)

        after = await outcome_rows()

        assert row(before, "jobs_created")["value"] == 7
        assert row(after, "jobs_created")["value"] == 0
        assert row(after, "working")["numerator"] == 0
        assert row(after, "inactive")["numerator"] == 1
        assert row(after, "answered")["numerator"] == 1

    async def test_provinces_of_either_basis_add_up(self, record, country, admin, outcome_rows):
        await record(admin, country.local)
        await record(admin, country.from_bali)

        nation = row(await outcome_rows(), "working")
        for basis in ("facility", "residence"):
            parts = [
                each
                for each in await outcome_rows(f"?by=province&area_basis={basis}&horizon=3")
                if each["dims"]["indicator"] == "working"
            ]
            assert sum(part["numerator"] for part in parts) == nation["numerator"] == 2
            assert sum(part["denominator"] for part in parts) == nation["denominator"]
