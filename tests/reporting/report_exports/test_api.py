import csv
import io

import openpyxl
import pytest
from sqlalchemy import update

from services.reporting.report_exports.jobs import expire_exports
from services.reporting.report_exports.rules import may_take
from services.reporting.report_exports.tables import ReportExport
from shared.clock import utc_now
from shared.db.session import transaction
from shared.jobs.runner import Runner
from shared.scope import NATIONAL, NOTHING, SYSTEM, Reach, Role, Scope
from tests.reporting.conftest import READER
from tests.reporting.story import Story

CUT = {"by": ["province", "sex"], "province": ["32", "51"]}


@pytest.fixture
async def story(fold, reporting) -> Story:
    story = Story().play()
    await fold(story.events)
    await reporting.state["watch"].refresh()
    return story


@pytest.fixture
def order(reporting, auth):
    """Return the function that orders a report."""

    async def post(caller=None, *, key="e-1", report="funnel", cut=CUT, wanted="csv"):
        headers = {**(caller or auth(Role.AUDITOR)), "Idempotency-Key": key}
        body = {"report": report, "cut": cut, "format": wanted}
        return await reporting.post("/v1/report-exports", json=body, headers=headers)

    return post


@pytest.fixture
def work(worker):
    """Return the function that does what waits, as the worker would."""

    async def run() -> None:
        async with worker.context() as context:
            [handler] = [each for each in worker.handlers if each.kind == "write_report_export"]
            await Runner(context, [handler]).drain()

    return run


@pytest.fixture
def after_all(reporting, worker, db, rows):
    """Return the function that asks once every file has expired, and has them cleared away."""

    async def get(path: str, **given):
        async with transaction(db, scope=SYSTEM, actor=READER) as session:
            await session.execute(update(ReportExport).values(expires_at=utc_now()))
        answer = await reporting.get(path, **given)
        async with worker.context() as context:
            await expire_exports(context)
        assert await rows("SELECT count(*) AS n FROM reporting.report_export") == [{"n": 0}]
        return answer

    return get


def path_of(response) -> str:
    return response.headers["location"].split("/reporting", 1)[1]


