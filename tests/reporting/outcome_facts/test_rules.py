"""The indicators of outcomes against an example that was counted by hand."""

import pytest

from services.reporting.folding.rules import Folded, Recorded
from services.reporting.outcome_facts.rules import FOLDINGS, OUTCOMES
from shared.clock import utc_now
from shared.ids import new_id
from shared.schemas.reporting import FollowUpRecorded, Outcome, OutcomeCell, Topic

CELL = {
    "program_id": new_id(),
    "wave_id": new_id(),
    "facility_id": new_id(),
    "province_code": "32",
    "regency_code": "32.73",
    "home_province_code": "33",
    "home_regency_code": "33.74",
    "facility_kind": "BLKK",
    "host_ministry": "MANPOWER",
    "sex": "FEMALE",
    "age_band": "25_34",
    "entrant_kind": "MICRO",
    "waited": False,
    "horizon_months": 6,
}
# Six who were asked: what each of them said.
SAID = [
    ("SELF_EMPLOYED", {
        "business_started": True, "business_running": True, "people_hired": 3,
        "nib_obtained": True, "halal_certified": True, "financing_kind": "KUR",
        "size_up": True, "matches_trade": True, "income_change": "UP",
        "days_to_first_income": 30,
    }),
    ("BOTH", {
        "business_started": False, "people_hired": 1, "financing_kind": "BWM",
        "size_up": False, "matches_trade": False, "income_change": "DOWN",
        "days_to_first_income": 60,
    }),
    ("EMPLOYED", {"business_started": True, "nib_obtained": False, "matches_trade": True}),
    ("SEEKING", {}),
    ("ASKED", {}),
    ("UNREACHED", {}),
]  # fmt: skip
COUNTED = {
    "n": 6,
    "businesses_started": 2,
    "businesses_running": 1,
    "people_hired": 4,
    "first_incomes": 2,
    "days_to_first_income": 90,
    "incomes_compared": 2,
    "incomes_up": 1,
    # Two are self-employed, one of whom started; the third started beside his job.
    "entrepreneurs": 3,
    "nib": 1,
    "halal": 1,
    "financed": 2,
    "financed_kur": 1,
    "financed_kur_syariah": 0,
    "financed_lpdb": 0,
    "financed_bwm": 1,
    "financed_other": 0,
    "sizes_compared": 2,
    "size_up": 1,
    "trades_compared": 3,
    "matched": 2,
}


def outcome(status: str, said: dict) -> Outcome:
    cell = OutcomeCell.model_validate({**CELL, "status": status})
    return Outcome.model_validate({"cell": cell, "source": "SELF" if said else None, **said})


def told(topic: str, before: Outcome | None, after: Outcome) -> Recorded:
    now = utc_now()
    event = FollowUpRecorded(
        followup_id=new_id(),
        enrollment_id=new_id(),
        participant_id=new_id(),
        before=before,
        after=after,
    )
    payload = event.model_dump(mode="json")
    return Recorded(new_id(), new_id(), topic, 1, 1, now, now, now.date(), payload)


def sums(*events: Recorded) -> dict[str, int]:
    folded = Folded()
    for event in events:
        FOLDINGS[event.topic][event.schema](folded, event)
    totals = [sum(part) for part in zip(*folded.cells[OUTCOMES].values(), strict=True)]
    return dict(zip(OUTCOMES.measures, totals, strict=True))


def test_count_what_a_hand_counts():
    events = [told(Topic.FOLLOWUP_RECORDED, None, outcome(*each)) for each in SAID]

    assert sums(*events) == COUNTED


def test_are_the_same_when_everybody_was_asked_first():
    asked = outcome("ASKED", {})
    events = []
    for status, said in SAID:
        events.append(told(Topic.FOLLOWUP_ASKED, None, asked))
        topic = Topic.FOLLOWUP_CLOSED if status == "UNREACHED" else Topic.FOLLOWUP_RECORDED
        if status != "ASKED":
            events.append(told(topic, asked, outcome(status, said)))

    assert sums(*events) == COUNTED
    assert sums(*reversed(events)) == COUNTED


@pytest.mark.parametrize("name", ["disability", "trade"])
def test_an_event_from_before_has_the_members_that_came_later(name: str):
    event = told(Topic.FOLLOWUP_RECORDED, None, outcome("SEEKING", {}))
    del event.payload["after"]["cell"][name]

    assert sums(event)["n"] == 1
