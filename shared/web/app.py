"""The application of a service, put together from its routers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.middleware.cors import CORSMiddleware

from shared.db.audit import AuditColumns
from shared.settings import ServiceSettings
from shared.web.denials import Denials
from shared.web.docs import docs_router
from shared.web.health import health_router
from shared.web.lean import LeanDispatch, is_lean
from shared.web.middleware import RequestMiddleware
from shared.web.now import HEADER as BUSINESS_TIME
from shared.web.openapi import Api
from shared.web.problems import add_problem_handlers

VERSION: Final = "1.0.0"
_EXPOSED: Final = [
    "Balai-As-Of",
    "Balai-Lag-Seconds",
    "Content-Language",
    "ETag",
    "Idempotency-Replayed",
    "Location",
    "Retry-After",
    "X-Request-ID",
]
_ACCEPTED: Final = [
    "Accept-Language",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Request-ID",
    BUSINESS_TIME,
]


def make_app(
    *,
    service: str,
    title: str,
    description: str,
    lifespan: Callable[[Any], AbstractAsyncContextManager[Mapping[str, Any]]],
    routers: Sequence[APIRouter],
    settings: ServiceSettings,
    audit: type[AuditColumns],
    pages: Sequence[APIRouter] = (),
) -> FastAPI:
    """Return the application of `service`: `routers` under /v1, `pages` at the root.

    `lifespan` yields a state that holds at least what `service_state` does. `audit` is the table
    in which denied attempts are noted.
    """
    app = Api(
        title=title,
        description=description,
        version=VERSION,
        lifespan=lifespan,
        contact={"name": "Balai", "url": "https://example.org/balai"},
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        servers=[
            {"url": f"/{service}", "description": "Behind the entrance of this installation."}
        ],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        # Telemetry's own logs would hold messages of validation errors, and those hold values.
        telemetry={"logs": False},
    )
    # The entrance strips the prefix; links in the docs need it. Set here, not as an argument,
    # which FastAPI has deprecated in favour of the server's own setting.
    app.root_path = f"/{service}"
    add_problem_handlers(app)
    for router in routers:
        app.include_router(router, prefix="/v1")
    for router in (*pages, docs_router(title), health_router(service)):
        app.include_router(router)
    _add_middleware(app, service=service, settings=settings, denials=Denials(audit))
    return app


def _add_middleware(
    app: FastAPI, *, service: str, settings: ServiceSettings, denials: Denials
) -> None:
    """Wrap the app; what is added last is outermost."""
    contexts = list(iter_route_contexts(app.routes))
    templates = {each.endpoint: each.path or "" for each in contexts if each.endpoint is not None}
    app.add_middleware(LeanDispatch, routes=[each for each in contexts if is_lean(each)])
    app.add_middleware(RequestMiddleware, service=service, templates=templates, denials=denials)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=_ACCEPTED,
            expose_headers=_EXPOSED,
            max_age=600,
        )


def _operation_id(route: APIRoute) -> str:
    """Name an operation by its function, `verb_noun`."""
    return route.name
