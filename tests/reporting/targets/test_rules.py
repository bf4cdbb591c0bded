from datetime import date

import pytest

from services.reporting.targets.queries import counted_by
from services.reporting.targets.rules import (
    MEASURES,
    Goal,
    Projection,
    TargetInvalidError,
    TargetMode,
    check_goal,
    is_small,
    judge,
    last_day,
)

TODAY = date(2026, 11, 22)
TOTAL, ADDITIONAL = TargetMode.TOTAL, TargetMode.ADDITIONAL


class TestJudge:
    def test_follows_a_hand_computed_example(self):
        # 1,200 of 5,000; 840 of them in 28 days = 30 a day; 3,800 left = 126.7 days of that;
        # 98 days until 28 February = 38.775510 a day.
        goal = Goal(5_000, TOTAL, upper=10_000, by_day=date(2027, 2, 28))

        found = judge(goal, level=1_200, level_before=360, today=TODAY)

        assert (found.achieved, found.gap, found.upper_gap, found.share) == (
            1_200,
            3_800,
            8_800,
            0.24,
        )
        assert found.pace == 30.0
        assert found.pace_needed == 38.77551
        assert found.projected_on == date(2027, 3, 29)
        assert found.projection is Projection.MOVING
        assert found.on_time is False
        assert not found.reached

    def test_counts_what_is_additional_from_its_baseline(self):
        # 2,127 stood there; 2,400 stand now: 273 of the 1,000 that were to come on top.
        goal = Goal(1_000, ADDITIONAL, baseline=2_127, by_day=date(2026, 12, 22))

        found = judge(goal, level=2_400, level_before=2_386, today=TODAY, window_days=7)

        assert (found.achieved, found.gap, found.share) == (273, 727, 0.273)
        assert found.pace == 2.0
        assert found.pace_needed == 24.233333
        assert found.projected_on == date(2027, 11, 21)

    def test_is_on_time_when_it_arrives_on_the_last_day(self):
        goal = Goal(100, TOTAL, by_day=date(2026, 12, 2))

        found = judge(goal, level=90, level_before=62, today=TODAY)

        assert found.projected_on == date(2026, 12, 2)
        assert found.on_time is True

    @pytest.mark.parametrize(("level", "before"), [(90, 90), (90, 95)])
    def test_projects_nothing_for_what_does_not_move_towards_it(self, level, before):
        found = judge(Goal(100, TOTAL), level=level, level_before=before, today=TODAY)

        assert found.projected_on is None
        assert found.projection is Projection.NOT_MOVING
        assert found.on_time is None
        assert found.pace_needed is None

    def test_projects_nothing_beyond_a_century(self):
        # One in 28 days: 36,500 days bring 1,303.57, so that 1,304 to go are too many.
        near, far = (
            judge(Goal(goal, TOTAL), level=1, level_before=0, today=TODAY)
            for goal in (1_304, 1_305)
        )

        assert (near.projection, near.projected_on) == (Projection.MOVING, date(2126, 10, 13))
        assert (far.projection, far.projected_on) == (Projection.BEYOND, None)
        assert far.pace > 0

    def test_a_target_that_is_reached_needs_nothing_more(self):
        goal = Goal(100, TOTAL, by_day=date(2026, 11, 1), upper=150)

        found = judge(goal, level=120, level_before=100, today=TODAY)

        assert (found.gap, found.upper_gap, found.share) == (0, 30, 1.2)
        assert (found.reached, found.on_time, found.pace_needed) == (True, True, 0.0)
        assert found.projection is Projection.REACHED
        assert found.projected_on is None

    def test_after_its_day_no_pace_helps(self):
        goal = Goal(100, TOTAL, by_day=TODAY)

        found = judge(goal, level=90, level_before=10, today=TODAY)

        assert found.pace_needed is None
        assert found.on_time is False

    def test_says_when_there_is_less_than_there_was(self):
        found = judge(Goal(10, ADDITIONAL, baseline=330), level=328, level_before=330, today=TODAY)

        assert (found.achieved, found.gap, found.share) == (-2, 12, -0.2)

    def test_a_share_of_nothing_is_none(self):
        assert judge(Goal(0, TOTAL), level=0, level_before=0, today=TODAY).share is None


class TestCheckGoal:
    @pytest.mark.parametrize(
        ("goal", "options"),
        [
            (Goal(5, TOTAL, upper=5), {"baselines": 0}),
            (Goal(5, TOTAL), {"baselines": 1}),
            (Goal(5, ADDITIONAL), {"baselines": 0}),
            (Goal(5, ADDITIONAL), {"baselines": 2}),
            (Goal(5, TOTAL, by_day=date(2027, 1, 1)), {"baselines": 0, "year": 2026}),
            (
                Goal(5, ADDITIONAL, by_day=date(2027, 1, 1)),
                {"baselines": 1, "counts_from": date(2027, 1, 2)},
            ),
        ],
    )
    def test_refuses_members_that_disagree(self, goal, options):
        with pytest.raises(TargetInvalidError):
            check_goal(goal, **options)

    def test_takes_an_additional_one_with_one_baseline(self):
        check_goal(
            Goal(5, ADDITIONAL, upper=9, by_day=date(2027, 12, 31)),
            baselines=1,
            year=2027,
            counts_from=date(2027, 1, 1),
        )


class TestLastDay:
    @pytest.mark.parametrize(
        ("year", "by_day", "last"),
        [
            (2027, None, date(2027, 12, 31)),
            (2027, date(2027, 6, 30), date(2027, 6, 30)),
            (None, None, None),
        ],
    )
    def test_is_the_day_named_or_the_year_s_last(self, year, by_day, last):
        assert last_day(year=year, by_day=by_day) == last


class TestIsSmall:
    @pytest.mark.parametrize(
        ("counts", "small"),
        [((0, 5), False), ((4,), True), ((100, -1), True), ((-5, 0), False)],
    )
    def test_is_of_one_to_four_people(self, counts, small):
        assert is_small(*counts) is small


class TestMeasures:
    @pytest.mark.parametrize("code", sorted(MEASURES))
    def test_each_is_counted_by_a_cube_with_all_that_it_needs(self, code):
        measure = MEASURES[code]

        cube = counted_by(measure)

        assert cube is not None
        assert cube.by_horizon == (measure.horizon is not None)
        needed = {"day", "province_code", "regency_code", "facility_id"}
        assert {name for name in needed if not hasattr(cube.live, name)} == set()
