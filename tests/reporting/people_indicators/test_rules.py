"""Steps of the funnel, against a few that are counted by hand."""

import pytest

from shared.schemas.enrollment import Topic
from shared.scope import Role
from tests.reporting.people_story import cell_of, certify, tell_application
from tests.reporting.story import Story


@pytest.fixture
async def country(fold) -> Story:
    """Four apply, one is placed; two claim without an application; two complete."""
    story = Story()
    story.publish()
    class_id = story.plan_class(story.register_facility(0))
    placed, first, second = [story.enroll(class_id, home=0) for _ in range(3)]
    story.move(placed, Topic.RELOCATED, applied=True, disability=True, trade="BAKERY")
    cells = {"channel": "SELF", "disability": True, "trade": "BAKERY"}
    sent = cell_of(story, placed, **{**cells, "state": "SUBMITTED"})
    for ends in ("PLACED", "NOT_SELECTED", "WITHDRAWN"):
        about = story.new_id()
        submitted = Topic.APPLICATION_SUBMITTED
        tell_application(story, about, submitted, left=None, entered=sent)
        topic = Topic.APPLICATION_DECIDED
        tell_application(story, about, topic, left=sent, entered={**sent, "state": ends})
    refused = {**sent, "state": "INELIGIBLE"}
    tell_application(story, story.new_id(), Topic.APPLICATION_REFUSED, left=None, entered=refused)
    for each in (first, placed):
        story.complete(each)
    certify(story, first, "VALID")
    certify(story, placed, "VALID", "REVOKED")
    certify(story, placed, "RECORDED", "VERIFIED", kind="COMPETENCE")
    certify(story, first, "RECORDED", kind="COMPETENCE")
    story.move(second, Topic.TRANSFERRED_OUT, state="TRANSFERRED")
    await fold(reversed(story.events), page=6)
    return story


class TestFunnel:
    @pytest.fixture
    def read(self, reporting, country, auth):
        async def ask(query: str = "") -> dict[tuple, tuple]:
            answer = await reporting.get(
                f"/v1/reports/funnel?{query}", headers=auth(Role.NATIONAL_ADMIN)
            )
            assert answer.status_code == 200, answer.text
            return {
                tuple(row["dims"].values()): (row["value"], row["numerator"], row["denominator"])
                for row in answer.json()["rows"]
            }

        return ask

    async def test_counts_what_a_hand_counts(self, read):
        found = await read(
            "indicator=applicants,eligible,claims,completed,certified_training,certified_competence"
        )

        assert found == {
            # Four applications and the claim of who had none; who was transferred is elsewhere.
            ("applicants",): (5, 5, None),
            ("eligible",): (4, 4, 5),
            ("claims",): (2, 2, None),
            ("completed",): (2, 2, 2),
            ("certified_training",): (1, 1, 2),
            ("certified_competence",): (1, 1, 2),
        }

    async def test_counts_the_same_from_summaries_and_from_cubes(self, read):
        indicators = "indicator=applicants,eligible,certified_training,certified_competence"
        provinces = await read(f"by=province&{indicators}")
        facilities = await read(f"by=facility&{indicators}")

        assert [*provinces.values()] == [*facilities.values()]

    async def test_is_cut_by_trade_and_disability(self, read):
        assert await read("by=trade,disability&indicator=applicants") == {
            ("", "false", "applicants"): (1, 1, None),
            ("BAKERY", "true", "applicants"): (4, 4, None),
        }
        assert await read("trade=BAKERY&indicator=completed") == {("completed",): (1, 1, 1)}

    async def test_adds_up_what_was_recorded_in_a_period(self, read):
        whole = await read("indicator=applicants")

        period = await read("indicator=applicants&from=2026-11-22&to=2026-11-22")

        assert period == whole

    async def test_refuses_a_trade_that_is_none(self, reporting, country, auth):
        answer = await reporting.get(
            "/v1/reports/funnel?trade=roti!", headers=auth(Role.NATIONAL_ADMIN)
        )

        assert answer.status_code == 422
