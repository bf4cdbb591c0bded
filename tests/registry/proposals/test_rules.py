import pytest

from services.registry.proposals.rules import (
    Difference,
    ProposalClosedError,
    ProposalOfAnotherError,
    ProposalOutdatedError,
    ProposalOwnError,
    ProposalState,
    check_fresh,
    check_maker,
    check_open,
    check_other,
    differences,
)

BEFORE = {"name": "Melati", "address": "Jl. Contoh 1", "trades": ["BAKERY"]}


class TestDifferences:
    @pytest.mark.parametrize(
        ("change", "found"),
        [
            ({"name": "Melati"}, []),
            ({"name": "Anggrek", "trades": ["BAKERY"]}, [("name", "Melati", "Anggrek")]),
            ({"address": None}, [("address", "Jl. Contoh 1", None)]),
        ],
    )
    def test_tells_what_would_be_other_than_it_is(self, change, found):
        assert differences(BEFORE, change) == [Difference(*each) for each in found]


CHANGE = {"name": "Anggrek"}
KEPT = [Difference("name", "Melati", "Anggrek")]


class TestCheckFresh:
    def test_lets_other_members_change(self):
        check_fresh(KEPT, {"name": "Melati"}, CHANGE)

    def test_tells_what_would_change_now(self):
        with pytest.raises(ProposalOutdatedError) as refusal:
            check_fresh(KEPT, {"name": "Mawar"}, CHANGE)

        assert refusal.value.extra == {
            "present": [{"member": "name", "before": "Mawar", "after": "Anggrek"}]
        }

    def test_does_not_do_again_what_is_so_already(self):
        with pytest.raises(ProposalOutdatedError) as refusal:
            check_fresh(KEPT, {"name": "Anggrek"}, CHANGE)

        assert refusal.value.extra == {"present": []}


class TestWhoMayTurnIt:
    def test_lets_another_decide_and_its_maker_withdraw(self):
        check_other(maker="i|ani", actor="i|budi")
        check_maker(maker="i|ani", actor="i|ani")

    def test_lets_nobody_decide_his_own_nor_withdraw_anothers(self):
        with pytest.raises(ProposalOwnError):
            check_other(maker="i|ani", actor="i|ani")
        with pytest.raises(ProposalOfAnotherError):
            check_maker(maker="i|ani", actor="i|budi")

    @pytest.mark.parametrize("state", [each for each in ProposalState if each != "OPEN"])
    def test_lets_nobody_turn_what_is_closed(self, state):
        with pytest.raises(ProposalClosedError):
            check_open(state)
