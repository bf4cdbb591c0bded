from datetime import date

import pytest

from services.registry.areas.rules import (
    AreaCodeInvalidError,
    AreaNameMissingError,
    AreaOlderError,
    AreaParentMismatchError,
    AreaParentUnknownError,
    AreaTooCoarseError,
    Change,
    PresentArea,
    TimeZoneUnknownError,
    judge_row,
    level_of,
    locate,
    parent_of,
    read_row,
    time_zone_of,
)
from shared.schemas.registry import AreaLevel, TimeZone

OLD, NEW = date(2022, 1, 1), date(2026, 5, 6)


class TestLevelOf:
    @pytest.mark.parametrize(
        ("code", "level"),
        [
            ("33", AreaLevel.PROVINCE),
            ("33.73", AreaLevel.REGENCY),
            ("33.73.04", AreaLevel.DISTRICT),
            ("33.73.04.1001", AreaLevel.VILLAGE),
        ],
    )
    def test_counts_the_dots(self, code, level):
        assert level_of(code) is level

    @pytest.mark.parametrize(
        "code",
        ["", "3", "3373", "33.7", "33.73.4", "33.73.04.1", "33.73.04.1001.1", "33.73 ", "٣٣"],
    )
    def test_refuses_what_is_no_code(self, code):
        with pytest.raises(AreaCodeInvalidError):
            level_of(code)


class TestParentOf:
    def test_cuts_the_last_part_off(self):
        assert parent_of("33.73.04") == "33.73"

    def test_is_none_for_a_province(self):
        assert parent_of("33") is None


class TestTimeZoneOf:
    @pytest.mark.parametrize(
        ("code", "zone"),
        [
            ("11.01", TimeZone.WIB),  # Aceh
            ("21.71", TimeZone.WIB),  # Kepulauan Riau
            ("31.71", TimeZone.WIB),  # Jakarta
            ("36.71", TimeZone.WIB),  # Banten
            ("51.71", TimeZone.WITA),  # Bali
            ("53.71", TimeZone.WITA),  # Nusa Tenggara Timur
            ("61.71", TimeZone.WIB),  # Kalimantan Barat
            ("62.71", TimeZone.WIB),  # Kalimantan Tengah
            ("63.71", TimeZone.WITA),  # Kalimantan Selatan
            ("64.72.01", TimeZone.WITA),  # Kalimantan Timur
            ("65.71.01.1001", TimeZone.WITA),  # Kalimantan Utara
            ("73.71", TimeZone.WITA),  # Sulawesi Selatan
            ("81.71", TimeZone.WIT),  # Maluku
            ("82.71", TimeZone.WIT),  # Maluku Utara
            ("91.71", TimeZone.WIT),  # Papua
            ("96.71", TimeZone.WIT),  # Papua Barat Daya
        ],
    )
    def test_follows_the_decree(self, code, zone):
        assert time_zone_of(code) is zone

    def test_is_none_for_a_province(self):
        assert time_zone_of("61") is None

    @pytest.mark.parametrize("code", ["66.01", "00.01", "41.01"])
    def test_refuses_a_province_that_no_rule_states(self, code):
        with pytest.raises(TimeZoneUnknownError):
            time_zone_of(code)


class TestLocate:
    def test_names_regency_province_and_zone(self):
        location = locate("73.71.02.1003")

        assert location.province_code == "73"
        assert location.regency_code == "73.71"
        assert location.time_zone is TimeZone.WITA

    def test_refuses_a_province(self):
        with pytest.raises(AreaTooCoarseError):
            locate("73")


class TestReadRow:
    def test_takes_a_parent_that_agrees_with_the_code(self):
        area = read_row(7, {"code": "33.73.04", "regency_code": "33.73", "name": "Sidomukti"})

        assert (area.row, area.parent_code) == (7, "33.73")

    def test_refuses_a_parent_that_disagrees(self):
        with pytest.raises(AreaParentMismatchError):
            read_row(1, {"code": "33.73.04", "regency_code": "33.74", "name": "Sidomukti"})

    def test_refuses_a_row_without_a_name(self):
        with pytest.raises(AreaNameMissingError):
            read_row(1, {"code": "33", "name": ""})


def judge(*, present: PresentArea | None, parent_known: bool = True, valid_from: date = NEW):
    given = read_row(1, {"code": "33.73", "name": "Kota Salatiga"})
    return judge_row(given, present=present, parent_known=parent_known, valid_from=valid_from)


class TestJudgeRow:
    @pytest.mark.parametrize(
        ("present", "change"),
        [
            (None, Change.CREATE),
            (PresentArea("Kota Salatiga", OLD), Change.NOTHING),
            (PresentArea("Kota Salatiga", NEW), Change.NOTHING),
            (PresentArea("Salatiga", OLD), Change.SUCCEED),
            (PresentArea("Salatiga", NEW), Change.CORRECT),
        ],
    )
    def test_says_what_the_row_does(self, present, change):
        assert judge(present=present) is change

    def test_refuses_a_new_area_without_its_parent(self):
        with pytest.raises(AreaParentUnknownError):
            judge(present=None, parent_known=False)

    def test_refuses_to_change_what_a_later_list_said(self):
        with pytest.raises(AreaOlderError):
            judge(present=PresentArea("Salatiga", NEW), valid_from=OLD)
