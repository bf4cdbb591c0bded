"""What enrollment asks of the registry, over HTTP and never inside a transaction."""

from typing import Final
from urllib.parse import parse_qs, urlsplit

import httpx

from shared.http.client import get_json, post_json
from shared.schemas.paging import Page
from shared.schemas.registry import AreaLevel, AreaRead, ClassCheck, ClassResources

_PAGE: Final = 200


async def check_class(registry: httpx.AsyncClient, check: ClassCheck) -> ClassResources:
    """Return what a class may use, or the registry's refusal.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
        UpstreamRefusedError: when something cannot be used; it carries the registry's own problem.
    """
    answer = await post_json(
        registry, "/v1/class-checks", body=check, deadline_s=4.0, retry_safe=True
    )
    return ClassResources.model_validate(answer)


async def page_of_areas(
    registry: httpx.AsyncClient, *, level: AreaLevel, after: str | None
) -> tuple[list[AreaRead], str | None]:
    """Return one page of the areas in force of a level, and the cursor of the next.

    Raises:
        RegistryUnavailableError: when the registry does not answer in time.
    """
    params: dict[str, str | int] = {"level": level.value, "limit": _PAGE}
    if after is not None:
        params["after"] = after
    answer = await get_json(registry, "/v1/areas", params=params)
    page = Page[AreaRead].model_validate(answer)
    return page.items, _cursor_of(page.next)


def _cursor_of(address: str | None) -> str | None:
    """Return the cursor in the address of a page: the address itself is that of the entrance."""
    if address is None:
        return None
    return parse_qs(urlsplit(address).query)["after"][0]
