from datetime import timedelta

import pytest

from services.reporting.followup_cohorts import operations
from services.reporting.followup_cohorts.jobs import keep_calendar
from shared.clock import ledger_day, utc_now
from shared.schemas.enrollment import Topic
from shared.scope import Role
from tests.reporting.asked import Asked


@pytest.fixture
def admin(auth) -> dict[str, str]:
    return auth(Role.NATIONAL_ADMIN)


@pytest.fixture
def cohorts(reporting, admin):
    async def read(caller: dict | None = None, **chosen) -> list[dict]:
        answer = await reporting.get("/v1/followup-cohorts", params=chosen, headers=caller or admin)
        assert answer.status_code == 200, answer.text
        return sorted(answer.json()["items"], key=lambda each: each["horizon_months"])

    return read


@pytest.fixture
def outcomes(reporting, fold, asked: Asked, auth):
    """Return the function that reads an indicator after three months, by its code."""

    async def read() -> dict[str, dict]:
        await fold(await asked.events())
        await reporting.state["watch"].refresh()
        answer = await reporting.get("/v1/reports/outcomes?horizon=3", headers=auth(Role.AUDITOR))
        return {each["dims"]["indicator"]: each for each in answer.json()["rows"]}

    return read


@pytest.fixture
def record(reporting, admin):
    async def post(enrollment_id, key: str, **changes):
        body = {"enrollment_id": str(enrollment_id), "horizon_months": 3, "source": "PROXY"}
        return await reporting.post(
            "/v1/followups", json=body | changes, headers={**admin, "Idempotency-Key": key}
        )

    return post


