from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.selection_criteria import rules
from services.enrollment.selection_criteria.rules import Weight
from services.enrollment.waves.rules import SelectionMethod

OPENS = datetime(2027, 1, 4, 1, tzinfo=UTC)


class TestCheckWeights:
    def test_takes_weights_that_are_a_hundred_in_all(self):
        rules.check_weights([Weight("PLAN", 60), Weight("TALK", 40)])

    @pytest.mark.parametrize("weights", [(60, 39), (60, 41), (100, 1)])
    def test_refuses_any_other_sum(self, weights):
        with pytest.raises(rules.WeightsError) as refused:
            rules.check_weights([Weight(f"C{place}", each) for place, each in enumerate(weights)])

        assert refused.value.pointer == "/criteria"

    def test_names_the_criterion_that_is_there_twice(self):
        with pytest.raises(rules.CriterionRepeatedError) as refused:
            rules.check_weights([Weight("PLAN", 50), Weight("PLAN", 50)])

        assert refused.value.pointer == "/criteria/1/code"


class TestCheckChangeable:
    def test_criteria_stand_from_the_moment_at_which_applications_open(self):
        rules.check_changeable(opens_at=OPENS, now=OPENS - timedelta(seconds=1))

        with pytest.raises(rules.CriteriaFrozenError):
            rules.check_changeable(opens_at=OPENS, now=OPENS)


class TestCheckScored:
    @pytest.mark.parametrize("method", [SelectionMethod.FIRST_COME, SelectionMethod.LOTTERY])
    def test_only_a_wave_with_scores_has_criteria(self, method):
        rules.check_scored(SelectionMethod.SCORE)

        with pytest.raises(rules.WaveNotScoredError):
            rules.check_scored(method)


class TestCheckScorable:
    def test_scores_stand_once_the_ranking_is_approved(self):
        rules.check_scorable(scored_until=None)

        with pytest.raises(rules.ScoresFrozenError):
            rules.check_scorable(scored_until=OPENS)
