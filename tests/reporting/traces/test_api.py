from collections import Counter
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import Report
from shared.scope import Role
from tests.reporting.story import HELD, Story

BEGIN = datetime(2026, 11, 17, 14, tzinfo=UTC)


@pytest.fixture
async def story(fold, reporting) -> Story:
    story = Story(seed=3).begin(BEGIN).play(people=50)
    for facility in story.facilities:
        story.tell_facility(facility)
    story.wait(timedelta(hours=9))
    for enrollment_id in list(story.people)[:7]:
        if story.people[enrollment_id]["cell"]["state"] == "SEATED":
            story.complete(enrollment_id)
    await fold(story.events)
    await reporting.state["watch"].refresh()
    return story


async def trace(reporting, path: str, headers: dict, *, limit: int = 7) -> list[dict]:
    """Return all items of a trace, page by page."""
    items: list[dict] = []
    address = f"/v1/reports/{path}&limit={limit}"
    while address:
        response = await reporting.get(address, headers=headers)
        assert response.status_code == 200, response.text
        assert len(response.json()["items"]) <= limit
        items += response.json()["items"]
        address = response.json()["next"]
    return items


async def numerators(reporting, path: str, headers: dict) -> Counter:
    response = await reporting.get(f"/v1/reports/{path}", headers=headers)
    assert response.status_code == 200, response.text
    return Counter(
        {
            (row["dims"]["indicator"], row["dims"].get("horizon")): row["numerator"]
            for row in response.json()["rows"]
        }
    )


class TestTraceFigure:
    async def test_leads_to_the_people_and_their_events(self, reporting, story, auth):
        items = await trace(reporting, "funnel/trace?indicator=completed", auth(Role.AUDITOR))

        completed = {
            str(enrollment_id): person
            for enrollment_id, person in story.people.items()
            if person["cell"]["state"] == "COMPLETED"
        }
        assert len(items) == len(completed) > 7
        assert {item["enrollment_id"] for item in items} == set(completed)
        for item in items:
            person = completed[item["enrollment_id"]]
            assert item["delta"] == 1
            assert item["participant_id"] == str(person["participant_id"])
            assert item["class_id"] == str(person["class_id"])
            assert [event["id"] for event in item["events"]] == [
                str(event.id)
                for event in story.events
                if event.payload.get("enrollment_id") == item["enrollment_id"]
            ]

    @pytest.mark.parametrize(
        "cut",
        [
            "sex=FEMALE",
            "facility={facility}",
            "province=32&wave={wave}",
            "province=51&area_basis=residence&age_band=18_24,25_34",
            "zone=WIT",
            "from=2026-11-18&to=2026-11-19",
            "as_of={moment}",
            "as_of={moment}&facility={facility}",
        ],
    )
    async def test_adds_up_to_the_figure(self, reporting, story, auth, cut: str):
        told = story.events[len(story.events) * 2 // 3]
        asked = cut.format(
            facility=story.facilities[1]["facility_id"],
            wave=story.wave_id,
            moment=quote(told.recorded_at.isoformat()),
        )
        caller = auth(Role.AUDITOR)

        for indicator in ("claims", "seated", "completed"):
            figures = await numerators(reporting, f"funnel?{asked}", caller)
            items = await trace(
                reporting, f"funnel/trace?indicator={indicator}&{asked}", caller, limit=50
            )
            assert sum(item["delta"] for item in items) == figures[(indicator, None)]

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    async def test_adds_up_for_every_indicator_of_every_report(
        self, reporting, story, auth, report: Report
    ):
        caller = auth(Role.AUDITOR)
        horizon = "&horizon=3" if report.by_horizon else ""
        figures = await numerators(reporting, f"{report.code}?{horizon}", caller)
        for code in dict.fromkeys(each.code for each in report.indicators):
            items = await trace(
                reporting, f"{report.code}/trace?indicator={code}{horizon}", caller, limit=200
            )
            assert sum(item["delta"] for item in items) == figures[(code, 3 if horizon else None)]

    async def test_follows_a_class_that_was_moved_to_the_place_it_had(self, reporting, story, auth):
        facility = story.facilities[0]["facility_id"]
        caller = auth(Role.AUDITOR)

        items = await trace(
            reporting, f"opening/trace?indicator=classes_opened&facility={facility}", caller
        )

        own = [
            str(class_id)
            for class_id, cell in story.classes.items()
            if cell["facility_id"] == facility and cell["state"] in ("OPENED", "COMPLETED")
        ]
        assert sorted(item["class_id"] for item in items) == sorted(own)
        assert {item["participant_id"] for item in items} == {None}

    async def test_shows_an_area_its_own_people_alone(self, reporting, story, auth):
        officer = auth(Role.REGIONAL_OFFICER, areas=["32"])

        items = await trace(reporting, "funnel/trace?indicator=seated", officer)

        own = {
            str(enrollment_id)
            for enrollment_id, person in story.people.items()
            if "32" in (person["cell"]["province_code"], person["cell"]["home_province_code"])
            and person["cell"]["state"] in HELD
        }
        assert {item["enrollment_id"] for item in items} == own

    async def test_writes_down_who_was_looked_at(self, reporting, story, auth, rows):
        items = await trace(reporting, "funnel/trace?indicator=completed", auth(Role.AUDITOR))

        noted = await rows(
            "SELECT subject_id, detail FROM reporting.audit WHERE action = 'report-traced'"
        )
        assert {str(row["subject_id"]) for row in noted} == {
            item["participant_id"] for item in items
        }
        assert noted[0]["detail"] == {"report": "funnel", "indicator": "completed"}

    @pytest.mark.parametrize(
        "role", [Role.ANALYST, Role.PARTICIPANT, Role.INSTRUCTOR], ids=lambda role: role.value
    )
    async def test_refuses_who_may_not_reach_people(self, reporting, auth, role: Role):
        response = await reporting.get(
            "/v1/reports/funnel/trace?indicator=completed", headers=auth(role)
        )

        assert response.status_code == 403
        anonymous = await reporting.get("/v1/reports/progress/trace?indicator=seated")
        assert anonymous.status_code == 401

    @pytest.mark.parametrize(
        ("path", "status", "code"),
        [
            ("funnel/trace", 400, "trace-needs-indicator"),
            ("funnel/trace?indicator=seated,claims", 400, "trace-needs-indicator"),
            ("funnel/trace?indicator=seting", 400, "indicator-unknown"),
            ("funnel/trace?indicator=seated&status=ACTIVE", 400, "dimension-not-offered"),
            ("funnel/trace?indicator=seated&by=sex", 400, "unknown-parameter"),
            ("funnel/trace?indicator=seated&after=x", 400, "cursor-invalid"),
            (
                "funnel/trace?indicator=seated&as_of=2900-01-01T00:00:00Z",
                422,
                "as-of-in-the-future",
            ),
            ("tunnel/trace?indicator=seated", 404, "not-found"),
        ],
    )
    async def test_refuses_what_it_cannot_follow(
        self, reporting, auth, path: str, status: int, code: str
    ):
        response = await reporting.get(f"/v1/reports/{path}", headers=auth(Role.AUDITOR))

        assert (response.status_code, response.json()["code"]) == (status, code)
