"""Numbers of certificates, and what may become of one."""

import re

import pytest

from services.enrollment.certificates import rules
from shared.schemas.enrollment import CertificateState

VALID, REVOKED, REISSUED = (
    CertificateState.VALID,
    CertificateState.REVOKED,
    CertificateState.REISSUED,
)


@pytest.mark.parametrize(
    ("code", "serial", "printed"),
    [
        ("UPTD-3373-01", 7, "BALAI-2027-UPTD-3373-01-00007-0123456789"),
        ("blk/33.73", 123456, "BALAI-2027-BLK-33-73-123456-0123456789"),
    ],
)
def test_numbers_a_certificate(code, serial, printed):
    made = rules.number_of(year=2027, facility_code=code, serial=serial, check=bytes(range(10)))

    assert made == printed


def test_draws_the_last_part_from_an_alphabet_that_can_be_read():
    drawn = rules.number_of(year=2027, facility_code="B", serial=1, check=bytes(range(22, 32)))

    assert re.fullmatch(r"BALAI-2027-B-00001-[0-9A-HJKMNP-TV-Z]{10}", drawn)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("BALAI-2027-B-00001-01ABCDEFGH", "BALAI-2027-B-00001-01ABCDEFGH"),
        (" balai-2027-b-00001-oiabcdefgh ", "BALAI-2027-B-00001-01ABCDEFGH"),
        ("BALAI-2027-IOL-00001-LLLLLLLLLL", "BALAI-2027-IOL-00001-1111111111"),
        ("oil", "OIL"),
    ],
)
def test_reads_what_somebody_typed_off_a_paper(typed, meant):
    assert rules.as_printed(typed) == meant


@pytest.mark.parametrize(
    ("present", "wanted", "allowed"),
    [
        (VALID, REVOKED, True),
        (VALID, REISSUED, True),
        (VALID, VALID, False),
        (REVOKED, REISSUED, False),
        (REVOKED, REVOKED, False),
        (REISSUED, REVOKED, False),
    ],
)
def test_ends_only_what_is_valid(present, wanted, allowed):
    if allowed:
        rules.check_turn(present, wanted)
        return
    with pytest.raises(rules.CertificateStateError) as error:
        rules.check_turn(present, wanted)
    assert error.value.extra["present"] == present.value
