from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.enrollment.duplicate_candidates.rules import (
    MOST,
    Likened,
    Likeness,
    candidates,
    judge,
)
from services.enrollment.person_names.rules import name_key
from shared.schemas.enrollment import Sex

BORN = date(1985, 4, 17)


def person(number: int, name: str, **changes) -> Likened:
    values = {"birth_date": BORN, "sex": Sex.FEMALE, "phone": None, "email": None, "nib": None}
    return Likened(id=UUID(int=number), name_key=name_key(name), **{**values, **changes})


class TestJudge:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("Muhammad Rizki Pratama", "Mohamad Rizky Pratama"),
            ("Abdul Rahman", "Abd. Rachman"),
            ("Siti Nur Aisyah", "Aisyah Siti Nur, S.Pd."),
        ],
    )
    def test_one_name_in_two_spellings_and_one_birth_date(self, one, other):
        found = judge(person(2, one), person(1, other))
        assert found is not None
        assert found.pair == (UUID(int=1), UUID(int=2))
        assert found.reasons == (Likeness.NAME, Likeness.BIRTH_DATE)
        assert found.score >= 80

    @pytest.mark.parametrize(
        ("one", "other"),
        [("Budi", "Budi Santoso"), ("Dewi Lestari", "Dewi Anggraini"), ("Sari", "Sari Dewi")],
    )
    def test_a_name_that_merely_holds_another_says_nothing(self, one, other):
        assert judge(person(1, one), person(2, other)) is None

    def test_a_name_alone_says_nothing(self):
        other = person(2, "Sari Contoh", birth_date=date(1990, 1, 1))
        assert judge(person(1, "Sari Contoh"), other) is None

    @pytest.mark.parametrize(
        ("member", "reason"),
        [
            ("phone", Likeness.VERIFIED_PHONE),
            ("email", Likeness.VERIFIED_EMAIL),
            ("nib", Likeness.NIB),
        ],
    )
    def test_what_one_person_has_alone_is_looked_at_whatever_the_name(self, member, reason):
        one = person(1, "Sari Contoh", **{member: "1"})
        other = person(2, "Ratna Dewi", birth_date=date(1990, 1, 1), **{member: "1"})
        found = judge(one, other)
        assert found is not None
        assert (found.reasons, found.score) == ((reason,), 30)

    def test_another_sex_makes_it_less_sure(self):
        one, other = person(1, "Sari Contoh"), person(2, "Sari Contoh")
        same, less = judge(one, other), judge(one, replace(other, sex=Sex.MALE))
        assert same is not None
        assert less is not None
        assert (same.score, less.score) == (90, 75)


def test_keeps_the_surest_of_many():
    others = [person(number, "Sari Contoh") for number in range(2, 40)]
    sure = person(50, "Sari Contoh", phone="1")
    found = candidates(person(1, "Sari Contoh", phone="1"), [*others, sure])
    assert len(found) == MOST
    assert found[0].pair == (UUID(int=1), UUID(int=50))
    assert found[0].score == 100
