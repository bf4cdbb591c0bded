import pytest

from deploy.pilot.freshness import Acknowledged, Sight, lag_of
from deploy.pilot.seeds import Seeds

IDS = Seeds(seed=1, applicants=10, classes=2)


class TestAcknowledged:
    def test_counts_an_enrollment_once_at_its_first_acknowledgment(self):
        acknowledged = Acknowledged()
        acknowledged.add(IDS.id_of("enrollment", 1), 1.0)
        acknowledged.add(IDS.id_of("enrollment", 2), 2.0)

        acknowledged.add(IDS.id_of("enrollment", 1), 3.0)

        assert acknowledged.moments == [1.0, 2.0]


class TestLagOf:
    def test_runs_from_each_acknowledgment_to_the_first_figure_that_counts_it(self):
        sights = [Sight(1.0, 5), Sight(2.0, 6), Sight(4.0, 8)]

        lag = lag_of([1.5, 1.9, 3.0], sights, base=5)

        assert lag is not None
        assert (lag.median_s, lag.events) == (1.0, 3)
        assert lag.worst_s == pytest.approx(2.1)

    def test_lets_what_was_never_shown_count_until_the_last_sight(self):
        lag = lag_of([1.0], [Sight(0.5, 0), Sight(9.0, 0)], base=0)

        assert lag is not None
        assert lag.worst_s == 8.0

    def test_is_never_negative(self):
        lag = lag_of([5.0], [Sight(1.0, 1), Sight(6.0, 1)], base=0)

        assert lag is not None
        assert lag.worst_s == 0.0

    def test_is_unknown_without_acknowledgments(self):
        assert lag_of([], [Sight(1.0, 5)], base=5) is None
