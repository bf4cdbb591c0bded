"""Refuse addresses that nobody can mean: a misspelt filter must not list all."""

from collections.abc import Callable
from typing import Any, Final

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute

from shared.errors import BadRequestError, InvalidError
from shared.i18n import Text

# By endpoint, filled on the first request that has a query: as many entries as there are routes.
_known: Final[dict[Callable[..., Any], frozenset[str]]] = {}


class UnknownParameterError(BadRequestError):
    """The query has a parameter that the route does not know."""

    code = "unknown-parameter"
    title = Text("Ada parameter yang tidak dikenal.", "A parameter is not known.")


class NulRefusedError(InvalidError):
    """The address holds the NUL character, which no text of ours does."""

    code = "nul-character"
    title = Text("Karakter NUL tidak diperbolehkan.", "The character NUL is not allowed.")


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse the request when its query has a parameter that its route does not declare.

    Raises:
        UnknownParameterError: when it has; the parameters that the route knows are listed.
        NulRefusedError: when its path or query holds a NUL.
    """
    if "\x00" in request.scope["path"]:
        raise NulRefusedError
    if not request.scope["query_string"]:
        return
    endpoint = request.scope["endpoint"]
    known = _known.get(endpoint)
    if known is None:
        known = _known[endpoint] = _declared(request.scope["route"])
    if not known.issuperset(request.query_params.keys()):
        raise UnknownParameterError(extra={"known_parameters": sorted(known)})
    if b"%00" in request.scope["query_string"]:
        raise NulRefusedError


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
