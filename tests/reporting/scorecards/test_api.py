import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.reporting.story import Story


@pytest.fixture
async def country(fold, reporting) -> Story:
    """Two centres of West Java that train, one of Bali that does not yet."""
    story = Story()
    story.publish()
    for place in (0, 1, 2):
        story.tell_facility(story.register_facility(place))
    first, second, _ = story.facilities
    one, two = story.plan_class(first), story.plan_class(second)
    for class_id, completing in ((one, 6), (two, 1)):
        people = [story.enroll(class_id) for _ in range(7)]
        story.change_class(class_id, "OPENED")
        for enrollment_id in people[:completing]:
            story.complete(enrollment_id)
    await fold(story.events)
    await reporting.state["watch"].refresh()
    return story


def figures(card: dict) -> dict:
    return {
        each["code"]: (each["numerator"], each["denominator"], each["suppressed"])
        for each in card["indicators"]
    }


async def test_a_card_shows_what_the_reports_count_of_the_centre(reporting, auth, country):
    first = country.facilities[0]["facility_id"]

    answer = await reporting.get(f"/v1/scorecards/{first}", headers=auth(Role.NATIONAL_ADMIN))

    card = answer.json()
    assert answer.status_code == 200, card
    assert figures(card)["completed"] == (6, 7, False)
    assert figures(card)["classes_opened"] == (1, 1, False)
    report = await reporting.get(
        f"/v1/reports/funnel?facility={first}", headers=auth(Role.NATIONAL_ADMIN)
    )
    told = {row["dims"]["indicator"]: row["numerator"] for row in report.json()["rows"]}
    shown = {each["code"]: each["numerator"] for each in card["indicators"]}
    both = told.keys() & shown.keys()
    assert {"seated", "completed", "dropped_out"} <= both
    assert {code: told[code] for code in both} == {code: shown[code] for code in both}
    met = {each["code"]: each["met"] for each in card["criteria"]}
    assert met["people_complete"] is True
    assert card["credible"] == {
        "met": sum(
            each["met"] is True for each in card["criteria"] if each["virtue"] == "CREDIBLE"
        ),
        "told": sum(
            each["met"] is not None for each in card["criteria"] if each["virtue"] == "CREDIBLE"
        ),
        "of": 5,
    }
    assert card["synthetic"] is True


async def test_shows_beside_each_figure_that_of_all_centres_of_its_kind(reporting, auth, country):
    first, second, _ = country.facilities
    headers = auth(Role.NATIONAL_ADMIN)

    card = (await reporting.get(f"/v1/scorecards/{second['facility_id']}", headers=headers)).json()

    [completed] = [each for each in card["indicators"] if each["code"] == "completed"]
    kinds = {first["facility_kind"], second["facility_kind"]}
    assert completed["of_its_kind"] == (1 if len(kinds) == 2 else 7)


async def test_who_may_not_see_people_sees_no_small_figure(reporting, auth, country):
    second = country.facilities[1]["facility_id"]

    card = (await reporting.get(f"/v1/scorecards/{second}", headers=auth(Role.ANALYST))).json()

    assert figures(card)["completed"] == (None, None, True)
    assert figures(card)["seated"] == (7, 7, False)


async def test_lists_centres_of_the_caller_s_area_a_page_at_a_time(reporting, auth, country):
    officer = auth(Role.REGIONAL_OFFICER, areas=["32"])

    first = (await reporting.get("/v1/scorecards?limit=1", headers=officer)).json()
    rest = (await reporting.get(first["next"], headers=officer)).json()

    found = [each["facility_id"] for each in first["items"] + rest["items"]]
    assert sorted(found) == found == sorted(f["facility_id"] for f in country.facilities[:2])
    assert rest["next"] is None


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("province=51", [2]),
        ("regency=32.04", [1]),
        ("facility_kind=BLKK", [0]),
        ("owner_ministry=MSME", [2]),
        ("status=CLOSED", []),
    ],
)
async def test_keeps_those_that_are_asked_for(reporting, auth, country, query, expected):
    answer = await reporting.get(f"/v1/scorecards?{query}", headers=auth(Role.NATIONAL_ADMIN))

    found = [each["facility_id"] for each in answer.json()["items"]]
    assert found == [country.facilities[number]["facility_id"] for number in expected]


async def test_a_centre_elsewhere_or_nowhere_is_not_known(reporting, auth, country):
    bali = country.facilities[2]["facility_id"]
    officer = auth(Role.REGIONAL_OFFICER, areas=["32"])

    for facility_id in (bali, new_id()):
        answer = await reporting.get(f"/v1/scorecards/{facility_id}", headers=officer)
        assert (answer.status_code, answer.json()["code"]) == (404, "facility-unknown")


async def test_nobody_without_a_token_or_the_right_sees_cards(reporting, auth, country):
    assert (await reporting.get("/v1/scorecards")).status_code == 401
    person = auth(Role.PARTICIPANT, participant_id=new_id())
    assert (await reporting.get("/v1/scorecards", headers=person)).status_code == 403