@pytest.mark.usefixtures("story")
class TestReportExports:
    async def test_a_file_holds_what_the_report_says(self, reporting, auth, order, work):
        caller = auth(Role.AUDITOR)
        ordered = await order(caller)
        early = await reporting.get(f"{path_of(ordered)}/file", headers=caller)
        waiting = await reporting.get(path_of(ordered), headers=caller)
        await work()
        done = await reporting.get(path_of(ordered), headers=caller)
        file = await reporting.get(f"{path_of(ordered)}/file", headers=caller)
        live = await reporting.get(
            "/v1/reports/funnel?by=province,sex&province=32,51&format=csv", headers=caller
        )

        assert (ordered.status_code, ordered.json()["status"]) == (202, "QUEUED")
        assert (early.status_code, early.json()["code"]) == (409, "export-not-ready")
        assert early.json()["present"] == "QUEUED"
        assert waiting.headers["retry-after"] == "1"
        assert done.json()["status"] == "SUCCEEDED"
        assert done.json()["progress"] == {"done": 3, "total": 3}
        assert done.json()["file_url"].endswith(f"{path_of(ordered)}/file")
        assert lines(file.content) == lines(live.content) != []
        assert file.headers["content-type"] == live.headers["content-type"]
        assert "balai-funnel" in file.headers["content-disposition"]

    @pytest.mark.parametrize("wanted", ["json", "xlsx", "geojson"])
    async def test_every_format_is_written(self, reporting, auth, order, work, wanted: str):
        ordered = await order(wanted=wanted)
        await work()
        file = await reporting.get(f"{path_of(ordered)}/file", headers=auth(Role.AUDITOR))
        live = await reporting.get(
            "/v1/reports/funnel?by=province,sex&province=32,51", headers=auth(Role.AUDITOR)
        )
        rows = live.json()["rows"]

        if wanted == "json":
            assert file.json()["rows"] == rows
            assert file.json()["meta"].keys() == live.json()["meta"].keys()
        elif wanted == "xlsx":
            sheet = openpyxl.load_workbook(io.BytesIO(file.content)).worksheets[0]
            assert sheet.max_row == len(rows) + 1
        else:
            found = {
                (each["properties"]["province"], each["properties"]["sex"])
                for each in file.json()["features"]
            }
            assert found == {(row["dims"]["province"], row["dims"]["sex"]) for row in rows}

    async def test_somebody_reads_his_own_area_only(self, reporting, auth, order, work):
        caller = auth(Role.REGIONAL_OFFICER, areas=["32"])
        ordered = await order(caller, cut={"by": ["regency"]})
        await work()
        file = await reporting.get(f"{path_of(ordered)}/file", headers=caller)
        live = await reporting.get("/v1/reports/funnel?by=regency&format=csv", headers=caller)

        assert lines(file.content) == lines(live.content)

    async def test_what_anybody_may_see_is_there_for_an_office(self, reporting, auth, order, work):
        caller = auth(Role.REGIONAL_OFFICER, areas=["32"])
        ordered = await order(caller, report="progress", cut={"by": ["province"]})
        await work()
        file = await reporting.get(f"{path_of(ordered)}/file", headers=caller)

        assert {line["province"] for line in lines(file.content)} >= {"32", "51"}

    async def test_an_analyst_is_shown_no_small_figure(self, reporting, auth, order, work):
        cut = {"by": ["regency", "sex", "age_band"]}
        ordered = await order(auth(Role.ANALYST), cut=cut)
        await work()
        caller = auth(Role.ANALYST)
        found = lines((await reporting.get(f"{path_of(ordered)}/file", headers=caller)).content)

        assert {line["value"] for line in found if line["suppressed"] == "true"} == {""}
        assert any(line["suppressed"] == "true" for line in found)

    async def test_it_is_nobody_elses(self, reporting, auth, order, work):
        ordered = await order(auth(Role.AUDITOR))
        await work()
        other = auth(Role.NATIONAL_ADMIN)
        for path in (path_of(ordered), f"{path_of(ordered)}/file"):
            answer = await reporting.get(path, headers=other)
            assert (answer.status_code, answer.json()["code"]) == (404, "export-unknown")

    async def test_ordered_again_under_one_key_it_is_written_once(self, order, rows):
        first, again = await order(), await order()

        assert first.json() == again.json()
        assert again.headers["idempotency-replayed"] == "true"
        assert await rows("SELECT count(*) AS n FROM reporting.report_export") == [{"n": 1}]
        told = await rows("SELECT payload->>'report' AS report FROM reporting.event ORDER BY id")
        assert told == [{"report": "funnel"}]

    async def test_it_is_gone_when_it_has_expired(self, auth, order, work, after_all):
        ordered = await order()
        await work()
        gone = await after_all(f"{path_of(ordered)}/file", headers=auth(Role.AUDITOR))

        assert (gone.status_code, gone.json()["code"]) == (404, "export-unknown")

    @pytest.mark.parametrize(
        ("wish", "status", "code"),
        [
            ({"report": "funel"}, 404, "report-unknown"),
            ({"cut": {"by": ["provinsi"]}}, 400, "dimension-not-offered"),
            ({"cut": {"provinsi": ["32"]}}, 400, "unknown-parameter"),
            ({"cut": {"province": ["JAWA"]}}, 422, "validation-failed"),
            ({"cut": {}, "wanted": "geojson"}, 422, "format-placeless"),
            ({"wanted": "pdf"}, 422, "validation-failed"),
            ({"cut": {"from": ["2026-11-02"], "to": ["2026-11-01"]}}, 422,
             "period-ends-before-it-starts"),
        ],
    )  # fmt: skip
    async def test_an_order_is_refused(self, order, wish: dict, status: int, code: str):
        answer = await order(**wish)

        assert (answer.status_code, answer.json()["code"]) == (status, code)

    async def test_needs_a_token_that_reads_reports(self, reporting, order, auth):
        nobody = await reporting.post(
            "/v1/report-exports", json={"report": "funnel"}, headers={"Idempotency-Key": "e-1"}
        )
        refused = await order(auth(Role.PARTICIPANT, participant_id=Story().new_id()))

        assert (nobody.status_code, refused.status_code) == (401, 403)


@pytest.mark.parametrize(
    ("needs", "within", "may"),
    [
        (NATIONAL, NATIONAL, True),
        (Scope((Reach(provinces=("32",)),)), NATIONAL, True),
        (Scope((Reach(provinces=("32",)),)), Scope((Reach(provinces=("32",)),)), True),
        (NATIONAL, Scope((Reach(provinces=("32",)),)), False),
        (Scope((Reach(provinces=("32",)),)), Scope((Reach(provinces=("51",)),)), False),
        (NOTHING, Scope((Reach(provinces=("51",)),)), True),
    ],
)
def test_who_reaches_less_far_than_then_takes_nothing(needs: Scope, within: Scope, *, may):
    assert may_take(asked_by="a", needs=needs, taker="a", within=within) is may
    assert not may_take(asked_by="a", needs=needs, taker="b", within=within)


def lines(raw: bytes) -> list[dict]:
    found = csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline=""))
    # How late figures are changes from one second to the next.
    return [{name: cell for name, cell in line.items() if name != "lag_seconds"} for line in found]
