import pytest

from services.reporting.catalogue.rules import REPORTS
from services.reporting.dashboard.rules import PROVINCES
from services.reporting.published_tables.rules import TABLES, metadata_of
from services.reporting.sheets.rules import WORDS, day, number, percent, sheet_of


def row(indicator: str, numerator: int | None, **dims) -> dict:
    return {
        "dims": {"indicator": indicator, **dims},
        "value": numerator,
        "numerator": numerator,
        "denominator": None,
        "suppressed": numerator is None,
    }


def target(**changes) -> dict:
    return {
        "label_id": "Peserta",
        "label_en": "Participants",
        "value": 5000,
        "upper_value": 10000,
        "area_codes": [],
        "program_id": None,
        "achievement": {
            "measured": True,
            "suppressed": False,
            "achieved": 1200,
            "reached": False,
            "pace": 30.0,
            "projected_on": "2027-03-29",
        },
        **changes,
    }


def part(code: str, rows: list[dict], in_period: dict | None = None) -> dict:
    return {"rows": rows, "metadata": metadata_of(TABLES[code]), "in_period": in_period}


def content(**tables) -> dict:
    answered = {"value": 0.8, "denominator": 50}
    working = [
        {**row(code, 40, horizon=3), **answered}
        for code in ("answered", "absorbed", "entrepreneurs", "incomes_up")
    ]
    return {
        "title": "Triwulan I",
        "period": {"from": "2027-01-01", "to": "2027-03-31"},
        "taken_at": "2027-03-31T17:00:00Z",
        "synthetic": True,
        "reason": None,
        "tables": {
            "targets": {"rows": [target()]},
            "funnel": part("funnel", [row("seated", 200), row("completed", 50)]),
            "outcomes": part("outcomes", working),
            "utilisation-by-province": {
                **part("utilisation-by-province", []),
                "totals": [
                    {**row("hours_used", 6_000_000), "value": 100_000.0, "denominator": 12_000_000},
                    {**row("utilisation", 50), "value": 0.5, "denominator": 100},
                ],
            },
            "funnel-by-province": part(
                "funnel-by-province",
                [
                    row("seated", 120, province="32"),
                    row("completed", 30, province="32"),
                    row("seated", None, province="51"),
                    row("completed", 0, province="51"),
                ],
            ),
            **tables,
        },
    }


class TestNumber:
    @pytest.mark.parametrize(
        ("value", "language", "written"),
        [
            (1234567, "id", "1.234.567"),
            (1234567, "en", "1,234,567"),
            (12.34, "id", "12,3"),
            (None, "en", "\u2013"),
        ],
    )
    def test_is_written_as_the_language_does(self, value, language, written):
        assert number(value, language) == written

    def test_a_share_is_in_percent(self):
        assert percent(0.125, "id") == "12,5%"
        assert percent(None, "id") == "\u2013"

    def test_a_day_has_its_month_in_words(self):
        assert (day("2027-05-03", "id"), day("2027-05-03", "en")) == ("3 Mei 2027", "3 May 2027")


class TestSheetOf:
    def test_measures_what_was_promised(self):
        [bar] = sheet_of(content(), "id").targets

        assert (bar.name, bar.said, bar.filled) == ("Peserta", "1.200", 24.0)
        assert (bar.beside, bar.note) == ("5.000\u201310.000", "29 Mar 2027")

    @pytest.mark.parametrize(
        ("achievement", "said", "note"),
        [
            ({"measured": False, "achieved": None}, "\u2013", "not counted yet"),
            (
                {"suppressed": True, "achieved": None, "pace": None, "projected_on": None},
                "<5",
                "\u2013",
            ),
            ({"projected_on": None, "pace": 0.0}, "1,200", "not moving"),
            ({"projected_on": None, "pace": -0.5}, "1,200", "not moving"),
            ({"projected_on": None, "pace": 0.002732}, "1,200", "more than a century away"),
            ({"reached": True}, "1,200", "reached"),
        ],
    )
    def test_says_why_no_day_can_be_told(self, achievement, said, note):
        found = {**target()["achievement"], **achievement}
        rows = {"rows": [target(achievement=found)]}

        [bar] = sheet_of(content(targets=rows), "en").targets

        assert (bar.said, bar.note) == (said, note)

    def test_leaves_out_targets_of_areas_and_programmes(self):
        rows = {"rows": [target(area_codes=["32"]), target(program_id="x")]}

        assert sheet_of(content(targets=rows), "en").targets == []

    def test_draws_each_step_against_the_widest(self):
        funnel = sheet_of(content(), "en").funnel

        assert [(each.said, each.filled) for each in funnel] == [("200", 100.0), ("50", 25.0)]

    def test_tells_how_the_hours_of_centres_are_used(self):
        use = sheet_of(content(), "id").use

        assert [(each.name, each.said, each.filled) for each in use] == [
            ("Tingkat pemakaian", "50,0%", 50.0),
            ("Jam dipakai", "100.000", 50.0),
        ]

    def test_tells_outcomes_with_their_response(self):
        [(name, response, bars)] = sheet_of(content(), "en").outcomes

        assert (name, response) == ("After 3 months", "80.0%")
        assert [(each.said, each.beside) for each in bars] == [("80.0%", "40/50")] * 3

    def test_shows_every_province_and_withholds_what_is_withheld(self):
        found = {each[0]: each[1:] for each in sheet_of(content(), "en").provinces}

        assert len(found) == len(PROVINCES) == 38
        assert found["West Java"] == ("120", "30", 100.0)
        assert found["Bali"] == ("<5", "0", 0.0)
        assert found["Aceh"] == ("\u2013", "\u2013", 0.0)

    def test_all_that_it_shows_is_counted(self):
        funnel = {each.code for each in REPORTS["funnel"].indicators}
        outcomes = {each.code for each in REPORTS["outcomes"].indicators}

        assert {"applicants", "eligible", "certified_training", "certified_competence"} <= funnel
        assert {"answered", "absorbed", "entrepreneurs", "incomes_up"} <= outcomes
        hours = {each.code for each in REPORTS["utilisation"].indicators}
        assert {"utilisation", "hours_used", "idle_hours_used"} <= hours


class TestWords:
    def test_each_is_said_in_both_languages(self):
        assert [name for name, text in WORDS.items() if not (text.id and text.en)] == []
