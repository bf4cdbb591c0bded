import pytest

from services.registry.modules.rules import (
    ModuleHoursExceededError,
    ModuleState,
    ModuleStateRefusedError,
    ModuleUnitRepeatedError,
    check_content,
    check_turn,
)


class TestCheckTurn:
    @pytest.mark.parametrize(
        ("present", "wanted"), [("DRAFT", "PUBLISHED"), ("PUBLISHED", "RETIRED")]
    )
    def test_lets_a_version_go_on(self, present, wanted):
        check_turn(present=ModuleState(present), wanted=ModuleState(wanted))

    @pytest.mark.parametrize(
        ("present", "wanted"),
        [
            ("DRAFT", "RETIRED"),
            ("PUBLISHED", "DRAFT"),
            ("PUBLISHED", "PUBLISHED"),
            ("RETIRED", "PUBLISHED"),
            ("RETIRED", "RETIRED"),
        ],
    )
    def test_refuses_what_its_life_does_not_know(self, present, wanted):
        with pytest.raises(ModuleStateRefusedError):
            check_turn(present=ModuleState(present), wanted=ModuleState(wanted))


class TestCheckContent:
    @pytest.mark.parametrize("units", [[], [("A.1", 10)], [("A.1", 20), ("A.2", 20)]])
    def test_lets_units_take_no_more_than_the_module(self, units):
        check_content(hours=40, units=units)

    def test_refuses_units_that_take_more(self):
        with pytest.raises(ModuleHoursExceededError):
            check_content(hours=40, units=[("A.1", 20), ("A.2", 21)])

    def test_points_at_the_unit_that_is_named_twice(self):
        with pytest.raises(ModuleUnitRepeatedError) as refusal:
            check_content(hours=40, units=[("A.1", 1), ("A.2", 1), ("A.2", 1)])

        assert refusal.value.pointer == "/units/1/code"
