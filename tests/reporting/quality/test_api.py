from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import utc_now
from shared.ids import new_id
from shared.schemas.enrollment import Topic
from shared.schemas.registry import Topic as RegistryTopic
from shared.scope import Role
from tests.reporting.asked import Asked
from tests.reporting.story import Story

PAST = datetime(2026, 1, 5, 1, tzinfo=UTC)


@pytest.fixture
async def country(fold) -> Story:
    """A silent class and one without a roll in West Java, one opened before its day in Bali."""
    story = Story()
    story._moment = PAST + timedelta(hours=3)
    story.publish()
    java, bali = story.register_facility(0), story.register_facility(2)
    story.silent = story.plan_class(java, starts_at=PAST)
    story.rolls = story.plan_class(java, starts_at=PAST)
    story.change_class(story.rolls, "OPENED")
    story.early = story.plan_class(bali, starts_at=PAST + timedelta(days=400))
    story.change_class(story.early, "OPENED")
    story.change_class(story.early, "COMPLETED")
    story.ahead = story.plan_class(bali, starts_at=utc_now() + timedelta(days=900))
    story.fine = story.plan_class(bali, starts_at=utc_now() + timedelta(days=30))
    for number in (4, 3):
        story.tell(
            Topic.DUPLICATES_COUNTED,
            about=story.program_id,
            stream=story.program_id,
            payload={"open_pairs": number},
        )
    story.tell(
        RegistryTopic.DUPLICATES_SCANNED,
        about=new_id(),
        stream=new_id(),
        payload={"facilities": 3, "open_pairs": 2},
    )
    await fold(story.events)
    return story


async def counts(reporting, headers) -> dict:
    answer = await reporting.get("/v1/quality", headers=headers)
    assert answer.status_code == 200, answer.text
    return {each["code"]: each["count"] for each in answer.json()["items"]}


async def classes(reporting, rule: str, headers) -> list[str]:
    answer = await reporting.get(f"/v1/quality/{rule}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [each["class_id"] for each in answer.json()["items"]]


async def test_counts_what_is_wrong_in_the_country(reporting, auth, country):
    assert await counts(reporting, auth(Role.NATIONAL_ADMIN)) == {
        "silent_classes": 1,
        "late_openings": 0,
        "impossible_dates": 2,
        "missing_rolls": 1,
        "unended_classes": 1,
        "missing_outcomes": 0,
        "duplicate_people": 3,
        "duplicate_facilities": 2,
    }


async def test_an_office_sees_its_own_area_and_no_national_number(reporting, auth, country):
    found = await counts(reporting, auth(Role.REGIONAL_OFFICER, areas=["51"]))

    assert (found["silent_classes"], found["impossible_dates"]) == (0, 2)
    assert found["duplicate_people"] is found["duplicate_facilities"] is None


async def test_lists_the_classes_a_page_at_a_time(reporting, auth, country):
    admin = auth(Role.NATIONAL_ADMIN)

    assert await classes(reporting, "silent_classes", admin) == [str(country.silent)]
    assert await classes(reporting, "missing_rolls", admin) == [str(country.rolls)]
    first = (await reporting.get("/v1/quality/impossible_dates?limit=1", headers=admin)).json()
    rest = (await reporting.get(first["next"], headers=admin)).json()
    found = [each["class_id"] for each in first["items"] + rest["items"]]
    assert found == sorted([str(country.early), str(country.ahead)])
    assert rest["next"] is None


async def test_a_late_report_is_one_of_more_than_an_hour(reporting, auth, fold):
    story = Story()
    story.publish()
    facility = story.register_facility(0)
    late, soon = story.plan_class(facility, starts_at=PAST), story.plan_class(facility)
    for class_id, told in ((late, PAST + timedelta(minutes=61)), (soon, PAST)):
        before = dict(story.classes[class_id])
        story.classes[class_id]["state"] = "OPENED"
        event = story.tell(
            Topic.CLASS_OPENED,
            about=class_id,
            stream=class_id,
            payload={
                "class_id": str(class_id),
                "label": "A",
                "capacity": 16,
                "reported_at": told.isoformat(),
                "before": before,
                "after": dict(story.classes[class_id]),
            },
        )
        story.events[-1] = event.model_copy(update={"occurred_at": PAST})
    await fold(story.events)

    assert await classes(reporting, "late_openings", auth(Role.NATIONAL_ADMIN)) == [str(late)]


async def test_pairs_are_listed_by_who_keeps_them(reporting, auth, country):
    answer = await reporting.get("/v1/quality/duplicate_people", headers=auth(Role.NATIONAL_ADMIN))

    assert (answer.status_code, answer.json()["code"]) == (409, "quality-rule-listless")
    assert answer.json()["list"] == "/enrollment/v1/participant-duplicates"


async def test_who_may_not_see_people_sees_no_few_of_them(reporting, auth, asked: Asked, rows):
    await asked.end()
    await asked.open()
    await rows("UPDATE reporting.followup SET asked_at = asked_at - interval '31 days'")

    whole = await counts(reporting, auth(Role.NATIONAL_ADMIN))
    answer = await reporting.get("/v1/quality", headers=auth(Role.ANALYST))

    [hidden] = [each for each in answer.json()["items"] if each["code"] == "missing_outcomes"]
    assert 0 < whole["missing_outcomes"] < 5
    assert (hidden["count"], hidden["suppressed"]) == (None, True)


async def test_is_for_those_who_look_after_data(reporting, auth):
    assert (await reporting.get("/v1/quality")).status_code == 401
    person = auth(Role.PARTICIPANT, participant_id=new_id())
    assert (await reporting.get("/v1/quality", headers=person)).status_code == 403
    unknown = await reporting.get("/v1/quality/typos", headers=auth(Role.AUDITOR))
    assert unknown.status_code == 422