class TestCohorts:
    async def test_are_planned_when_a_class_ends_and_not_twice(self, asked, cohorts, follow):
        ended = await asked.end()
        await follow(asked.story.events)

        found = await cohorts()

        assert [each["horizon_months"] for each in found] == [3, 6, 12]
        assert {each["state"] for each in found} == {"PLANNED"}
        assert {each["completed_on"] for each in found} == {ended.isoformat()}
        assert {each["class_id"] for each in found} == {str(asked.class_id)}
        told = [each for each in await asked.events() if each.topic.endswith("cohort.planned")]
        assert len(told) == 3

    async def test_ask_who_completed_on_their_day_and_give_them_up_after_the_last(
        self, asked, cohorts, outcomes, record, rows
    ):
        await asked.end()
        assert await asked.open() == 1
        assert await asked.open() == 0
        (opened,) = await cohorts(state="OPEN")
        waiting = await outcomes()
        answered = await record(asked.people[0], "one", status="EMPLOYED")
        early = await outcomes()
        last = ledger_day(utc_now()) + timedelta(days=60)
        assert await asked.calendar(operations.close_due, last) == 1
        (closed,) = await cohorts(state="CLOSED")
        late = await outcomes()
        await record(asked.people[1], "two", status="SEEKING")
        corrected = await outcomes()

        assert (opened["asked"], opened["answered"], opened["unreached"]) == (3, 0, 0)
        assert (closed["asked"], closed["answered"], closed["unreached"]) == (3, 1, 2)
        assert (answered.status_code, answered.json()["version"]) == (200, 2)
        shown = [
            (each["answered"]["numerator"], each["answered"]["denominator"])
            for each in (waiting, early, late, corrected)
        ]
        assert shown == [(0, 3), (1, 3), (1, 3), (2, 3)]
        assert [each["unreached"]["numerator"] for each in (early, late, corrected)] == [0, 2, 1]
        assert early["absorbed"]["value"] == 1.0
        assert early["absorbed"]["response_rate"] == pytest.approx(1 / 3)
        (left,) = await rows(
            "SELECT count(*) AS n FROM reporting.followup WHERE enrollment_id = :id",
            id=asked.left,
        )
        assert left["n"] == 0

    async def test_who_answered_before_is_not_asked_and_the_restricted_neither(
        self, asked, follow, record, rows
    ):
        await asked.end()
        assert (await record(asked.people[0], "one", status="EMPLOYED")).status_code == 201
        now = utc_now().isoformat()
        asked.story.tell(
            Topic.PARTICIPANT_RESTRICTED,
            about=asked.person(1),
            stream=asked.person(1),
            payload={
                "participant_id": str(asked.person(1)),
                "restricted_at": now,
                "reason": "REQUESTED",
            },
        )
        await asked.tell()
        await asked.open()

        found = await rows("SELECT enrollment_id, status FROM reporting.followup ORDER BY status")
        assert [(each["enrollment_id"], each["status"]) for each in found] == [
            (asked.people[2], "ASKED"),
            (asked.people[0], "EMPLOYED"),
        ]
        links = await rows("SELECT participant_id, attempt, state FROM reporting.followup_link")
        assert [tuple(each.values()) for each in links] == [(asked.person(2), 1, "WANTED")]

    async def test_remind_once_who_has_not_answered(self, asked, record, rows):
        await asked.end()
        await asked.open()
        await record(asked.people[0], "one", status="EMPLOYED")
        soon = ledger_day(utc_now()) + timedelta(days=36)
        for _ in range(2):
            await asked.calendar(operations.remind_due, soon)

        reminded = await rows(
            "SELECT participant_id FROM reporting.followup_link WHERE attempt = 2"
        )
        assert {each["participant_id"] for each in reminded} == {asked.person(1), asked.person(2)}
        assert len(reminded) == 2

    async def test_nobody_is_asked_after_the_last_day(self, asked, cohorts, rows):
        await asked.end()
        late = ledger_day(utc_now()) + timedelta(days=60)

        assert await asked.open(late) == 1

        (missed,) = await cohorts(state="CLOSED")
        assert (missed["asked"], missed["horizon_months"]) == (0, 3)
        assert await rows("SELECT 1 FROM reporting.followup") == []

    async def test_the_calendar_does_it_by_itself(self, asked, cohorts, worker):
        await asked.end()

        async with worker.context() as context:
            await keep_calendar(context)
            await keep_calendar(context)

        assert {each["state"]: each["asked"] for each in await cohorts(horizon_months=3)} == {
            "OPEN": 3
        }

    async def test_lie_where_the_class_lies_now(self, asked, cohorts, auth):
        await asked.end()
        bali = asked.story.register_facility(2)
        names = ("facility_id", "province_code", "regency_code")
        cell = asked.story.classes[asked.class_id]
        before = dict(cell)
        cell.update({name: bali[name] for name in names}, host_ministry="MSME")
        asked.story._tell_class(Topic.CLASS_RELOCATED, asked.class_id, before=before)
        await asked.tell()

        assert len(await cohorts(auth(Role.REGIONAL_OFFICER, areas=["51"]))) == 3
        assert await cohorts(auth(Role.REGIONAL_OFFICER, areas=["32"])) == []

    async def test_each_sees_his_own(self, asked, cohorts, auth, reporting):
        await asked.end()
        (first, *_) = await cohorts()
        callers = {
            "centre": auth(Role.FACILITY_OPERATOR, facilities=[asked.facility["facility_id"]]),
            "other centre": auth(Role.FACILITY_OPERATOR, facilities=[asked.story.new_id()]),
            "region": auth(Role.REGIONAL_OFFICER, areas=["32"]),
            "home": auth(Role.REGIONAL_OFFICER, areas=["51"]),
            "himself": auth(Role.PARTICIPANT, participant_id=asked.person(0)),
        }

        seen = {name: len(await cohorts(caller)) for name, caller in callers.items()}

        assert seen == {"centre": 3, "other centre": 0, "region": 3, "home": 0, "himself": 0}
        path = f"/v1/followup-cohorts/{first['id']}"
        for name, status in (("centre", 200), ("home", 404)):
            assert (await reporting.get(path, headers=callers[name])).status_code == status
        analyst = await reporting.get("/v1/followup-cohorts", headers=auth(Role.ANALYST))
        assert analyst.status_code == 403


