"""Figures of referrals, against a few that are counted by hand."""

import pytest

from shared.scope import Role
from tests.reporting.people_story import refer
from tests.reporting.story import Story


@pytest.fixture
async def country(fold) -> Story:
    """Six referrals: two to a bank, three to a business service, one that was withdrawn."""
    story = Story()
    story.publish()
    here = story.register_facility(0)
    first, second = [story.enroll(story.plan_class(here), home=place) for place in (0, 2)]
    service = {"kind": "PLUT_SERVICE", "financing": None}
    refer(
        story, first, "PROPOSED", "CONSENTED", "SENT", "ACCEPTED", "RESULT",
        outcome="FINANCING_GRANTED",
    )  # fmt: skip
    refer(story, second, "PROPOSED", "CONSENTED", "SENT", "REFUSED", financing="KUR_SYARIAH")
    refer(story, second, "PROPOSED", "SENT", "ACCEPTED", **service)
    refer(story, second, "PROPOSED", "SENT", "RESULT", outcome="NOTHING", **service)
    refer(story, first, "PROPOSED", "CONSENTED", **service)
    refer(story, first, "PROPOSED", "WITHDRAWN", kind="INCUBATOR", financing=None)
    await fold(reversed(story.events), page=7)
    return story


class TestReferrals:
    @pytest.fixture
    def read(self, reporting, country, auth):
        async def ask(query: str = "") -> dict[tuple, tuple]:
            answer = await reporting.get(
                f"/v1/reports/referrals?{query}", headers=auth(Role.NATIONAL_ADMIN)
            )
            assert answer.status_code == 200, answer.text
            return {
                tuple(row["dims"].values()): (row["value"], row["numerator"], row["denominator"])
                for row in answer.json()["rows"]
            }

        return ask

    async def test_counts_what_a_hand_counts(self, read):
        assert await read() == {
            ("proposed",): (6, 6, None),
            ("consented",): (0.833333, 5, 6),
            ("sent",): (0.666667, 4, 6),
            ("accepted",): (0.75, 3, 4),
            ("taken_up",): (0.25, 1, 4),
        }

    async def test_tells_kinds_and_financing_apart(self, read):
        assert await read("by=referral_kind&indicator=proposed,taken_up") == {
            ("BANK", "proposed"): (2, 2, None),
            ("BANK", "taken_up"): (0.5, 1, 2),
            ("INCUBATOR", "proposed"): (1, 1, None),
            ("INCUBATOR", "taken_up"): (None, 0, 0),
            ("PLUT_SERVICE", "proposed"): (3, 3, None),
            ("PLUT_SERVICE", "taken_up"): (0.0, 0, 2),
        }
        assert await read("by=financing&referral_kind=BANK&indicator=proposed") == {
            ("KUR", "proposed"): (1, 1, None),
            ("KUR_SYARIAH", "proposed"): (1, 1, None),
        }

    async def test_counts_where_one_lives_when_asked(self, read):
        assert await read("by=province&area_basis=residence&indicator=proposed") == {
            ("32", "proposed"): (3, 3, None),
            ("51", "proposed"): (3, 3, None),
        }

    async def test_withholds_few_from_who_may_not_see_people(self, reporting, country, auth):
        answer = await reporting.get("/v1/reports/referrals", headers=auth(Role.ANALYST))

        rows = {row["dims"]["indicator"]: row for row in answer.json()["rows"]}
        assert (rows["proposed"]["value"], rows["proposed"]["suppressed"]) == (6, False)
        assert (rows["taken_up"]["value"], rows["taken_up"]["suppressed"]) == (None, True)
