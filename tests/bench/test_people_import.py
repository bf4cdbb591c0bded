"""The people files of the bench are ones an office could send, and its watch sees stalls."""

from deploy.bench.people_files import bad_rows, people_file
from deploy.bench.people_import import Horizon
from services.enrollment.people_imports.rules import read_rows, survey_file
from services.enrollment.person_rows.rules import COLUMNS

DISTRICTS = ["33.73.01", "33.73.02", "91.03.01"]


class TestPeopleFile:
    def test_has_every_person_once_and_one_row_in_a_hundred_bad(self):
        pieces = list(people_file(DISTRICTS, first=7, rows=6_000))

        survey = survey_file(lambda: iter(pieces), columns=COLUMNS)
        rows = [cells for _, cells in read_rows(lambda: iter(pieces), survey, columns=COLUMNS)]

        assert survey.rows == len(rows) == 6_000
        assert len({cells["nik"] for cells in rows}) == 6_000
        bad = [
            cells
            for cells in rows
            if len(cells["nik"]) != 16
            or cells["birth_date"] == "31/02/1985"
            or cells["home_area_code"] not in DISTRICTS
        ]
        assert len(bad) == bad_rows(6_000) == 60


class TestHorizon:
    def test_counts_how_long_it_stood_still_while_somebody_wrote(self):
        horizon = Horizon()

        for oldest, busy, at in (
            ("1", False, 0.0),
            ("1", False, 9.0),
            ("1", True, 9.5),
            ("2", True, 10.0),
            ("2", True, 10.4),
            ("3", False, 20.0),
        ):
            horizon.see(oldest, busy=busy, at=at)

        assert horizon.longest_s == 0.5
