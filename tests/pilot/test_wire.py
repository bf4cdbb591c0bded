import asyncio

import pytest

from deploy.pilot.wire import Wire, WireError
from tests.pilot.scripted import scripted


def echo(request):
    return 200, {"X-Method": request.method}, request.body


class TestExchange:
    async def test_returns_status_headers_and_body(self):
        async with scripted(echo) as (origin, asked), Wire(origin, connections=1) as wire:
            request = wire.encode("POST", "/a?b=c", headers={"k": "v"}, body=b"hello")

            answer = await wire.exchange(request)

            assert (answer.status, answer.headers["x-method"], answer.body) == (
                200,
                "POST",
                b"hello",
            )
            assert (asked[0].target, asked[0].headers["k"]) == ("/a?b=c", "v")

    async def test_keeps_many_requests_apart(self):
        async with scripted(echo) as (origin, _), Wire(origin, connections=4) as wire:
            bodies = [str(number).encode() for number in range(100)]

            answers = await asyncio.gather(
                *(wire.exchange(wire.encode("POST", "/", headers={}, body=b)) for b in bodies)
            )

            assert [answer.body for answer in answers] == bodies

    async def test_says_that_the_outcome_is_unknown_when_the_connection_is_lost(self):
        async with scripted(lambda _: None) as (origin, _), Wire(origin, connections=1) as wire:
            with pytest.raises(WireError, match="lost before the answer"):
                await wire.exchange(wire.encode("GET", "/", headers={}))

    async def test_uses_another_connection_after_one_was_lost(self):
        answers = iter([None, (200, {}, b"ok")])
        async with (
            scripted(lambda _: next(answers)) as (origin, _),
            Wire(origin, connections=1) as w,
        ):
            request = w.encode("GET", "/", headers={})
            with pytest.raises(WireError):
                await w.exchange(request)

            assert (await w.exchange(request)).body == b"ok"

    async def test_refuses_to_wait_for_ever(self):
        release = asyncio.Event()

        async def hold(reader, writer):
            await release.wait()
            writer.close()

        server = await asyncio.start_server(hold, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Wire(f"http://127.0.0.1:{port}", connections=1, deadline_s=0.05) as wire:
            with pytest.raises(WireError, match=r"no answer within 0\.05 s"):
                await wire.exchange(wire.encode("GET", "/", headers={}))
            release.set()

    async def test_hangs_up_on_a_request_that_is_given_up(self):
        asked, hung_up = asyncio.Event(), asyncio.Event()

        async def never(reader, writer):
            await reader.readuntil(b"\r\n\r\n")
            asked.set()
            await reader.read()
            writer.close()
            hung_up.set()

        server = await asyncio.start_server(never, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, Wire(f"http://127.0.0.1:{port}", connections=1) as wire:
            request = asyncio.create_task(wire.exchange(wire.encode("GET", "/", headers={})))
            await asked.wait()
            request.cancel()

            await asyncio.wait_for(hung_up.wait(), 5)
            assert request.cancelled()

    async def test_says_when_nobody_listens(self):
        async with scripted(echo) as (origin, _):
            pass
        async with Wire(origin, connections=1) as wire:
            with pytest.raises(WireError, match="does not accept connections"):
                await wire.exchange(wire.encode("GET", "/", headers={}))


class TestLoseAnswer:
    async def test_lets_the_request_have_its_effect_and_never_reads_the_answer(self):
        async with scripted(echo) as (origin, asked), Wire(origin, connections=1) as wire:
            await wire.lose_answer(wire.encode("POST", "/", headers={}, body=b"once"))

            assert [request.body for request in asked] == [b"once"]
