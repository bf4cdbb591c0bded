"""Reads lists, and looks at the statements that each takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from sqlalchemy import event

from tests.registry.matrix.asking import Operation, headers_of
from tests.registry.matrix.conftest import Country

# Without these a plan sorts or reads a whole table only when no index serves it.
DEAR = ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "hashagg")


class Reader:
    """Reads as a national administrator; each fault is a sentence, or nothing."""

    def __init__(self, country: Country) -> None:
        self.country = country
        self.headers = headers_of("admin", country.places, country.keys)
        self.statements: list[tuple[str, tuple]] = []

    def note(self, _connection, _cursor, statement, parameters, *_) -> None:
        if "set_config" not in statement:
            self.statements.append((statement, parameters))

    async def read(self, operation: Operation, *, limit: int) -> httpx.Response:
        self.statements.clear()
        return await self.country.client.get(
            operation.address(self.country.places["A"]),
            params={**operation.needed(), "limit": limit},
            headers=self.headers,
        )

    async def follow(self, address: str) -> httpx.Response:
        path = address.removeprefix("http://balai.test/registry")
        return await self.country.client.get(path, headers=self.headers)

    async def fault_of_pages(self, operation: Operation) -> str:
        """Compare what a walk in pages of one shows with the whole; a forged cursor is refused."""
        answer = await self.read(operation, limit=200)
        if answer.status_code != 200 or len(answer.json()["items"]) < 2:
            return f"{operation.id} shows too little to be walked: {answer.text[:300]}"
        whole = answer.json()["items"]
        page = (await self.read(operation, limit=1)).json()
        first, walked = page["next"] or "", page["items"]
        while page["next"] and len(walked) <= len(whole):
            page = (await self.follow(page["next"])).json()
            walked += page["items"]
        if walked != whole:
            return f"{operation.id} shows {len(walked)} page by page, of {len(whole)}"
        forged = await self.follow(first[:-6] + ("A" if first[-6] != "A" else "B") + first[-5:])
        right = (forged.status_code, forged.json().get("code")) == (400, "cursor-invalid")
        return "" if right else f"{operation.id} takes a forged cursor: {forged.text[:300]}"

    async def fault_of_statements(self, operation: Operation, *, most: int) -> str:
        """Count the statements of a short and a long page."""
        await self.read(operation, limit=1)
        short = len(self.statements)
        shown = len((await self.read(operation, limit=200)).json()["items"])
        if len(self.statements) == short <= most:
            return ""
        return f"{operation.id}: {short} statements, {len(self.statements)} for {shown} rows"

    async def fault_of_plan(self, operation: Operation) -> str:
        """Look whether an index gives the rows of each statement in the order asked for."""
        await self.read(operation, limit=50)
        engine, noted = self.country.client.state["sessions"].kw["bind"], tuple(self.statements)
        plans = []
        async with engine.connect() as connection:
            for kind in DEAR:
                await connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
            for statement, parameters in noted:
                rows = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
                plans.append("\n".join(row[0] for row in rows))
        dear = [plan for plan in plans if "Seq Scan" in plan or "Sort" in plan]
        return "\n".join([f"{operation.id}:", *dear]) if dear else ""


@asynccontextmanager
async def reading(country: Country) -> AsyncIterator[Reader]:
    """Yield a reader that sees the statements of the country's registry."""
    reader = Reader(country)
    engine = country.client.state["sessions"].kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", reader.note)
    yield reader
    event.remove(engine, "before_cursor_execute", reader.note)
