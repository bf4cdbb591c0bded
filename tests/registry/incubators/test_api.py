import pytest
from sqlalchemy import select

from services.registry.base import Event
from shared.ids import new_id
from shared.scope import Role


def designation(**facts) -> dict:
    return {
        "decree_number": "KEP.7/2025",
        "decreed_on": "2025-01-01",
        "valid_from": "2025-01-01",
        "valid_to": "2035-12-31",
        "capacity": 2,
        **facts,
    }


@pytest.fixture
async def centre(world) -> dict:
    return await world.facility(kind="BLKK", area_code="33.73")


@pytest.fixture
async def incubator(world, centre) -> dict:
    return await world.made(path_of(centre), designation())


def path_of(centre: dict) -> str:
    return f"/facilities/{centre['id']}/incubators"


async def patch(world, incubator: dict, body: dict, *, tag='"1"', by=None):
    return await world.registry.patch(
        f"/v1/incubators/{incubator['id']}",
        json=body,
        headers={
            **(by or world.admin),
            "If-Match": tag,
            "Content-Type": "application/merge-patch+json",
        },
    )


async def told(in_transaction) -> list[Event]:
    async with in_transaction() as session:
        statement = (
            select(Event)
            .where(Event.topic.startswith("registry.incubator"))
            .order_by(Event.xid, Event.id)
        )
        return list((await session.scalars(statement)).all())


class TestDesignateIncubator:
    async def test_keeps_it_with_its_holder_and_tells_once(self, world, centre, in_transaction):
        holder = await world.made(
            "/institutions", {"code": "YPC", "name": "Yayasan", "kind": "FOUNDATION"}
        )
        body = designation(holder_institution_id=holder["id"])
        first = await world.post(path_of(centre), body, by=world.officer("33"), key="k-1")

        again = await world.post(path_of(centre), body, by=world.officer("33"), key="k-1")

        made = first.json()
        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert (made["state"], made["in_force"], made["tenants"]) == ("ACTIVE", True, 0)
        assert made["holder_institution_id"] == holder["id"]
        assert (await world.get(f"/incubators/{made['id']}")).json() == made
        (event,) = await told(in_transaction)
        assert event.topic == "registry.incubator.designated"
        assert event.payload == {
            "incubator_id": made["id"],
            "facility_id": centre["id"],
            "before": None,
            "after": "ACTIVE",
            "capacity": 2,
        }

    @pytest.mark.parametrize(
        ("facts", "status", "code"),
        [
            ({"valid_to": "2024-12-31"}, 422, "incubator-period-invalid"),
            ({"holder_institution_id": str(new_id())}, 422, "institution-unknown"),
            ({"capacity": 0}, 422, "validation-failed"),
            ({"decree_number": ""}, 422, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, centre, facts, status, code):
        response = await world.post(path_of(centre), designation(**facts))

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (await world.get("/incubators")).json()["items"] == []

    async def test_refuses_an_overlap_a_closed_facility_and_somebody_elses(self, world, incubator):
        centre = {"id": incubator["facility_id"]}
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[centre["id"]])
        later = designation(valid_from="2036-01-01", valid_to="2036-12-31")

        overlap = await world.post(path_of(centre), designation(valid_from="2035-12-31"))
        elsewhere = await world.post(path_of(centre), later, by=world.officer("32"))
        by_itself = await world.post(path_of(centre), later, by=operator)
        same_id = await world.post(path_of(centre), {**later, "id": incubator["id"]})
        after = await world.post(path_of(centre), later)
        await world.post(f"/facilities/{centre['id']}/close")
        closed = await world.post(path_of(centre), later)
        unknown = await world.post(path_of({"id": new_id()}), later)

        assert (overlap.status_code, overlap.json()["code"]) == (409, "incubator-overlap")
        assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "out-of-scope")
        assert by_itself.status_code == 403
        assert same_id.json()["code"] == "incubator-id-taken"
        assert (after.status_code, after.json()["in_force"]) == (201, False)
        assert (closed.status_code, closed.json()["code"]) == (409, "facility-closed")
        assert unknown.status_code == 404


