from datetime import date

import pytest

from services.registry.area_changes.rules import (
    AreaChangeShapeError,
    AreaChangeTooEarlyError,
    AreaChildrenUnplacedError,
    AreaLevelMismatchError,
    AreaNotCandidateError,
    Decree,
    Named,
    Plan,
    Taken,
    check_candidate,
    check_shape,
    links_of,
    plan_change,
)
from services.registry.areas.rules import (
    AreaChangeKind,
    AreaParentUnknownError,
    AreaUnknownError,
    AreaValidityOverlapsError,
    PresentArea,
)

SINCE, DAY, LATER = date(2020, 1, 1), date(2022, 11, 11), date(2024, 1, 1)
PAPUA = {
    "91": "Papua",
    "91.01": "Kabupaten Merauke",
    "91.01.01": "Merauke",
    "91.01.01.1001": "Kelapa Lima",
    "91.02": "Kabupaten Jayawijaya",
    "91.71": "Kota Jayapura",
}


def present(*codes: str, **changes) -> dict[str, PresentArea]:
    return {code: PresentArea(PAPUA[code], SINCE, **changes) for code in codes or PAPUA}


def decree(kind: str, olds: list[str], news: dict[str, str], children=None, day=DAY) -> Decree:
    to = [Named(code, name) for code, name in news.items()]
    return Decree(AreaChangeKind(kind), day, olds, to, children or {})


def plan(given: Decree, *, known=("91", "92", "93"), taken=(), areas=None) -> Plan:
    check_shape(given)
    return plan_change(
        given,
        present=present() if areas is None else areas,
        known_parents=known,
        taken=taken,
    )


SPLIT = decree("SPLIT", ["91"], {"91": "Papua", "93": "Papua Selatan"}, {"91.01": "93.01"})
RECODE = decree("RECODE", ["91.01"], {"93.01": "Kabupaten Merauke"})


class TestCheckShape:
    @pytest.mark.parametrize(
        "given",
        [
            decree("RENAME", ["91.01"], {"93.01": "Merauke"}),
            decree("RENAME", ["91.01", "91.02"], {"91.01": "A", "91.02": "B"}),
            decree("RENAME", ["91.01"], {"91.01": "Merauke"}, {"91.01.01": "91.01.02"}),
            decree("RECODE", ["91.01"], {"91.01": "Merauke"}),
            decree("RECODE", ["91.01", "91.02"], {"93.01": "Merauke"}),
            decree("MERGE", ["91.01"], {"91.03": "Merauke"}),
            decree("MERGE", ["91.01", "91.02"], {"91.03": "A", "91.04": "B"}),
            decree("MERGE", ["91.01", "91.01"], {"91.03": "A"}),
            decree("SPLIT", ["91.01"], {"91.03": "A"}),
            decree("SPLIT", ["91.01", "91.02"], {"91.03": "A", "91.04": "B"}),
            decree("SPLIT", ["91"], {"91": "Papua", "93": "B"}, {"92.01": "93.01"}),
            decree("SPLIT", ["91"], {"91": "Papua", "93": "B"}, {"91.01": "94.01"}),
        ],
    )
    def test_refuses_areas_that_do_not_fit_the_kind(self, given):
        with pytest.raises(AreaChangeShapeError):
            check_shape(given)

    def test_refuses_two_levels(self):
        with pytest.raises(AreaLevelMismatchError):
            check_shape(decree("RECODE", ["91.01"], {"93.01.01": "Merauke"}))

    @pytest.mark.parametrize("given", [SPLIT, RECODE])
    def test_takes_a_sound_change(self, given):
        check_shape(given)


