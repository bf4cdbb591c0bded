"""Figures by the areas of then, and of today: one regency went over into a new province."""

from datetime import date

import pytest

from services.reporting.areas.operations import keep_level, keep_links
from shared.clock import utc_now
from shared.db.session import transaction
from shared.schemas.registry import AreaLevel, AreaRead, AreaSuccession
from shared.scope import SYSTEM, Role
from tests.reporting.conftest import READER
from tests.reporting.story import Story

PRESENT = {
    AreaLevel.PROVINCE: {"32": "Jawa Barat", "91": "Papua", "93": "Papua Selatan"},
    AreaLevel.REGENCY: {"32.73": "Kota Bandung", "93.05": "Kabupaten Contoh"},
}
LINKS = {
    AreaLevel.PROVINCE: [("91", "91"), ("91", "93")],
    AreaLevel.REGENCY: [("91.05", "93.05")],
}
DAY = date(2026, 5, 6)


@pytest.fixture
async def country(fold, db) -> Story:
    """Two seats in Bandung, and three in the regency that lies in another province today."""
    story = Story()
    story.publish()
    for place, seats in ((0, 2), (3, 3)):
        class_id = story.plan_class(story.register_facility(place))
        for _ in range(seats):
            story.enroll(class_id)
    await fold(story.events)
    async with transaction(db, scope=SYSTEM, actor=READER) as session:
        for level, names in PRESENT.items():
            areas = [
                AreaRead(
                    code=code, level=level, name=name, parent_code=None,
                    time_zone=None, valid_from=DAY, valid_to=None,
                )
                for code, name in names.items()
            ]  # fmt: skip
            links = [
                AreaSuccession(old_code=old, old_name="Lama", new_code=new, valid_from=DAY)
                for old, new in LINKS[level]
            ]
            await keep_level(session, level=level, areas=areas, now=utc_now())
            await keep_links(session, level=level, links=links)
    return story


class TestAreas:
    @pytest.fixture
    def seats(self, reporting, country, auth):
        async def read(query: str) -> dict[str, int]:
            answer = await reporting.get(
                f"/v1/reports/funnel?indicator=seated&{query}", headers=auth(Role.NATIONAL_ADMIN)
            )
            assert answer.status_code == 200, answer.text
            self.labels = answer.json()["meta"]["labels"]
            by = query.partition("by=")[2].partition("&")[0]
            return {row["dims"].get(by): row["numerator"] for row in answer.json()["rows"]}

        return read

    async def test_are_those_of_then_unless_asked_otherwise(self, seats):
        assert await seats("by=province") == {"32": 2, "91": 3}
        assert await seats("by=regency") == {"32.73": 2, "91.05": 3}
        assert self.labels["regency"]["91.05"] == {"id": "Lama", "en": "Lama"}

    async def test_of_now_take_a_regency_s_figures_into_its_new_province(self, seats):
        assert await seats("by=province&areas=now") == {"32": 2, "93": 3}
        assert await seats("by=regency&areas=now") == {"32.73": 2, "93.05": 3}
        assert self.labels["regency"]["93.05"]["id"] == "Kabupaten Contoh"

    async def test_of_now_are_asked_for_by_their_codes(self, seats):
        assert await seats("by=facility_kind&province=93&areas=now") == {"PRODUCTION_HOUSE": 3}
        assert await seats("by=facility_kind&province=93") == {}

    @pytest.mark.parametrize(
        ("asked", "parameter", "suggestion"),
        [
            ("reports/funnel?province=39", "province", None),
            ("reports/funnel?province=32,39", "province", None),
            ("reports/funnel?regency=32.74", "regency", "32.73"),
            ("signups?province=39", "province", None),
        ],
    )
    async def test_that_nobody_knows_are_refused(
        self, reporting, country, asked: str, parameter: str, suggestion, auth
    ):
        answer = await reporting.get(f"/v1/{asked}", headers=auth(Role.NATIONAL_ADMIN))

        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, "value-unknown")
        assert (problem["parameter"], problem["suggestion"]) == (parameter, suggestion)

    async def test_of_a_target_are_known(self, reporting, country, auth):
        target = {
            "code": "NOWHERE", "label_id": "Entah", "label_en": "Nowhere", "value": 1,
            "indicator": "PARTICIPANTS_SEATED", "unit": "orang", "by_day": "2026-12-31",
        }  # fmt: skip
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "nowhere"}

        refused = await reporting.post(
            "/v1/targets", json={**target, "area_code": "99"}, headers=headers
        )
        stated = await reporting.post(
            "/v1/targets",
            json={**target, "area_code": "32"},
            headers={**headers, "Idempotency-Key": "somewhere"},
        )

        assert (refused.status_code, refused.json()["code"]) == (422, "value-unknown")
        assert stated.status_code == 201
