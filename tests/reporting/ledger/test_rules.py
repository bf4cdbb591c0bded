import json
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.base import Base
from services.reporting.class_facts.rules import CLASSES
from services.reporting.enrollment_facts.rules import ENROLLMENTS
from services.reporting.facility_facts.rules import FACILITIES
from services.reporting.folding.rules import Fact, Rollup, UnknownSchemaError, cell_id, project
from services.reporting.ledger import rules
from services.reporting.ledger.consumers import recorded
from services.reporting.ledger.rules import ROLLUPS
from services.reporting.ledger.tables import TABLES
from tests.reporting.story import Story

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
ROLLUP = {rollup.table: rollup for rollup in ROLLUPS}


def totals(fact: Fact, cells: dict, *members: str) -> Counter:
    """Sum the first measure over the days, by some members, without the cells of nothing."""
    places = [1 + fact.members.index(member) for member in members]
    counted: Counter = Counter()
    for key, (n, *_) in cells.items():
        counted[tuple(key[place] for place in places)] += n
    return Counter({key: n for key, n in counted.items() if n})


def as_counter(recount: Counter) -> Counter:
    return Counter({tuple(map(_plain, key)): n for key, n in recount.items()})


def _plain(value: object) -> object:
    return value if isinstance(value, bool) else str(value)


MOST = ("state", "waited", "presence", "province_code", "home_regency_code", "sex", "age_band")


class TestFold:
    @settings(max_examples=25, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_gives_what_a_recount_of_the_people_gives(self, seed: int):
        story = Story(seed=seed).play(classes=3, people=25)

        folded = rules.fold(recorded(event) for event in story.events)

        counted = totals(ENROLLMENTS, folded.cells[ENROLLMENTS], *MOST)
        assert counted == as_counter(story.recount(*MOST))

    @settings(max_examples=25, deadline=None)
    @given(seed=st.integers(0, 10_000), order=st.randoms(use_true_random=False))
    def test_gives_the_same_in_any_order_and_however_often_delivered(
        self, seed: int, order: Random
    ):
        events = [recorded(event) for event in Story(seed=seed).play(classes=2, people=12).events]
        delivered = events * 3
        order.shuffle(delivered)

        folded = rules.fold(rules.foldable(delivered))

        straight = rules.fold(events)
        assert {fact.code: nonzero(cells) for fact, cells in folded.cells.items()} == {
            fact.code: nonzero(cells) for fact, cells in straight.cells.items()
        }
        assert folded.kept == straight.kept

    def test_counts_every_class_once(self):
        story = Story().play(classes=6, people=0)

        folded = rules.fold(recorded(event) for event in story.events)

        states = totals(CLASSES, folded.cells[CLASSES], "state")
        assert states == Counter({("OPENED",): 4, ("COMPLETED",): 1, ("PLANNED",): 1})

    def test_follows_a_facility_through_its_status(self):
        story = Story()
        facility = story.register_facility(status="PLANNED")
        story.tell_facility(facility)
        story.tell_facility({**facility, "status": "ACTIVE"}, before=facility)

        folded = rules.fold(recorded(event) for event in story.events)

        counted = totals(FACILITIES, folded.cells[FACILITIES], "facility_id", "status")
        assert counted == Counter({(facility["facility_id"], "ACTIVE"): 1})

    def test_takes_one_instant_in_two_zones_for_one_cell(self):
        story = Story().play(classes=1, people=0)
        planned = recorded(story.events[2])
        other = {**planned.payload["after"], "starts_at": "2026-11-23T08:00:00+07:00"}
        leaves = planned._replace(id=story.new_id(), payload={**planned.payload, "before": other})

        folded = rules.fold([leaves])

        assert nonzero(folded.cells[CLASSES]) == {}

    def test_passes_over_events_that_move_nothing(self):
        story = Story().play(classes=1, people=1)
        stranger = recorded(story.events[0])._replace(topic="registry.module.published")

        assert rules.foldable([stranger]) == []

    def test_refuses_a_schema_that_it_does_not_know(self):
        event = recorded(Story().play(classes=1, people=1).events[0])._replace(schema=9)

        with pytest.raises(UnknownSchemaError, match="schema 9"):
            rules.fold([event])

    def test_refuses_a_member_that_no_cell_can_have(self):
        story = Story().play(classes=1, people=1)
        claimed = next(event for event in story.events if event.topic.endswith(".claimed"))
        forged = {**claimed.payload, "after": {**claimed.payload["after"], "sex": "OTHER"}}

        with pytest.raises(ValueError, match="FEMALE"):
            rules.fold([recorded(claimed)._replace(payload=forged)])

    @pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.stem)
    def test_folds_every_schema_ever_published(self, sample: Path):
        stored = json.loads(sample.read_text())
        told = {name: stored[name] for name in ("topic", "schema", "payload")}
        event = recorded(Story().play(classes=1, people=0).events[0])._replace(**told)

        folded = rules.fold([event])

        moved = {fact.code: len(nonzero(cells)) for fact, cells in folded.cells.items() if cells}
        assert moved == stored["moves"]

    def test_has_a_sample_of_every_schema(self):
        stored = {
            (sample["topic"], sample["schema"])
            for sample in (json.loads(path.read_text()) for path in SAMPLES)
        }

        assert stored == {
            (str(topic), schema) for topic, schemas in rules.FOLDINGS.items() for schema in schemas
        }


def nonzero(cells: dict) -> dict:
    return {key: measures for key, measures in cells.items() if any(measures)}


class TestProject:
    def test_adds_what_falls_into_one_cell_of_a_summary(self):
        folded = rules.fold(recorded(event) for event in Story().play().events)
        sums = folded.cells[ENROLLMENTS]

        summary = project(ROLLUP["enrollment_summary"], sums)

        assert sum(n for (n,) in summary.values()) == sum(n for (n,) in sums.values())
        assert len(summary) < len(project(ROLLUP["enrollment_cube"], sums))

    @pytest.mark.parametrize("rollup", ROLLUPS, ids=lambda rollup: rollup.table)
    def test_has_a_column_for_every_member_and_measure(self, rollup: Rollup):
        columns = set(Base.metadata.tables[f"reporting.{rollup.table}"].columns.keys())

        day = {"day"} if rollup.daily else set()
        own = {"generation", "cell"}
        assert columns == {*rollup.members, *rollup.measures, *day, *own}


class TestCellId:
    def test_is_the_same_on_every_machine(self):
        assert cell_id(("2026-11-22", "32", False)) == "92ac0e1ad535bf03fe138e60246ec364"

    def test_tells_members_apart_that_read_alike_together(self):
        assert cell_id(("ab", "c")) != cell_id(("a", "bc"))


def test_whatever_is_folded_has_its_table_wherever_the_ledger_is():
    """A worker imports no routes: a table that only they bring in would be missing there."""
    assert {each.table for each in (*ROLLUPS, *rules.KEEPINGS)} == set(TABLES)
