import pytest
from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse

from shared.web.auth import Known
from shared.web.routes import KNOWN, stated_permissions
from tests.shared.web.conftest import app_of


class TestStatedPermissions:
    def test_lists_every_route_with_what_it_asks(self, things_settings):
        stated = stated_permissions(app_of(things_settings()))

        assert set(stated) >= {
            ("GET", "/health/live", "public"),
            ("GET", "/health/ready", "public"),
            ("GET", "/metrics", "public"),
            ("GET", "/openapi.json", "public"),
            ("GET", "/docs", "public"),
            ("GET", "/docs/{asset}", "public"),
            ("GET", "/v1/events", "events:read"),
            ("GET", "/v1/jobs/{job_id}", "jobs:read"),
            ("POST", "/v1/jobs/{job_id}/cancel", "jobs:cancel"),
            ("GET", "/v1/things", "public"),
            ("POST", "/v1/things", "facilities:write"),
            ("POST", "/v1/things/{thing_id}/lean", "enrollments:write"),
        }
        assert len(stated) == 22

    def test_knows_routes_for_whoever_is_known(self, things_settings):
        door = APIRouter()

        @door.get("/me")
        async def get_me(caller: Known) -> str:
            return caller.actor.name

        app = app_of(things_settings(), door)

        assert ("GET", "/v1/me", KNOWN) in stated_permissions(app)
        operation = app.openapi()["paths"]["/v1/me"]["get"]
        assert operation["security"] == [{"bearer": []}]
        assert operation["x-permissions"] == []

    def test_refuses_a_route_that_states_nothing(self, things_settings):
        forgotten = APIRouter()

        @forgotten.get("/forgotten")
        async def forget() -> dict[str, str]:
            return {}

        with pytest.raises(LookupError, match="/v1/forgotten states no permission"):
            stated_permissions(app_of(things_settings(), forgotten))

    def test_refuses_a_route_that_cannot_state_anything(self):
        app = FastAPI(docs_url=None, redoc_url=None)
        app.add_route("/plain", lambda _: JSONResponse({}))

        with pytest.raises(LookupError, match="/plain"):
            stated_permissions(app)
