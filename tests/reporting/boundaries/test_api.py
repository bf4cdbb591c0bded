import json

import pytest

from services.reporting.boundaries.jobs import LOAD_BOUNDARIES
from services.reporting.reports.rules import ZONES
from shared.jobs.runner import Runner
from shared.scope import Role
from tests.reporting.story import Story

PROVINCES = sorted(code for codes in ZONES.values() for code in codes)


def square(east: float, north: float, side: float = 0.5) -> list:
    return [[
        [east, north], [east, north + side], [east + side, north + side], [east + side, north],
        [east, north],
    ]]  # fmt: skip


def collection(codes=PROVINCES, *, side: float = 0.5) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"KDPPUM": code, "WADMPR": f"Provinsi {code}"},
            "geometry": {
                "type": "Polygon",
                "coordinates": square(95 + number, -5.0, side),
            },
        }
        for number, code in enumerate(codes)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


@pytest.fixture
def load(reporting, worker, auth):
    """Return the function that sends a file and has it loaded; it returns the job."""

    async def send(body: bytes, *, key: str, source: str = "BIG 2026") -> dict:
        headers = {**auth(Role.NATIONAL_ADMIN), "Idempotency-Key": key}
        headers["Content-Type"] = "application/geo+json"
        response = await reporting.post(
            f"/v1/boundary-imports?source={source}&licence=CC-BY", content=body, headers=headers
        )
        assert response.status_code == 202, response.text
        async with worker.context() as context:
            await Runner(context, [LOAD_BOUNDARIES]).drain()
        path = response.headers["location"].split("/reporting", 1)[1]
        return (await reporting.get(path, headers=auth(Role.NATIONAL_ADMIN))).json()

    return send


async def boundaries(reporting, query="level=province", **headers):
    return await reporting.get(f"/v1/boundaries?{query}", headers=headers)


class TestBoundaries:
    async def test_are_shown_once_they_are_loaded_and_replaced_by_the_next(
        self, reporting, load, rows
    ):
        before = await boundaries(reporting)
        job = await load(collection(), key="b-1")
        loaded = await boundaries(reporting)
        known = {"If-None-Match": loaded.headers["etag"]}

        assert (before.json()["official"], before.json()["features"]) == (False, [])
        assert job["result"] == {"rows": 38, "created": 38, "refused": 0, "missing": 0}
        body = loaded.json()
        assert (body["official"], body["source"], body["licence"]) == (True, "BIG 2026", "CC-BY")
        assert [each["id"] for each in body["features"]] == PROVINCES
        assert body["features"][0]["properties"] == {"code": "11", "name": "Provinsi 11"}
        assert loaded.headers["content-type"] == "application/geo+json"
        assert (await boundaries(reporting, **known)).status_code == 304

        await load(collection(side=0.25), key="b-2")
        assert (await boundaries(reporting, **known)).status_code == 200
        assert await rows("SELECT count(*) AS n FROM reporting.area_boundary") == [{"n": 38}]
        told = await rows(
            "SELECT payload->>'areas' AS areas FROM reporting.event"
            " WHERE topic = 'reporting.boundaries.loaded' ORDER BY recorded_at"
        )
        assert told == [{"areas": "38"}, {"areas": "38"}]

    async def test_run_the_way_that_is_asked_for(self, reporting, load):
        await load(collection(), key="b-1")

        rings = {}
        for turn in ("counterclockwise", "clockwise"):
            answer = await boundaries(reporting, f"level=province&detail=exact&rings={turn}")
            rings[turn] = answer.json()["features"][0]["geometry"]["coordinates"][0][0]

        assert rings["clockwise"] == rings["counterclockwise"][::-1]
        assert rings["clockwise"] == [[95, -5], [95, -4.5], [95.5, -4.5], [95.5, -5], [95, -5]]

    async def test_draw_the_reports_from_then_on(self, reporting, load, fold, auth):
        story = Story().play(people=20)
        await fold(story.events)
        await reporting.state["watch"].refresh()
        path = "/v1/reports/progress?by=province&format=geojson"
        first = await reporting.get(path)
        known = {"If-None-Match": first.headers["etag"]}
        unchanged = await reporting.get(path, headers=known)
        await load(collection(), key="b-1")
        second = await reporting.get(path, headers=known)
        before, after = (answer.json()["features"] for answer in (first, second))
        drawn = {each["id"]: each for each in (await boundaries(reporting)).json()["features"]}

        assert unchanged.status_code == 304
        assert [each["properties"] for each in before] == [each["properties"] for each in after]
        for one, two in zip(before, after, strict=True):
            assert two["geometry"] == drawn[two["properties"]["province"]]["geometry"]
            assert one["geometry"] != two["geometry"]

    async def test_stay_as_they_are_when_a_file_is_wrong(self, reporting, load, auth):
        await load(collection(), key="b-1")
        job = await load(collection([*PROVINCES[:3], "99"]), key="b-2")
        rows = await reporting.get(f"/v1/jobs/{job['id']}/rows", headers=auth(Role.NATIONAL_ADMIN))

        assert job["result"] == {"rows": 36, "created": 0, "refused": 1, "missing": 35}
        assert [
            (each["row"], each["code"])
            for each in rows.json()["items"]
            if each["verdict"] == "REFUSED"
        ] == [(4, "boundary-code")]
        assert len((await boundaries(reporting)).json()["features"]) == 38

    async def test_are_loaded_once_however_often_they_are_sent(self, load, rows):
        first, again = [await load(collection(), key="b-1") for _ in range(2)]

        assert first["id"] == again["id"]
        assert await rows("SELECT count(*) AS n FROM reporting.job") == [{"n": 1}]

    async def test_a_file_that_is_none_fails_its_job(self, load):
        job = await load(b"{}", key="b-1")

        assert job["status"] == "FAILED"
        assert "boundaries-unreadable" in job["error"]

    @pytest.mark.parametrize(
        ("role", "sent", "refusal"),
        [
            (Role.ANALYST, ("source=x", b"{}"), (403, "forbidden")),
            (None, ("source=x", b"{}"), (401, "unauthorized")),
            (Role.NATIONAL_ADMIN, ("source=x", b" "), (422, "upload-empty")),
            (Role.NATIONAL_ADMIN, ("", b"{}"), (422, "validation-failed")),
        ],
    )
    async def test_an_import_is_refused(self, reporting, auth, role, sent, refusal):
        headers = {"Idempotency-Key": "b-1", "Content-Type": "application/geo+json"}
        headers |= auth(role) if role else {}
        query, body = sent
        response = await reporting.post(
            f"/v1/boundary-imports?{query}", content=body, headers=headers
        )

        assert (response.status_code, response.json()["code"]) == refusal

    @pytest.mark.parametrize("query", ["", "level=village", "level=province&rings=left"])
    async def test_no_other_levels_are_there(self, reporting, query: str):
        assert (await boundaries(reporting, query)).status_code == 422
