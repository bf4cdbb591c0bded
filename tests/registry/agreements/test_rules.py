from datetime import date

import pytest

from services.registry.agreements.rules import (
    AgreementBasisRefusedError,
    AgreementEndInvalidError,
    AgreementPartiesInvalidError,
    AgreementPeriodInvalidError,
    AgreementRenewalInvalidError,
    AgreementStateRefusedError,
    SignatoryPartyUnknownError,
    Term,
    Verb,
    check_basis,
    check_end,
    check_parties,
    check_period,
    check_renewal,
    check_signatories,
    check_verb,
    in_force,
)
from services.registry.agreements.rules import AgreementKind as K
from services.registry.agreements.rules import AgreementState as S
from services.registry.agreements.rules import KeptState as Kept

MARCH, APRIL = date(2025, 3, 25), date(2025, 4, 1)
DECEMBER = date(2025, 12, 31)
JUNE = date(2025, 6, 1)


def term(state: Kept = Kept.SIGNED, **facts) -> Term:
    return Term(**{"state": state, "valid_from": MARCH, **facts})


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


class TestCheckSignatories:
    def test_takes_several_for_one_party(self):
        check_signatories([0, 1, 1], parties=2)

    def test_names_the_one_whose_party_is_missing(self):
        with pytest.raises(SignatoryPartyUnknownError) as refused:
            check_signatories([0, 2], parties=2)

        assert refused.value.pointer == "/signatories/1/party"


class TestCheckPeriod:
    @pytest.mark.parametrize("valid_to", [None, MARCH, APRIL])
    def test_takes_an_end_that_is_not_before_the_beginning(self, valid_to):
        check_period(valid_from=MARCH, valid_to=valid_to)

    def test_refuses_an_end_before_the_beginning(self):
        with pytest.raises(AgreementPeriodInvalidError):
            check_period(valid_from=APRIL, valid_to=MARCH)


class TestCheckBasis:
    @pytest.mark.parametrize(
        ("kind", "basis"),
        [
            (K.MOU, None),
            (K.PKS, (K.MOU, term())),
            (K.PKS, (K.MOU, term(valid_from=APRIL))),
            (K.PLAN, (K.PKS, term())),
        ],
    )
    def test_takes_an_mou_and_what_follows_it(self, kind, basis):
        check_basis(kind, valid_from=APRIL, basis=basis)

    @pytest.mark.parametrize(
        ("kind", "basis"),
        [
            (K.MOU, (K.MOU, term())),
            (K.PKS, None),
            (K.PKS, (K.PKS, term())),
            (K.PKS, (K.PLAN, term())),
            (K.PLAN, None),
            (K.PLAN, (K.MOU, term())),
            (K.PKS, (K.MOU, term(valid_from=date(2025, 4, 2)))),
            (K.PKS, (K.MOU, term(valid_to=date(2025, 3, 31)))),
            (K.PKS, (K.MOU, term(Kept.TERMINATED, ended_on=APRIL))),
            (K.PKS, (K.MOU, term(Kept.DRAFT))),
        ],
    )
    def test_refuses_any_other_chain(self, kind, basis):
        with pytest.raises(AgreementBasisRefusedError):
            check_basis(kind, valid_from=APRIL, basis=basis)

    def test_lets_a_draft_follow_a_draft(self):
        check_basis(K.PKS, valid_from=APRIL, basis=(K.MOU, term(Kept.DRAFT)), draft=True)


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


ENDED = {"valid_to": DECEMBER, "ended_on": JUNE}


