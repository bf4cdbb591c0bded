from datetime import timedelta

from shared.clock import ledger_day, utc_now
from shared.scope import PERMISSIONS, Role
from tests.support.waiting import eventually

TODAY = ledger_day(utc_now())


class TestGetMe:
    async def test_tells_somebody_without_any_role_who_he_is(self, world, login):
        response = await world.get("/me", by=login("ibu-sari"))

        assert response.status_code == 200
        assert response.json() == {
            "issuer": "balai:people",
            "subject": "ibu-sari",
            "permissions": [],
            "grants": [],
            "scope": [],
            "assignments": [],
            "invitations": [],
        }

    async def test_tells_what_is_assigned_and_what_is_in_force(self, world, login):
        wanted = {"issuer": "balai:people", "subject": "ibu-sari", "label": "Dinas"}
        office = {"role": "REGIONAL_OFFICER", "ministries": ["MSME"]}
        await world.made("/assignments", {**wanted, **office, "areas": ["33", "32.73"]})
        later = str(TODAY + timedelta(days=3))
        await world.made("/assignments", {**wanted, **office, "areas": ["91"], "valid_from": later})

        async def me() -> dict | None:
            found = (await world.get("/me", by=login("ibu-sari"))).json()
            return found if found["grants"] else None

        found = await eventually(me)

        (grant,) = found["grants"]
        assert (grant["role"], grant["areas"]) == ("REGIONAL_OFFICER", ["33", "32.73"])
        assert grant["permissions"] == sorted(PERMISSIONS[Role.REGIONAL_OFFICER])
        assert found["permissions"] == grant["permissions"]
        assert found["scope"] == [
            {
                "ministries": ["MSME"],
                "provinces": ["33"],
                "regencies": ["32.73"],
                "facilities": [],
                "participant_id": None,
            }
        ]
        assert [each["state"] for each in found["assignments"]] == ["IN_FORCE", "PENDING"]

    async def test_is_for_callers_of_any_issuer_but_not_for_nobody(self, world, auth):
        analyst = await world.get("/me", by=auth(Role.ANALYST, subject="ani"))
        nobody = await world.registry.get("/v1/me")
        forged = await world.registry.get("/v1/me", headers={"Authorization": "Bearer x"})
        asked = await world.get("/me", subject="somebody-else")

        assert analyst.json()["permissions"] == ["quality:read", "reports:read"]
        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthorized")
        assert (forged.status_code, forged.json()["code"]) == (401, "token-invalid")
        assert asked.status_code == 400


class TestClaimInvitation:
    async def test_shows_the_claimant_what_became_of_his_claim(self, world, login):
        facility = await world.facility(name="BLKK Melati")
        expires = (utc_now() + timedelta(days=3)).isoformat()
        invitation = await world.made(
            "/invitations", {"facility_id": facility["id"], "expires_at": expires}
        )
        sari = login("ibu-sari")

        claimed = await world.post("/me/invitations", {"code": invitation["code"]}, by=sari)

        assert claimed.status_code == 201
        mine = (await world.get("/me", by=sari)).json()["invitations"]
        assert mine == [claimed.json()]
        assert (mine[0]["state"], mine[0]["label"]) == ("CLAIMED", "BLKK Melati")
        assert "code" not in mine[0]
        await world.post(f"/invitations/{invitation['id']}/refuse", {"reason": "Bukan pengurus"})
        assert (await world.get("/me", by=sari)).json()["invitations"][0]["state"] == "REFUSED"
