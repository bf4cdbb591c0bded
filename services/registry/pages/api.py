"""How a page that PostgreSQL built is answered."""

import json

from fastapi import Request
from starlette.responses import Response

from services.registry.pages.queries import JsonPage
from shared.web.paging import next_page


def answer_page(request: Request, page: JsonPage) -> Response:
    """Answer with a page and the address of the page that follows."""
    following = "null" if page.last is None else json.dumps(next_page(request, page.last))
    return Response(f'{{"items":{page.items},"next":{following}}}', media_type="application/json")
