from datetime import date

import pytest

from services.registry.agreements.rules import (
    AgreementBasisRefusedError,
    AgreementPartiesInvalidError,
    AgreementPeriodInvalidError,
    check_basis,
    check_parties,
    check_period,
    in_force,
)
from services.registry.agreements.rules import AgreementKind as K

MARCH, APRIL = date(2025, 3, 25), date(2025, 4, 1)


class TestCheckParties:
    def test_takes_two_ministries(self):
        check_parties(["MANPOWER", "MSME"], ministries=["MANPOWER", "MSME"])

    @pytest.mark.parametrize(
        ("parties", "ministries"),
        [(["MSME"], ["MSME"]), (["MSME", "MSME"], ["MSME", "MSME"]), (["a", "b"], [])],
    )
    def test_refuses_anything_less(self, parties, ministries):
        with pytest.raises(AgreementPartiesInvalidError):
            check_parties(parties, ministries=ministries)


class TestCheckPeriod:
    @pytest.mark.parametrize("valid_to", [None, MARCH, APRIL])
    def test_takes_an_end_that_is_not_before_the_beginning(self, valid_to):
        check_period(valid_from=MARCH, valid_to=valid_to)

    def test_refuses_an_end_before_the_beginning(self):
        with pytest.raises(AgreementPeriodInvalidError):
            check_period(valid_from=APRIL, valid_to=MARCH)


class TestCheckBasis:
    @pytest.mark.parametrize(
        ("kind", "basis"), [(K.MOU, None), (K.PKS, (K.MOU, MARCH)), (K.PKS, (K.MOU, APRIL))]
    )
    def test_takes_an_mou_and_the_pks_that_follows_it(self, kind, basis):
        check_basis(kind, valid_from=APRIL, basis=basis)

    @pytest.mark.parametrize(
        ("kind", "basis"),
        [
            (K.MOU, (K.MOU, MARCH)),
            (K.PKS, None),
            (K.PKS, (K.PKS, MARCH)),
            (K.PKS, (K.MOU, date(2025, 4, 2))),
        ],
    )
    def test_refuses_any_other_chain(self, kind, basis):
        with pytest.raises(AgreementBasisRefusedError):
            check_basis(kind, valid_from=APRIL, basis=basis)


class TestInForce:
    @pytest.mark.parametrize(
        ("day", "valid_to", "held"),
        [
            (MARCH, None, True),
            (date(2025, 3, 24), None, False),
            (APRIL, APRIL, True),
            (date(2025, 4, 2), APRIL, False),
        ],
    )
    def test_includes_both_ends(self, day, valid_to, held):
        assert in_force(day, valid_from=MARCH, valid_to=valid_to) is held
