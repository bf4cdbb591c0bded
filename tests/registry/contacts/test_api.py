import pytest
from sqlalchemy import select

from services.registry.base import Audit, Event, Idempotency
from services.registry.contacts.tables import FacilityContact
from shared.ids import new_id
from shared.scope import Role

NAME, PHONE, EMAIL = "Kanari Rahasia", "+62 812 0000 0017", "kanari@rahasia.example"
BODY = {"name": NAME, "role": "Kepala balai", "phone": PHONE, "email": EMAIL}


async def change(world, verb: str, path: str, body=None, *, by=None, match: str | None = '"1"'):
    headers = {**(by or world.admin)}
    if match is not None:
        headers["If-Match"] = match
    if verb == "DELETE":
        return await world.registry.delete(f"/v1{path}", headers=headers)
    headers["Content-Type"] = "application/merge-patch+json"
    return await world.registry.patch(f"/v1{path}", json=body, headers=headers)


@pytest.fixture
async def path(world) -> str:
    facility = await world.facility(area_code="33.73")
    return f"/facilities/{facility['id']}/contacts"


async def reads(in_transaction) -> list[str]:
    async with in_transaction() as session:
        rows = (await session.scalars(select(Audit).order_by(Audit.at))).all()
    return [str(row.subject_id) for row in rows if row.action == "facility.contacts.read"]


class TestAddContact:
    async def test_says_no_name_where_it_would_be_kept(self, world, path, in_transaction):
        response = await world.post(path, BODY, key="k-1")

        assert response.status_code == 201
        assert response.headers["etag"] == '"1"'
        assert set(response.json()) == {"id", "facility_id", "role", "version"}
        async with in_transaction() as session:
            events = (await session.scalars(select(Event).order_by(Event.xid, Event.id))).all()
            answers = (await session.scalars(select(Idempotency))).all()
        assert events[-1].topic == "registry.facility.contacts_changed"
        assert set(events[-1].payload) == {"facility_id"}
        assert events[-1].province_code == "33"
        kept = " ".join([*(str(each.payload) for each in events), *(str(a.body) for a in answers)])
        assert not any(secret in kept for secret in (NAME, PHONE, EMAIL))

    async def test_adds_one_however_often_it_is_sent(self, world, path, in_transaction):
        first = await world.post(path, BODY, key="k-1")
        again = await world.post(path, BODY, key="k-1")

        assert again.content == first.content
        async with in_transaction() as session:
            assert len((await session.scalars(select(FacilityContact))).all()) == 1

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"name": NAME, "role": "Kepala"}, "contact-unreachable"),
            ({**BODY, "phone": "x"}, "validation-failed"),
            ({**BODY, "email": "kanari"}, "validation-failed"),
            ({**BODY, "name": ""}, "validation-failed"),
            ({**BODY, "nik": "1"}, "validation-failed"),
            ({**BODY, "name": "a\x00b"}, "validation-failed"),
        ],
    )
    async def test_refuses_what_is_wrong_and_repeats_nothing(self, world, path, body, code):
        response = await world.post(path, body)

        assert (response.status_code, response.json()["code"]) == (422, code)
        assert NAME not in response.text

    async def test_refuses_an_id_in_use(self, world, path):
        there = (await world.post(path, BODY)).json()

        response = await world.post(path, {**BODY, "id": there["id"]})

        assert (response.status_code, response.json()["code"]) == (409, "facility-detail-id-taken")

    async def test_is_allowed_to_the_centre_itself(self, world, path):
        operator = world.auth(Role.FACILITY_OPERATOR, facilities=[path.split("/")[2]])

        assert (await world.post(path, BODY, by=operator)).status_code == 201
        assert (await world.get(path, by=operator)).json()["items"][0]["name"] == NAME

    async def test_is_refused_elsewhere_and_for_what_is_closed_or_unknown(self, world, path):
        elsewhere = await world.post(path, BODY, by=world.officer("32"))
        unknown = await world.post(f"/facilities/{new_id()}/contacts", BODY)
        await world.post(path.replace("contacts", "close"))
        closed = await world.post(path, BODY)

        assert [each.status_code for each in (elsewhere, unknown, closed)] == [403, 404, 409]


