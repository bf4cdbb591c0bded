import pytest

from services.reporting.scorecards.rules import CRITERIA, PARTS, Virtue, judge, tally


def row(value=None, *, top=0, bottom=None, suppressed=False) -> dict:
    return {"value": value, "numerator": top, "denominator": bottom, "suppressed": suppressed}


def card(**figures) -> dict:
    """Return every figure of a card, nothing counted but `figures`."""
    empty = {(part.code, each): row() for part in PARTS for each in part.indicators}
    return empty | {(name.split("__")[0], name.split("__")[1]): r for name, r in figures.items()}


def met(**figures) -> dict[str, bool | None]:
    return {each["code"]: each["met"] for each in judge(card(**figures))}


class TestJudge:
    @pytest.mark.parametrize(
        ("figure", "code", "expected"),
        [
            ({"classes__silent": row(0)}, "reports_its_classes", True),
            ({"classes__silent": row(1, top=1)}, "reports_its_classes", False),
            ({"roll__rolls_called": row(19, top=19, bottom=20)}, "calls_the_roll", True),
            ({"roll__rolls_called": row(18, top=18, bottom=20)}, "calls_the_roll", False),
            ({"output__completed": row(8, top=8, bottom=10)}, "people_complete", True),
            ({"output__completed": row(7, top=7, bottom=10)}, "people_complete", False),
            ({"outcomes__answered": row(0.6, top=6, bottom=10)}, "knows_its_graduates", True),
            ({"outcomes__answered": row(None, suppressed=True)}, "knows_its_graduates", None),
            ({"use__utilisation": row(0.6, top=600, bottom=1_000)}, "uses_its_rooms", True),
            ({"use__utilisation": row(0.59, top=590, bottom=1_000)}, "uses_its_rooms", False),
            ({"use__idle_hours_used": row(0.0)}, "opens_to_others", False),
            ({"standing__maturity_mandiri": row(1.0, top=1, bottom=1)}, "sustains_itself", True),
            ({"standing__milestones_done": row(0.8, top=4, bottom=5)}, "follows_its_roadmap", True),
            ({"standing__covered": row(1, top=1, bottom=1)}, "has_partners", True),
            ({"standing__covered": row(0, top=0, bottom=1)}, "has_partners", False),
        ],
    )
    def test_holds_each_figure_against_its_number(self, figure, code, expected):
        assert met(**figure)[code] is expected

    def test_says_nothing_of_what_was_never_counted(self):
        nothing = met()

        assert len(nothing) == len(CRITERIA)
        assert set(nothing.values()) == {None}


def test_tells_how_many_are_met_of_those_that_can_be_told():
    judged = judge(card(classes__silent=row(0), output__completed=row(1, top=1, bottom=10)))

    assert tally(judged, Virtue.CREDIBLE) == {"met": 1, "told": 2, "of": 5}
    assert tally(judged, Virtue.SELF_RELIANT) == {"met": 0, "told": 0, "of": 5}


def test_every_criterion_and_figure_is_one_that_a_report_counts():
    counted = {(part.code, each.code) for part in PARTS for each in part.report.indicators}

    assert {(each.part, each.indicator) for each in CRITERIA} <= counted
    assert {(part.code, each) for part in PARTS for each in part.indicators} <= counted
