import csv
import io

import openpyxl
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import select

from deploy.commands.openapi import application_of
from services.registry.base import Audit
from services.registry.export_lists.queries import EXPORTS
from services.registry.exports import queries
from shared.files.workbooks import XLSX
from shared.scope import Role
from shared.web.routes import PUBLIC, stated_permissions

# Lists whose rows are no things that the registry keeps: computed for the question, or of a job.
NO_LISTS = {
    "/v1/area-successions",
    "/v1/free-slots",
    "/v1/utilisation",
    "/v1/spaces/{space_id}/calendar",
    "/v1/facilities-without-agreement",
    "/v1/jobs/{job_id}/rows",
}


def paged() -> dict[str, str]:
    """Return the routes of the registry that answer in pages, and what each asks for."""
    app = application_of("registry")
    stated = {path: each for method, path, each in stated_permissions(app) if method == "GET"}
    models = {
        context.path: getattr(context.original_route, "response_model", None)
        for context in iter_route_contexts(app.routes)
        if "GET" in (context.methods or ())
    }
    pages = [path for path, model in models.items() if _name(model).startswith("Page[")]
    return {path: stated[path] for path in pages}


def _name(model: object) -> str:
    return getattr(model, "__name__", "")


def table(response) -> list[dict[str, str]]:
    assert response.status_code == 200, response.text
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


@pytest.fixture
async def facilities(world) -> list[dict]:
    """Return three facilities in two provinces, two of them with a point."""
    return [
        await world.facility(code="B-1", area_code="33.73.04", latitude=-7.3, longitude=110.5),
        await world.facility(code="B-2", area_code="33.74", kind="PLUT", status="PLANNED"),
        await world.facility(code="B-3", area_code="73.71", latitude=-5.1, longitude=119.4),
    ]


class TestEveryList:
    def test_is_exported_or_said_not_to_be(self):
        exported = [path for each in EXPORTS.values() for path in each.lists]

        assert sorted(exported) == sorted(paged().keys() - NO_LISTS)
        assert len(exported) > 40

    def test_asks_for_what_its_list_asks_for(self):
        stated = paged()

        asked = {
            (name, path): stated[path]
            for name, each in EXPORTS.items()
            for path in each.lists
            if stated[path] not in (each.permission, PUBLIC)
        }
        assert asked == {}

    @pytest.mark.parametrize("form", ["csv", "xlsx"])
    async def test_is_readable(self, world, facilities, form):
        for name, each in EXPORTS.items():
            filters = {"area": "33.73.04", "facility_id": facilities[0]["id"], "kind": "X"}
            filters |= {"status": "ACTIVE", "updated_after": "2026-01-01T00:00:00Z"}
            asked = {key: value for key, value in filters.items() if key in each.filters}

            for parameters in ({}, asked):
                response = await world.get(f"/exports/{name}", format=form, **parameters)

                assert response.status_code == 200, (name, response.text)
                assert response.content


