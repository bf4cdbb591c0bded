import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

EVIDENCE = {"reference": "arsip/2025/0001", "sha256": "a" * 64}
TUMBUH = ("PROGRAM", "INSTRUCTORS", "EQUIPMENT", "TRAINED")
BERKEMBANG = (*TUMBUH, "PARTNERSHIP", "FUNDING", "ALUMNI")


def met(*codes: str) -> list[dict]:
    return [{"criterion": code, "evidence": EVIDENCE} for code in codes]


def assessment(*codes: str, year: int = 2024, **facts) -> dict:
    return {"year": year, "assessed_on": f"{year}-11-03", "met": met(*codes), **facts}


def criteria(**facts) -> dict:
    return {
        "title": "Kriteria",
        "source": "Keputusan contoh",
        "decree_number": "KEP.1/2026",
        "criteria": [
            {"code": code, "text": {"id": "Ada.", "en": "There."}, "needed_for": step}
            for code, step in (("A", "TUMBUH"), ("B", "BERKEMBANG"), ("C", "MANDIRI"))
        ],
        **facts,
    }


@pytest.fixture
async def centre(world) -> dict:
    return await world.facility(kind="BLKK", area_code="33.73")


def path_of(centre: dict) -> str:
    return f"/facilities/{centre['id']}/maturity-assessments"


async def told(in_transaction) -> list[tuple]:
    async with in_transaction() as session:
        statement = (
            select(Event)
            .where(Event.topic.startswith("registry.maturity."))
            .order_by(Event.xid, Event.id)
        )
        members = ("year", "before", "after", "present_before", "present_after")
        return [
            tuple(event.payload[name] for name in members)
            for event in (await session.scalars(statement)).all()
        ]


class TestGetMaturityCriteria:
    async def test_ships_a_first_version_that_says_it_is_a_proposal(self, world):
        (first,) = (await world.get("/maturity-criteria")).json()["items"]

        full = (await world.get("/maturity-criteria/1")).json()

        assert (first["version"], first["decree_number"]) == (1, None)
        assert "usulan" in first["title"]
        assert [each["code"] for each in full["criteria"]][:7] == list(BERKEMBANG)
        assert {each["needed_for"] for each in full["criteria"]} == {
            "TUMBUH",
            "BERKEMBANG",
            "MANDIRI",
        }
        assert (await world.get("/maturity-criteria/2")).status_code == 404


class TestPublishMaturityCriteria:
    async def test_is_the_country_s_and_replayed(self, world, centre):
        first = await world.post("/maturity-criteria", criteria(), key="k-1")

        again = await world.post("/maturity-criteria", criteria(), key="k-1")

        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert first.json()["version"] == 2
        versions = (await world.get("/maturity-criteria")).json()["items"]
        assert [each["version"] for each in versions] == [2, 1]
        new = await world.made(path_of(centre), assessment("A", "B"))
        old = await world.made(path_of(centre), assessment(year=2023, criteria_version=1))
        assert (new["criteria_version"], new["maturity_class"]) == (2, "BERKEMBANG")
        assert (old["criteria_version"], old["maturity_class"]) == (1, "BARU")

    @pytest.mark.parametrize("role", [Role.REGIONAL_OFFICER, Role.PROGRAM_MANAGER])
    async def test_is_refused_to_a_part_of_the_country(self, world, role):
        by = world.auth(role, areas=["33"], ministries=["MANPOWER"])

        response = await world.post("/maturity-criteria", criteria(), by=by)

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")

    async def test_refuses_criteria_that_tell_no_class(self, world):
        twice = criteria(criteria=[criteria()["criteria"][0]] * 3)

        response = await world.post("/maturity-criteria", twice)

        assert (response.status_code, response.json()["code"]) == (
            422,
            "maturity-criteria-invalid",
        )


class TestAssessMaturity:
    async def test_derives_the_class_and_tells_once(self, world, centre, in_transaction):
        body = assessment(*TUMBUH, "FUNDING")
        first = await world.post(path_of(centre), body, by=world.officer("33"), key="k-1")

        again = await world.post(path_of(centre), body, by=world.officer("33"), key="k-1")

        made = first.json()
        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert made["maturity_class"] == "TUMBUH"
        assert made["met"][0] == {"criterion": "EQUIPMENT", "evidence": EVIDENCE}
        assert (await world.get(f"/maturity-assessments/{made['id']}")).json() == made
        assert await told(in_transaction) == [(2024, None, "TUMBUH", None, "TUMBUH")]
        present = (await world.get(f"/facilities/{centre['id']}/maturity")).json()
        assert present == {
            "facility_id": centre["id"],
            "maturity_class": "TUMBUH",
            "year": 2024,
            "assessment_id": made["id"],
            "next_class": "BERKEMBANG",
            "missing": ["PARTNERSHIP", "ALUMNI"],
        }

    async def test_keeps_the_present_class_when_an_older_year_follows(
        self, world, centre, in_transaction
    ):
        await world.made(path_of(centre), assessment(*BERKEMBANG, year=2024))
        await world.made(path_of(centre), assessment(*TUMBUH, year=2022))

        assert await told(in_transaction) == [
            (2024, None, "BERKEMBANG", None, "BERKEMBANG"),
            (2022, None, "TUMBUH", "BERKEMBANG", "BERKEMBANG"),
        ]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (assessment("NOTHING"), "maturity-criterion-unknown"),
            (assessment("PROGRAM", "PROGRAM"), "maturity-criterion-unknown"),
            (assessment(criteria_version=9), "maturity-criteria-unknown"),
            (assessment(year=2099), "maturity-assessment-day-invalid"),
            (assessment(assessed_on="2023-12-31"), "maturity-assessment-day-invalid"),
            (assessment(year=2016), "validation-failed"),
            (assessment(maturity_class="MANDIRI"), "validation-failed"),
            (assessment(met=[{"criterion": "PROGRAM"}]), "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, centre, body, code):
        response = await world.post(path_of(centre), body)

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert (await world.get(path_of(centre))).json()["items"] == []

    @pytest.mark.parametrize("kind", ["UPTD", "UPTP", "PLUT"])
    async def test_refuses_a_government_centre(self, world, kind):
        facility = await world.facility(kind=kind)

        response = await world.post(path_of(facility), assessment())

        assert (response.status_code, response.json()["code"]) == (422, "facility-not-community")

    async def test_refuses_a_year_twice_an_id_twice_and_a_closed_centre(self, world, centre):
        there = await world.made(path_of(centre), assessment())

        year = await world.post(path_of(centre), assessment())
        same_id = await world.post(path_of(centre), assessment(year=2023, id=there["id"]))
        await world.post(f"/facilities/{centre['id']}/close")
        closed = await world.post(path_of(centre), assessment(year=2023))

        assert (year.status_code, year.json()["code"]) == (409, "maturity-year-assessed")
        assert same_id.json()["code"] == "maturity-assessment-id-taken"
        assert (closed.status_code, closed.json()["code"]) == (409, "facility-closed")

    async def test_is_the_office_s_not_the_centre_s(self, world, centre):
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[centre["id"]])

        by_itself = await world.post(path_of(centre), assessment(), by=operator)
        elsewhere = await world.post(path_of(centre), assessment(), by=world.officer("32"))
        unknown = await world.post(path_of({"id": new_id()}), assessment())

        assert by_itself.status_code == 403
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "out-of-scope")
        assert unknown.status_code == 404


