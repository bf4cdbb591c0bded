"""Lean routes: the hot path goes around FastAPI, which only knows of it for the published face.

FastAPI's routing and its handling of dependencies and parameters were most of the time of a claim.
A lean route is declared like any other, but its endpoint takes only `Request` and reads it itself,
and `LeanDispatch` calls it before FastAPI begins to look for a route.
"""

import re
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, cast
from uuid import UUID

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import RouteContext
from pydantic import BaseModel, ValidationError
from starlette.convertors import StringConvertor
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.errors import ServiceError
from shared.web.auth import Caller
from shared.web.once import HEADER
from shared.web.problems import http_problem, service_problem, validation_problem

Model = TypeVar("Model", bound=BaseModel)
Endpoint: TypeAlias = Callable[[Request, Caller], Awaitable[Response]]
Admission: TypeAlias = Callable[[Request], Awaitable[Caller]]
Route: TypeAlias = Callable[[Request], Coroutine[Any, Any, Response]]

# The attribute of a lean endpoint that holds what it requires; the count of permissions reads it.
REQUIRES: Final = "requires"


class LeanDispatch:
    """Middleware that answers the lean routes of an app and passes everything else on."""

    def __init__(self, app: ASGIApp, *, routes: Sequence[RouteContext]) -> None:
        self._app = app
        self._table = [_Target.of(route) for route in routes]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            for target in self._table:
                if scope["method"] in target.methods:
                    match = target.path.fullmatch(scope["path"])
                    if match is not None:
                        scope["path_params"] = match.groupdict()
                        scope["endpoint"] = target.endpoint
                        scope["route"] = target.route
                        response = await target.endpoint(Request(scope, receive, send))
                        await response(scope, receive, send)
                        return
        await self._app(scope, receive, send)


class _Target(NamedTuple):
    methods: frozenset[str]
    path: re.Pattern[str]
    endpoint: Route
    route: BaseRoute

    @classmethod
    def of(cls, context: RouteContext) -> "_Target":
        path, _, converters = compile_path(context.path or "")
        if any(not isinstance(each, StringConvertor) for each in converters.values()):
            raise ValueError(f"{context.path}: a lean route takes its path as text")
        endpoint = cast("Route", context.endpoint)
        return cls(frozenset(context.methods or ()), path, endpoint, context.original_route)


def is_lean(context: RouteContext) -> bool:
    """Tell whether a route is one that `LeanDispatch` answers."""
    return hasattr(context.endpoint, REQUIRES)


def lean(requires: Admission) -> Callable[[Endpoint], Route]:
    """Return a decorator that lets `endpoint(request, caller)` be called by those who may.

    `requires` is a `Requires`, or `public`.

    Put it under the route's own decorator, which declares `response_model`, `responses` and
    `openapi_extra=lean_openapi(...)`. The endpoint returns a Response.
    """

    def mark(endpoint: Endpoint) -> Route:
        async def route(request: Request) -> Response:
            try:
                return await endpoint(request, await requires(request))
            except ServiceError as error:
                return service_problem(request, error)
            except RequestValidationError as error:
                return validation_problem(request, error.errors())
            except HTTPException as error:
                return http_problem(request, error)

        # Not functools.wraps: FastAPI would look through it and see the second parameter.
        route.__name__ = getattr(endpoint, "__name__", "lean")
        route.__qualname__ = getattr(endpoint, "__qualname__", "lean")
        route.__module__ = endpoint.__module__
        route.__doc__ = endpoint.__doc__
        setattr(route, REQUIRES, requires)
        return route

    return mark


async def lean_body(request: Request, model: type[Model]) -> Model:
    """Return the JSON body as `model`.

    Raises:
        RequestValidationError: when it is not JSON, or not such a thing.
    """
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("body", *each["loc"])} for each in found]
        ) from error


def lean_query(request: Request, model: type[Model]) -> Model:
    """Return the query of the address as `model`; a parameter given twice becomes a list.

    Raises:
        RequestValidationError: when it is not such a thing.
    """
    return _query_of(request.query_params, model)


def remembered_query(request: Request, model: type[Model]) -> Model:
    """Return the query as `lean_query` does, read once for all who ask the same: do not change it.

    Raises:
        RequestValidationError: when it is not such a thing.
    """
    return cast("Model", _remembered(request.scope["query_string"], model))


@lru_cache(maxsize=1024)
def _remembered(query_string: bytes, model: type[BaseModel]) -> BaseModel:
    return _query_of(QueryParams(query_string), model)


def _query_of(given: QueryParams, model: type[Model]) -> Model:
    members: dict[str, Any] = {}
    for name, value in given.multi_items():
        members[name] = [*members[name], value] if name in members else [value]
    flat = {name: values[0] if len(values) == 1 else values for name, values in members.items()}
    try:
        return model.model_validate(flat)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise RequestValidationError(
            [{**each, "loc": ("query", *each["loc"])} for each in found]
        ) from error


def lean_query_openapi(model: type[BaseModel]) -> dict[str, Any]:
    """Return `openapi_extra` of a lean GET whose query is `model`."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    required = schema.get("required", ())
    defined = schema.get("$defs")
    parameters = []
    for name, member in schema["properties"].items():
        parameter = {"name": name, "in": "query", "required": name in required, "schema": member}
        if defined:
            member["$defs"] = defined
        if "description" in member:
            parameter["description"] = member.pop("description")
        if member.get("type") == "array":
            parameter |= {"style": "form", "explode": False}
        parameters.append(parameter)
    return {"parameters": parameters}


def lean_path_id(request: Request, name: str) -> UUID:
    """Return the identifier that stands in the path as `name`.

    Raises:
        RequestValidationError: when it is not a UUID.
    """
    try:
        return UUID(request.path_params[name])
    except ValueError as error:
        raise RequestValidationError([{"type": "uuid_parsing", "loc": ("path", name)}]) from error


def lean_openapi(
    body: type[BaseModel], *, path_ids: Sequence[str] = (), example: object = None
) -> dict[str, Any]:
    """Return `openapi_extra` of a lean POST that takes `body` under an idempotency key."""
    content: dict[str, Any] = {
        "schema": body.model_json_schema(ref_template="#/components/schemas/{model}")
    }
    if example is not None:
        content["example"] = example
    key = {
        "name": HEADER,
        "in": "header",
        "required": True,
        "description": "Names the request: sent again under the same key, it has one effect.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    }
    ids = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in path_ids
    ]
    return {
        "parameters": [*ids, key],
        "requestBody": {"required": True, "content": {"application/json": content}},
    }
