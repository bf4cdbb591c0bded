from datetime import timedelta

from shared.clock import utc_now
from shared.http.tokens import sign_business_time
from shared.ids import new_id
from shared.scope import Role

LOGINS = "SELECT * FROM enrollment.operator_login ORDER BY facility_id, first_seen_at"


class TestGetCaller:
    async def test_notes_for_which_facilities_an_operator_was_here(
        self, enrollment, auth, keys, rows
    ):
        one, other = sorted([new_id(), new_id()])
        header = auth(Role.FACILITY_OPERATOR, facilities=[other, one], subject="kepala")
        later = sign_business_time(keys.private["cli"], utc_now() + timedelta(hours=2))

        first = await enrollment.get("/v1/me", headers=header)
        again = await enrollment.get("/v1/me", headers=header)
        noted = await rows(LOGINS)
        await enrollment.get("/v1/me", headers={**header, "Balai-Business-Time": later})

        assert first.status_code == 200, first.text
        assert first.json()["operates"] == again.json()["operates"] == [str(one), str(other)]
        assert "classes:run" in first.json()["permissions"]
        assert [each["facility_id"] for each in noted] == [one, other]
        assert [each["first_seen_at"] == each["last_seen_at"] for each in noted] == [True, True]
        assert "kepala" not in str(noted)
        after = await rows(LOGINS)
        assert len(after) == 2
        assert all(each["last_seen_at"] > each["first_seen_at"] for each in after)

    async def test_notes_nobody_else(self, enrollment, auth, rows):
        officer = await enrollment.get("/v1/me", headers=auth(Role.REGIONAL_OFFICER, areas=["33"]))
        instructor = await enrollment.get(
            "/v1/me", headers=auth(Role.INSTRUCTOR, facilities=[new_id()])
        )
        nobody = await enrollment.get("/v1/me")

        assert [each.json()["operates"] for each in (officer, instructor)] == [[], []]
        assert nobody.status_code == 401
        assert await rows(LOGINS) == []

    async def test_the_pack_notes_its_facility(self, enrollment, auth, rows):
        one, other = new_id(), new_id()
        header = auth(Role.FACILITY_OPERATOR, facilities=[one, other])

        pack = await enrollment.get(f"/v1/me/facilities/{one}/pack", headers=header)

        assert pack.status_code == 200, pack.text
        assert [each["facility_id"] for each in await rows(LOGINS)] == [one]
