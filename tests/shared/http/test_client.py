import asyncio
from collections.abc import Callable

import httpx
import pytest

from shared.errors import UnavailableError
from shared.http.client import (
    RegistryUnavailableError,
    UpstreamRefusedError,
    UpstreamUnavailableError,
    accept_language,
    get_json,
    make_client,
    post_json,
    put_json,
)
from shared.logging import bind_request, unbind_request

PROBLEM = {"content-type": "application/problem+json"}


class Upstream:
    """The other service: answers from a list and keeps what it was asked."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def client_of(upstream: Callable, **options) -> httpx.AsyncClient:
    return make_client(
        "http://registry.test",
        token=lambda: "signed",
        name="registry",
        transport=httpx.MockTransport(upstream),
        **options,
    )


class TestGetJson:
    async def test_returns_what_the_service_answers(self):
        async with client_of(Upstream(httpx.Response(200, json={"a": 1}))) as client:
            assert await get_json(client, "/v1/a", deadline_s=1) == {"a": 1}

    async def test_shows_token_request_id_and_language(self):
        upstream = Upstream(httpx.Response(200, json={}))
        bound, language = bind_request("r-1"), accept_language.set("en")

        async with client_of(upstream) as client:
            await get_json(client, "/v1/a", params={"q": "x"})
        unbind_request(bound)
        accept_language.reset(language)

        headers = upstream.requests[0].headers
        assert headers["authorization"] == "Bearer signed"
        assert headers["x-request-id"] == "r-1"
        assert headers["accept-language"] == "en"
        assert upstream.requests[0].url == "http://registry.test/v1/a?q=x"

    @pytest.mark.parametrize(
        "trouble", [httpx.Response(503), httpx.ConnectError("refused"), httpx.ReadTimeout("slow")]
    )
    async def test_tries_once_more_after_trouble(self, trouble):
        upstream = Upstream(trouble, httpx.Response(200, json=[1]))

        async with client_of(upstream) as client:
            assert await get_json(client, "/v1/a") == [1]

    @pytest.mark.parametrize("trouble", [httpx.Response(500), httpx.ConnectError("refused")])
    async def test_gives_up_after_the_second_try(self, trouble):
        upstream = Upstream(trouble, trouble, httpx.Response(200, json=[1]))

        async with client_of(upstream) as client:
            with pytest.raises(RegistryUnavailableError) as refused:
                await get_json(client, "/v1/a")

        assert len(upstream.requests) == 2
        assert refused.value.code == "registry-unavailable"
        assert refused.value.retry_after_s
        assert isinstance(refused.value, UnavailableError)

    async def test_ends_at_its_deadline(self):
        async def never(_: httpx.Request) -> httpx.Response:
            await asyncio.Event().wait()
            raise AssertionError

        async with client_of(never) as client:
            with pytest.raises(RegistryUnavailableError):
                await asyncio.wait_for(get_json(client, "/v1/a", deadline_s=0.05), 5)

    async def test_passes_a_refusal_on_with_its_code(self):
        problem = {"code": "space-unknown", "title": "No such space.", "detail": "There is none."}
        upstream = Upstream(httpx.Response(404, json=problem, headers=PROBLEM))

        async with client_of(upstream) as client:
            with pytest.raises(UpstreamRefusedError) as refused:
                await get_json(client, "/v1/a")

        assert refused.value.upstream_status == 404
        assert refused.value.upstream_code == "space-unknown"
        assert refused.value.upstream_detail == "There is none."
        assert len(upstream.requests) == 1

    @pytest.mark.parametrize("status", [401, 403, 429])
    async def test_takes_a_refusal_of_our_own_token_for_unavailable(self, status: int):
        upstream = Upstream(httpx.Response(status, json={"code": "forbidden"}, headers=PROBLEM))

        async with client_of(upstream) as client:
            with pytest.raises(RegistryUnavailableError):
                await get_json(client, "/v1/a")

    async def test_takes_an_answer_that_is_no_json_for_unavailable(self):
        async with client_of(Upstream(httpx.Response(200, text="<html>"))) as client:
            with pytest.raises(RegistryUnavailableError):
                await get_json(client, "/v1/a")

    async def test_knows_no_name_for_a_client_without_one(self):
        client = make_client(
            "http://x.test",
            token=lambda: "t",
            transport=httpx.MockTransport(Upstream(httpx.ConnectError("x"))),
        )
        async with client:
            with pytest.raises(UpstreamUnavailableError) as refused:
                await get_json(client, "/", retry_safe=False)

        assert refused.value.code == "upstream-unavailable"


class TestPostJson:
    async def test_is_not_repeated_unless_it_is_safe(self):
        upstream = Upstream(httpx.ReadTimeout("slow"), httpx.Response(200, json={}))

        async with client_of(upstream) as client:
            with pytest.raises(RegistryUnavailableError):
                await post_json(client, "/v1/a", body={"a": 1})

        assert len(upstream.requests) == 1

    async def test_is_repeated_with_the_same_key_where_it_is_safe(self):
        upstream = Upstream(httpx.ReadTimeout("slow"), httpx.Response(200, json={"b": 2}))

        async with client_of(upstream) as client:
            answer = await post_json(
                client, "/v1/a", body={"a": 1}, idempotency_key="k", retry_safe=True
            )

        assert answer == {"b": 2}
        assert [each.headers["idempotency-key"] for each in upstream.requests] == ["k", "k"]
        assert {each.content for each in upstream.requests} == {b'{"a":1}'}


class TestPutJson:
    async def test_is_repeated_for_it_is_safe(self):
        upstream = Upstream(httpx.ReadTimeout("slow"), httpx.Response(200, json={"b": 2}))

        async with client_of(upstream) as client:
            answer = await put_json(client, "/v1/a", body={"a": 1})

        assert answer == {"b": 2}
        assert [each.method for each in upstream.requests] == ["PUT", "PUT"]
        assert {each.content for each in upstream.requests} == {b'{"a":1}'}
