import csv
import io

from deploy.pilot.centers import centers_of, classes_of
from deploy.pilot.ground import facilities_csv
from deploy.pilot.seeds import Seeds
from tests.pilot.country import country

SEEDS = Seeds(seed=1, applicants=100, classes=9)


class TestFacilitiesCsv:
    def test_writes_one_row_a_facility_with_a_room_for_each_class(self):
        centers = centers_of(SEEDS, country=country())
        classes = classes_of(SEEDS, centers=centers)

        raw = facilities_csv(SEEDS.label, centers, classes)

        rows = list(csv.DictReader(io.StringIO(raw.decode())))
        rooms = [room for row in rows for room in row["spaces"].split("|")]
        assert len(rows) == len(centers)
        assert sorted(room.split(":")[3] for room in rooms) == sorted(
            str(planned.space_id) for planned in classes
        )
        assert {row["synthetic"] for row in rows} == {"true"}
        assert all("DATA SINTETIS" in row["name"] for row in rows)
        for row in rows:
            assert ("Pesantren" in row["institution_name"]) is (row["kind"] == "BLKK")
            assert "DATA SINTETIS" in row["institution_name"]
