"""Every route with what it asks of its caller: no route is open by being forgotten."""

from collections.abc import Iterator
from typing import Final

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from shared.web.auth import Requires, known, public
from shared.web.lean import REQUIRES

PUBLIC: Final = "public"
KNOWN: Final = "known"


def stated_permissions(app: FastAPI) -> list[tuple[str, str, str]]:
    """Return (method, path template, permission, `known` or `public`) of every route, by path.

    Raises:
        LookupError: when a route states neither a permission nor that all, or all known, may call.
    """
    found: list[tuple[str, str, str]] = []
    for context in iter_route_contexts(app.routes):
        path = context.path or ""
        if not isinstance(context.original_route, APIRoute):
            # FastAPI's own route: the published face.
            if path != app.openapi_url:
                raise LookupError(f"{path} is not a route that can state a permission")
            found.append(("GET", path, PUBLIC))
            continue
        permission = _stated(context)
        if permission is None:
            raise LookupError(f"{path} states no permission")
        found.extend((method, path, permission) for method in sorted(context.methods or ()))
    return sorted(found, key=lambda each: (each[1], each[0]))


def _stated(context: RouteContext) -> str | None:
    requires = getattr(context.endpoint, REQUIRES, None)
    if isinstance(requires, Requires):
        return requires.permission.value
    calls = [requires, *_calls(context.dependant)]
    permissions = {call.permission.value for call in calls if isinstance(call, Requires)}
    if permissions:
        return " ".join(sorted(permissions))
    if known in calls:
        return KNOWN
    return PUBLIC if public in calls else None


def _calls(dependant: Dependant) -> Iterator[object]:
    for child in dependant.dependencies:
        yield child.call
        yield from _calls(child)
