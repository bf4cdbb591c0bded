"""Figures of attendance and money, against a few that are counted by hand."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from shared.scope import Role
from tests.reporting.people_story import call_roll, follow_up, fund
from tests.reporting.story import Story


@pytest.fixture
async def country(fold) -> Story:
    """Two classes of two provinces: one has ended with three who completed, one goes on."""
    story = Story()
    story.publish()
    ended, running = [story.plan_class(story.register_facility(place)) for place in (0, 2)]
    people = [story.enroll(ended) for _ in range(4)]
    story.enroll(running)
    call_roll(story, ended, 1, {"present": 4, "days": 4}, {"present": 3, "absent": 1, "days": 3})
    call_roll(story, ended, 2, {"present": 2, "late": 1, "excused": 1, "days": 0})
    call_roll(story, running, 1, {"present": 1, "days": 1})
    for each in people[:3]:
        story.complete(each)
    for class_id in (ended, running):
        story.change_class(class_id, "OPENED")
    story.change_class(ended, "COMPLETED")
    fund(story, ended, {"APBN": 60_000_000}, {"APBN": 40_000_000, "CSR": 5_000_000})
    fund(story, running, {"APBD": 9_000_000}, {}, {"APBD": 8_000_000})
    await fold(reversed(story.events), page=5)
    return story


class TestAttendance:
    @pytest.fixture
    def read(self, reporting, country, auth):
        async def ask(query: str = "") -> dict[tuple, tuple]:
            answer = await reporting.get(
                f"/v1/reports/attendance?{query}", headers=auth(Role.NATIONAL_ADMIN)
            )
            assert answer.status_code == 200, answer.text
            return {
                tuple(row["dims"].values()): (row["value"], row["numerator"], row["denominator"])
                for row in answer.json()["rows"]
            }

        return ask

    async def test_counts_what_a_hand_counts(self, read):
        assert await read() == {
            ("attended",): (0.875, 7, 8),
            ("attendance_days",): (4, 4, None),
            ("rolls_called",): (3, 3, None),
            ("excused",): (1, 1, None),
        }

    async def test_stands_where_its_class_stands(self, read):
        assert await read("by=province,facility_kind&indicator=attendance_days") == {
            ("32", "BLKK", "attendance_days"): (3, 3, None),
            ("51", "PLUT", "attendance_days"): (1, 1, None),
        }

    async def test_tells_the_days_on_which_it_was_recorded(self, read):
        assert await read("by=month&indicator=rolls_called") == {
            ("2026-11", "rolls_called"): (3, 3, None)
        }

    async def test_shows_a_centre_its_own(self, reporting, country, auth):
        own = country.facilities[1]["facility_id"]
        head = auth(Role.FACILITY_OPERATOR, facilities=[own])

        answer = await reporting.get("/v1/reports/attendance?by=facility", headers=head)

        rows = answer.json()["rows"]
        assert {row["dims"]["facility"] for row in rows} == {own}


class TestCosts:
    @pytest.fixture
    def read(self, reporting, country, auth):
        async def ask(query: str = "") -> dict[tuple, tuple]:
            answer = await reporting.get(
                f"/v1/reports/costs?{query}", headers=auth(Role.NATIONAL_ADMIN)
            )
            assert answer.status_code == 200, answer.text
            return {
                tuple(row["dims"].values()): (row["value"], row["numerator"], row["denominator"])
                for row in answer.json()["rows"]
            }

        return ask

    async def test_counts_what_a_hand_counts(self, read):
        assert await read("horizon=3") == {
            (3, "funding"): (53_000_000, 53_000_000, None),
            (3, "cost_per_completed"): (15_000_000.0, 45_000_000, 3),
            (3, "cost_per_entrepreneur"): (None, 45_000_000, 0),
        }

    async def test_counts_the_money_of_classes_that_had_ended_by_then(self, country, read, fold):
        running = [each for each, cell in country.classes.items() if cell["state"] == "OPENED"]
        before, told = country.events[-1].recorded_at, len(country.events)
        country.wait(timedelta(minutes=5))
        for class_id in running:
            country.change_class(class_id, "COMPLETED")
        await fold(country.events[told:])
        then = quote(before.isoformat())
        query = "horizon=3&indicator=cost_per_completed"

        assert await read(f"{query}&as_of={then}") == {
            (3, "cost_per_completed"): (15_000_000.0, 45_000_000, 3)
        }
        assert await read(query) == {
            (3, "cost_per_completed"): (pytest.approx(53_000_000 / 3), 53_000_000, 3)
        }

    async def test_counts_for_a_province_who_trained_where_the_money_is(
        self, reporting, country, auth, fold
    ):
        told = len(country.events)
        away = country.enroll(next(reversed(country.classes)), home=0)
        country.complete(away)
        await fold(country.events[told:])

        answer = await reporting.get(
            "/v1/reports/costs?horizon=3&indicator=cost_per_completed",
            headers=auth(Role.REGIONAL_OFFICER, areas=["32"]),
        )

        [row] = answer.json()["rows"]
        assert (row["numerator"], row["denominator"]) == (45_000_000, 3)

    async def test_says_of_how_many_classes_the_money_is_known(self, reporting, country, auth):
        answer = await reporting.get(
            "/v1/reports/costs?horizon=3&indicator=cost_per_completed",
            headers=auth(Role.NATIONAL_ADMIN),
        )

        [row] = answer.json()["rows"]
        assert (row["response_rate"], row["few_answers"]) == (1.0, True)

    async def test_divides_by_those_who_became_entrepreneurs(self, country, read, fold):
        people = country.people.items()
        ended = [each for each, person in people if person["cell"]["state"] == "COMPLETED"]
        told = len(country.events)
        for enrollment_id, status in zip(ended, ("SELF_EMPLOYED", "EMPLOYED", "BOTH"), strict=True):
            follow_up(country, enrollment_id, status)
        await fold(country.events[told:])

        assert await read("horizon=3&indicator=cost_per_entrepreneur") == {
            (3, "cost_per_entrepreneur"): (22_500_000.0, 45_000_000, 2)
        }
