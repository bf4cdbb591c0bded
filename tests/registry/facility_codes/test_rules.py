from datetime import date

import pytest

from services.registry.facility_codes.rules import CodePeriodInvalidError, Following, follow

DAY = date(2026, 5, 6)


class TestFollow:
    @pytest.mark.parametrize(
        ("valid_from", "in_place"), [(date(2026, 5, 7), False), (date(2026, 5, 6), True)]
    )
    def test_ends_the_present_code_or_corrects_it(self, valid_from, in_place):
        assert follow(present_from=DAY, valid_from=valid_from) == Following(in_place=in_place)

    def test_refuses_to_go_back_before_the_present_code(self):
        with pytest.raises(CodePeriodInvalidError):
            follow(present_from=DAY, valid_from=date(2026, 5, 5))
