from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.registry.facility_duplicates import rules
from services.registry.facility_duplicates.rules import (
    DuplicateDecidedError,
    DuplicateState,
    Likeness,
    Neighbourhoods,
    core_of,
    judge,
    likeness_of,
    site_of,
)
from shared.clock import JAKARTA


def site(name: str, number: int = 1, *, kind="BLKK", regency="33.73", point=None):
    return site_of(UUID(int=number), name, kind, regency, point)


class TestCoreOf:
    @pytest.mark.parametrize(
        ("name", "core"),
        [
            ("Balai Latihan Kerja Komunitas Ponpes Al-Hikmah", "pesantren al hikmah"),
            ("BLK Komunitas Pondok Pesantren Al Hikmah", "pesantren al hikmah"),
            ("BLKK PP. Al-Hikmah", "pesantren al hikmah"),
            ("UPTD BLK Kab. Semarang", "kabupaten semarang"),
            ("UPTD Balai Latihan Kerja Kabupaten Semarang", "kabupaten semarang"),
            ("PLUT-KUMKM Salatiga", "salatiga"),
            ("Balai Latihan Kerja", ""),
        ],
    )
    def test_leaves_out_what_every_such_place_is_called(self, name, core):
        assert core_of(name) == core


class TestLikenessOf:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("BLKK Ponpes Al-Hikmah", "Balai Latihan Kerja Komunitas Pesantren Al Hikmah"),
            ("BLKK Nurul Iman", "BLKK Nurul Imam"),
            ("BLK Kota Salatiga", "UPTD Salatiga Kota"),
        ],
    )
    def test_sees_that_two_are_one(self, one, other):
        assert likeness_of(site(one), site(other)) >= rules.THRESHOLD

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("BLKK Budi", "BLKK Budi Santoso"),
            ("BLKK Al-Hikmah 1", "BLKK Al-Hikmah 2"),
            ("BLKK Al-Hikmah", "BLKK Al-Hikmah II"),
            ("Balai Latihan Kerja Komunitas Melati", "Balai Latihan Kerja Komunitas Kenanga"),
            ("Balai Latihan Kerja", "Balai Latihan Kerja"),
        ],
    )
    def test_keeps_apart_what_is_two(self, one, other):
        assert likeness_of(site(one), site(other)) < rules.THRESHOLD


class TestJudge:
    def test_names_what_two_have_in_common(self):
        one = site("BLKK Melati", 2, point=(-7.33, 110.50))
        other = site("BLKK Melati", 1, regency="33.22", point=(-7.34, 110.51))

        verdict = judge(one, other)

        assert verdict.pair == (other.id, one.id)
        assert (verdict.score, verdict.reasons) == (100, (Likeness.NAME, Likeness.NEAR))

    def test_a_code_of_both_is_enough(self):
        verdict = judge(
            site("BLKK Melati", 1), site("Kenanga", 2), shared=frozenset({Likeness.ASSET_CODE})
        )

        assert verdict.score == 90
        assert verdict.reasons == (Likeness.REGENCY, Likeness.ASSET_CODE)

    def test_is_less_sure_of_other_kinds(self):
        assert judge(site("Melati", 1), site("Melati", 2, kind="PLUT")).score == 92


class TestAreNear:
    @pytest.mark.parametrize(
        ("other", "near"),
        [
            ((-7.33, 110.545), True),
            ((-7.33, 110.546), False),
            ((-7.374, 110.5), True),
            (None, False),
        ],
    )
    def test_means_five_kilometres(self, other, near):
        assert rules.are_near((-7.33, 110.50), other) is near


class TestNeighbourhoods:
    def test_finds_each_pair_once_near_or_in_the_regency(self):
        near = [
            site("BLKK Melati", 1),
            site("BLK Komunitas Melati", 2),
            site("Melati", 3, regency="91.71"),
            site("BLKK Kenanga", 4, point=(-7.3001, 110.5)),
            site("Kenanga", 5, regency="33.22", point=(-7.2999, 110.5)),
            site("Balai Latihan Kerja", 6),
            site("Balai Latihan Kerja", 7),
        ]
        around = Neighbourhoods(near)

        found = [verdict.pair for each in near for verdict in around.alike(each)]

        assert found == [(UUID(int=1), UUID(int=2)), (UUID(int=4), UUID(int=5))]


class TestDueByNight:
    NIGHT = datetime(2026, 5, 6, 2, 0, tzinfo=JAKARTA)

    @pytest.mark.parametrize(
        ("local", "last", "due"),
        [
            (NIGHT, None, True),
            (NIGHT, NIGHT - timedelta(days=1), True),
            (NIGHT, NIGHT - timedelta(hours=1), False),
            (NIGHT + timedelta(hours=8), None, False),
        ],
    )
    def test_is_once_a_night(self, local, last, due):
        assert rules.due_by_night(local, last=last) is due


def test_decides_once():
    rules.check_open(DuplicateState.OPEN)
    for state in (DuplicateState.DISMISSED, DuplicateState.MERGED):
        with pytest.raises(DuplicateDecidedError):
            rules.check_open(state)
