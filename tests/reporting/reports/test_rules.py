import pytest

from services.reporting.catalogue.rules import REPORTS
from services.reporting.indicators.rules import Dimension, Report, Unit
from services.reporting.outcome_indicators.rules import OUTCOMES
from services.reporting.people_indicators.rules import FUNNEL, OPENING, PROGRESS
from services.reporting.questions.rules import Question
from services.reporting.reports import rules
from services.reporting.reports.rules import ZONES
from shared.schemas.registry import TimeZone
from shared.scope import NATIONAL, SYSTEM, Reach, Scope


class TestZones:
    def test_hold_each_of_the_38_provinces_once(self):
        codes = [code for zone in TimeZone for code in ZONES[zone]]

        assert len(codes) == len(set(codes)) == 38


class TestIsPublic:
    def test_admits_everybody_down_to_the_province(self):
        question = Question(by=(Dimension.PROVINCE,), chosen=((Dimension.WAVE, ("w",)),))

        assert rules.is_public(PROGRESS, question)
        assert rules.is_public(OPENING, question)

    @pytest.mark.parametrize(
        "question",
        [
            Question(by=(Dimension.REGENCY,)),
            Question(by=(Dimension.PROVINCE, Dimension.SEX)),
            Question(chosen=((Dimension.FACILITY, ("f",)),)),
        ],
    )
    def test_asks_for_a_token_below_the_province(self, question: Question):
        assert not rules.is_public(PROGRESS, question)

    @pytest.mark.parametrize("report", [FUNNEL, OUTCOMES])
    def test_asks_for_a_token_for_every_other_report(self, report: Report):
        assert not rules.is_public(report, Question())


class TestNeedsPlaces:
    @pytest.mark.parametrize("scope", [SYSTEM, NATIONAL, Scope((Reach(provinces=("32",)),))])
    def test_is_false_down_to_the_province(self, scope: Scope):
        assert not rules.needs_places(scope)

    def test_is_true_as_soon_as_one_reach_is_a_regency(self):
        scope = Scope((Reach(provinces=("32",)), Reach(regencies=("33.01",))))

        assert rules.needs_places(scope)


class TestRowsOf:
    def test_gives_zeros_and_no_share_when_nothing_was_counted(self):
        rows = rules.rows_of(OPENING, Question(), {})

        assert [row["dims"]["indicator"] for row in rows] == ["classes_opened", "present", "silent"]
        assert [row["numerator"] for row in rows] == [0, 0, 0]
        assert [row["value"] for row in rows] == [None, None, 0]

    def test_holds_numerator_denominator_and_response_rate(self):
        sums = {(): {"present": 30, "seated": 48, "reported": 36}}

        [row] = [
            row
            for row in rules.rows_of(OPENING, Question(), sums)
            if row["dims"]["indicator"] == "present"
        ]

        assert row == {
            "dims": {"indicator": "present"},
            "value": 0.625,
            "numerator": 30,
            "denominator": 48,
            "response_rate": 0.75,
            "unreached": None,
            "few_answers": False,
            "suppressed": False,
            "compared": None,
        }

    def test_holds_progress_against_both_targets(self):
        rows = rules.rows_of(PROGRESS, Question(), {(): {"seated": 2_500}})

        values = {
            row["dims"]["target"]: row["value"]
            for row in rows
            if row["dims"]["indicator"] == "seated"
        }
        assert values == {5_000: 0.5, 10_000: 0.25}

    def test_parts_of_progress_add_up_to_the_whole(self):
        question = Question(by=(Dimension.PROVINCE,))
        rows = rules.rows_of(PROGRESS, question, {("32",): {"seated": 60}, ("51",): {"seated": 40}})

        shares = [row["value"] for row in rows if row["dims"] == {**row["dims"], "target": 5_000}]
        assert sum(shares) == pytest.approx(100 / 5_000)

    def test_shows_every_horizon_even_before_anybody_has_answered(self):
        completed = rules.spread_over_horizons({(): {"asked": 10}}, (3, 6, 12))

        rows = rules.rows_of(OUTCOMES, Question(), completed)

        assert {row["dims"]["horizon"] for row in rows} == {3, 6, 12}
        assert {row["response_rate"] for row in rows} == {0.0}

    def test_comes_in_the_order_of_the_keys(self):
        question = Question(by=(Dimension.PROVINCE,))

        rows = rules.rows_of(OPENING, question, {("51",): {}, ("32",): {}})

        assert [row["dims"]["province"] for row in rows[::3]] == ["32", "51"]


class TestReports:
    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    def test_name_both_languages_and_a_denominator_for_every_share(self, report: Report):
        for indicator in report.indicators:
            assert indicator.label.id
            assert indicator.label.en
            if indicator.unit in (Unit.RATIO, Unit.MEAN):
                assert indicator.denominator or indicator.target

    @pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.code)
    def test_offer_every_dimension_that_is_public(self, report: Report):
        assert report.public <= set(report.dimensions)


class TestWithholdSmall:
    ROW = {  # noqa: RUF012 - never changed
        "dims": {"indicator": "seated"},
        "value": 9,
        "numerator": 9,
        "denominator": 12,
        "response_rate": None,
        "unreached": 7,
        "few_answers": False,
        "suppressed": False,
        "compared": {"value": 8, "numerator": 8, "denominator": 10, "difference": 1},
    }

    @pytest.mark.parametrize("numerator", [-4, -1, 1, 4])
    def test_withholds_few_people_added_or_taken_away(self, numerator: int):
        [row] = rules.withhold_small([{**self.ROW, "value": numerator, "numerator": numerator}])

        assert row["suppressed"]
        assert {row[name] for name in ("value", "numerator", "denominator", "compared")} == {None}

    @pytest.mark.parametrize("numerator", [-5, 0, 5])
    def test_shows_none_and_many(self, numerator: int):
        row = {**self.ROW, "value": numerator, "numerator": numerator}

        assert rules.withhold_small([row]) == [row]

    def test_withholds_the_other_period_alone_when_that_is_small(self):
        compared = {"value": 3, "numerator": 3, "denominator": 10, "difference": 6}

        [row] = rules.withhold_small([{**self.ROW, "compared": compared}])

        assert (row["value"], row["compared"], row["suppressed"]) == (9, None, False)

    def test_tells_no_few_who_were_not_reached(self):
        [row] = rules.withhold_small([{**self.ROW, "unreached": 2}])

        assert (row["value"], row["unreached"]) == (9, None)
