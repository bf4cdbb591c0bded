import pytest
from sqlalchemy import select

from services.registry.base import Event
from services.registry.modules.tables import Module
from shared.ids import new_id
from shared.scope import Role
from tests.registry.world import module_body


class TestPublishModule:
    async def test_publishes_and_tells(self, world, in_transaction):
        module = await world.module(code="KWU-1", version="2026.1")

        assert (await world.get(f"/modules/{module['id']}")).json() == module
        async with in_transaction() as session:
            event = (await session.scalars(select(Event))).one()
        assert event.topic == "registry.module.published"
        assert event.payload["version"] == "2026.1"

    async def test_answers_a_repeated_request_with_the_same_bytes(self, world):
        body = module_body()
        first = await world.post("/modules", body, key="k-1")

        again = await world.post("/modules", body, key="k-1")

        assert (again.status_code, again.content) == (201, first.content)

    async def test_takes_another_version_but_not_the_same_twice(self, world):
        await world.module(code="KWU-1", version="1")

        newer = await world.post("/modules", module_body(code="KWU-1", version="2"))
        same = await world.post("/modules", module_body(code="KWU-1", version="1"))

        assert newer.status_code == 201
        assert (same.status_code, same.json()["code"]) == (409, "module-version-taken")

    async def test_refuses_an_id_that_is_taken(self, world):
        module = await world.module()

        response = await world.post("/modules", module_body(id=module["id"]))

        assert (response.status_code, response.json()["code"]) == (409, "module-id-taken")

    @pytest.mark.parametrize("facts", [{"hours": 0}, {"version": "a b"}, {"owner_ministry": "m"}])
    async def test_refuses_what_is_wrong(self, world, facts):
        assert (await world.post("/modules", module_body(**facts))).status_code == 422

    @pytest.mark.parametrize(("ministry", "status"), [("MSME", 201), ("MANPOWER", 403)])
    async def test_lets_a_manager_publish_for_his_ministry_only(self, world, ministry, status):
        manager = world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"])

        response = await world.post("/modules", module_body(owner_ministry=ministry), by=manager)

        assert response.status_code == status

    async def test_is_refused_to_a_regional_officer(self, world):
        response = await world.post("/modules", module_body(), by=world.officer("33"))

        assert response.status_code == 403


class TestListModules:
    async def test_pages_by_code_and_version(self, world):
        for code, version in (("B", "1"), ("A", "2"), ("A", "1")):
            await world.module(code=code, version=version)

        first = (await world.get("/modules", limit=2)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        second = (await world.registry.get(rest, headers=world.admin)).json()

        found = [(each["code"], each["version"]) for each in first["items"] + second["items"]]
        assert found == [("A", "1"), ("A", "2"), ("B", "1")]

    async def test_narrows_to_a_ministry(self, world):
        await world.module(code="A", owner_ministry="MSME")
        await world.module(code="B", owner_ministry="MANPOWER")

        page = (await world.get("/modules", owner_ministry="MANPOWER")).json()

        assert [each["code"] for each in page["items"]] == ["B"]


class TestGetModule:
    async def test_answers_404_for_an_unknown_id(self, world):
        response = await world.get(f"/modules/{new_id()}")

        assert (response.status_code, response.json()["code"]) == (404, "module-not-found")


UNIT = {"code": "C.10ROT00.001.1", "title": "Menyiapkan adonan", "hours": 12}
FILE = {"name": "Buku", "url": "https://contoh.test/buku.pdf", "sha256": "a" * 64, "size": 10}


async def corrected(world, module: dict, change: dict, *, by=None, match: str | None = None):
    headers = {"If-Match": match or f'"{module["revision"]}"'}
    return await world.patch(f"/modules/{module['id']}", change, by=by, headers=headers)


class TestContent:
    async def test_keeps_units_files_and_what_it_asks_of_instructors(self, world):
        content = {
            "trade": "BAKERY",
            "level": 2,
            "language": "jv",
            "units": [UNIT],
            "files": [FILE],
            "required_competences": ["BAKERY"],
            "requires_certificate": True,
        }

        module = await world.module(**content)

        assert {name: module[name] for name in content} == content
        assert (module["state"], module["revision"]) == ("PUBLISHED", 1)

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({"units": [UNIT, UNIT]}, "module-unit-repeated"),
            ({"units": [{**UNIT, "hours": 41}]}, "module-hours-exceeded"),
            ({"level": 10}, "validation-failed"),
            ({"files": [{**FILE, "sha256": "b"}]}, "validation-failed"),
            ({"files": [{**FILE, "url": "file:///etc/passwd"}]}, "validation-failed"),
            ({"units": [{**UNIT, "code": "tanpa titik"}]}, "validation-failed"),
        ],
    )
    async def test_refuses_what_does_not_fit(self, world, facts, code):
        response = await world.post("/modules", module_body(**facts))

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_keeps_a_file_of_which_nobody_says_how_large_it_is(self, world):
        file = {name: value for name, value in FILE.items() if name != "size"}
        module = await world.module()

        drafted = await world.post(
            f"/modules/{module['id']}/versions", {"version": "2027.1", "files": [file]}
        )
        changed = await corrected(world, drafted.json(), {"files": [file, file]})

        assert (drafted.status_code, drafted.json()["files"]) == (201, [{**file, "size": None}])
        assert (changed.status_code, len(changed.json()["files"])) == (200, 2)

    async def test_refuses_the_code_of_another_ministry(self, world):
        await world.module(code="KWU-1", owner_ministry="MSME")

        response = await world.post(
            "/modules", module_body(code="KWU-1", version="2", owner_ministry="MANPOWER")
        )

        assert (response.status_code, response.json()["code"]) == (409, "module-owner-differs")


