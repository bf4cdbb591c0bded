import pytest

from shared.errors import StaleError
from shared.scope import Role
from shared.web.etag import check_match, etag_of


class TestCheckMatch:
    @pytest.mark.parametrize("given", ['"3"', '"1", "3"', "*"])
    def test_lets_the_version_pass_that_was_read(self, given: str):
        check_match(given, 3)

    @pytest.mark.parametrize("given", ['"2"', 'W/"3"', "3", "", '"33"'])
    def test_refuses_another(self, given: str):
        with pytest.raises(StaleError):
            check_match(given, 3)


class TestIfMatch:
    async def test_answers_428_without_it(self, bare, auth):
        response = await bare.patch("/v1/things/one/3", headers=auth(Role.NATIONAL_ADMIN))

        assert (response.status_code, response.json()["code"]) == (428, "precondition-required")

    async def test_answers_412_to_an_old_version(self, bare, auth):
        header = {**auth(Role.NATIONAL_ADMIN), "If-Match": etag_of(2)}

        response = await bare.patch("/v1/things/one/3", headers=header)

        assert (response.status_code, response.json()["code"]) == (412, "stale")

    async def test_lets_the_present_version_pass(self, bare, auth):
        header = {**auth(Role.NATIONAL_ADMIN), "If-Match": etag_of(3)}

        assert (await bare.patch("/v1/things/one/3", headers=header)).status_code == 200


class TestNotModified:
    @pytest.mark.parametrize("given", ['"3"', 'W/"3"', '"1", "3"', "*"])
    async def test_answers_304_to_whom_has_it(self, bare, auth, given: str):
        header = {**auth(Role.AUDITOR), "If-None-Match": given}

        response = await bare.get("/v1/things/one/3", headers=header)

        assert response.status_code == 304
        assert response.content == b""
        assert response.headers["etag"] == '"3"'

    @pytest.mark.parametrize("given", [None, '"2"'])
    async def test_answers_200_to_whom_has_not(self, bare, auth, given: str | None):
        header = {**auth(Role.AUDITOR), **({"If-None-Match": given} if given else {})}

        response = await bare.get("/v1/things/one/3", headers=header)

        assert response.status_code == 200
        assert response.headers["etag"] == '"3"'
