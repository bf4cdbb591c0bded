from datetime import UTC, datetime, timedelta

import pytest

from services.enrollment.quotas.rules import (
    Limit,
    Quota,
    QuotaDimension,
    QuotaFullError,
    QuotaKind,
    Traits,
    WaveQuotas,
    admitted,
    check_admitted,
    is_member,
)
from shared.ids import new_id
from shared.schemas.enrollment import EntrantKind, Sex

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
WAVE = new_id()
HER = Traits("33", Sex.FEMALE, EntrantKind.MICRO, disability=True)
HIM = Traits("34", Sex.MALE, EntrantKind.SMALL, disability=False)


def limit(dimension="SEX", value="FEMALE", *, seats=2, taken=0, wave=WAVE, **sizes) -> Limit:
    release = sizes.pop("release_at", None)
    kind = QuotaKind.AT_MOST if release is None else QuotaKind.AT_LEAST
    quota = Quota(new_id(), wave, QuotaDimension(dimension), value, kind, seats, release)
    return Limit(quota, taken, **sizes)


class TestIsMember:
    @pytest.mark.parametrize(
        ("dimension", "value", "her", "him"),
        [
            ("PROVINCE", "33", True, False),
            ("SEX", "MALE", False, True),
            ("ENTRANT_KIND", "MICRO", True, False),
            ("DISABILITY", "true", True, False),
            ("DISABILITY", "false", False, True),
        ],
    )
    def test_is_who_has_the_value(self, dimension, value, her, him):
        quota = limit(dimension, value).quota
        assert (is_member(quota, HER), is_member(quota, HIM)) == (her, him)


class TestBlocks:
    @pytest.mark.parametrize(("taken", "blocked"), [(1, False), (2, True), (3, True)])
    def test_at_most_lets_so_many_members_in(self, taken, blocked):
        quota = limit(seats=2, taken=taken)
        assert quota.blocks(HER, now=NOON) is blocked
        assert not quota.blocks(HIM, now=NOON)

    @pytest.mark.parametrize(("held", "blocked"), [(7, False), (8, True)])
    def test_at_least_leaves_others_what_it_does_not_keep(self, held, blocked):
        keeps = limit(seats=3, taken=1, held=held, capacity=10, release_at=NOON + HOUR)
        assert keeps.blocks(HIM, now=NOON) is blocked
        assert not keeps.blocks(HER, now=NOON)

    def test_at_least_keeps_nothing_once_it_is_released(self):
        keeps = limit(seats=3, held=10, capacity=10, release_at=NOON)
        assert not keeps.blocks(HIM, now=NOON)
        assert keeps.blocks(HIM, now=NOON - HOUR)


class TestAdmitted:
    def test_passes_over_whom_a_quota_blocks(self):
        quotas = WaveQuotas([limit(seats=1)])
        line = [HER, HER, HIM, HER, HIM]
        assert admitted(line, quotas, wave_id=WAVE, seats=3, now=NOON) == [0, 2, 4]
        assert quotas.limits[0].taken == 0

    def test_holds_all_quotas_at_once(self):
        quotas = WaveQuotas([limit(seats=1), limit("PROVINCE", "34", seats=1)])
        assert admitted([HER, HIM, HER, HIM], quotas, wave_id=WAVE, seats=4, now=NOON) == [0, 1]

    def test_asks_no_quota_of_another_wave(self):
        quotas = WaveQuotas([limit(seats=0, wave=new_id())])
        assert admitted([HER, HER], quotas, wave_id=WAVE, seats=2, now=NOON) == [0, 1]


class TestCheckAdmitted:
    def test_names_the_quota_and_its_release(self):
        quotas = WaveQuotas([limit(seats=5, held=5, capacity=10, release_at=NOON + HOUR)])
        with pytest.raises(QuotaFullError) as refused:
            check_admitted(quotas, HIM, wave_id=WAVE, now=NOON)
        assert refused.value.extra["quota"] == {
            "dimension": "SEX",
            "value": "FEMALE",
            "kind": "AT_LEAST",
            "seats": 5,
            "release_at": (NOON + HOUR).isoformat(),
        }
        check_admitted(quotas, HER, wave_id=WAVE, now=NOON)