class TestExport:
    async def test_narrows_as_its_list_does(self, world, facilities):
        async def codes(**filters) -> list[str]:
            found = table(await world.get("/exports/facilities", **filters))
            return sorted(row["code"] for row in found)

        assert await codes() == ["B-1", "B-2", "B-3"]
        assert await codes(area="33") == ["B-1", "B-2"]
        assert await codes(area="33.73") == ["B-1"]
        assert await codes(area="33.73.04") == ["B-1"]
        assert await codes(kind="PLUT") == ["B-2"]
        assert await codes(status="PLANNED") == ["B-2"]
        assert await codes(facility_id=facilities[2]["id"]) == ["B-3"]
        assert await codes(updated_after=facilities[2]["created_at"]) == []
        assert await codes(kind="NONE") == []

    async def test_reads_beyond_one_chunk(self, world, facilities, monkeypatch):
        monkeypatch.setattr(queries, "CHUNK", 2)
        for number in range(5):
            await world.space(facilities[0]["id"], name=f"Ruang {number}")

        whole = table(await world.get("/exports/spaces"))
        drawn = (await world.get("/exports/spaces", format="geojson")).json()

        assert sorted(row["name"] for row in whole) == [f"Ruang {number}" for number in range(5)]
        assert {row["facility_code"] for row in whole} == {"B-1"}
        assert len(drawn["features"]) == 5

    async def test_draws_a_map(self, world, facilities):
        await world.space(facilities[0]["id"], name="Ruang 1")

        response = await world.get("/exports/facilities", format="geojson")
        spaces = (await world.get("/exports/spaces", format="geojson")).json()

        assert response.headers["content-type"] == "application/geo+json"
        drawn = {
            each["properties"]["code"]: each["geometry"] for each in response.json()["features"]
        }
        assert drawn == {
            "B-1": {"type": "Point", "coordinates": [110.5, -7.3]},
            "B-2": None,
            "B-3": {"type": "Point", "coordinates": [119.4, -5.1]},
        }
        assert spaces["features"][0]["geometry"]["coordinates"] == [110.5, -7.3]
        assert spaces["features"][0]["properties"]["capacity"] == 20

    async def test_draws_none_of_what_has_no_place(self, world):
        response = await world.get("/exports/modules", format="geojson")

        assert (response.status_code, response.json()["code"]) == (422, "export-placeless")

    @pytest.mark.parametrize("name", ["=1+1", "+1", "-Balai", "@SUM(A1)"])
    async def test_holds_no_formula(self, world, name):
        await world.facility(name=name, latitude=-7.5, longitude=110.5, trades=["BAKERY", "ICT"])

        (row,) = table(await world.get("/exports/facilities"))
        answer = await world.get("/exports/facilities", format="xlsx")

        assert row["name"] == f"'{name}"
        assert row["latitude"] == "-7.5"
        assert row["trades"] == "BAKERY|ICT"
        assert answer.headers["content-type"] == XLSX
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
        cells = dict(zip(*(list(each) for each in sheet.iter_rows()), strict=True))
        found = {title.value: cell for title, cell in cells.items()}
        assert (found["name"].value, found["name"].data_type) == (name, "s")
        assert found["latitude"].value == -7.5
        assert found["synthetic"].value is True

    async def test_can_be_imported_again(self, world, work):
        await world.facility(code="B-1", name="-Balai")
        await world.space((await world.get("/facilities")).json()["items"][0]["id"], name="-Ruang")
        (row,) = table(await world.get("/exports/spaces"))
        columns = ("facility_code", "name", "kind", "capacity", "id")
        sent = f"{','.join(columns)}\n{','.join(row[name] for name in columns)}\n"

        job = await world.post("/imports/spaces", content=sent.encode())
        await work()

        done = (await world.get(f"/jobs/{job.json()['id']}")).json()
        assert done["result"]["unchanged"] == 1

    async def test_refuses_a_workbook_that_is_too_long(self, world, facilities, monkeypatch):
        monkeypatch.setattr("services.registry.exports.api.MAX_SHEET_ROWS", 2)

        response = await world.get("/exports/facilities", format="xlsx")
        fits = await world.get("/exports/facilities", format="xlsx", area="33")

        assert (response.status_code, response.json()["code"]) == (422, "export-too-long")
        assert fits.status_code == 200

    @pytest.mark.parametrize(
        ("name", "query", "status"),
        [
            ("facilities", {"colour": "red"}, 400),
            ("modules", {"area": "33"}, 400),
            ("facilities", {"format": "pdf"}, 422),
            ("facilities", {"area": "x"}, 422),
            ("people", {}, 404),
        ],
    )
    async def test_refuses_what_it_does_not_know(self, world, name, query, status):
        assert (await world.get(f"/exports/{name}", **query)).status_code == status


class TestWhoMayExport:
    async def test_keeps_persons_to_the_scope(self, world, facilities, in_transaction):
        await world.instructor(facilities[0]["id"], code="I-1")
        await world.instructor(facilities[2]["id"], code="I-3")

        office = world.officer("33", "MANPOWER")
        mine = table(await world.get("/exports/instructors", by=office))
        all_ = table(await world.get("/exports/instructors", by=office, area="73"))

        assert [row["code"] for row in mine] == ["I-1"]
        assert all_ == []
        async with in_transaction() as session:
            noted = (await session.scalars(select(Audit).order_by(Audit.at))).all()
        assert [each.action for each in noted] == ["instructors.exported"] * 2
        assert noted[1].detail == {"area": "73"}

    async def test_is_for_who_may_read_the_list(self, world):
        instructor = world.auth(
            Role.INSTRUCTOR, facilities=["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"]
        )

        contacts = await world.get("/exports/contacts", by=instructor)
        facilities = await world.get("/exports/facilities", by=instructor)
        nobody = await world.registry.get("/v1/exports/areas")

        assert (contacts.status_code, facilities.status_code) == (403, 200)
        assert nobody.status_code == 401

    async def test_tells_no_draft_of_another_ministry(self, world):
        await world.module(code="M-1", owner_ministry="MSME", state="DRAFT")

        other = world.auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"])
        own = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])

        assert table(await world.get("/exports/modules", by=other)) == []
        assert len(table(await world.get("/exports/modules", by=own))) == 1
