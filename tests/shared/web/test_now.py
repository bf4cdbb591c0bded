from datetime import UTC, datetime, timedelta

import pytest

from shared.clock import utc_now
from shared.http.tokens import sign_business_time
from shared.settings import Mode
from shared.web.now import HEADER
from tests.shared.web.conftest import app_of
from tests.support.asgi import serving

OPENING = datetime(2026, 8, 17, 1, tzinfo=UTC)


async def now_of(client, header: str | None = None) -> datetime:
    response = await client.get("/v1/things/now", headers={HEADER: header} if header else {})
    return datetime.fromisoformat(response.raise_for_status().json()["now"])


class TestNow:
    async def test_is_the_real_clock_without_the_header(self, bare):
        assert abs(await now_of(bare) - utc_now()) < timedelta(seconds=5)

    async def test_is_the_hour_that_the_demonstration_names(self, bare, keys):
        header = sign_business_time(keys.private["cli"], OPENING)

        assert await now_of(bare, header) == OPENING
        assert await now_of(bare, header) == OPENING

    @pytest.mark.parametrize("signer", ["registry", "enrollment"])
    async def test_refuses_another_signer(self, bare, keys, signer: str):
        header = sign_business_time(keys.private[signer], OPENING)

        response = await bare.get("/v1/things/now", headers={HEADER: header})

        assert (response.status_code, response.json()["code"]) == (400, "business-time-refused")

    @pytest.mark.parametrize("header", ["x", "2026-08-17T01:00:00Z", "a.b.c"])
    async def test_refuses_what_nobody_signed(self, bare, header: str):
        response = await bare.get("/v1/things/now", headers={HEADER: header})

        assert (response.status_code, response.json()["code"]) == (400, "business-time-refused")

    async def test_refuses_what_has_expired(self, bare, keys):
        header = sign_business_time(keys.private["cli"], OPENING, lifetime_s=-1)

        response = await bare.get("/v1/things/now", headers={HEADER: header})

        assert response.json()["code"] == "business-time-refused"

    async def test_refuses_it_where_the_data_are_real(self, things_settings, keys):
        services = [issuer for issuer in keys.issuers if not issuer.demo_only]
        settings = things_settings(mode=Mode.PRODUCTION, issuers=services)
        header = sign_business_time(keys.private["cli"], OPENING)

        async with serving(app_of(settings), base_url="http://kernel.test") as client:
            response = await client.get("/v1/things/now", headers={HEADER: header})

        assert (response.status_code, response.json()["code"]) == (400, "business-time-refused")
