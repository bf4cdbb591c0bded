import csv
import io
import json

import openpyxl
import pytest

from services.reporting.boundaries.queries import approximate_provinces
from shared.files.workbooks import XLSX
from shared.scope import Role
from tests.reporting.story import PLACES, RECORDED, Story

GEOJSON = "application/geo+json"
CUT = "by=province,sex"


@pytest.fixture
async def story(fold, reporting, rows) -> Story:
    story = Story().play()
    await fold(story.events)
    await rows(
        "INSERT INTO reporting.feed_cursor (source, as_of, last_event_at, caught_up)"
        " VALUES ('enrollment', :moment, :moment, true), ('reporting', :moment, :moment, true)",
        moment=RECORDED,
    )
    await reporting.state["watch"].refresh()
    return story


@pytest.fixture
def ask(reporting, auth):
    """Return the function that asks for a report as an auditor does."""

    async def get(path: str, role: Role = Role.AUDITOR, **headers):
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        return await reporting.get(f"/v1/reports/{path}", headers={**auth(role), **told})

    return get


def said(value) -> str:
    """Return how CSV writes a value of JSON."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def table(raw: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


@pytest.mark.usefixtures("story")
class TestFiles:
    async def test_csv_read_back_is_what_json_says(self, ask):
        whole = (await ask(f"funnel?{CUT}")).json()
        answer = await ask(f"funnel?{CUT}&format=csv")
        found = table(answer.content)

        assert len(found) == len(whole["rows"]) > 10
        for line, row in zip(found, whole["rows"], strict=True):
            assert {name: line[name] for name in row["dims"] if name != "target"} == row["dims"]
            for name in ("value", "numerator", "denominator", "response_rate", "suppressed"):
                assert line[name] == said(row[name])
        assert {line["synthetic"] for line in found} == {"DATA SINTETIS"}
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["balai-as-of"] == found[0]["as_of"]
        assert 'filename="balai-funnel-' in answer.headers["content-disposition"]
        assert "/v1/reports/funnel/metadata" in answer.headers["link"]
        assert 'rel="describedby"' in answer.headers["link"]

    async def test_a_figure_held_against_two_targets_stands_in_two_rows(self, ask):
        whole = (await ask("progress")).json()
        found = table((await ask("progress?format=csv")).content)

        assert [(line["indicator"], line["target"], line["value"]) for line in found] == [
            (row["dims"]["indicator"], said(row["dims"].get("target")), said(row["value"]))
            for row in whole["rows"]
        ]
        assert len({line["target"] for line in found}) > 1

    async def test_xlsx_read_back_is_what_json_says(self, ask):
        whole = (await ask(f"funnel?{CUT}")).json()
        answer = await ask(f"funnel?{CUT}", accept=XLSX, accept_language="en")
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        headings, *lines = book["Figures"].iter_rows(values_only=True)
        found = [dict(zip(headings, line, strict=True)) for line in lines]

        assert [(line["province"], line["sex"], line["value"]) for line in found] == [
            (row["dims"]["province"], row["dims"]["sex"], row["value"]) for row in whole["rows"]
        ]
        assert {line["sex_name"] for line in found} == {"Female", "Male"}
        assert book.sheetnames[-1] == "DATA SINTETIS"

    async def test_geojson_draws_provinces_with_their_figures(self, ask):
        whole = (await ask("progress?by=province")).json()
        answer = await ask("progress?by=province", accept=GEOJSON)
        features = answer.json()["features"]

        assert answer.headers["content-type"] == GEOJSON
        assert [each["properties"]["province"] for each in features] == sorted(
            {place[0] for place in PLACES}
        )
        for row in whole["rows"]:
            dims = row["dims"]
            [feature] = [f for f in features if f["properties"]["province"] == dims["province"]]
            code = (
                f"{dims['indicator']}_of_{dims['target']}"
                if "target" in dims
                else dims["indicator"]
            )
            assert feature["properties"][code] == row["value"]
            assert feature["properties"][f"{code}_denominator"] == row["denominator"]
            drawn = json.loads(json.dumps(approximate_provinces()[dims["province"]]))
            assert feature["geometry"] == drawn
        regencies = (await ask("funnel?by=regency&format=geojson")).json()["features"]
        assert {each["geometry"] is None for each in regencies} == {True}

    async def test_an_analyst_is_shown_no_small_figure_in_any_format(self, ask):
        role = Role.ANALYST
        rows = (await ask(f"funnel?{CUT},regency,age_band", role)).json()["rows"]
        lines = table((await ask(f"funnel?{CUT},regency,age_band&format=csv", role)).content)

        assert [line["suppressed"] for line in lines] == [said(row["suppressed"]) for row in rows]
        assert {line["value"] for line in lines if line["suppressed"] == "true"} == {""}

    async def test_one_reading_serves_all_formats(self, ask, reporting):
        await ask(f"funnel?{CUT}")
        kept = reporting.state["answers"]._kept
        assert len(kept) == 1
        for wanted in ("csv", "xlsx", "json"):
            await ask(f"funnel?{CUT}&format={wanted}")

        # The parameter does not change what is asked.
        assert len(kept) == 1

    async def test_each_format_has_an_etag_of_its_own(self, ask):
        tags = {}
        for wanted in ("json", "csv", "xlsx"):
            answer = await ask(f"funnel?{CUT}&format={wanted}")
            tags[wanted] = answer.headers["etag"]
        again = await ask(f"funnel?{CUT}&format=csv", if_none_match=tags["csv"])
        other = await ask(f"funnel?{CUT}&format=csv", if_none_match=tags["json"])

        assert len({*tags.values()}) == 3
        assert (again.status_code, other.status_code) == (304, 200)
        assert "accept" in again.headers["vary"].lower()

    async def test_excel_is_given_its_mark(self, ask):
        plain = (await ask("funnel?format=csv")).content
        marked = (await ask("funnel?format=csv&bom=true")).content

        assert not plain.startswith(b"\xef\xbb\xbf")
        assert marked.startswith(b"\xef\xbb\xbf")
        assert table(marked)[0].keys() == table(plain)[0].keys()

    @pytest.mark.parametrize(
        ("path", "accept", "status", "code"),
        [
            ("funnel", "text/html", 406, "format-not-offered"),
            ("funnel?format=geojson", "*/*", 422, "format-placeless"),
            ("funnel?format=xls", "*/*", 422, "value-unknown"),
            ("funnel?formta=csv", "*/*", 400, "unknown-parameter"),
        ],
    )
    async def test_other_wishes_are_refused(self, ask, path, accept, status, code):
        answer = await ask(path, accept=accept)

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_a_finer_cut_needs_a_token_in_any_format(self, reporting):
        answer = await reporting.get("/v1/reports/progress?by=regency&format=csv")

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


class TestMetadata:
    async def test_says_what_satu_data_asks_for(self, reporting, story):
        answer = await reporting.get("/v1/reports/outcomes/metadata")
        told = answer.json()
        standard = next(each for each in told["standards"] if each["minimum_answers"])

        assert told["standard"] == "Perpres 39/2019"
        assert (told["producer"], told["licence"]) == ("Balai", "CC BY 4.0")
        assert told["synthetic"] is True
        assert told["period"]["as_of"] is not None
        assert {each["name"] for each in told["code_lists"]} == {"kemendagri_areas"}
        for part in ("concept", "definition", "measure", "unit_label", "source", "revision"):
            assert standard[part]["id"]
            assert standard[part]["en"]
        assert "text/csv; charset=utf-8" in told["formats"]

    async def test_of_an_unknown_report_is_not_there(self, reporting):
        answer = await reporting.get("/v1/reports/funel/metadata")

        assert (answer.status_code, answer.json()["code"]) == (404, "report-unknown")
        assert "funnel" in answer.json()["reports"]
