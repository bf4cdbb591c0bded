"""Lists in pages: signed keyset cursors, and the address of the page that follows."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from pydantic import BaseModel

from shared.errors import BadRequestError
from shared.i18n import Text
from shared.schemas.paging import Page
from shared.web.links import absolute, route_path

MAX_LIMIT: Final = 200
DEFAULT_LIMIT: Final = 50

KeyValue: TypeAlias = str | int | float | None
Row = TypeVar("Row")
Model = TypeVar("Model", bound=BaseModel)


class CursorInvalidError(BadRequestError):
    """The cursor is not one that this list gave out."""

    code = "cursor-invalid"
    title = Text(
        "Kursor tidak sah; mulai lagi dari halaman pertama.",
        "The cursor is not valid; begin again with the first page.",
    )


class Cursors:
    """Writes and reads the cursors of lists; a cursor is good for one list with its filters."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"balai cursor\n" + secret.encode()).digest()

    def encode_cursor(self, values: Sequence[KeyValue], filters_hash: bytes) -> str:
        """Return the cursor that continues after the row whose sort key is `values`."""
        body = json.dumps(list(values), separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(self._seal(body, filters_hash) + body).decode().rstrip("=")

    def decode_cursor(self, cursor: str, filters_hash: bytes) -> list[KeyValue]:
        """Return the sort key that `cursor` holds.

        Raises:
            CursorInvalidError: when it was tampered with or belongs to another list.
        """
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        except (UnicodeEncodeError, binascii.Error) as error:
            raise CursorInvalidError from error
        seal, body = raw[:_SEAL_BYTES], raw[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(body, filters_hash)):
            raise CursorInvalidError
        values: list[KeyValue] = json.loads(body)
        return values

    def _seal(self, body: bytes, filters_hash: bytes) -> bytes:
        return hmac.digest(self._key, filters_hash + body, "sha256")[:_SEAL_BYTES]


_SEAL_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How much of a list is asked for: `limit` rows after the row whose sort key is `after`."""

    limit: int
    after: list[KeyValue] | None

    @property
    def fetch(self) -> int:
        """How many rows to read: one more than are shown tells whether a page follows."""
        return self.limit + 1

    @property
    def after_text(self) -> str | None:
        """The sort key of a list that is sorted by one text."""
        return None if self.after is None else str(self.after[0])


def filters_hash(request: Request) -> bytes:
    """Return what a cursor is bound to: the list, and its filters and order."""
    filters = sorted(
        (name, value)
        for name, value in request.query_params.multi_items()
        if name not in ("after", "limit")
    )
    return hashlib.sha256(f"{route_path(request)}?{urlencode(filters)}".encode()).digest()


async def page_request(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, description="Items on a page; more than 200 is taken as 200.")
    ] = DEFAULT_LIMIT,
    after: Annotated[
        str | None, Query(description="Cursor from the address of the next page.")
    ] = None,
) -> PageRequest:
    """Return how much of a list is asked for.

    Raises:
        CursorInvalidError: when the cursor is not one that this list gave out.
    """
    cursors: Cursors = request.scope["state"]["cursors"]
    values = None if after is None else cursors.decode_cursor(after, filters_hash(request))
    return PageRequest(min(limit, MAX_LIMIT), values)


PageArgs = Annotated[PageRequest, Depends(page_request)]


def page_of(
    request: Request,
    rows: Sequence[Row],
    limit: int,
    *,
    key: Callable[[Row], Sequence[KeyValue]],
    read: type[Model] | Callable[[Row], Model],
) -> Page[Model]:
    """Return the page that shows the first `limit` of `rows`.

    `rows` are `limit + 1` when a page follows (`PageRequest.fetch`). `read` is the model to make
    of each row from its attributes, or a function that makes it. `key` returns the sort key.
    """
    shown = rows[:limit]
    make = _reader(read)
    following = None
    if len(rows) > limit:
        following = next_page(request, [_plain(value) for value in key(shown[-1])])
    return Page(items=[make(row) for row in shown], next=following)


def _reader(read: type[Model] | Callable[[Row], Model]) -> Callable[[Row], Model]:
    if isinstance(read, type) and issubclass(read, BaseModel):
        return cast("Callable[[Row], Model]", read.model_validate)
    return cast("Callable[[Row], Model]", read)


def _plain(value: object) -> KeyValue:
    return value if value is None or isinstance(value, str | int | float) else str(value)


def next_page(request: Request, values: Sequence[KeyValue]) -> str:
    """Return the address of the page that follows the row whose sort key is `values`."""
    cursors: Cursors = request.scope["state"]["cursors"]
    query = [item for item in request.query_params.multi_items() if item[0] != "after"]
    query.append(("after", cursors.encode_cursor(values, filters_hash(request))))
    return absolute(request, f"{route_path(request)}?{urlencode(query)}")
