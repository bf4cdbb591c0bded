from datetime import date

import pytest

from services.registry.areas.rules import (
    AreaCodeInvalidError,
    AreaListIncompleteError,
    AreaNameMissingError,
    AreaOlderError,
    AreaParentMismatchError,
    AreaParentUnknownError,
    AreaTooCoarseError,
    Change,
    PresentArea,
    TimeZoneUnknownError,
    check_whole,
    codes_left_out,
    judge_row,
    level_of,
    locate,
    parent_of,
    read_row,
    time_zone_of,
    what_keeps,
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
            (PresentArea("Salatiga", OLD, NEW), Change.CREATE),
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

    def test_refuses_to_bring_a_code_back_before_it_ended(self):
        with pytest.raises(AreaOlderError):
            judge(present=PresentArea("Kota Salatiga", OLD, date(2027, 1, 1)))


# Two provinces with ten regencies each, and a district in each regency of the first.
COUNTRY = {
    code: PresentArea(code, OLD)
    for province in ("32", "33")
    for regency in (f"{province}.{number}" for number in range(10, 20))
    for code in (province, regency, *([f"{regency}.01"] if province == "32" else []))
}


def without(*codes: str) -> list[str]:
    return [code for code in COUNTRY if not code.startswith(codes)]


class TestCodesLeftOut:
    @pytest.mark.parametrize(
        ("given", "missing"),
        [
            (list(COUNTRY), []),
            ([], []),
            (["32.10.01"], []),
            (["32.10"], [f"32.{number}" for number in range(11, 20)]),
            (["33"], ["32"]),
            (without("32.10"), ["32.10", "32.10.01"]),
        ],
    )
    def test_names_what_stands_beside_what_is_given(self, given, missing):
        assert codes_left_out(COUNTRY, given) == missing

    def test_names_what_lies_below_a_province_that_is_left_out(self):
        missing = codes_left_out(COUNTRY, without("33"))

        assert missing == ["33", *(f"33.{number}" for number in range(10, 20))]


class TestCheckWhole:
    @pytest.mark.parametrize("given", [list(COUNTRY), without("32.10"), without("33.10")])
    def test_takes_a_list_of_all_but_a_few(self, given):
        check_whole(COUNTRY, given, codes_left_out(COUNTRY, given))

    @pytest.mark.parametrize(
        "given",
        [
            [code for code in COUNTRY if code.startswith("32.")],
            without("33.10", "33.11", "32.12"),
            without("33"),
        ],
    )
    def test_refuses_one_that_lost_a_region_or_more_than_a_tenth(self, given):
        with pytest.raises(AreaListIncompleteError):
            check_whole(COUNTRY, given, codes_left_out(COUNTRY, given))


class TestWhatKeeps:
    def keepers(self, given: list[str], *, valid_from: date = NEW) -> dict[str, str | None]:
        missing = codes_left_out(COUNTRY, given)
        found = what_keeps(COUNTRY, given, missing, valid_from=valid_from)
        return {code: error and error.code for code, error in found.items()}

    def test_lets_an_area_end_with_all_below_it(self):
        assert self.keepers(without("32.10")) == {"32.10": None, "32.10.01": None}

    def test_keeps_an_area_above_one_that_stays(self):
        given = [code for code in COUNTRY if code.count(".") < 2 and code != "32.10"]

        assert self.keepers(given) == {"32.10": "area-has-children"}

    def test_keeps_an_area_above_a_new_one(self):
        kept = self.keepers([*without("32.10"), "32.10.02"])

        assert kept == {"32.10": "area-has-children", "32.10.01": None}

    def test_keeps_what_began_on_the_same_day(self):
        assert self.keepers(without("33.10"), valid_from=OLD) == {"33.10": "area-older"}