class TestPlanChange:
    def test_splits_and_lets_the_old_area_stay(self):
        made = plan(SPLIT, known=())

        assert made.links == [
            ("91", "91"),
            ("91", "93"),
            ("91.01", "93.01"),
            ("91.01.01", "93.01.01"),
            ("91.01.01.1001", "93.01.01.1001"),
        ]
        assert made.ends == ["91.01", "91.01.01", "91.01.01.1001"]
        assert [area.code for area in made.opens] == [
            "93", "93.01", "93.01.01", "93.01.01.1001",
        ]  # fmt: skip
        assert made.opens[1] == Named("93.01", "Kabupaten Merauke")

    def test_gives_an_area_that_stays_its_new_name(self):
        given = decree("SPLIT", ["91"], {"91": "Papua Utara", "93": "Papua Selatan"})

        made = plan(given, known=())

        assert made.ends == ["91"]
        assert made.opens == [Named("91", "Papua Utara"), Named("93", "Papua Selatan")]

    def test_refuses_to_end_a_split_area_whose_children_have_nowhere_to_go(self):
        given = decree("SPLIT", ["91"], {"93": "A", "94": "B"}, {"91.01": "93.01"})

        with pytest.raises(AreaChildrenUnplacedError):
            plan(given, known=())

    def test_recodes_everything_below(self):
        made = plan(RECODE)

        assert made.links[0] == ("91.01", "93.01")
        assert made.opens[-1] == Named("93.01.01.1001", "Kelapa Lima")
        assert made.ends == ["91.01", "91.01.01", "91.01.01.1001"]

    def test_lets_two_areas_change_their_codes(self):
        given = decree(
            "RECODE",
            ["91.01", "91.02"],
            {"91.02": "Kabupaten Merauke", "91.01": "Kabupaten Jayawijaya"},
        )
        taken = [Taken(code, present()[code]) for code in ("91.01", "91.02")]

        made = plan(given, taken=taken)

        assert made.ends[:2] == ["91.01", "91.01.01"]
        assert Named("91.02.01", "Merauke") in made.opens

    def test_merges_into_one_of_them(self):
        given = decree("MERGE", ["91.01", "91.02"], {"91.02": "Kabupaten Jayawijaya"})

        made = plan(given, taken=[Taken("91.02", present()["91.02"])])

        assert made.ends == ["91.01", "91.01.01", "91.01.01.1001"]
        assert made.opens == [
            Named("91.02.01", "Merauke"),
            Named("91.02.01.1001", "Kelapa Lima"),
        ]
        assert ("91.01", "91.02") in made.links

    def test_refuses_two_children_under_one_code(self):
        areas = present() | {"91.02.01": PresentArea("Wamena", SINCE)}
        given = decree("MERGE", ["91.01", "91.02"], {"91.09": "Baru"})

        with pytest.raises(AreaValidityOverlapsError):
            plan(given, areas=areas)

    def test_takes_another_code_for_a_child_that_would_collide(self):
        areas = present() | {"91.02.01": PresentArea("Wamena", SINCE)}
        given = decree("MERGE", ["91.01", "91.02"], {"91.09": "Baru"}, {"91.02.01": "91.09.02"})

        assert Named("91.09.02", "Wamena") in plan(given, areas=areas).opens

    def test_renames_without_a_new_code(self):
        made = plan(decree("RENAME", ["91.71"], {"91.71": "Kota Port Numbay"}))

        assert made == Plan(["91.71"], [Named("91.71", "Kota Port Numbay")], [("91.71", "91.71")])

    def test_refuses_a_rename_to_the_same_name(self):
        with pytest.raises(AreaChangeShapeError):
            plan(decree("RENAME", ["91.71"], {"91.71": "Kota Jayapura"}))

    def test_refuses_an_unknown_old_code(self):
        with pytest.raises(AreaUnknownError) as refused:
            plan(RECODE, areas=present("91.02"))
        assert refused.value.pointer == "/from_codes/0"

    def test_refuses_an_unknown_child(self):
        given = decree("SPLIT", ["91"], {"91": "Papua", "93": "B"}, {"91.05": "93.01"})

        with pytest.raises(AreaUnknownError) as refused:
            plan(given, known=())
        assert refused.value.pointer == "/children/0/from_code"

    def test_refuses_a_new_area_below_none(self):
        with pytest.raises(AreaParentUnknownError):
            plan(RECODE, known=("91",))

    @pytest.mark.parametrize("day", [SINCE, date(2019, 1, 1)])
    def test_refuses_a_day_before_the_present_validity(self, day):
        with pytest.raises(AreaChangeTooEarlyError):
            plan(decree("RECODE", ["91.01"], {"93.01": "Kabupaten Merauke"}, day=day))

    @pytest.mark.parametrize(
        "other",
        [
            PresentArea("Kabupaten Merauke", SINCE),
            PresentArea("Kabupaten Merauke", LATER),
            PresentArea("Kabupaten Merauke", SINCE, LATER),
            PresentArea("Kabupaten Asmat", DAY),
        ],
    )
    def test_refuses_a_code_that_another_area_has(self, other):
        with pytest.raises(AreaValidityOverlapsError):
            plan(RECODE, taken=[Taken("93.01", other)])

    def test_takes_what_a_list_brought_in_on_the_same_day(self):
        taken = [
            Taken("93.01", PresentArea("Kabupaten Merauke", DAY)),
            Taken("93.01.01", PresentArea("Distrik Merauke", DAY)),
        ]

        made = plan(RECODE, taken=taken)

        assert made.opens == [Named("93.01.01.1001", "Kelapa Lima")]
        assert len(made.links) == 3

    def test_refuses_what_another_decree_made_on_the_same_day(self):
        made = Taken("93.01", PresentArea("Kabupaten Merauke", DAY), decreed=True)

        with pytest.raises(AreaValidityOverlapsError):
            plan(RECODE, taken=[made])

    def test_does_not_end_what_a_list_has_ended_on_that_day(self):
        made = plan(RECODE, areas=present("91.01", valid_to=DAY))

        assert made.ends == []
        assert made.links == [("91.01", "93.01")]


class TestLinksOf:
    def test_moves_only_the_children_that_a_split_names(self):
        assert links_of(SPLIT, present("91", "91.01", "91.02")) == [
            ("91", "91"),
            ("91", "93"),
            ("91.01", "93.01"),
        ]


class TestCheckCandidate:
    @pytest.mark.parametrize("code", ["93.01", "93.01.02", "93.01.02.1001"])
    def test_takes_a_candidate_and_all_below_it(self, code):
        check_candidate(code, ["93.01", "93.02"])

    def test_takes_any_area_when_no_decree_names_one(self):
        check_candidate("94.01", [])

    def test_refuses_another_area(self):
        with pytest.raises(AreaNotCandidateError):
            check_candidate("93.011", ["93.01"])
