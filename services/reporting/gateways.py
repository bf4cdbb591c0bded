"""What reporting asks of other services, over HTTP and never inside a transaction."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from shared.http.client import get_json
from shared.schemas.paging import Page
from shared.schemas.registry import AreaLevel, AreaRead, AreaSuccession

_PAGE: Final = 200


async def page_of_areas(
    registry: httpx.AsyncClient, *, level: AreaLevel, after: str | None
) -> tuple[list[AreaRead], str | None]:
    """Return one page of the areas in force of a level, and the cursor of the next.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    answer = await get_json(registry, "/v1/areas", params=_page(level, after))
    page = Page[AreaRead].model_validate(answer)
    return page.items, _cursor_of(page.next)


async def page_of_successions(
    registry: httpx.AsyncClient, *, level: AreaLevel, after: str | None
) -> tuple[list[AreaSuccession], str | None]:
    """Return one page of what became of the codes of a level, and the cursor of the next.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    answer = await get_json(registry, "/v1/area-successions", params=_page(level, after))
    page = Page[AreaSuccession].model_validate(answer)
    return page.items, _cursor_of(page.next)


def _page(level: AreaLevel, after: str | None) -> dict[str, str | int]:
    cursor = {} if after is None else {"after": after}
    return {"level": level.value, "limit": _PAGE, **cursor}


def _cursor_of(address: str | None) -> str | None:
    """Return the cursor in the address of a page: the address itself is that of the entrance."""
    if address is None:
        return None
    return parse_qs(urlsplit(address).query)["after"][0]
