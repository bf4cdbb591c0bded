from datetime import date

import pytest

from services.registry.accreditations import rules
from services.registry.accreditations.rules import (
    AccreditationKind,
    AccreditationPeriodInvalidError,
    AccreditationRevokedError,
    DecreeMissingError,
    RevocationDayInvalidError,
    Standard,
    StandardsInvalidError,
)

ACCREDITATION, LICENSE = AccreditationKind.ACCREDITATION, AccreditationKind.LICENSE
FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)


class TestCheckGrounds:
    @pytest.mark.parametrize(
        ("kind", "standards", "decree"),
        [(ACCREDITATION, set(Standard), "KEP.1"), (LICENSE, set(), None), (LICENSE, set(), "K")],
    )
    def test_takes_what_is_sound(self, kind, standards, decree):
        rules.check_grounds(kind, standards=standards, decree_number=decree)

    @pytest.mark.parametrize(
        ("kind", "standards", "decree", "error"),
        [
            (ACCREDITATION, set(Standard) - {Standard.FINANCE}, "K", StandardsInvalidError),
            (ACCREDITATION, set(), "K", StandardsInvalidError),
            (LICENSE, {Standard.STAFF}, None, StandardsInvalidError),
            (ACCREDITATION, set(Standard), None, DecreeMissingError),
        ],
    )
    def test_refuses_the_rest(self, kind, standards, decree, error):
        with pytest.raises(error):
            rules.check_grounds(kind, standards=standards, decree_number=decree)


class TestCheckPeriod:
    def test_lets_a_license_go_on_for_ever(self):
        rules.check_period(LICENSE, valid_from=FIRST, valid_to=None)
        rules.check_period(ACCREDITATION, valid_from=FIRST, valid_to=FIRST)

    @pytest.mark.parametrize(
        ("kind", "valid_to"), [(ACCREDITATION, None), (LICENSE, date(2024, 12, 31))]
    )
    def test_refuses_the_rest(self, kind, valid_to):
        with pytest.raises(AccreditationPeriodInvalidError):
            rules.check_period(kind, valid_from=FIRST, valid_to=valid_to)


class TestCheckRevocation:
    @pytest.mark.parametrize(
        ("day", "revoked_on", "error"),
        [
            (date(2024, 12, 31), None, RevocationDayInvalidError),
            (date(2028, 1, 1), None, RevocationDayInvalidError),
            (date(2026, 1, 1), date(2025, 6, 1), AccreditationRevokedError),
        ],
    )
    def test_refuses_what_is_not_valid_that_day(self, day, revoked_on, error):
        with pytest.raises(error):
            rules.check_revocation(day, valid_from=FIRST, valid_to=LAST, revoked_on=revoked_on)

    @pytest.mark.parametrize("day", [FIRST, LAST])
    def test_takes_both_ends(self, day):
        rules.check_revocation(day, valid_from=FIRST, valid_to=LAST, revoked_on=None)


class TestStatusOn:
    @pytest.mark.parametrize(
        ("day", "valid_to", "revoked_on", "status"),
        [
            (date(2024, 12, 31), LAST, None, "UPCOMING"),
            (FIRST, LAST, None, "VALID"),
            (LAST, LAST, None, "VALID"),
            (date(2028, 1, 1), LAST, None, "EXPIRED"),
            (date(2099, 1, 1), None, None, "VALID"),
            (date(2026, 5, 31), LAST, date(2026, 6, 1), "VALID"),
            (date(2026, 6, 1), LAST, date(2026, 6, 1), "REVOKED"),
            (date(2030, 1, 1), LAST, date(2026, 6, 1), "REVOKED"),
        ],
    )
    def test_follows_the_days(self, day, valid_to, revoked_on, status):
        found = rules.status_on(day, valid_from=FIRST, valid_to=valid_to, revoked_on=revoked_on)

        assert found == status