class TestOpenFollowupCohort:
    async def test_opens_what_is_due_and_nothing_else(self, asked, cohorts, reporting, auth):
        await asked.end()
        by_horizon = {each["horizon_months"]: each["id"] for each in await cohorts()}
        centre = auth(Role.FACILITY_OPERATOR, facilities=[asked.facility["facility_id"]])
        elsewhere = auth(Role.REGIONAL_OFFICER, areas=["91"])

        async def open_(horizon: int, key: str, caller: dict):
            path = f"/v1/followup-cohorts/{by_horizon[horizon]}/open"
            return await reporting.post(path, headers={**caller, "Idempotency-Key": key})

        foreign = await open_(3, "foreign", elsewhere)
        opened = await open_(3, "one", centre)
        retried = await open_(3, "one", centre)
        again = await open_(3, "two", centre)
        early = await open_(6, "three", centre)

        assert (foreign.status_code, foreign.json()["code"]) == (404, "cohort-unknown")
        assert (opened.status_code, opened.json()["asked"]) == (200, 3)
        assert retried.content == opened.content
        assert (again.status_code, again.json()["present"]) == (409, "OPEN")
        assert (early.status_code, early.json()["code"]) == (409, "cohort-not-due")


class TestFollowupPlan:
    @pytest.fixture
    def state(self, reporting):
        async def put(program_id, caller: dict, version: int, **body):
            return await reporting.put(
                f"/v1/followup-plans/{program_id}",
                json=body,
                headers={**caller, "If-Match": f'"{version}"'},
            )

        return put

    async def test_says_when_a_programme_asks(self, asked, cohorts, reporting, admin, state):
        path = f"/v1/followup-plans/{asked.story.program_id}"
        before = await reporting.get(path, headers=admin)
        stated = await state(
            asked.story.program_id, admin, 0, horizons=[12, 3], open_days=20, remind_days=5
        )
        stale = await state(asked.story.program_id, admin, 0, horizons=[3])
        ended = await asked.end()

        found = await cohorts()

        assert (before.json()["version"], before.json()["horizons"]) == (0, [3, 6, 12])
        assert (stated.status_code, stated.json()["version"]) == (200, 1)
        assert stale.status_code == 412
        assert [each["horizon_months"] for each in found] == [3, 12]
        days = {
            name: found[0][name] for name in ("completed_on", "due_on", "remind_on", "closes_on")
        }
        assert days["completed_on"] == ended.isoformat()
        due = ended.fromisoformat(days["due_on"])
        assert days["closes_on"] == (due + timedelta(days=20)).isoformat()
        assert days["remind_on"] == (due + timedelta(days=15)).isoformat()

    async def test_is_stated_by_the_programme_s_ministries(self, asked, auth, state):
        program_id = asked.story.program_id
        owner = auth(Role.PROGRAM_MANAGER, ministries=["MSME"])
        other = auth(Role.PROGRAM_MANAGER, ministries=["INDUSTRY"])
        officer = auth(Role.REGIONAL_OFFICER, areas=["32"])

        answers = [
            await state(program_id, other, 0, horizons=[3]),
            await state(program_id, officer, 0, horizons=[3]),
            await state(asked.story.new_id(), owner, 0, horizons=[3]),
            await state(program_id, owner, 0, horizons=[4]),
            await state(program_id, owner, 0, horizons=[3, 3]),
            await state(program_id, owner, 0, horizons=[3]),
        ]

        assert [(each.status_code, each.json().get("code")) for each in answers] == [
            (403, "not-your-ministry"),
            (403, "forbidden"),
            (404, "program-unknown"),
            (422, "validation-failed"),
            (422, "followup-plan-invalid"),
            (200, None),
        ]
