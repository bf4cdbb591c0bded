"""Refuse query parameters that a route does not know: a misspelt filter must not list all."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute

from shared.errors import BadRequestError
from shared.i18n import Text

# By endpoint, filled on the first request that has a query: as many entries as there are routes.
_known: Final[dict[Callable[..., Any], frozenset[str]]] = {}


class UnknownParameterError(BadRequestError):
    """The query has a parameter that the route does not know."""

    code = "unknown-parameter"
    title = Text("Ada parameter yang tidak dikenal.", "A parameter is not known.")


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse the request when its query has a parameter that its route does not declare.

    Raises:
        UnknownParameterError: when it has; the parameters that the route knows are listed.
    """
    if not request.scope["query_string"]:
        return
    endpoint = request.scope["endpoint"]
    known = _known.get(endpoint)
    if known is None:
        known = _known[endpoint] = _declared(request.scope["route"])
    if not known.issuperset(request.query_params.keys()):
        raise UnknownParameterError(extra={"known_parameters": sorted(known)})


def _declared(route: APIRoute) -> frozenset[str]:
    """Return the names of the query parameters of a route, those of its dependencies included."""
    declared = (route.openapi_extra or {}).get("parameters", ())
    return frozenset(
        {each["name"] for each in declared if each["in"] == "query"}
        | {
            field.alias
            for field in get_flat_params(route.dependant)
            # The members of a model of query parameters are not marked as Query themselves.
            if not isinstance(field.field_info, Cookie | Header | Path)
        }
    )
