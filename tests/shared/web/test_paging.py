from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert

from shared.ids import new_id
from shared.scope import NOTHING
from shared.web.paging import CursorInvalidError, Cursors
from tests.shared.db.tables import Row

NAMES = ["a1", "a2", "a3", "b1", "b2"]
FILTERS = b"f" * 32


@pytest.fixture
async def five(things, sessions):
    async with sessions(info={"scope": NOTHING}) as session:
        await session.execute(insert(Row), [{"id": new_id(), "name": name} for name in NAMES])
        await session.commit()
    return things


def path_of(url: str) -> str:
    parsed = httpx.URL(url)
    assert str(parsed).startswith("https://balai.test/kernel/v1/things?")
    return f"/v1/things?{parsed.query.decode()}"


def names(page: dict) -> list[str]:
    return [each["name"] for each in page["items"]]


class TestCursors:
    def test_gives_back_what_was_put_in(self):
        cursors = Cursors("secret")
        values = ["Ä, B", 7, None, 1.5]

        assert cursors.decode_cursor(cursors.encode_cursor(values, FILTERS), FILTERS) == values

    @pytest.mark.parametrize(
        "forge",
        [
            lambda good: good[:-2] + ("AA" if good[-2:] != "AA" else "BB"),
            lambda good: ("A" if good[0] != "A" else "B") + good[1:],
            lambda good: good[:10],
            lambda _: "",
            lambda _: "é",
            lambda _: "====",
            lambda _: "W10",
        ],
        ids=["end", "seal", "short", "empty", "letter", "padding", "unsealed"],
    )
    def test_refuses_what_was_tampered_with(self, forge):
        cursors = Cursors("secret")

        with pytest.raises(CursorInvalidError):
            cursors.decode_cursor(forge(cursors.encode_cursor(["a"], FILTERS)), FILTERS)

    def test_refuses_the_cursor_of_another_list_or_secret(self):
        cursor = Cursors("secret").encode_cursor(["a"], FILTERS)

        with pytest.raises(CursorInvalidError):
            Cursors("secret").decode_cursor(cursor, b"g" * 32)
        with pytest.raises(CursorInvalidError):
            Cursors("other").decode_cursor(cursor, FILTERS)


class TestPageOf:
    async def test_leads_through_the_whole_list(self, five):
        first = (await five.get("/v1/things?limit=2")).json()
        second = (await five.get(path_of(first["next"]))).json()
        third = (await five.get(path_of(second["next"]))).json()

        assert [names(page) for page in (first, second, third)] == [
            ["a1", "a2"],
            ["a3", "b1"],
            ["b2"],
        ]
        assert third["next"] is None

    async def test_promises_no_page_after_a_full_last_one(self, five):
        assert (await five.get("/v1/things?limit=5")).json()["next"] is None

    async def test_keeps_the_filters(self, five):
        first = (await five.get("/v1/things?prefix=a&limit=2")).json()
        second = (await five.get(path_of(first["next"]))).json()

        assert names(second) == ["a3"]
        assert second["next"] is None

    async def test_refuses_a_cursor_with_other_filters(self, five):
        first = (await five.get("/v1/things?prefix=a&limit=2")).json()

        response = await five.get(path_of(first["next"]).replace("prefix=a", "prefix=b"))

        assert (response.status_code, response.json()["code"]) == (400, "cursor-invalid")

    async def test_takes_another_limit_with_the_cursor(self, five):
        first = (await five.get("/v1/things?limit=2")).json()

        rest = (await five.get(path_of(first["next"]).replace("limit=2", "limit=9"))).json()

        assert names(rest) == ["a3", "b1", "b2"]

    async def test_takes_a_limit_that_is_too_high_for_the_highest(self, things, sessions):
        async with sessions(info={"scope": NOTHING}) as session:
            rows = [{"id": UUID(int=n), "name": f"{n:04}"} for n in range(202)]
            await session.execute(insert(Row), rows)
            await session.commit()

        assert len((await things.get("/v1/things?limit=100000")).json()["items"]) == 200
        assert len((await things.get("/v1/things")).json()["items"]) == 50

    @pytest.mark.parametrize("limit", ["0", "-1", "x"])
    async def test_refuses_a_limit_that_is_none(self, bare, limit):
        assert (await bare.get(f"/v1/things?limit={limit}")).status_code == 422
