from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from services.reporting.indicators.rules import AreaBasis, Dimension
from services.reporting.people_indicators.rules import FUNNEL, PROGRESS
from services.reporting.place_indicators.rules import FACILITIES
from services.reporting.questions.rules import (
    Areas,
    DimensionNotOfferedError,
    IndicatorUnknownError,
    Moment,
    Period,
    Question,
    ValueUnknownError,
)
from services.reporting.questions.schemas import ReportQuery, cuts_of, question_of


class TestQuestionOf:
    def test_reads_everything_that_can_be_asked(self):
        question = question_of(
            FUNNEL,
            {
                "by": ["province,sex", "province"],
                "indicator": ["seated,claims"],
                "sex": ["MALE", "FEMALE,MALE"],
                "disability": ["true"],
                "area_basis": ["residence"],
                "as_of": ["2026-11-22T17:30:00Z"],
                "from": ["2026-11-01"],
                "to": ["2026-11-30"],
                "compare_from": ["2026-10-01"],
                "compare_to": ["2026-10-31"],
                "areas": ["now"],
            },
        )

        assert question == Question(
            by=(Dimension.PROVINCE, Dimension.SEX),
            chosen=((Dimension.SEX, ("FEMALE", "MALE")), (Dimension.DISABILITY, ("true",))),
            area_basis=AreaBasis.RESIDENCE,
            indicators=("claims", "seated"),
            period=Period(date(2026, 11, 1), date(2026, 11, 30)),
            compared=Period(date(2026, 10, 1), date(2026, 10, 31)),
            as_of=Moment(datetime(2026, 11, 22, 17, 30, tzinfo=UTC), date(2026, 11, 23)),
            areas=Areas.NOW,
        )

    @pytest.mark.parametrize(
        ("given", "error", "suggested"),
        [
            ({"by": ["provinse"]}, DimensionNotOfferedError, "province"),
            ({"by": ["Facility-Kind"]}, DimensionNotOfferedError, "facility_kind"),
            ({"by": ["xyzzy"]}, DimensionNotOfferedError, None),
            ({"indicator": ["complete"]}, IndicatorUnknownError, "completed"),
            ({"facility_kind": ["PLUTO"]}, ValueUnknownError, "PLUT"),
            ({"sex": ["female"]}, ValueUnknownError, "FEMALE"),
            ({"areas": ["noww"]}, ValueUnknownError, "now"),
            ({"format": ["cvs"]}, ValueUnknownError, "csv"),
        ],
    )
    def test_suggests_what_was_meant(self, given, error, suggested):
        with pytest.raises(error) as refused:
            question_of(FUNNEL, given)

        assert refused.value.extra["suggestion"] == suggested

    def test_tells_nobody_what_he_sent(self):
        with pytest.raises(ValueUnknownError) as refused:
            question_of(FUNNEL, {"sex": ["3273041234567890"]})

        assert "3273041234567890" not in str(refused.value.extra) + str(refused.value.detail)


class TestCutsOf:
    def test_offers_what_the_report_has(self):
        names = {each["name"]: each for each in cuts_of(FACILITIES)["parameters"]}

        assert "status" in names
        assert "sex" not in names
        assert names["by"]["schema"]["items"]["enum"] == [*FACILITIES.dimensions]
        assert names["indicator"]["schema"]["items"]["enum"][:2] == ["facilities", "active"]

    def test_every_dimension_but_days_is_a_parameter(self):
        times = {Dimension.DAY, Dimension.MONTH}

        assert {each.value for each in set(Dimension) - times} <= set(ReportQuery.model_fields)

    def test_lists_an_indicator_of_two_targets_once(self):
        names = {each["name"]: each for each in cuts_of(PROGRESS)["parameters"]}

        codes = names["indicator"]["schema"]["items"]["enum"]
        assert len(codes) == len(set(codes))


class TestQuestionOfWhatCannotBe:
    def test_names_every_format_there_is(self):
        with pytest.raises(ValueUnknownError) as refusal:
            question_of(FUNNEL, {"format": ["pdf"]})

        assert refusal.value.extra["allowed"] == ["json", "csv", "xlsx", "geojson"]

    @pytest.mark.parametrize(
        ("given", "kind"),
        [
            ({"as_of": ["yesterday"]}, "datetime_parsing"),
            ({"as_of": ["1700000000"]}, "datetime_parsing"),
            ({"as_of": ["1899-12-31T10:00:00Z"]}, "day_out_of_range"),
            ({"from": ["yesterday"]}, "date_parsing"),
            ({"to": ["3000-01-01"]}, "day_out_of_range"),
            ({"month": ["2027-13"]}, "string_pattern_mismatch"),
            ({"month": ["2027-00"]}, "string_pattern_mismatch"),
        ],
    )
    def test_says_what_is_wrong_with_a_day(self, given, kind):
        with pytest.raises(ValidationError) as refusal:
            question_of(FUNNEL, given)

        assert [each["type"] for each in refusal.value.errors()] == [kind]

    def test_reads_the_first_and_the_last_month_of_a_year(self):
        question = question_of(FUNNEL, {"month": ["2027-01,2027-12"]})

        assert dict(question.chosen)[Dimension.MONTH] == ("2027-01", "2027-12")
