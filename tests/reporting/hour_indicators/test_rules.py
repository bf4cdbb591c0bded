"""Figures of hours, against a few that are counted by hand."""

import pytest

from shared.schemas.registry import Topic
from shared.scope import Role
from tests.reporting.story import Story

NOBODY = {"purpose": "", "using_ministry": ""}


def hours(facility: dict, month: str, *, purpose="", ministry="", **minutes) -> dict:
    names = ("facility_id", "province_code", "regency_code", "facility_kind", "owner_ministry")
    place = {name: facility[name] for name in names}
    cell = {"month": month, "purpose": purpose, "using_ministry": ministry, **place}
    return {"cell": cell, **minutes}


def tell(story: Story, facility: dict, *, before=(), after=()) -> None:
    payload = {
        "facility_id": facility["facility_id"],
        "before": list(before),
        "after": list(after),
    }
    story.tell(Topic.HOURS_MOVED, about=story.program_id, stream=story.wave_id, payload=payload)


@pytest.fixture
async def country(fold) -> Story:
    """A centre of 200 hours in November, of which 50 are used; another states no hours."""
    story = Story()
    stated, other = story.register_facility(0), story.register_facility(2)
    draft = hours(stated, "2026-11", spaces=1, open_minutes=6_000)
    tell(story, stated, after=[draft])
    tell(
        story,
        stated,
        before=[draft],
        after=[
            hours(stated, "2026-11", spaces=2, open_minutes=12_000),
            hours(stated, "2026-12", spaces=2, open_minutes=13_000),
            hours(
                stated, "2026-11", purpose="CLASS", ministry="MANPOWER",
                booked_minutes=3_000, used_minutes=2_100, used_of_open=2_100,
            ),
            hours(
                stated, "2026-11", purpose="MINISTRY", ministry="MSME",
                booked_minutes=900, used_minutes=900, used_of_open=900,
            ),
        ],
    )  # fmt: skip
    use = {"booked_minutes": 90, "used_minutes": 90}
    tell(story, other, after=[hours(other, "2026-11", purpose="CLASS", ministry="MSME", **use)])
    await fold(story.events)
    return story


class TestUtilisation:
    @pytest.fixture
    def read(self, reporting, country, auth):
        async def ask(query: str) -> dict[tuple, tuple]:
            answer = await reporting.get(
                f"/v1/reports/utilisation?{query}", headers=auth(Role.NATIONAL_ADMIN)
            )
            assert answer.status_code == 200, answer.text
            return {
                tuple(row["dims"].values()): (row["value"], row["numerator"], row["denominator"])
                for row in answer.json()["rows"]
            }

        return ask

    async def test_counts_what_a_hand_counts(self, read):
        assert await read("month=2026-11") == {
            ("hours_open",): (200, 12_000, None),
            ("hours_booked",): (66.5, 3_990, 12_000),
            ("hours_used",): (51.5, 3_090, 12_000),
            # Hours of a centre that states none are no part of the rate.
            ("utilisation",): (0.25, 3_000, 12_000),
            ("idle_hours_used",): (15, 900, 3_090),
        }

    async def test_cuts_by_month_in_which_hours_lie_and_by_purpose(self, read):
        months = await read("by=month&indicator=hours_open")
        purposes = await read("by=purpose,using_ministry&indicator=hours_used&province=32")

        assert {key: figures[0] for key, figures in months.items()} == {
            ("2026-11", "hours_open"): 200,
            ("2026-12", "hours_open"): pytest.approx(216.666667),
        }
        assert {key[:2]: figures[0] for key, figures in purposes.items()} == {
            ("", ""): 0,
            ("CLASS", "MANPOWER"): 35,
            ("MINISTRY", "MSME"): 15,
        }

    async def test_parts_add_up_to_the_nation(self, read):
        [(_, nation, _)] = (await read("indicator=hours_used")).values()
        parts = await read("by=facility,month&indicator=hours_used")

        assert sum(numerator for _, numerator, _ in parts.values()) == nation
