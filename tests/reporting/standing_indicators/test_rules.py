"""Figures of what stands, against a country that is counted by hand."""

import pytest

from services.reporting.catalogue.rules import REPORTS
from shared.schemas.registry import Topic
from shared.scope import Role
from tests.reporting.story import PLACES, Story

KINDS = ("province_code", "regency_code", "facility_kind", "owner_ministry")


def standing(facility: dict | None, kind: str, value: str, **told) -> dict:
    place = (
        {name: facility[name] for name in ("facility_id", *KINDS)}
        if facility
        else {"facility_id": None, **dict.fromkeys(KINDS, ""), "owner_ministry": "MANPOWER"}
    )
    numbers = {name: told.pop(name) for name in ("n", "amount") if name in told}
    return {"cell": {"kind": kind, "value": value, **place, **told}, "n": 1, **numbers}


def tell(story: Story, about: dict | None, *, before=(), after=()) -> None:
    subject = story.program_id if about is None else about["facility_id"]
    payload = {"subject_id": str(subject), "before": list(before), "after": list(after)}
    story.tell(Topic.STANDING_MOVED, about=story.program_id, stream=story.wave_id, payload=payload)


@pytest.fixture
async def country(fold) -> Story:
    """Two community centres of West Java and a house in Papua, after some moves."""
    story = Story()
    one, two = story.register_facility(0), story.register_facility(0)
    papua = story.register_facility(3)
    covered = standing(two, "COVERAGE", "COVERED")
    tell(
        story,
        one,
        after=[
            standing(one, "MATURITY", "BARU"),
            standing(one, "COVERAGE", "UNCOVERED"),
            standing(one, "ROADMAP", "ADOPTED", detail="1"),
            standing(one, "MILESTONE", "PLANNED", n=3),
            standing(one, "MILESTONE", "OVERDUE", n=2),
            standing(one, "MILESTONE", "DROPPED"),
            standing(one, "DEVELOPMENT", "FIRST_PAYMENT", amount=700_000_000),
            standing(one, "GRANT", "GRANTED", amount=1_000_000_000),
        ],
    )
    tell(
        story,
        one,
        before=[
            standing(one, "MATURITY", "BARU"),
            standing(one, "MILESTONE", "PLANNED", n=3),
            standing(one, "DEVELOPMENT", "FIRST_PAYMENT", amount=700_000_000),
        ],
        after=[
            standing(one, "MATURITY", "TUMBUH"),
            standing(one, "MILESTONE", "PLANNED", n=2),
            standing(one, "MILESTONE", "DONE"),
            standing(one, "DEVELOPMENT", "BUILT", detail="OVERDUE", amount=1_000_000_000),
        ],
    )
    tell(story, two, after=[standing(two, "MATURITY", "MANDIRI"), covered])
    tell(
        story,
        papua,
        after=[
            standing(papua, "COVERAGE", "COVERED"),
            standing(papua, "INCUBATOR", "ACTIVE", amount=20),
            standing(papua, "INCUBATOR", "EXPIRED", amount=5),
            standing(papua, "TENANT", "IN", detail="INCUBATION", n=6),
            standing(papua, "TENANT", "GRADUATED", detail="BUSINESS_STARTED", n=3),
            standing(papua, "TENANT", "GRADUATED", detail="FINANCED"),
            standing(papua, "TENANT", "LEFT", n=2),
        ],
    )
    tell(
        story,
        None,
        after=[
            standing(None, "AGREEMENT", "ACTIVE", detail="MOU"),
            standing(None, "AGREEMENT", "EXPIRING", detail="PKS"),
            standing(None, "AGREEMENT", "EXPIRED", detail="PLAN"),
            standing(None, "ACTION", "DONE", n=2),
            standing(None, "ACTION", "OVERDUE"),
            standing(None, "ACTION", "CANCELLED"),
        ],
    )
    await fold(story.events)
    return story


# (numerator, denominator) of each indicator, counted by hand.
NATION = {
    "maturity_assessed": (2, 3),
    "maturity_baru": (0, 2),
    "maturity_tumbuh": (1, 2),
    "maturity_berkembang": (0, 2),
    "maturity_mandiri": (1, 2),
    "roadmaps_adopted": (1, 3),
    "milestones_done": (1, 5),
    "milestones_overdue": (2, 5),
    "incubators": (1, None),
    "incubator_places": (20, None),
    "tenants_in": (6, 20),
    "tenants_graduated": (4, 12),
    "tenants_started": (3, 4),
    "tenants_left": (2, 12),
    "developments": (1, None),
    "developments_built": (1, 1),
    "developments_accounted": (0, 1),
    "developments_overdue": (1, 1),
    "rupiah_granted": (1_000_000_000, None),
    "rupiah_paid": (1_000_000_000, 1_000_000_000),
    "agreements": (2, None),
    "agreements_mou": (1, 2),
    "agreements_pks": (1, 2),
    "agreements_plan": (0, 2),
    "agreements_expiring": (1, 2),
    "covered": (2, 3),
    "actions_done": (2, 3),
    "actions_overdue": (1, 3),
}


class TestStanding:
    async def test_counts_what_a_hand_counts(self, reporting, country, auth):
        answer = await reporting.get("/v1/reports/standing", headers=auth(Role.NATIONAL_ADMIN))

        rows = answer.json()["rows"]
        found = {row["dims"]["indicator"]: (row["numerator"], row["denominator"]) for row in rows}
        assert found == NATION
        assert {each.code for each in REPORTS["standing"].indicators} == NATION.keys()

    @pytest.mark.parametrize("by", ["province", "facility", "owner_ministry"])
    async def test_parts_add_up_to_the_nation(self, reporting, country, auth, by: str):
        answer = await reporting.get(
            f"/v1/reports/standing?by={by}", headers=auth(Role.NATIONAL_ADMIN)
        )

        sums = dict.fromkeys(NATION, 0)
        for row in answer.json()["rows"]:
            sums[row["dims"]["indicator"]] += row["numerator"]
        assert sums == {code: numerator for code, (numerator, _) in NATION.items()}

    async def test_shows_an_officer_what_stands_in_his_province(self, reporting, country, auth):
        headers = auth(Role.REGIONAL_OFFICER, areas=[PLACES[3][0]])

        answer = await reporting.get(
            "/v1/reports/standing?indicator=covered,agreements,tenants_in", headers=headers
        )

        rows = {row["dims"]["indicator"]: row["numerator"] for row in answer.json()["rows"]}
        assert rows == {"covered": 1, "agreements": 0, "tenants_in": 6}

    async def test_asks_for_a_token(self, reporting):
        assert (await reporting.get("/v1/reports/standing")).status_code == 401
