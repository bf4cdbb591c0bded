"""The page that shows the API; all that it loads is served from here, nothing by a third party."""

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse

from shared.web.auth import Public

_DAY_S: Final = 86_400


class Asset(StrEnum):
    """The files of Swagger UI, as its wheel names them."""

    SCRIPT = "swagger-ui-bundle.js"
    STYLE = "swagger-ui.css"
    ICON = "favicon-32x32.png"


def _resources() -> Path:
    # Found, not imported: the wheel's own module would start a second documentation page.
    spec = find_spec("fastapi_swagger")
    if spec is None or not spec.submodule_search_locations:
        raise LookupError("the wheel fastapi-swagger is missing; install requirements.lock anew")
    return Path(spec.submodule_search_locations[0]) / "resources"


def docs_router(title: str) -> APIRouter:
    """Return the routes of the page /docs and of what it loads."""
    router = APIRouter(include_in_schema=False)
    resources = _resources()

    @router.get("/docs")
    async def show_docs(request: Request, _: Public) -> HTMLResponse:
        """Show the API, to read and to try."""
        root = request.scope.get("root_path", "").rstrip("/")
        return get_swagger_ui_html(
            openapi_url=f"{root}/openapi.json",
            title=title,
            swagger_js_url=f"{root}/docs/{Asset.SCRIPT}",
            swagger_css_url=f"{root}/docs/{Asset.STYLE}",
            swagger_favicon_url=f"{root}/docs/{Asset.ICON}",
        )

    @router.get("/docs/{asset}")
    async def show_docs_asset(_: Public, asset: Asset) -> FileResponse:
        """Serve one file of Swagger UI."""
        return FileResponse(
            resources / asset.value, headers={"Cache-Control": f"public, max-age={_DAY_S}"}
        )

    return router
