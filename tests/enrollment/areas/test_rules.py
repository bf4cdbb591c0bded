from services.enrollment.areas.rules import LEVEL_BY_LENGTH, in_order
from shared.schemas.registry import AreaLevel


class TestInOrder:
    def test_copies_from_the_top_down(self):
        assert in_order({AreaLevel.VILLAGE: 1, AreaLevel.PROVINCE: 1, AreaLevel.REGENCY: 1}) == [
            AreaLevel.PROVINCE,
            AreaLevel.REGENCY,
            AreaLevel.VILLAGE,
        ]


class TestLevelByLength:
    def test_knows_every_level(self):
        codes = ["33", "33.73", "33.73.04", "33.73.04.1001"]

        assert [LEVEL_BY_LENGTH[len(code)] for code in codes] == list(AreaLevel)