class TestVersions:
    async def test_begins_a_draft_with_what_it_follows_says(self, world):
        first = await world.module(code="KWU/1", version="1", trade="BAKERY", units=[UNIT])

        draft = await world.made(f"/modules/{first['id']}/versions", {"version": "2", "level": 3})

        same = ("code", "title", "hours", "trade", "units", "owner_ministry")
        assert {name: draft[name] for name in same} == {name: first[name] for name in same}
        assert (draft["state"], draft["follows_id"]) == ("DRAFT", first["id"])
        assert (draft["version"], draft["level"]) == ("2", 3)
        page = (await world.get(f"/modules/{draft['id']}/versions")).json()
        assert [each["version"] for each in page["items"]] == ["1", "2"]

    async def test_takes_a_version_once(self, world):
        first = await world.module(version="1")

        response = await world.post(f"/modules/{first['id']}/versions", {"version": "1"})

        assert (response.status_code, response.json()["code"]) == (409, "module-version-taken")

    async def test_is_refused_to_another_ministry(self, world):
        first = await world.module(owner_ministry="MSME")
        other = world.auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"])

        response = await world.post(f"/modules/{first['id']}/versions", {"version": "2"}, by=other)

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")


class TestDraft:
    async def test_is_seen_by_its_ministry_only(self, world):
        draft = await world.module(state="DRAFT", owner_ministry="MSME")
        path = f"/modules/{draft['id']}"
        seen = {}
        for name, caller in {
            "owner": world.auth(Role.PROGRAM_MANAGER, ministries=["MSME"]),
            "other": world.auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"]),
            "office": world.officer("33", "MSME"),
        }.items():
            one = await world.get(path, by=caller)
            many = (await world.get("/modules", by=caller)).json()["items"]
            seen[name] = (one.status_code, len(many))

        assert seen == {"owner": (200, 1), "other": (404, 0), "office": (404, 0)}

    async def test_changes_until_it_is_published_and_never_after(self, world, in_transaction):
        draft = await world.module(state="DRAFT", level=2)

        first = await corrected(world, draft, {"hours": 48, "level": None})
        stale = await corrected(world, draft, {"hours": 50})
        same = await corrected(world, first.json(), {"hours": 48})
        published = await world.post(f"/modules/{draft['id']}/publish")
        late = await corrected(world, published.json(), {"hours": 50})

        assert (first.json()["hours"], first.json()["level"]) == (48, None)
        assert first.headers["ETag"] == same.headers["ETag"] == '"2"'
        assert (stale.status_code, late.status_code) == (412, 409)
        assert late.json()["code"] == "module-not-draft"
        async with in_transaction() as session:
            topics = (
                await session.scalars(select(Event.topic).order_by(Event.xid, Event.id))
            ).all()
        assert topics == ["registry.module.drafted"] * 2 + ["registry.module.published"]

    async def test_does_not_lose_what_every_module_has(self, world):
        draft = await world.module(state="DRAFT")

        assert (await corrected(world, draft, {"units": None})).status_code == 422
        assert (await corrected(world, draft, {"code": "X"})).status_code == 422
        assert (await corrected(world, draft, {"units": [UNIT, UNIT]})).status_code == 422


class TestTurns:
    async def test_publishes_and_retires_and_goes_no_further(self, world, in_transaction):
        draft = await world.module(state="DRAFT")
        path = f"/modules/{draft['id']}"

        published = await world.post(f"{path}/publish", key="k-1")
        again = await world.post(f"{path}/publish", key="k-1")
        retired = await world.post(f"{path}/retire")
        back = await world.post(f"{path}/publish")

        assert (published.json()["state"], retired.json()["state"]) == ("PUBLISHED", "RETIRED")
        assert again.content == published.content
        assert (back.status_code, back.json()["code"]) == (409, "module-state-refused")
        async with in_transaction() as session:
            module = (await session.scalars(select(Module))).one()
        assert module.published_at <= module.retired_at

    async def test_is_refused_to_another_ministry(self, world):
        module = await world.module(owner_ministry="MSME")
        other = world.auth(Role.PROGRAM_MANAGER, ministries=["MANPOWER"])

        response = await world.post(f"/modules/{module['id']}/retire", by=other)

        assert (response.status_code, response.json()["code"]) == (403, "out-of-scope")


class TestFilters:
    @pytest.mark.parametrize(
        ("parameters", "codes"),
        [
            ({"trade": "BAKERY"}, ["A"]),
            ({"level": 4}, ["B"]),
            ({"language": "en"}, ["B"]),
            ({"state": "RETIRED"}, []),
            ({"q": "kewira"}, ["A"]),
            ({"q": "50%"}, []),
            ({"code": "B"}, ["B"]),
        ],
    )
    async def test_narrows(self, world, parameters, codes):
        await world.module(code="A", trade="BAKERY", level=2, title="Dasar kewirausahaan")
        await world.module(code="B", trade="WELDING", level=4, language="en", title="Las")

        page = (await world.get("/modules", **parameters)).json()

        assert [each["code"] for each in page["items"]] == codes

    async def test_refuses_a_filter_that_nobody_knows(self, world):
        assert (await world.get("/modules", trades="BAKERY")).status_code == 400

    async def test_tells_who_has_the_revision_already(self, world):
        module = await world.module()
        path = f"/modules/{module['id']}"

        response = await world.get(path, headers={"If-None-Match": '"1"'})

        assert response.status_code == 304
