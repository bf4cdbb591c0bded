from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import Whole
from services.reporting.published_tables.rules import (
    TABLES,
    PublishedTableUnknownError,
    canonical,
    find_table,
    metadata_of,
    people_of,
    question_of,
    table_rows,
    withheld_cells,
)

FUNNEL, OPENING, OUTCOMES = (REPORTS[code] for code in ("funnel", "opening", "outcomes"))


def withheld(parts: dict, name: str = "certified_competence") -> set[str]:
    """Return the provinces whose `name` is withheld; the total is what they add up to."""
    sums = {(province,): {name: count} for province, count in parts.items()}
    hidden, _ = withheld_cells(FUNNEL, sums, {(): {name: sum(parts.values())}})
    return {key[0] for key, names in hidden.items() if name in names}


class TestWithheldCells:
    @pytest.mark.parametrize(
        ("parts", "hidden"),
        [
            # Nothing is small.
            ({"31": 5, "32": 70}, set()),
            # 3 could be told by subtracting 70 and 12 from 85: the smallest other goes too.
            ({"31": 3, "32": 70, "33": 12}, {"31", "33"}),
            # 1 + 2 together are 3: whoever subtracts would know that, so 12 goes too.
            ({"31": 1, "32": 2, "33": 12, "34": 60}, {"31", "32", "33"}),
            # Two that are withheld hide each other when they are five or more.
            ({"31": 4, "32": 2, "33": 12}, {"31", "32"}),
            # Nobody there is nobody to be known.
            ({"31": 0, "32": 6}, set()),
            # The total itself is small: every part of it is withheld already.
            ({"31": 1, "32": 2}, {"31", "32"}),
            ({"31": 4}, {"31"}),
        ],
    )
    def test_leaves_no_part_to_be_told_by_subtraction(self, parts, hidden):
        assert withheld(parts) == hidden

    @settings(deadline=None, max_examples=300)
    @given(st.lists(st.integers(min_value=0, max_value=40), min_size=1, max_size=8))
    def test_what_is_withheld_beside_a_total_is_two_parts_and_five_people(self, counts):
        parts = {f"{number:02d}": count for number, count in enumerate(counts)}

        hidden = withheld(parts)

        assert {code for code, count in parts.items() if 0 < count < 5} <= hidden
        people = [parts[code] for code in hidden]
        if people and sum(counts) >= 5:
            assert len(people) >= 2
            assert sum(people) >= 5

    def test_keeps_the_horizons_apart(self):
        parts = {
            ("31", 3): {"answered": 3},
            ("32", 3): {"answered": 40},
            ("31", 6): {"answered": 30},
            ("32", 6): {"answered": 40},
        }
        totals = {(3,): {"answered": 43}, (6,): {"answered": 70}}

        hidden, _ = withheld_cells(OUTCOMES, parts, totals)

        found = {key for key, names in hidden.items() if "answered" in names}
        assert found == {("31", 3), ("32", 3)}

    def test_withholds_the_share_that_all_but_few_have(self):
        parts = {("31", 3): {"answered": 40, "working": 37, "completed": 50}}

        hidden, _ = withheld_cells(OUTCOMES, parts, {})

        assert "working" in hidden["31", 3]
        assert "answered" not in hidden["31", 3]

    def test_withholds_a_total_that_is_small(self):
        _, totals = withheld_cells(FUNNEL, {}, {(): {"seated": 4, "claims": 90}})

        assert "seated" in totals[()]
        assert "claims" not in totals[()]


class TestPeopleOf:
    def test_leaves_out_what_is_summed_up_for_a_mean(self):
        assert "days_to_first_income" not in people_of(OUTCOMES)
        assert {"first_incomes", "answered"} <= people_of(OUTCOMES)


class TestTableRows:
    def test_withholds_every_figure_that_rests_on_a_withheld_sum(self):
        table = find_table("funnel-by-province")
        parts = {("31",): {"claims": 30, "seated": 3, "completed": 0}}
        hidden, _ = withheld_cells(FUNNEL, parts, {})

        rows = table_rows(FUNNEL, question_of(table), parts, hidden)

        shown = {row["dims"]["indicator"]: row for row in rows}
        assert shown["claims"]["value"] == 30
        for code in ("seated", "completed"):
            assert shown[code]["suppressed"]
            assert shown[code]["numerator"] is None
            assert shown[code]["dims"]["province"] == "31"

    def test_shows_a_total_that_nothing_was_ever_counted_of(self):
        rows = table_rows(OUTCOMES, question_of(find_table("outcomes")), {}, {})

        assert Counter(row["dims"]["horizon"] for row in rows) == dict.fromkeys(
            (3, 6, 12), len(OUTCOMES.indicators)
        )


class TestFindTable:
    def test_refuses_what_is_not_on_the_list(self):
        with pytest.raises(PublishedTableUnknownError):
            find_table("people-by-name")


class TestMetadataOf:
    @pytest.mark.parametrize("code", sorted(TABLES))
    def test_says_of_each_figure_what_satu_data_asks(self, code):
        told = metadata_of(TABLES[code])

        assert told["judul"]["id"]
        for indicator in told["indikator"]:
            for member in ("konsep", "definisi", "ukuran", "sumber"):
                assert indicator[member]["id"], (indicator["kode"], member)
                assert indicator[member]["en"], (indicator["kode"], member)


