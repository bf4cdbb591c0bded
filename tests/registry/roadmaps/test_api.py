import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role

EVIDENCE = {"reference": "arsip/2025/0001", "sha256": "b" * 64}
DONE = {"status": "DONE", "evidence": EVIDENCE, "done_on": "2024-06-01"}
WORDS = {"id": "Ada.", "en": "There."}


def template(*codes: str, months: int = 3) -> dict:
    return {
        "title": "Peta jalan",
        "source": "Keputusan contoh",
        "milestones": [
            {"code": code, "text": WORDS, "months": months, "evidence": WORDS} for code in codes
        ],
    }


def adoption(**facts) -> dict:
    return {"adopted_on": "2024-01-31", **facts}


@pytest.fixture
async def centre(world) -> dict:
    return await world.facility(kind="BLKK", area_code="33.73")


def path_of(centre: dict) -> str:
    return f"/facilities/{centre['id']}/roadmap"


async def state(world, roadmap: dict, code: str, body: dict, *, tag='"1"', by=None):
    return await world.registry.put(
        f"/v1/roadmaps/{roadmap['id']}/milestones/{code}",
        json=body,
        headers={**(by or world.admin), "If-Match": tag},
    )


async def told(in_transaction, topic: str) -> list[dict]:
    async with in_transaction() as session:
        statement = select(Event).where(Event.topic == topic).order_by(Event.xid, Event.id)
        return [event.payload for event in (await session.scalars(statement)).all()]


class TestPublishRoadmapTemplate:
    async def test_follows_the_shipped_proposal(self, world):
        shipped = (await world.get("/roadmap-templates/1")).json()
        first = await world.post("/roadmap-templates", template("A", "B"), key="k-1")

        again = await world.post("/roadmap-templates", template("A", "B"), key="k-1")

        assert "usulan" in shipped["title"]
        assert (shipped["decree_number"], len(shipped["milestones"])) == (None, 11)
        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert first.json()["version"] == 2
        listed = (await world.get("/roadmap-templates")).json()["items"]
        assert [each["version"] for each in listed] == [2, 1]
        assert (await world.get("/roadmap-templates/3")).status_code == 404

    async def test_is_refused_to_a_part_of_the_country_and_with_a_code_twice(self, world):
        office = await world.post("/roadmap-templates", template("A"), by=world.officer("33"))
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[str(new_id())])
        by_centre = await world.post("/roadmap-templates", template("A"), by=operator)
        twice = await world.post("/roadmap-templates", template("A", "A"))

        assert (office.status_code, office.json()["code"]) == (403, "out-of-scope")
        assert by_centre.status_code == 403
        assert (twice.status_code, twice.json()["code"]) == (422, "roadmap-template-invalid")


