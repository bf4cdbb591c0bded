from datetime import date

import pytest

from services.registry.instructors.rules import Candidate, Proof, check_fit
from services.registry.modules.rules import Demands
from shared.errors import ConflictError

FIRST, LAST = date(2026, 5, 4), date(2026, 6, 5)
BAKING = Demands(fields=frozenset({"BAKERY"}), competences=frozenset(), certificate=False)


def proof(
    *competences: str,
    since: date = date(2024, 1, 1),
    until: date | None = None,
    revoked: bool = False,
) -> Proof:
    return Proof(frozenset(competences or {"BAKERY"}), since, until, revoked)


def refusal(demands: Demands, *proofs: Proof, left_on: date | None = None) -> str | None:
    candidate = Candidate(frozenset({"BAKERY"}), proofs, left_on)
    try:
        check_fit(candidate, demands, first_day=FIRST, last_day=LAST)
    except ConflictError as error:
        return error.code
    return None


class TestCheckFit:
    @pytest.mark.parametrize(
        "proofs",
        [
            (),
            (proof(),),
            (proof(since=FIRST, until=LAST),),
            (proof(until=date(2025, 1, 1)), proof(until=LAST)),
            (proof("WELDING", until=date(2025, 1, 1)),),
        ],
        ids=["none", "open", "just long enough", "renewed", "expired in another field"],
    )
    def test_lets_teach_who_holds_what_counts(self, proofs):
        assert refusal(BAKING, *proofs) is None

    @pytest.mark.parametrize(
        "proofs",
        [
            (proof(until=date(2026, 6, 4)),),
            (proof(since=date(2026, 5, 5)),),
            (proof(revoked=True),),
            (proof(until=date(2025, 1, 1)), proof("WELDING")),
        ],
        ids=["ends a day early", "begins a day late", "revoked", "only another field holds"],
    )
    def test_refuses_whose_certificates_do_not_hold_to_the_last_day(self, proofs):
        assert refusal(BAKING, *proofs) == "instructor-certificate-expired"

    @pytest.mark.parametrize(
        ("proofs", "code"),
        [
            ((), "instructor-certificate-missing"),
            ((proof("WELDING"),), "instructor-certificate-missing"),
            ((proof(),), None),
            ((proof("C.10ROT00.001.1"),), None),
        ],
    )
    def test_asks_for_a_certificate_where_the_module_does(self, proofs, code):
        fields = frozenset({"BAKERY", "C.10ROT00.001.1"})

        assert refusal(Demands(fields, frozenset(), certificate=True), *proofs) == code

    @pytest.mark.parametrize(
        ("asked", "code"), [("BAKERY", None), ("WELDING", "instructor-competence-missing")]
    )
    def test_asks_for_every_competence(self, asked, code):
        assert refusal(Demands(frozenset(), frozenset({asked}), certificate=False)) == code

    @pytest.mark.parametrize(
        ("left_on", "code"), [(LAST, None), (date(2026, 6, 4), "instructor-left")]
    )
    def test_refuses_who_leaves_before_the_last_day(self, left_on, code):
        assert refusal(BAKING, left_on=left_on) == code
