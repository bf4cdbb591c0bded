import asyncio

import pytest

from deploy.bench.load import Driver, Load, LoadError, Result
from tests.pilot.scripted import scripted


async def driven(origin: str, requests: list[bytes], **changes) -> Result:
    host, port = origin.removeprefix("http://").split(":")
    wanted = {"connections": 4, "seconds": 30.0, **changes}
    driver = Driver(Load(host, int(port), requests=requests, **wanted))
    return await asyncio.to_thread(driver.result)


def request(number: int) -> bytes:
    body = str(number).encode()
    return b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body)


class TestDriver:
    async def test_sends_every_request_once_and_counts_the_answers(self):
        def script(asked):
            return (201, {}, b"{}") if int(asked.body) % 3 else (409, {}, b"x" * 3_000)

        async with scripted(script) as (origin, asked):
            result = await driven(origin, [request(number) for number in range(90)])

        assert sorted(int(each.body) for each in asked) == list(range(90))
        assert result.statuses == {201: 60, 409: 30}
        assert len(result.latencies_s) == len(result.answered_at) == 90
        assert result.percentile_ms(0.5) <= result.percentile_ms(0.99)

    async def test_knows_that_an_unchanged_page_has_no_body(self):
        def script(_):
            return (304, {}, b"")

        async with scripted(script) as (origin, _):
            result = await driven(origin, [request(number) for number in range(9)])

        assert result.statuses == {304: 9}

    async def test_stops_when_the_time_is_over(self):
        async with scripted(lambda _: (200, {}, b"")) as (origin, _):
            result = await driven(origin, [request(1)] * 1_000_000, seconds=0.2)

        assert 0 < len(result.latencies_s) < 1_000_000
        assert result.seconds < 5
        assert result.rate == pytest.approx(len(result.latencies_s) / result.seconds)

    async def test_fails_when_the_server_hangs_up(self):
        async with scripted(lambda _: None) as (origin, _):
            with pytest.raises(LoadError, match="ended before it had a result"):
                await driven(origin, [request(1)])
