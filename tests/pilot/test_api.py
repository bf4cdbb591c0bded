import json
from base64 import urlsafe_b64decode
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.pilot.api import Api, Caller, RefusedError
from deploy.pilot.wire import Wire
from deploy.problems import CommandError
from shared.http.tokens import make_key
from shared.schemas.base import Message
from shared.scope import Grant, Role
from tests.pilot.scripted import scripted

SOMEBODY = Caller("somebody", (Grant(Role.ANALYST),))


class Thing(Message):
    name: str


def problem(status: int, code: str) -> tuple[int, dict[str, str], bytes]:
    return status, {}, json.dumps({"code": code, "detail": "Why."}).encode()


@asynccontextmanager
async def conversing(script):
    """Yield an API whose server answers by the script, and the list of what it was asked."""
    async with scripted(script) as (origin, asked), Wire(origin, connections=1) as wire:
        yield Api(wire, key=make_key("balai:cli", demo=True)), asked


class TestGet:
    async def test_carries_token_and_business_time(self):
        async with conversing(lambda _: (200, {}, b'{"name":"a"}')) as (api, asked):
            api.set_time(datetime(2027, 1, 11, tzinfo=UTC))

            thing = await api.get("/x", Thing, caller=SOMEBODY, query={"q": "a b"})

        assert thing.name == "a"
        assert asked[0].target == "/x?q=a+b"
        assert asked[0].headers["authorization"].startswith("Bearer ey")
        assert asked[0].headers["balai-business-time"].startswith("ey")

    async def test_tells_what_was_refused_and_why(self):
        async with conversing(lambda _: problem(403, "forbidden")) as (api, _):
            with pytest.raises(RefusedError, match="GET /x answered 403 forbidden: Why"):
                await api.get("/x", Thing)


class TestItems:
    async def test_follows_every_page(self):
        def pages(request):
            following = f"http://anywhere{request.target}&after=2"
            page = (
                {"items": [{"name": "b"}], "next": None}
                if "after=2" in request.target
                else {"items": [{"name": "a"}], "next": following}
            )
            return 200, {}, json.dumps(page).encode()

        async with conversing(pages) as (api, asked):
            names = [thing.name for thing in await api.items("/x", Thing)]

        assert names == ["a", "b"]
        assert [request.target for request in asked] == ["/x?limit=200", "/x?limit=200&after=2"]


class TestPost:
    @pytest.mark.parametrize(
        "first", [None, problem(503, "desk-busy"), problem(409, "idempotency-key-in-flight")]
    )
    async def test_asks_again_under_the_same_key_while_the_outcome_is_unknown(self, first):
        answers = iter([first, (201, {}, b'{"name":"a"}')])
        async with conversing(lambda _: next(answers)) as (api, asked):
            answer = await api.post("/x", {"n": 1}, caller=SOMEBODY, key="k1")

        assert answer.status == 201
        assert [request.headers["idempotency-key"] for request in asked] == ["k1", "k1"]
        assert asked[0].body == asked[1].body == b'{"n":1}'

    async def test_returns_a_refusal_without_asking_again(self):
        async with conversing(lambda _: problem(409, "class-full")) as (api, asked):
            answer = await api.post("/x", {}, caller=SOMEBODY, key="k1")

        assert answer.status == 409
        assert len(asked) == 1


class TestMustPut:
    async def test_lets_it_stand_whatever_stood_there(self):
        async with conversing(lambda _: (200, {}, b"{}")) as (api, asked):
            await api.must_put("/x", {"n": 1}, caller=SOMEBODY)

        assert (asked[0].method, asked[0].body) == ("PUT", b'{"n":1}')
        assert asked[0].headers["if-match"] == "*"

    async def test_tells_what_was_refused_and_why(self):
        async with conversing(lambda _: problem(422, "hours-overlap")) as (api, _):
            with pytest.raises(RefusedError, match="PUT /x answered 422 hours-overlap"):
                await api.must_put("/x", {}, caller=SOMEBODY)


class TestLogin:
    async def test_is_signed_by_the_issuer_whose_callers_are_assigned(self):
        script = (200, {}, b'{"name":"a"}')
        async with (
            scripted(lambda _: script) as (origin, asked),
            Wire(origin, connections=1) as wire,
        ):
            keys = [make_key(issuer, demo=True) for issuer in ("balai:cli", "balai:people")]
            api = Api(wire, key=keys[0], logins=keys[1])
            await api.get("/x", Thing, caller=Caller("head", login=True))

        said = asked[0].headers["authorization"].split(".")[1]
        claims = json.loads(urlsafe_b64decode(said + "=" * (-len(said) % 4)))
        assert (claims["iss"], claims["sub"]) == ("balai:people", "head")

    async def test_needs_a_key_of_that_issuer(self):
        async with conversing(lambda _: (200, {}, b"{}")) as (api, asked):
            with pytest.raises(CommandError, match="no key"):
                await api.get("/x", Thing, caller=Caller("head", login=True))

        assert asked == []


class TestImportFile:
    async def test_follows_the_job_to_its_end(self):
        job = {
            "id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11",
            "kind": "import",
            "progress": {"done": 0},
            "created_at": "2026-11-22T00:00:00Z",
        }
        states = iter(["QUEUED", "RUNNING", "SUCCEEDED"])

        def script(_):
            return 200, {}, json.dumps({**job, "status": next(states)}).encode()

        async with conversing(script) as (api, asked):
            done = await api.import_file(
                "/registry/v1/facility-imports", b"a,b\n", caller=SOMEBODY, key="k"
            )

        assert done.status == "SUCCEEDED"
        assert asked[0].headers["content-type"] == "text/csv"
        assert {Path(request.target).parent.as_posix() for request in asked[1:]} == {
            "/registry/v1/jobs"
        }
