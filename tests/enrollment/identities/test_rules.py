from datetime import date
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.identities.rules import (
    Nik,
    NikKey,
    NikKeys,
    NikMalformedError,
    NikSyntheticError,
    SealedNik,
    birth_digits,
    check_digits,
    holds_nik,
    nik_warnings,
    parse_nik,
)

PERSON = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11")
OTHER = UUID("01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e12")
NONCE = b"n" * 12


def parse(text: str, declared: date = date(1985, 4, 17), *, allow_synthetic: bool = False) -> Nik:
    return parse_nik(text, declared_birth_date=declared, allow_synthetic=allow_synthetic)


@given(st.dates(date(1906, 1, 1), date(2026, 1, 1)), st.booleans())
def test_the_digits_of_a_birth_are_what_a_nik_says_of_it(born_on, female):
    nik = parse(f"320101{birth_digits(born_on, female=female)}0012", born_on)

    assert (nik.born_on, nik.female) == (born_on, female)


class TestParseNik:
    @pytest.mark.parametrize(
        ("text", "declared", "born_on", "female", "district"),
        [
            ("3201011704850012", date(1985, 4, 17), date(1985, 4, 17), False, "32.01.01"),
            ("3201015704850012", date(1985, 4, 17), date(1985, 4, 17), True, "32.01.01"),
            ("6501010102010003", date(2001, 2, 1), date(2001, 2, 1), False, "65.01.01"),
            ("6501010102010003", date(1901, 2, 1), date(1901, 2, 1), False, "65.01.01"),
            ("9601017112990003", date(1999, 12, 31), date(1999, 12, 31), True, "96.01.01"),
            ("3171012902000001", date(2000, 2, 29), date(2000, 2, 29), False, "31.71.01"),
            # Nobody was born on 29 February 1900: the nearest century that has the day.
            ("3171012902000001", date(1905, 1, 1), date(2000, 2, 29), False, "31.71.01"),
            # Born at the end of one century, declared in the next.
            ("3171013112990001", date(2000, 1, 1), date(1999, 12, 31), False, "31.71.01"),
        ],
    )
    def test_reads_place_birth_and_sex(self, text, declared, born_on, female, district):
        nik = parse(text, declared)

        assert (nik.born_on, nik.female, nik.district_code) == (born_on, female, district)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "320101170485001",
            "32010117048500121",
            "32010117048500l2",
            "3201 01170485001",
            "٣٢٠١٠١١٧٠٤٨٥٠٠١٢",
            "3201010004850012",
            "3201013204850012",
            "3201014004850012",
            "3201017204850012",
            "3201011700850012",
            "3201011713850012",
            "3201013102850012",
            "3201012902850012",
        ],
    )
    def test_refuses_what_is_not_sixteen_digits_with_a_birthday(self, text):
        with pytest.raises(NikMalformedError):
            parse(text)

    def test_refuses_serial_0000_where_data_are_real(self):
        with pytest.raises(NikSyntheticError):
            parse("3201011704850000")

    def test_accepts_serial_0000_in_a_demonstration(self):
        assert parse("3201011704850000", allow_synthetic=True).synthetic

    @given(
        st.dates(min_value=date(1930, 1, 1), max_value=date(2015, 12, 31)),
        st.booleans(),
        st.integers(1, 9999),
    )
    def test_reads_back_every_nik_that_an_office_could_issue(self, born, female, serial):
        day = born.day + (40 if female else 0)
        text = f"330401{day:02d}{born:%m%y}{serial:04d}"

        nik = parse(text, born)

        assert (nik.born_on, nik.female, nik.digits) == (born, female, text)

    def test_never_prints_its_digits(self):
        nik = parse("3201011704850012")

        assert nik.masked == "3201********0012"
        assert "1704850" not in f"{nik!r} {nik}"


class TestCheckDigits:
    def test_refuses_letters(self):
        with pytest.raises(NikMalformedError):
            check_digits("3201011704850o12")