class TestAdoptRoadmap:
    async def test_makes_milestones_with_due_dates(self, world, centre, in_transaction):
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[centre["id"]])
        first = await world.post(path_of(centre), adoption(), by=operator, key="k-1")

        again = await world.post(path_of(centre), adoption(), by=operator, key="k-1")

        roadmap = first.json()
        assert first.status_code == 201, first.text
        assert again.content == first.content
        late = sum(each["overdue"] for each in roadmap["milestones"])
        assert late >= 10
        assert roadmap["progress"] == {
            "total": 11,
            "done": 0,
            "dropped": 0,
            "overdue": late,
            "percent": 0,
        }
        due = {each["code"]: each["due_on"] for each in roadmap["milestones"]}
        assert (due["GOVERNANCE"], due["OWN_INCOME"]) == ("2024-04-30", "2027-01-31")
        assert (await world.get(path_of(centre))).json() == roadmap
        assert await told(in_transaction, "registry.roadmap.adopted") == [
            {
                "roadmap_id": roadmap["id"],
                "facility_id": centre["id"],
                "before": None,
                "after": 1,
                "milestones": 11,
            }
        ]

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (adoption(adopted_on="2099-01-01"), "roadmap-adoption-day-invalid"),
            (adoption(template_version=7), "roadmap-template-unknown"),
            ({}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, centre, body, code):
        response = await world.post(path_of(centre), body)

        assert (response.status_code, response.json()["code"]) == (422, code)
        missing = await world.get(path_of(centre))
        assert (missing.status_code, missing.json()["code"]) == (404, "roadmap-not-found")

    async def test_is_once_and_for_community_centres_of_the_caller(self, world, centre):
        there = await world.made(path_of(centre), adoption())
        government = await world.facility(kind="UPTD")
        other = await world.facility(kind="BLKK", area_code="73.71")
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[centre["id"]])

        twice = await world.post(path_of(centre), adoption())
        refused = await world.post(path_of(government), adoption())
        elsewhere = await world.post(path_of(other), adoption(), by=operator)
        same_id = await world.post(path_of(other), adoption(id=there["id"]))
        unknown = await world.post(path_of({"id": new_id()}), adoption())

        assert (twice.status_code, twice.json()["code"]) == (409, "roadmap-adopted")
        assert (refused.status_code, refused.json()["code"]) == (422, "facility-not-community")
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "out-of-scope")
        assert same_id.json()["code"] == "roadmap-id-taken"
        assert unknown.status_code == 404


