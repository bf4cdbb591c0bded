import csv
import io

import openpyxl
import pytest

from shared.scope import Role
from tests.reporting.story import Story

PATH = "/v1/published-tables/funnel-by-province"


@pytest.fixture
async def body(fold, reporting, auth) -> dict:
    """Return what an edition of a table says, in which a small cell is withheld."""
    story = Story()
    story.publish()
    for place, people in ((0, 12), (2, 3), (3, 6)):
        class_id = story.plan_class(story.register_facility(place))
        for _ in range(people):
            story.enroll(class_id)
    await fold(story.events)
    headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": "edition-1"}
    assert (await reporting.post(f"{PATH}/editions", headers=headers)).status_code == 201
    return (await reporting.get(PATH)).json()


def told(row: dict) -> tuple:
    return row["dims"].get("province"), row["dims"]["indicator"], row["value"]


class TestPublishedTables:
    async def test_are_the_same_as_csv(self, reporting, body):
        answer = await reporting.get(f"{PATH}?format=csv")
        lines = list(csv.DictReader(io.StringIO(answer.text, newline="")))

        assert [(line["province"] or None, line["indicator"], line["value"]) for line in lines] == [
            (province, indicator, "" if value is None else str(value))
            for province, indicator, value in map(told, body["rows"] + body["totals"])
        ]
        assert {line["suppressed"] for line in lines} == {"true", "false"}
        assert {line["synthetic"] for line in lines} == {"DATA SINTETIS"}
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["etag"] != (await reporting.get(PATH)).headers["etag"]
        known = {"If-None-Match": answer.headers["etag"]}
        again = await reporting.get(f"{PATH}?format=csv", headers=known)
        assert again.status_code == 304

    async def test_are_the_same_as_a_workbook(self, reporting, body):
        answer = await reporting.get(f"{PATH}?format=xlsx")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        headings, *lines = book["Angka"].iter_rows(values_only=True)
        found = [dict(zip(headings, line, strict=True)) for line in lines]

        assert [(line["province"], line["indicator"], line["value"]) for line in found] == [
            told(row) for row in body["rows"] + body["totals"]
        ]
        assert dict(book["Metadata"].iter_rows(values_only=True))["table"] == body["table"]
        assert book.sheetnames[-1] == "DATA SINTETIS"

    @pytest.mark.usefixtures("body")
    async def test_are_no_map(self, reporting):
        assert (await reporting.get(f"{PATH}?format=geojson")).status_code == 422
