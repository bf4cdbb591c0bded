from datetime import date

import pytest

from services.registry.agreement_targets.rules import (
    TargetMode,
    TargetRepeatedError,
    check_targets,
)

ONE = ("PARTICIPANTS", TargetMode.TOTAL, date(2027, 1, 1))


class TestCheckTargets:
    def test_takes_one_indicator_in_both_modes_and_on_two_days(self):
        check_targets([ONE, (ONE[0], TargetMode.ADDITIONAL, ONE[2]), (*ONE[:2], date(2028, 1, 1))])

    def test_names_the_one_that_is_repeated(self):
        with pytest.raises(TargetRepeatedError) as refused:
            check_targets([ONE, ("INCUBATORS", *ONE[1:]), ONE])

        assert refused.value.pointer == "/targets/2"