class TestStateMilestone:
    async def test_is_done_with_evidence_and_counts(self, world, centre, in_transaction):
        roadmap = await world.made(path_of(centre), adoption())
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[centre["id"]])

        done = await state(world, roadmap, "PROGRAM", DONE, by=operator)

        assert (done.status_code, done.headers["etag"]) == (200, '"2"'), done.text
        assert (done.json()["overdue"], done.json()["evidence"]) == (False, EVIDENCE)
        progress = (await world.get(path_of(centre))).json()["progress"]
        assert (progress["done"], progress["percent"]) == (1, 9)
        assert await told(in_transaction, "registry.milestone.changed") == [
            {
                "roadmap_id": roadmap["id"],
                "facility_id": centre["id"],
                "milestone": "PROGRAM",
                "before": "PLANNED",
                "after": "DONE",
                "overdue": False,
            }
        ]
        back = await state(world, roadmap, "PROGRAM", {"status": "PLANNED"}, tag='"2"')
        assert (back.status_code, back.json()["code"]) == (409, "milestone-status-refused")
        assert (back.json()["present"], back.json()["allowed"]) == ("DONE", ["IN_PROGRESS"])

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"status": "DONE"}, "milestone-evidence-missing"),
            ({"status": "DROPPED"}, "milestone-note-missing"),
            ({**DONE, "done_on": "2099-01-01"}, "milestone-done-day-invalid"),
            ({"status": "OPEN"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_has_no_ground(self, world, centre, body, code):
        roadmap = await world.made(path_of(centre), adoption())

        response = await state(world, roadmap, "PROGRAM", body)

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_refuses_what_is_stale_unknown_or_somebody_else_s(self, world, centre):
        roadmap = await world.made(path_of(centre), adoption())

        stale = await state(world, roadmap, "PROGRAM", DONE, tag='"9"')
        elsewhere = await state(world, roadmap, "PROGRAM", DONE, by=world.officer("32"))
        no_code = await state(world, roadmap, "NOTHING", DONE)
        no_roadmap = await state(world, {"id": new_id()}, "PROGRAM", DONE)

        assert stale.status_code == 412
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "out-of-scope")
        assert no_code.json()["code"] == "milestone-not-found"
        assert no_roadmap.json()["code"] == "roadmap-not-found"


class TestMoveRoadmap:
    async def test_keeps_what_is_done_by_code(self, world, centre, in_transaction):
        roadmap = await world.made(path_of(centre), adoption())
        for code in ("PROGRAM", "FUNDING"):
            await state(world, roadmap, code, DONE)
        dropped = {"status": "DROPPED", "note": "Tidak sesuai"}
        await state(world, roadmap, "GOVERNANCE", dropped)
        await world.made("/roadmap-templates", template("PROGRAM", "GOVERNANCE", "EXPORT"))
        path = f"/roadmaps/{roadmap['id']}/move"

        moved = await world.post(path, {"template_version": 2}, by=world.officer("33"))
        again = await world.post(path, {"template_version": 2})

        assert moved.status_code == 200, moved.text
        found = {each["code"]: each for each in moved.json()["milestones"]}
        statuses = {
            code: (found[code]["status"], found[code]["template_version"])
            for code in ("PROGRAM", "FUNDING", "GOVERNANCE", "EXPORT", "LICENSE")
        }
        assert statuses == {
            "PROGRAM": ("DONE", 2),
            "FUNDING": ("DONE", 1),
            "GOVERNANCE": ("PLANNED", 2),
            "EXPORT": ("PLANNED", 2),
            "LICENSE": ("DROPPED", 1),
        }
        assert found["PROGRAM"]["evidence"] == EVIDENCE
        assert found["EXPORT"]["due_on"] == "2024-04-30"
        assert moved.json()["progress"]["percent"] == 50
        assert (again.status_code, again.json()["code"]) == (409, "roadmap-template-not-newer")
        (event,) = await told(in_transaction, "registry.roadmap.moved")
        assert (event["before"], event["after"], event["milestones"]) == (1, 2, 3)

    async def test_refuses_an_unknown_version_and_another_region(self, world, centre):
        roadmap = await world.made(path_of(centre), adoption())
        path = f"/roadmaps/{roadmap['id']}/move"

        unknown = await world.post(path, {"template_version": 2})
        elsewhere = await world.post(path, {"template_version": 2}, by=world.officer("32"))
        nothing = await world.post(f"/roadmaps/{new_id()}/move", {"template_version": 2})

        assert (unknown.status_code, unknown.json()["code"]) == (422, "roadmap-template-unknown")
        assert elsewhere.status_code == 403
        assert nothing.status_code == 404


class TestLists:
    async def test_show_what_is_overdue_within_scope(self, world, centre):
        other = await world.facility(kind="BLKK", area_code="73.71")
        java = await world.made(path_of(centre), adoption())
        await world.made(path_of(other), adoption())
        await state(world, java, "GOVERNANCE", DONE)

        async def codes(by, **filters) -> list[tuple[str, str]]:
            found = []
            page = (await world.get("/milestones", by=by, limit=4, **filters)).json()
            while True:
                found += [(each["facility_id"], each["code"]) for each in page["items"]]
                if page["next"] is None:
                    return found
                rest = page["next"].removeprefix("http://balai.test/registry")
                page = (await world.registry.get(rest, headers=by)).json()

        office = world.officer("33")
        overdue = await codes(office, overdue="true")
        assert {facility for facility, _ in overdue} == {centre["id"]}
        assert overdue[:2] == [(centre["id"], "INSTRUCTORS"), (centre["id"], "PROGRAM")]
        assert len(await codes(office)) == len({code for _, code in await codes(office)}) == 11
        assert len(await codes(world.admin)) == 22
        assert len(await codes(world.admin, area="73")) == 11
        assert await codes(office, status="DONE") == [(centre["id"], "GOVERNANCE")]
        assert await codes(office, facility_id=other["id"]) == []

    async def test_show_the_progress_of_the_country(self, world, centre):
        other = await world.facility(kind="BLKK", area_code="73.71")
        java = await world.made(path_of(centre), adoption())
        await world.made(path_of(other), adoption())
        await state(world, java, "GOVERNANCE", DONE)

        first = (await world.get("/roadmaps", limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        rows = first["items"] + second["items"]
        assert [row["progress"]["done"] for row in rows] == [1, 0]
        assert len((await world.get("/roadmaps", area="73.71")).json()["items"]) == 1
        assert (await world.get("/roadmaps", template_version=2)).json()["items"] == []
