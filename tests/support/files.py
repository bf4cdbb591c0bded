"""Files of rows as offices send them, and what becomes of them."""

import csv
import io
from collections.abc import Awaitable, Callable, Sequence

import openpyxl

from tests.support.planning import Desk

CSV = {"Content-Type": "text/csv", "Accept-Language": "en"}


def text(
    names: Sequence[str], rows: Sequence[Sequence], *, delimiter=";", encoding="cp1252"
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter).writerows([names, *rows])
    return out.getvalue().encode(encoding)


def workbook(names: Sequence[str], rows: Sequence[Sequence]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in (names, *rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


class Sent:
    """A file that was sent, its job done, and the verdicts on its rows."""

    def __init__(self, job: dict, verdicts: list[dict]) -> None:
        self.id = job["id"]
        self.job = job
        self.verdicts = verdicts

    @property
    def told(self) -> list[tuple[str, str | None]]:
        return [(each["verdict"], each["code"]) for each in self.verdicts]

    @property
    def counts(self) -> dict:
        return {name: count for name, count in self.job["result"].items() if count}


async def send(
    desk: Desk, worker: Callable[[], Awaitable[None]], what: str, raw: bytes, *, query: str = ""
) -> Sent:
    """Send a file, do its job and read every verdict."""
    response = await desk.post(f"/v1/imports/{what}{query}", raw, **CSV)
    assert response.status_code == 202, response.text
    await worker()
    path = f"/v1/jobs/{response.json()['id']}"
    verdicts, after = [], f"{path}/rows?limit=200"
    while after is not None:
        page = (await desk.get(after)).json()
        verdicts += page["items"]
        after = page["next"]
    return Sent((await desk.get(path)).json(), verdicts)
