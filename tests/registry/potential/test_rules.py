import pytest

from services.registry.potential.rules import (
    PotentialRepeatedError,
    TradeBalance,
    check_once,
    unmet,
)


class TestUnmet:
    def test_puts_first_what_nobody_offers_then_what_most_are_asked_for(self):
        balances = unmet(
            {"GARMENT": 10, "WELDING": 300, "BAKERY": 50, "ICT": 20},
            [("WELDING", 2), ("CRAFT", 9)],
        )

        assert balances == [
            TradeBalance("BAKERY", 50, 0),
            TradeBalance("ICT", 20, 0),
            TradeBalance("GARMENT", 10, 0),
            TradeBalance("WELDING", 300, 2),
        ]


class TestCheckOnce:
    @pytest.mark.parametrize(
        ("ranks", "demands", "pointer"),
        [
            ([1, 2, 1], [], "/commodities/2"),
            ([1], [("ICT", "62"), ("ICT", "62")], "/demands/1"),
        ],
    )
    def test_names_what_stands_there_twice(self, ranks, demands, pointer):
        with pytest.raises(PotentialRepeatedError) as refused:
            check_once(ranks, demands)

        assert refused.value.pointer == pointer

    def test_takes_one_trade_in_two_divisions(self):
        check_once([1, 2], [("ICT", "62"), ("ICT", "63")])
