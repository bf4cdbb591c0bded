"""Refuse addresses that nobody can mean: a misspelt filter must not list all."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Final, get_args

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Cookie, Header, Path
from fastapi.routing import APIRoute
from pydantic import AwareDatetime
from starlette.datastructures import QueryParams

from shared.errors import BadRequestError, InvalidError
from shared.i18n import Text
from shared.schemas.base import EARLIEST_YEAR, LATEST_YEAR


@dataclass(frozen=True, slots=True, eq=False)
class _Declared:
    """The names of a route's query parameters, and of those that are days or instants."""

    names: frozenset[str]
    days: frozenset[str]


# By endpoint, filled on the first request that has a query: as many entries as there are routes.
_known: Final[dict[Callable[..., Any], _Declared]] = {}
_DAYS: Final[frozenset[Any]] = frozenset({date, datetime, AwareDatetime})
_YEAR: Final = re.compile(r"(\d{4})-")
# Pydantic takes a number for the seconds since 1970, which no parameter of ours says it is.
_NUMBER: Final = re.compile(r"[+-]?[\d.]+(e\d+)?", re.IGNORECASE)


class UnknownParameterError(BadRequestError):
    """The query has a parameter that the route does not know."""

    code = "unknown-parameter"
    title = Text("Ada parameter yang tidak dikenal.", "A parameter is not known.")


class NulRefusedError(InvalidError):
    """The address holds the NUL character, which no text of ours does."""

    code = "nul-character"
    title = Text("Karakter NUL tidak diperbolehkan.", "The character NUL is not allowed.")


class DayOutOfRangeError(InvalidError):
    """A day or an instant in the address is one that nobody can mean; `parameter` names it."""

    code = "day-out-of-range"
    title = Text(
        "Tanggal ditulis seperti 2027-05-03, dari tahun 1900 sampai 2999.",
        "A day is written like 2027-05-03, of the years 1900 to 2999.",
    )


def refuse_unknown_parameters(request: Request) -> None:
    """Refuse the request when its query has a parameter that its route does not declare.

    Raises:
        UnknownParameterError: when it has; the parameters that the route knows are listed.
        NulRefusedError: when its path or query holds a NUL.
        DayOutOfRangeError: when a day lies so far away that sums with it would overflow.
    """
    if "\x00" in request.scope["path"]:
        raise NulRefusedError
    query_string = request.scope["query_string"]
    if not query_string:
        return
    endpoint = request.scope["endpoint"]
    known = _known.get(endpoint)
    if known is None:
        known = _known[endpoint] = _declared(request.scope["route"])
    _check(known, query_string)


@lru_cache(maxsize=1024)
def _check(known: _Declared, query_string: bytes) -> None:
    """Check one query of a route; one that has passed is remembered."""
    given = QueryParams(query_string)
    if not known.names.issuperset(given.keys()):
        raise UnknownParameterError(extra={"known_parameters": sorted(known.names)})
    if b"%00" in query_string:
        raise NulRefusedError
    for name in known.days & given.keys():
        if not all(map(_may_be_meant, given.getlist(name))):
            raise DayOutOfRangeError(extra={"parameter": name})


def _may_be_meant(day: str) -> bool:
    """Tell whether a day is of a year that we reckon with; what is no day is refused elsewhere."""
    year = _YEAR.match(day)
    if year is None:
        return not _NUMBER.fullmatch(day)
    return EARLIEST_YEAR <= int(year.group(1)) <= LATEST_YEAR


def _declared(route: APIRoute) -> _Declared:
    """Return the query parameters of a route, those of its dependencies included."""
    declared = (route.openapi_extra or {}).get("parameters", ())
    fields = [
        field
        for field in get_flat_params(route.dependant)
        # The members of a model of query parameters are not marked as Query themselves.
        if not isinstance(field.field_info, Cookie | Header | Path)
    ]
    return _Declared(
        names=frozenset(
            {each["name"] for each in declared if each["in"] == "query"}
            | {field.alias for field in fields}
        ),
        # Lean routes and models of parameters read days as bodies do.
        days=frozenset(
            field.alias
            for field in fields
            if not _DAYS.isdisjoint(_kinds(field.field_info.annotation))
        ),
    )


def _kinds(annotation: Any) -> Iterator[Any]:  # noqa: ANN401 - an annotation is anything
    """Yield the types that an annotation is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _kinds(part)
