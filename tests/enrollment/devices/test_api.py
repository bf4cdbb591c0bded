"""Devices over HTTP: whose they are, and who takes them out of use."""

import pytest

from shared.ids import new_id
from shared.scope import Role
from tests.support.phones import Phone
from tests.support.seats import Applicant, Seats


@pytest.fixture
def caller(enrollment, auth):
    def make(role: Role, **grant) -> Applicant:
        return Applicant(enrollment, auth(role, **grant))

    return make


class TestRegisterDevice:
    async def test_is_used_for_the_one_centre_of_its_owner(self, caller, rows):
        place = str(new_id())
        head = caller(Role.FACILITY_OPERATOR, facilities=[place], subject="kepala")
        phone = Phone(head)

        made = (await phone.register()).json()

        assert (made["id"], made["facility_id"], made["version"]) == (phone.id, place, 1)
        assert (await head.get("/v1/me/devices")).json()["items"] == [made]
        (event,) = await rows(
            "SELECT payload FROM enrollment.event WHERE topic = 'enrollment.device.registered'"
        )
        assert event["payload"] == {"device_id": phone.id, "facility_id": place}
        again = await phone.register()
        assert (again.status_code, again.json()["code"]) == (409, "device-id-taken")

    async def test_is_not_used_for_a_centre_of_others(self, caller):
        mine, theirs = str(new_id()), str(new_id())
        head = caller(Role.FACILITY_OPERATOR, facilities=[mine])

        answer = await Phone(head).register(facility_id=theirs)

        assert (answer.status_code, answer.json()["code"]) == (404, "facility-unknown")

    async def test_is_for_who_may_sync(self, caller):
        assert (await Phone(caller(Role.AUDITOR)).register()).status_code == 403
        assert (await Phone(caller(Role.INSTRUCTOR)).register(label="")).status_code == 422

    async def test_sent_again_it_is_one_device(self, caller):
        head = caller(Role.FACILITY_OPERATOR, facilities=[str(new_id())])
        body, key = {"label": "HP"}, str(new_id())

        one = await head.post("/v1/me/devices", json=body, key=key)
        two = await head.post("/v1/me/devices", json=body, key=key)

        assert one.content == two.content
        assert two.headers["Idempotency-Replayed"] == "true"


class TestRevokeDevice:
    @pytest.mark.parametrize(
        ("role", "grant", "status"),
        [
            (Role.FACILITY_OPERATOR, {"facilities": "own"}, 200),
            (Role.REGIONAL_OFFICER, {"areas": ["33.73"]}, 200),
            (Role.NATIONAL_ADMIN, {}, 200),
            (Role.FACILITY_OPERATOR, {"facilities": "other"}, 404),
            (Role.REGIONAL_OFFICER, {"areas": ["91"]}, 404),
            (Role.AUDITOR, {}, 403),
        ],
    )
    async def test_is_for_its_owner_and_who_runs_its_centre(
        self, caller, enrollment_db, sessions_of, role, grant, status
    ):
        place = new_id()
        seats = Seats(sessions_of(enrollment_db))
        await seats.program()
        await seats.class_(facility_id=place)
        phone = Phone(caller(Role.INSTRUCTOR, facilities=[str(place)], subject="instruktur"))
        await phone.register()
        if "facilities" in grant:
            own = grant["facilities"] == "own"
            grant = {"facilities": [str(place if own else new_id())]}
        who = caller(role, subject="lain", **grant)

        answer = await who.post(f"/v1/devices/{phone.id}/revoke")
        listed = await who.get("/v1/devices", facility_id=str(place))

        assert answer.status_code == status, answer.text
        assert listed.status_code == status
        if status == 200:
            assert [each["id"] for each in listed.json()["items"]] == [phone.id]
            assert answer.json()["revoked_at"] is not None
        else:
            assert (await phone.who.post(f"/v1/devices/{phone.id}/revoke")).status_code == 200

    async def test_is_revoked_once(self, caller):
        phone = Phone(caller(Role.FACILITY_OPERATOR, facilities=[str(new_id())]))
        await phone.register()
        await phone.who.post(f"/v1/devices/{phone.id}/revoke")

        again = await phone.who.post(f"/v1/devices/{phone.id}/revoke")
        unknown = await phone.who.post(f"/v1/devices/{new_id()}/revoke")

        assert (again.status_code, again.json()["code"]) == (409, "device-already-revoked")
        assert (again.json()["present"], again.json()["allowed"]) == ("REVOKED", [])
        assert (unknown.status_code, unknown.json()["code"]) == (404, "device-unknown")
