"""PostgreSQL alone reads the very pages that the service answers with."""

import json
from urllib.parse import urlsplit

from deploy.bench.registry_field import Extent
from deploy.bench.registry_reads import (
    PAGE,
    Reader,
    alone_rate,
    find_pages,
    next_of,
    page_statement,
)
from deploy.pilot.wire import Answer
from shared.scope import Role
from tests.bench.conftest import TODAY
from tests.pilot.scripted import scripted

EXTENT = Extent(facilities=2 * PAGE + 10, bookings=0)


def page(number: int, *, following: bool) -> bytes:
    address = f"http://balai.test/registry/v1/facilities?limit=50&after={number + 1}"
    return json.dumps({"items": [], "next": address if following else None}).encode()


class TestPageStatement:
    async def test_reads_what_the_service_answers(self, registry, registry_owner, field, auth):
        await field.prepare(EXTENT, today=TODAY, advance=lambda *_: None)
        reader = auth(Role.NATIONAL_ADMIN)
        first = await registry.get(f"/v1/facilities?limit={PAGE}", headers=reader)
        parts = urlsplit(first.json()["next"])

        second = await registry.get(f"/v1/facilities?{parts.query}", headers=reader)
        alone = await registry_owner.fetchrow(page_statement().replace(":page", "1"))

        assert json.loads(alone["items"]) == second.json()["items"]
        assert len(second.json()["items"]) == PAGE

    async def test_is_one_that_pgbench_can_run(self, registry_db, field):
        await field.prepare(EXTENT, today=TODAY, advance=lambda *_: None)

        assert await alone_rate(registry_db, pages=1, seconds=1) > 0


class TestFindPages:
    async def test_follows_the_list_from_its_second_page_on(self):
        def script(asked):
            number = int(asked.target.partition("after=")[2] or 0)
            return (200, {"etag": f'W/"{number}"'}, page(number, following=number < 5))

        async with scripted(script) as (origin, _):
            reader = Reader(origin, "token")
            pages = await find_pages(reader, number=3)

            assert [target[-1] for target in pages.targets] == ["1", "2", "3"]
            assert pages.etags == ['W/"1"', 'W/"2"', 'W/"3"']
            known = set(pages.requests(reader, known=True, number=50))
            assert {b'if-none-match: W/"%d"\r\n' % n in b"".join(known) for n in (1, 2, 3)} == {
                True
            }
            assert len(await find_pages_all(reader)) == 5


async def find_pages_all(reader: Reader) -> list[str]:
    return list((await find_pages(reader, number=100)).targets)


class TestNextOf:
    def test_leaves_the_entrance_out(self):
        assert next_of(Answer(200, {}, page(0, following=True))) == (
            "/v1/facilities?limit=50&after=1"
        )
        assert next_of(Answer(200, {}, page(0, following=False))) is None