class TestCanonical:
    def test_writes_one_content_in_one_way(self):
        one = canonical({"b": "é", "a": [1, None, 0.5]})

        assert one == '{"a":[1,null,0.5],"b":"é"}'.encode()
        assert canonical({"a": [1, None, 0.5], "b": "é"}) == one


def _exactly(row: list[int], wholes: tuple[Whole, ...], names: list[str]) -> dict[str, int]:
    """Return sums in which every whole is what its parts add up to, and a rest."""
    sums = dict(zip(names, row, strict=True))
    for each in reversed(wholes):
        if each.name in CHAIN:
            sums[each.name] = sum(sums[part] for part in each.parts) + sums.pop(
                f"rest of {each.name}", 0
            )
    return sums


# Wholes of several parts, and what is drawn of each row: the parts that are no wholes, and rests.
CHAIN = ("claims", "seated")
DRAWN = [
    "completed",
    "dropped_out",
    "rest of seated",
    "waitlisted",
    "not_placed",
    "cancelled",
    "rest of claims",
]
SEATS = tuple(each for each in FUNNEL.wholes if each.name in CHAIN and len(each.parts) > 1)
NAMES = ("claims", "seated", "waitlisted", "not_placed", "cancelled", "completed", "dropped_out")
COUNTS = st.one_of(st.just(0), st.integers(1, 6), st.integers(7, 60))


def rank(rows: list[list[int]]) -> int:
    """Return how many of the equations say something that the others do not."""
    left = [[Fraction(each) for each in row] for row in rows]
    found = 0
    for place in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[place]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        found += 1
        left = [
            [each - own * row[place] / pivot[place] for each, own in zip(row, pivot, strict=True)]
            for row in left
        ]
    return found


def determined(unknown: list[tuple], equations: list[dict[tuple, int]]) -> set[tuple]:
    """Return the unknowns that the equations leave one value only."""
    rows = [[each.get(cell, 0) for cell in unknown] for each in equations]
    whole = rank(rows)
    return {
        cell
        for place, cell in enumerate(unknown)
        if rank([*rows, [int(at == place) for at in range(len(unknown))]]) == whole
    }


class TestWholes:
    @settings(deadline=None, max_examples=25)
    @given(
        st.lists(st.lists(COUNTS, min_size=len(DRAWN), max_size=len(DRAWN)), min_size=1, max_size=5)
    )
    def test_no_withheld_cell_follows_from_those_published(self, drawn):
        parts = {
            (f"{number:02d}",): _exactly(row, SEATS, DRAWN) for number, row in enumerate(drawn)
        }
        total = {name: sum(sums[name] for sums in parts.values()) for name in NAMES}

        hidden, hidden_total = withheld_cells(FUNNEL, parts, {(): total})

        rows = {**hidden, (): hidden_total[()]}
        unknown = [(key, name) for key in rows for name in NAMES if name in rows[key]]
        unknown += [(key, f"rest of {name}") for key in rows for name in CHAIN]
        within = [
            {
                (key, each.name): 1,
                (key, f"rest of {each.name}"): -1,
                **{(key, part): -1 for part in each.parts},
            }
            for key in rows
            for each in SEATS
        ]
        summed = [
            {((), name): -1, **{(key, name): 1 for key in parts}}
            for name in (*NAMES, *(f"rest of {name}" for name in CHAIN))
        ]
        found = determined(unknown, within + summed)
        assert not {cell for cell in found if not cell[1].startswith("rest of")}
        for key, sums in {**parts, (): total}.items():
            small = {name for name in NAMES if 0 < sums[name] < 5}
            assert small <= rows[key]

    def test_withholds_the_parts_and_leaves_the_whole(self):
        parts = {
            ("31",): {"claims": 30, "seated": 20, "waitlisted": 3, "cancelled": 7, "reported": 20}
        }

        hidden, _ = withheld_cells(FUNNEL, parts, {})

        assert {"seated", "waitlisted", "cancelled", "not_placed"} <= hidden["31",]
        assert "claims" not in hidden["31",]

    def test_withholds_what_would_tell_the_few_of_the_rest(self):
        # 3 of the 20 are under way still.
        row = {"claims": 20, "seated": 20, "completed": 10, "dropped_out": 7}

        hidden, totals = withheld_cells(FUNNEL, {("31",): row}, {(): row})

        assert {"completed", "dropped_out"} <= hidden["31",] & totals[()]
        assert "seated" not in hidden["31",] | totals[()]

    def test_leaves_classes_where_people_are_withheld(self):
        parts = {("31",): {"classes_opened": 2, "classes_planned": 3, "seated": 4, "present": 4}}

        hidden, _ = withheld_cells(OPENING, parts, {})

        assert hidden["31",] == {"seated", "present", "reported"}

    @pytest.mark.parametrize("code", sorted(REPORTS))
    def test_names_sums_of_people_of_their_report(self, code):
        report = REPORTS[code]
        people = people_of(report)

        for each in report.wholes:
            assert people.issuperset(each.members), each


class TestCosts:
    def test_publishes_no_cost_per_entrepreneur(self):
        table = find_table("costs")

        assert question_of(table, total=True).indicators == ("funding", "cost_per_completed")
        assert [each["kode"] for each in metadata_of(table)["indikator"]] == [
            "funding",
            "cost_per_completed",
        ]