class TestNikWarnings:
    NIK = parse("3201011704850012")

    @pytest.mark.parametrize(
        ("changes", "codes"),
        [
            ({}, []),
            ({"birth_date": date(1985, 4, 18)}, ["nik-birth-date-differs"]),
            ({"female": True}, ["nik-sex-differs"]),
            ({"district_known": False}, ["nik-place-unknown"]),
        ],
    )
    def test_names_each_part_that_disagrees(self, changes, codes):
        declared = {"birth_date": date(1985, 4, 17), "female": False, "district_known": True}

        assert nik_warnings(self.NIK, **{**declared, **changes}) == codes


def keys(**changes) -> NikKeys:
    values = {"current": "k1", "keys": {"k1": NikKey(b"a" * 32, b"i" * 32)}}
    return NikKeys(**{**values, **changes})


class TestNikKeys:
    DIGITS = "3201011704850012"

    def test_opens_what_it_sealed(self):
        sealed = keys().seal(self.DIGITS, participant_id=PERSON, nonce=NONCE)

        assert keys().unseal(sealed, participant_id=PERSON) == self.DIGITS
        assert self.DIGITS.encode() not in sealed.cipher

    def test_does_not_open_in_another_row(self):
        sealed = keys().seal(self.DIGITS, participant_id=PERSON, nonce=NONCE)

        with pytest.raises(InvalidTag):
            keys().unseal(sealed, participant_id=OTHER)

    def test_does_not_open_under_another_key_id(self):
        same = NikKey(b"a" * 32, b"i" * 32)
        both = keys(keys={"k1": same, "k2": same})
        sealed = both.seal(self.DIGITS, participant_id=PERSON, nonce=NONCE)

        with pytest.raises(InvalidTag):
            both.unseal(SealedNik(sealed.cipher, "k2"), participant_id=PERSON)

    def test_opens_old_seals_after_a_new_key_came(self):
        sealed = keys().seal(self.DIGITS, participant_id=PERSON, nonce=NONCE)
        rotated = NikKeys(
            "k2", {"k1": NikKey(b"a" * 32, b"i" * 32), "k2": NikKey(b"b" * 32, b"i" * 32)}
        )

        assert rotated.unseal(sealed, participant_id=PERSON) == self.DIGITS
        assert rotated.index_of(self.DIGITS) == keys().index_of(self.DIGITS)

    def test_indexes_with_a_key_of_its_own(self):
        index = keys().index_of(self.DIGITS)

        assert len(index) == 32
        assert index != keys(keys={"k1": NikKey(b"a" * 32, b"j" * 32)}).index_of(self.DIGITS)

    @pytest.mark.parametrize(
        "changes",
        [
            {"current": "k9"},
            {"keys": {"k1": NikKey(b"a" * 16, b"i" * 32)}},
            {"keys": {"k1": NikKey(b"a" * 32, b"i" * 31)}},
            {"keys": {"k1": NikKey(b"a" * 32, b"a" * 32)}},
            {
                "keys": {
                    "k1": NikKey(b"a" * 32, b"i" * 32),
                    "k2": NikKey(b"b" * 32, b"j" * 32),
                }
            },
        ],
    )
    def test_refuses_keys_that_would_let_a_person_register_twice_or_be_guessed(self, changes):
        with pytest.raises(ValueError, match="key"):
            keys(**changes)

    def test_never_prints_a_key(self):
        assert "aaaa" not in repr(keys())


class TestHoldsNik:
    @pytest.mark.parametrize(
        ("text", "held"),
        [
            ("3201011704850012", True),
            ("arsip/3201.0117.0485.0012.pdf", True),
            ("KTP 320101-170485-0012", True),
            ("Dinas/BA/2026/17", False),
            ("081200000017", False),
            (str(PERSON), False),
            ("01a20284-0c23-7abc-9234-567890123456", False),
            ("9" * 15, False),
            ("32010117048500123201015704850012", True),
        ],
    )
    def test_sees_sixteen_digits_that_are_no_id(self, text, held):
        assert holds_nik(text) is held
