from datetime import UTC, datetime
from uuid import uuid4

import pytest

from shared.http.tokens import sign_business_time
from shared.schemas.enrollment import Topic
from shared.scope import Role
from tests.reporting.story import Story

AT = datetime(2027, 1, 4, 1, 0, tzinfo=UTC)


@pytest.fixture
async def story(fold) -> Story:
    """Five claims in West Java and two in Bali, in the minutes after eight o'clock."""
    story = Story()
    story.publish()
    java = story.plan_class(story.register_facility())
    bali = story.plan_class(story.register_facility(place=2))
    for class_id, minute in ((java, 0), (java, 0), (java, 0), (java, 1), (java, 3), (bali, 1)):
        story.enroll(class_id)
        moved = story.events[-1].model_copy(
            update={"occurred_at": AT.replace(minute=minute, second=30)}
        )
        story.events[-1] = moved
    await fold(story.events)
    return story


def asked(**parameters) -> dict:
    return {"from": "2027-01-04T01:00:00Z", "to": "2027-01-04T01:05:00Z", **parameters}


class TestGetSignUps:
    async def test_counts_by_the_minute_without_a_token(self, story, reporting):
        response = await reporting.get("/v1/signups", params=asked(wave=str(story.wave_id)))

        read = response.json()
        assert response.status_code == 200
        assert [each["claims"] for each in read["points"]] == [3, 2, 0, 1, 0]
        assert (read["total"], read["claims"], read["applications"]) == (6, 6, 0)
        assert read["peak"] == {"at": "2027-01-04T01:00:00Z", "signups": 3}
        assert read["synthetic"] is True

    async def test_widens_the_step_and_keeps_the_sum(self, story, reporting):
        response = await reporting.get("/v1/signups", params=asked(step=120))

        points = response.json()["points"]
        assert [each["claims"] for each in points] == [5, 1, 0]
        assert [each["at"][14:16] for each in points] == ["00", "02", "04"]

    async def test_is_cut_by_province(self, story, reporting):
        response = await reporting.get("/v1/signups", params=asked(province="51"))

        read = response.json()
        assert [each["claims"] for each in read["points"]] == [0, 1, 0, 0, 0]
        assert (read["province"], read["total"]) == ("51", 1)

    async def test_tells_the_speed_of_the_hour_that_a_demonstration_has_reached(
        self, story, reporting, keys
    ):
        headers = {
            "Balai-Business-Time": sign_business_time(
                keys.private["cli"], AT.replace(minute=4, second=10)
            )
        }

        read = (await reporting.get("/v1/signups", headers=headers)).json()

        assert read["last_minute"] == 1
        assert read["per_minute"] == 1.2
        assert read["to"] == "2027-01-04T01:05:00Z"
        assert len(read["points"]) == 60

    async def test_is_confirmed_until_something_is_folded(self, story, reporting, fold):
        first = await reporting.get("/v1/signups", params=asked())
        known = {"If-None-Match": first.headers["etag"]}

        again = await reporting.get("/v1/signups", params=asked(step=120), headers=known)
        assert again.status_code == 200
        story.enroll(next(iter(story.classes)))
        await fold(story.events)
        await reporting.state["watch"].refresh()
        changed = await reporting.get("/v1/signups", params=asked(), headers=known)

        assert changed.status_code == 200
        assert changed.headers["etag"] != first.headers["etag"]

    @pytest.mark.parametrize(
        ("parameters", "status", "code"),
        [
            ({"to": "2027-01-04T00:00:00Z"}, 422, "period-ends-before-it-starts"),
            ({"from": "2027-01-01T00:00:00Z"}, 422, "too-many-points"),
            ({"from": "2027-01-04T01:00:00"}, 422, None),
            ({"step": "90"}, 422, None),
            ({"step": "0"}, 422, None),
            ({"province": "3x"}, 422, None),
            ({"wave": "x"}, 422, None),
            ({"regency": "32.73"}, 400, "unknown-parameter"),
        ],
    )
    async def test_refuses_what_nobody_can_mean(
        self, story, reporting, parameters: dict, status: int, code: str | None
    ):
        response = await reporting.get("/v1/signups", params=asked(**parameters))

        assert response.status_code == status
        assert code is None or response.json()["code"] == code

    async def test_knows_no_wave_that_was_not_published(self, story, reporting):
        response = await reporting.get("/v1/signups", params={"wave": str(uuid4())})

        assert response.status_code == 404
        assert response.json()["code"] == "wave-unknown"

    async def test_shows_the_whole_country_to_anybody(self, story, reporting, auth):
        headers = auth(Role.FACILITY_OPERATOR, facilities=[str(uuid4())])

        response = await reporting.get("/v1/signups", params=asked(), headers=headers)

        assert response.json()["total"] == 6
        assert Topic.CLAIMED not in response.text