class TestReviseMaturityAssessment:
    async def test_keeps_what_it_said_before(self, world, centre, in_transaction):
        made = await world.made(path_of(centre), assessment(*TUMBUH))
        path = f"/maturity-assessments/{made['id']}"
        revision = {"assessed_on": "2024-12-01", "met": met(*BERKEMBANG)}

        async def put(tag: str, by: dict) -> tuple[int, str | None]:
            response = await world.registry.put(
                f"/v1{path}", json=revision, headers={**by, "If-Match": tag}
            )
            return response.status_code, response.headers.get("etag")

        assert (await put('"2"', world.admin))[0] == 412
        assert (await put('"1"', world.officer("32")))[0] == 403
        assert await put('"1"', world.officer("33")) == (200, '"2"')
        assert (await put('"1"', world.admin))[0] == 412
        missing = await world.registry.put(f"/v1{path}", json=revision, headers=world.admin)
        assert missing.status_code == 428
        unchanged = await world.get(path, headers={"If-None-Match": '"2"'})
        assert unchanged.status_code == 304
        history = (await world.get(f"{path}/revisions")).json()["items"]
        assert [(each["version"], each["maturity_class"]) for each in history] == [
            (1, "TUMBUH"),
            (2, "BERKEMBANG"),
        ]
        assert [len(each["met"]) for each in history] == [4, 7]
        assert (await told(in_transaction))[-1] == (
            2024,
            "TUMBUH",
            "BERKEMBANG",
            "TUMBUH",
            "BERKEMBANG",
        )

    async def test_answers_404_for_an_unknown_id(self, world):
        path = f"/maturity-assessments/{new_id()}"
        body = {"assessed_on": "2024-12-01", "met": []}

        changed = await world.registry.put(
            f"/v1{path}", json=body, headers={**world.admin, "If-Match": "*"}
        )

        assert (await world.get(path)).json()["code"] == "maturity-assessment-not-found"
        assert (await world.get(f"{path}/revisions")).status_code == 404
        assert changed.status_code == 404


class TestListMaturityAssessments:
    async def test_narrows_and_pages(self, world, centre):
        other = await world.facility(kind="BLKK", area_code="73.71")
        await world.made(path_of(centre), assessment(*TUMBUH, year=2023))
        await world.made(path_of(centre), assessment(*BERKEMBANG, year=2024))
        await world.made(path_of(other), assessment(year=2024))
        names = {centre["id"]: "java", other["id"]: "sulawesi"}

        async def found(**filters) -> list[tuple[str, int]]:
            rows, page = [], (await world.get("/maturity-assessments", limit=1, **filters)).json()
            while True:
                rows += [(names[each["facility_id"]], each["year"]) for each in page["items"]]
                if page["next"] is None:
                    return rows
                rest = page["next"].removeprefix("http://balai.test/registry")
                page = (await world.registry.get(rest, headers=world.admin)).json()

        assert await found() == [("sulawesi", 2024), ("java", 2024), ("java", 2023)]
        assert await found(**{"class": "TUMBUH"}) == [("java", 2023)]
        assert await found(year=2024, area="33") == [("java", 2024)]
        assert await found(present="true") == [("sulawesi", 2024), ("java", 2024)]
        assert await found(present="true", **{"class": "TUMBUH"}) == []
        history = (await world.get(path_of(centre), limit=1)).json()
        assert [each["year"] for each in history["items"]] == [2024]
        rest = history["next"].removeprefix("http://balai.test/registry")
        older = (await world.registry.get(rest, headers=world.admin)).json()
        assert [each["year"] for each in older["items"]] == [2023]

    async def test_knows_no_class_of_a_centre_that_was_never_assessed(self, world, centre):
        present = (await world.get(f"/facilities/{centre['id']}/maturity")).json()

        assert (present["maturity_class"], present["missing"]) == (None, [])
        assert (await world.get(f"/facilities/{new_id()}/maturity")).status_code == 404