class TestChangeIncubator:
    async def test_says_nothing_when_nothing_changes(self, world, incubator):
        same = await patch(world, incubator, {"capacity": incubator["capacity"]})

        assert (same.status_code, same.headers["etag"]) == (200, '"1"')

    async def test_changes_what_the_patch_names(self, world, incubator):
        changed = await patch(world, incubator, {"capacity": 5, "valid_to": "2030-06-30"})

        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        found = changed.json()
        assert (found["capacity"], found["valid_to"], found["decree_number"]) == (
            5,
            "2030-06-30",
            "KEP.7/2025",
        )
        unchanged = await world.get(
            f"/incubators/{incubator['id']}", headers={"If-None-Match": '"2"'}
        )
        assert unchanged.status_code == 304

    async def test_refuses_what_is_stale_wrong_or_somebody_elses(self, world, incubator):
        stale = await patch(world, incubator, {"capacity": 5}, tag='"9"')
        wrong = await patch(world, incubator, {"valid_to": "2024-01-01"})
        empty = await patch(world, incubator, {"capacity": None})
        holder = await patch(world, incubator, {"holder_institution_id": str(new_id())})
        elsewhere = await patch(world, incubator, {"capacity": 5}, by=world.officer("32"))
        unknown = await patch(world, {"id": new_id()}, {"capacity": 5})

        assert stale.status_code == 412
        assert wrong.json()["code"] == "incubator-period-invalid"
        assert empty.json()["code"] == "validation-failed"
        assert holder.json()["code"] == "institution-unknown"
        assert elsewhere.status_code == 403
        assert unknown.json()["code"] == "incubator-not-found"


class TestTurnIncubator:
    async def test_knows_its_life(self, world, incubator, in_transaction):
        path = f"/incubators/{incubator['id']}"
        end = {"ended_on": "2025-06-30", "reason": "Pengelola pindah"}

        resumed = await world.post(f"{path}/resume")
        suspended = (await world.post(f"{path}/suspend")).json()
        active = (await world.post(f"{path}/resume")).json()
        late = await world.post(f"{path}/end", {**end, "ended_on": "2036-01-01"})
        elsewhere = await world.post(f"{path}/end", end, by=world.officer("32"))
        ended = (await world.post(f"{path}/end", end)).json()
        again = await world.post(f"{path}/end", end)

        assert (resumed.status_code, resumed.json()["code"]) == (409, "incubator-state-refused")
        assert (resumed.json()["present"], resumed.json()["allowed"]) == (
            "ACTIVE",
            ["ENDED", "SUSPENDED"],
        )
        assert (suspended["state"], suspended["in_force"]) == ("SUSPENDED", False)
        assert active["in_force"] is True
        assert late.json()["code"] == "incubator-end-day-invalid"
        assert elsewhere.status_code == 403
        assert (ended["state"], ended["end_reason"]) == ("ENDED", "Pengelola pindah")
        assert (again.status_code, again.json()["allowed"]) == (409, [])
        assert (await patch(world, incubator, {"capacity": 5}, tag="*")).status_code == 409
        renewed = designation(valid_from="2025-06-30")
        assert (
            await world.post(path_of({"id": incubator["facility_id"]}), renewed)
        ).status_code == 201
        turns = [
            (each.payload["before"], each.payload["after"]) for each in await told(in_transaction)
        ]
        assert turns == [
            (None, "ACTIVE"),
            ("ACTIVE", "SUSPENDED"),
            ("SUSPENDED", "ACTIVE"),
            ("ACTIVE", "ENDED"),
            (None, "ACTIVE"),
        ]
        assert (await world.post(f"/incubators/{new_id()}/suspend")).status_code == 404