class TestListContacts:
    async def test_shows_them_and_notes_who_looked(self, world, path, in_transaction):
        for _ in range(3):
            await world.post(path, BODY)

        first = (await world.get(path, limit=2)).json()
        following = first["next"].removeprefix("http://balai.test/registry")
        second = await world.registry.get(following, headers=world.admin)

        assert [each["name"] for each in first["items"] + second.json()["items"]] == [NAME] * 3
        assert second.headers["cache-control"] == "no-store"
        assert await reads(in_transaction) == [path.split("/")[2]] * 2

    async def test_hides_them_from_another_region_and_notes_it(self, world, path, in_transaction):
        contact = (await world.post(path, BODY)).json()
        by = world.officer("32")

        listed = await world.get(path, by=by)
        one = await world.get(f"{path}/{contact['id']}", by=by)

        assert (listed.status_code, listed.json()["code"]) == (403, "out-of-scope")
        assert (one.status_code, one.json()["code"]) == (404, "contact-not-found")
        assert await reads(in_transaction) == []
        async with in_transaction() as session:
            denied = (await session.scalars(select(Audit.action).order_by(Audit.at))).all()
        assert [each.split(" ")[0] for each in denied] == ["denied", "denied"]

    @pytest.mark.parametrize("role", [Role.AUDITOR, Role.INSTRUCTOR, Role.SERVICE, Role.ANALYST])
    async def test_is_refused_to_those_who_need_no_contacts(self, world, path, role):
        by = world.auth(role, facilities=[path.split("/")[2]])

        assert (await world.get(path, by=by)).status_code == 403

    async def test_answers_404_for_an_unknown_facility(self, world):
        assert (await world.get(f"/facilities/{new_id()}/contacts")).status_code == 404


class TestChangeContact:
    async def test_changes_what_is_named(self, world, path, in_transaction):
        contact = (await world.post(path, BODY)).json()
        one = f"{path}/{contact['id']}"

        response = await change(world, "PATCH", one, {"phone": None, "role": "Kepala seksi"})

        assert response.status_code == 200
        assert response.headers["etag"] == '"2"'
        assert response.json() == (await world.get(one)).json()
        assert response.json()["phone"] is None
        assert await reads(in_transaction) == [contact["id"]] * 2

    async def test_changes_nothing_when_nothing_is_new(self, world, path, in_transaction):
        contact = (await world.post(path, BODY)).json()

        response = await change(world, "PATCH", f"{path}/{contact['id']}", {"name": NAME})

        assert response.json()["version"] == 1
        async with in_transaction() as session:
            assert len((await session.scalars(select(Event))).all()) == 2

    @pytest.mark.parametrize(
        ("body", "match", "status", "code"),
        [
            ({"phone": None, "email": None}, '"1"', 422, "contact-unreachable"),
            ({"name": None}, '"1"', 422, "validation-failed"),
            ({"role": "Lain"}, '"7"', 412, "stale"),
            ({"role": "Lain"}, None, 428, "precondition-required"),
        ],
    )
    async def test_refuses_what_is_wrong(self, world, path, body, match, status, code):
        contact = (await world.post(path, BODY)).json()

        response = await change(world, "PATCH", f"{path}/{contact['id']}", body, match=match)

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (await world.get(f"{path}/{contact['id']}")).json()["version"] == 1

    @pytest.mark.parametrize("verb", ["PATCH", "DELETE"])
    async def test_is_refused_elsewhere_and_for_the_unknown(self, world, path, verb):
        contact = (await world.post(path, BODY)).json()
        other = await world.facility()
        of_other = f"/facilities/{other['id']}/contacts/{contact['id']}"

        elsewhere = await change(
            world, verb, f"{path}/{contact['id']}", {"role": "X"}, by=world.officer("32")
        )
        unknown = await change(world, verb, f"{path}/{new_id()}", {"role": "X"})
        mistaken = await change(world, verb, of_other, {"role": "X"})

        assert [each.status_code for each in (elsewhere, unknown, mistaken)] == [403, 404, 404]


class TestRemoveContact:
    async def test_forgets_her_for_good_of_a_closed_facility_too(self, world, path, in_transaction):
        contact = (await world.post(path, BODY)).json()
        await world.post(path.replace("contacts", "close"))

        response = await change(world, "DELETE", f"{path}/{contact['id']}")

        assert (response.status_code, response.content) == (204, b"")
        async with in_transaction() as session:
            assert (await session.scalars(select(FacilityContact))).all() == []
            topics = (
                await session.scalars(select(Event.topic).order_by(Event.xid, Event.id))
            ).all()
        assert topics[-1] == "registry.facility.contacts_changed"
