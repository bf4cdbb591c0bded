import pytest

from services.reporting.business_sizes.rules import (
    SizeClass,
    SizeCriterion,
    is_larger,
    size_class,
)

BILLION = 1_000_000_000


@pytest.mark.parametrize(
    ("criterion", "rupiah", "size"),
    [
        (SizeCriterion.CAPITAL, 0, SizeClass.MICRO),
        (SizeCriterion.CAPITAL, 1 * BILLION, SizeClass.MICRO),
        (SizeCriterion.CAPITAL, 1 * BILLION + 1, SizeClass.SMALL),
        (SizeCriterion.CAPITAL, 5 * BILLION, SizeClass.SMALL),
        (SizeCriterion.CAPITAL, 10 * BILLION, SizeClass.MEDIUM),
        (SizeCriterion.CAPITAL, 10 * BILLION + 1, SizeClass.LARGE),
        (SizeCriterion.SALES, 2 * BILLION, SizeClass.MICRO),
        (SizeCriterion.SALES, 2 * BILLION + 1, SizeClass.SMALL),
        (SizeCriterion.SALES, 15 * BILLION, SizeClass.SMALL),
        (SizeCriterion.SALES, 50 * BILLION, SizeClass.MEDIUM),
        (SizeCriterion.SALES, 50 * BILLION + 1, SizeClass.LARGE),
    ],
)
def test_follow_the_regulation(criterion: SizeCriterion, rupiah: int, size: SizeClass):
    assert size_class(criterion, rupiah) is size


@pytest.mark.parametrize(
    ("before", "after", "larger"),
    [
        (SizeClass.MICRO, SizeClass.SMALL, True),
        (SizeClass.MICRO, SizeClass.LARGE, True),
        (SizeClass.SMALL, SizeClass.SMALL, False),
        (SizeClass.MEDIUM, SizeClass.SMALL, False),
    ],
)
def test_rise_and_fall(before: SizeClass, after: SizeClass, *, larger: bool):
    assert is_larger(after, than=before) is larger
