from shared.scope import Role
from tests.shared.web.conftest import app_of
from tests.support.asgi import serving

APP = "https://app.example"


class TestMakeApp:
    async def test_lets_other_origins_in_by_name_only(self, things_settings, auth):
        app = app_of(things_settings(cors_origins=[APP]))

        async with serving(app, base_url="http://kernel.test") as client:
            known = await client.get(
                "/v1/things/one/1", headers={**auth(Role.AUDITOR), "Origin": APP}
            )
            stranger = await client.get(
                "/v1/things/now", headers={"Origin": "https://evil.example"}
            )
            broken = await client.get("/v1/things/refusals/boom", headers={"Origin": APP})
            asked = await client.options(
                "/v1/things",
                headers={
                    "Origin": APP,
                    "Access-Control-Request-Method": "POST",
                    "Access-Control-Request-Headers": "idempotency-key,authorization",
                },
            )

        assert known.headers["access-control-allow-origin"] == APP
        assert "ETag" in known.headers["access-control-expose-headers"]
        assert "access-control-allow-origin" not in stranger.headers
        assert broken.headers["access-control-allow-origin"] == APP
        assert asked.status_code == 200

    async def test_answers_behind_the_entrance_and_without_it(self, bare, auth):
        for path in ("/v1/things/one/1", "/kernel/v1/things/one/1"):
            assert (await bare.get(path, headers=auth(Role.AUDITOR))).status_code == 200

    async def test_can_be_made_twice(self, things_settings):
        faces = [app_of(things_settings()).openapi() for _ in range(2)]

        assert faces[0] == faces[1]
