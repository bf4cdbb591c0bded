"""How a page that PostgreSQL built is answered."""

import hashlib
import json
from datetime import date
from typing import Final

from fastapi import Request
from starlette.responses import Response

from services.registry.marks.jobs import Watch
from services.registry.pages.queries import JsonPage
from shared.web.app import VERSION
from shared.web.paging import next_page

# What everybody may read who may read the registry, looked after anew each time it is wanted.
CACHING: Final = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def page_etag(request: Request, *, today: date) -> str | None:
    """Return the weak ETag of a page that changes with the registry's log, the day and the address.

    It is known without asking the database, and says how the log stood at most a quarter of a
    second ago; None when that is not known. It must be taken before the page is read: what is read
    later is never older than the ETag that it goes by.
    """
    watch: Watch = request.scope["state"]["watch"]
    mark = watch.mark
    if mark is None:
        return None
    asked = (VERSION, mark, today.isoformat(), request.scope["path"])
    text = "|".join(asked).encode() + b"?" + request.scope["query_string"]
    return f'W/"{hashlib.blake2b(text, digest_size=12).hexdigest()}"'


def answer_page(request: Request, page: JsonPage, *, etag: str | None = None) -> Response:
    """Answer with a page and the address of the page that follows."""
    following = "null" if page.last is None else json.dumps(next_page(request, page.last))
    return Response(
        f'{{"items":{page.items},"next":{following}}}',
        media_type="application/json",
        headers=None if etag is None else {**CACHING, "ETag": etag},
    )
