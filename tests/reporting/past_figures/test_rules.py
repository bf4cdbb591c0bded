from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.enrollment_facts.rules import ENROLLMENTS
from services.reporting.ledger import rules as ledger
from services.reporting.ledger.consumers import recorded
from services.reporting.past_figures import rules
from services.reporting.past_figures.rules import AsOfInTheFutureError, Side, Span, Told
from shared.clock import ledger_day
from tests.reporting.story import Story

# Three quarters of an hour before midnight in Jakarta.
EVENING = datetime(2026, 11, 20, 16, 15, tzinfo=UTC)
PRESENT = datetime(2026, 11, 22, tzinfo=UTC)


def sums_of(events) -> dict:
    """Return the sums of enrollments by cell, without days and without what came to nothing."""
    totals: dict = {}
    for (_, *cell), [n] in ledger.fold(events).cells.get(ENROLLMENTS, {}).items():
        totals[tuple(cell)] = totals.get(tuple(cell), 0) + n
    return {cell: n for cell, n in totals.items() if n}


def together(*parts: dict) -> dict:
    totals: dict = {}
    for part in parts:
        for (_, *cell), [n] in part.items():
            totals[tuple(cell)] = totals.get(tuple(cell), 0) + n
    return {cell: n for cell, n in totals.items() if n}


class TestFoldInto:
    @settings(max_examples=60, deadline=None)
    @given(
        seed=st.integers(0, 20),
        pauses=st.lists(st.integers(0, 40), min_size=1, max_size=8),
        place=st.floats(0, 1),
        side=st.sampled_from(Side),
    )
    def test_either_side_gives_what_was_known(self, seed, pauses, place, side):
        story = Story(seed=seed).begin(EVENING)
        story.publish()
        opened = story.plan_class(story.register_facility())
        for pause in pauses:
            story.wait(timedelta(minutes=pause))
            story.complete(story.enroll(opened))
        events = [recorded(event) for event in story.events]
        moment = events[int(place * (len(events) - 1))].recorded_at
        day = ledger_day(moment)

        told = Told(era=1, position=0, side=side)
        until = [each for each in events if each.day == day and each.recorded_at <= moment]
        after = [each for each in events if each.day == day and each.recorded_at > moment]
        rules.fold_into(told, until if side is Side.UNTIL else after)
        whole = [each for each in events if each.day < day + (side is Side.AFTER) * timedelta(1)]
        days = ledger.fold(whole).cells.get(ENROLLMENTS, {})

        known = sums_of(each for each in events if each.recorded_at <= moment)
        assert together(days, told.sums.get(ENROLLMENTS, {})) == known

    def test_adds_page_to_page(self):
        story = Story().begin(EVENING).play(people=12)
        events = [recorded(event) for event in story.events]
        at_once, in_pages = (Told(era=1, position=0, side=Side.UNTIL) for _ in range(2))

        rules.fold_into(at_once, events)
        for start in range(0, len(events), 7):
            rules.fold_into(in_pages, events[start : start + 7])

        assert together(at_once.sums[ENROLLMENTS]) == together(in_pages.sums[ENROLLMENTS]) != {}


class TestSpan:
    @pytest.mark.parametrize(
        ("until", "after", "side"),
        [(0, 0, Side.UNTIL), (5, 5, Side.UNTIL), (4, 5, Side.UNTIL), (5, 4, Side.AFTER)],
    )
    def test_chooses_the_side_with_fewer_events(self, until, after, side):
        assert Span(1, 9, until, after).side is side


class TestCheckPast:
    def test_refuses_what_has_not_come(self):
        rules.check_past(PRESENT, now=PRESENT)

        with pytest.raises(AsOfInTheFutureError):
            rules.check_past(PRESENT + timedelta(microseconds=1), now=PRESENT)