class TestTerm:
    @pytest.mark.parametrize(
        ("of", "day", "state"),
        [
            (term(Kept.DRAFT), APRIL, S.DRAFT),
            (term(), date(2025, 3, 24), S.SIGNED),
            (term(), MARCH, S.ACTIVE),
            (term(), date(2050, 1, 1), S.ACTIVE),
            (term(valid_to=DECEMBER), date(2025, 10, 1), S.ACTIVE),
            (term(valid_to=DECEMBER), date(2025, 10, 2), S.EXPIRING),
            (term(valid_to=DECEMBER), DECEMBER, S.EXPIRING),
            (term(valid_to=DECEMBER), date(2026, 1, 1), S.EXPIRED),
            (term(Kept.TERMINATED, **ENDED), date(2025, 5, 31), S.ACTIVE),
            (term(Kept.TERMINATED, **ENDED), JUNE, S.TERMINATED),
            (term(Kept.RENEWED, ended_on=JUNE), date(2025, 5, 31), S.ACTIVE),
            (term(Kept.RENEWED, ended_on=JUNE), JUNE, S.RENEWED),
            (term(Kept.RENEWED, valid_to=APRIL, ended_on=JUNE), date(2025, 5, 1), S.EXPIRED),
        ],
    )
    def test_is_what_the_day_makes_of_it(self, of, day, state):
        assert of.state_on(day) is state

    @pytest.mark.parametrize(
        ("of", "last_day"),
        [
            (term(), None),
            (term(valid_to=DECEMBER), DECEMBER),
            (term(Kept.TERMINATED, **ENDED), date(2025, 5, 31)),
            (term(Kept.RENEWED, valid_to=APRIL, ended_on=JUNE), APRIL),
        ],
    )
    def test_has_a_last_day(self, of, last_day):
        assert of.last_day == last_day

    @pytest.mark.parametrize(
        ("of", "first", "last", "held"),
        [
            (term(Kept.DRAFT), APRIL, None, False),
            (term(valid_to=DECEMBER), APRIL, DECEMBER, True),
            (term(valid_to=DECEMBER), APRIL, date(2026, 1, 1), False),
            (term(), date(2025, 3, 24), APRIL, False),
            (term(Kept.TERMINATED, **ENDED), APRIL, date(2025, 5, 31), True),
            (term(Kept.TERMINATED, **ENDED), APRIL, JUNE, False),
        ],
    )
    def test_holds_over_all_days_or_not(self, of, first, last, held):
        assert of.holds(first, last) is held


class TestCheckVerb:
    @pytest.mark.parametrize(
        ("of", "verbs"),
        [
            (term(Kept.DRAFT), {Verb.CHANGE, Verb.SIGN}),
            (term(), {Verb.COVER, Verb.ACT, Verb.TERMINATE, Verb.RENEW}),
            (term(valid_from=DECEMBER), {Verb.COVER, Verb.ACT, Verb.TERMINATE, Verb.RENEW}),
            (term(valid_to=APRIL), {Verb.RENEW}),
            (term(Kept.TERMINATED, **ENDED), set()),
            # Its end was decided on, though it still holds.
            (term(Kept.RENEWED, ended_on=DECEMBER), set()),
        ],
    )
    def test_allows_what_the_present_state_allows(self, of, verbs):
        for verb in verbs:
            check_verb(of, verb, today=JUNE)
        for verb in set(Verb) - verbs:
            with pytest.raises(AgreementStateRefusedError) as refused:
                check_verb(of, verb, today=JUNE)
            assert set(refused.value.extra["allowed"]) == verbs

    def test_says_what_it_is_at_present(self):
        with pytest.raises(AgreementStateRefusedError) as refused:
            check_verb(term(valid_to=APRIL), Verb.TERMINATE, today=JUNE)

        assert refused.value.extra == {"present": "EXPIRED", "allowed": ["RENEW"]}


class TestCheckEnd:
    @pytest.mark.parametrize("day", [MARCH, JUNE, DECEMBER])
    def test_takes_a_day_on_which_it_would_hold(self, day):
        check_end(term(valid_to=DECEMBER), day=day)

    @pytest.mark.parametrize("day", [date(2025, 3, 24), date(2026, 1, 1)])
    def test_refuses_any_other(self, day):
        with pytest.raises(AgreementEndInvalidError):
            check_end(term(valid_to=DECEMBER), day=day)


class TestCheckRenewal:
    def test_refuses_a_successor_that_begins_with_what_it_renews(self):
        check_renewal(term(), valid_from=APRIL)
        with pytest.raises(AgreementRenewalInvalidError):
            check_renewal(term(), valid_from=MARCH)
