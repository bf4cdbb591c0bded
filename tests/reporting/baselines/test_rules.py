import pytest

from services.reporting.baselines.rules import FigureInvalidError, check_figure, level_of


class TestCheckFigure:
    @pytest.mark.parametrize(
        ("value", "lower", "upper"),
        [(330, None, None), (None, 4000, None), (None, None, 4000), (None, 5000, 10000)],
    )
    def test_takes_one_number_or_bounds(self, value, lower, upper):
        check_figure(value=value, lower=lower, upper=upper)

    @pytest.mark.parametrize(
        ("value", "lower", "upper"),
        [(None, None, None), (330, 300, None), (330, None, 400), (None, 10, 9)],
    )
    def test_refuses_anything_else(self, value, lower, upper):
        with pytest.raises(FigureInvalidError):
            check_figure(value=value, lower=lower, upper=upper)


class TestLevelOf:
    @pytest.mark.parametrize(
        ("value", "lower", "upper", "level"),
        [(330, None, None, 330), (None, 4000, 4500, 4000), (None, None, 4000, 4000)],
    )
    def test_counts_from_the_value_or_the_bound_that_was_published(
        self, value, lower, upper, level
    ):
        assert level_of(value=value, lower=lower, upper=upper) == level