class TestListIncubators:
    async def test_narrows_and_pages(self, world, incubator):
        other = await world.facility(kind="PLUT", area_code="73.71")
        second = await world.made(path_of(other), designation())
        await world.post(f"/incubators/{second['id']}/suspend")

        async def ids(**filters) -> list[str]:
            page = (await world.get("/incubators", **filters)).json()
            return [each["id"] for each in page["items"]]

        assert await ids(area="73") == [second["id"]]
        assert await ids(state="ACTIVE") == [incubator["id"]]
        assert await ids(facility_id=other["id"]) == [second["id"]]
        first = (await world.get("/incubators", limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        following = (await world.registry.get(rest, headers=world.admin)).json()["items"]
        assert [each["id"] for each in first["items"] + following] == [
            incubator["id"],
            second["id"],
        ]


class TestPeople:
    async def test_has_one_manager_at_a_time_whose_name_stays_here(
        self, world, incubator, in_transaction
    ):
        path = f"/incubators/{incubator['id']}/people"
        manager = {
            "role": "MANAGER",
            "name": "Sri Melati",
            "contact": "0812",
            "since": "2025-01-01",
        }
        first = await world.post(path, manager, by=world.officer("33"), key="k-1")

        again = await world.post(path, manager, by=world.officer("33"), key="k-1")
        second = await world.post(path, {**manager, "name": "Budi"})
        release = f"{path}/{first.json()['id']}/release"
        early = await world.post(release, {"until": "2024-12-31"})
        left = await world.post(release, {"until": "2025-06-30"})
        twice = await world.post(release, {"until": "2025-06-30"})
        successor = await world.post(path, {**manager, "name": "Budi", "since": "2025-07-01"})

        assert first.status_code == 201, first.text
        assert again.content == first.content
        assert (second.status_code, second.json()["code"]) == (409, "incubator-manager-named")
        assert early.json()["code"] == "incubation-day-invalid"
        assert left.json()["until"] == "2025-06-30"
        assert (twice.status_code, twice.json()["code"]) == (409, "incubator-person-released")
        assert successor.status_code == 201
        payloads = [each.payload for each in await told(in_transaction)]
        assert len(payloads) == 4
        assert "Melati" not in str(payloads)
        assert "0812" not in str(payloads)

    async def test_shows_names_within_scope_only(self, world, incubator):
        path = f"/incubators/{incubator['id']}/people"
        await world.made(path, {"role": "MANAGER", "name": "Sri", "since": "2025-01-01"})
        instructor = await world.instructor(incubator["facility_id"])
        mentor = {"role": "MENTOR", "instructor_id": instructor["id"], "since": "2025-01-01"}
        await world.made(path, mentor)
        own = world.auth(Role.FACILITY_OPERATOR, facilities=[incubator["facility_id"]])

        async def names(by) -> list[str | None]:
            return [each["name"] for each in (await world.get(path, by=by)).json()["items"]]

        assert await names(own) == ["Sri", None]
        assert await names(world.officer("33")) == ["Sri", None]
        assert await names(world.officer("32")) == []
        teacher = world.auth(Role.INSTRUCTOR, facilities=[incubator["facility_id"]])
        assert (await world.get(path, by=teacher)).status_code == 403
        first = (await world.get(path, limit=1)).json()
        rest = first["next"].removeprefix("http://balai.test/registry")
        following = (await world.registry.get(rest, headers=world.admin)).json()["items"]
        assert [each["instructor_id"] for each in following] == [instructor["id"]]

    @pytest.mark.parametrize(
        ("facts", "code"),
        [
            ({}, "incubator-person-unclear"),
            ({"name": "Sri", "instructor_id": str(new_id())}, "incubator-person-unclear"),
            ({"instructor_id": str(new_id())}, "instructor-unknown"),
            ({"name": "Sri", "institution_id": str(new_id())}, "institution-unknown"),
            ({"name": "Sri", "role": "BOSS"}, "validation-failed"),
        ],
    )
    async def test_refuses_who_is_not_clear(self, world, incubator, facts, code):
        path = f"/incubators/{incubator['id']}/people"

        response = await world.post(path, {"role": "MENTOR", "since": "2025-01-01", **facts})

        assert (response.status_code, response.json()["code"]) == (422, code)

    async def test_is_refused_elsewhere_and_unknown(self, world, incubator):
        path = f"/incubators/{incubator['id']}/people"
        body = {"role": "MENTOR", "name": "Sri", "since": "2025-01-01"}

        elsewhere = await world.post(path, body, by=world.officer("32"))
        unknown = await world.post(f"/incubators/{new_id()}/people", body)
        nobody = await world.post(f"{path}/{new_id()}/release", {"until": "2025-06-30"})

        assert elsewhere.status_code == 403
        assert unknown.status_code == 404
        assert nobody.json()["code"] == "incubator-person-not-found"
        assert (await world.get(f"/incubators/{new_id()}/people")).status_code == 404
