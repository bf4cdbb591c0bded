"""HTTP face of boundaries."""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request, Response, status
from pydantic_core import to_json

from services.reporting.base import Idempotency, Job, Upload
from services.reporting.boundaries import queries
from services.reporting.boundaries.rules import Turn, wound
from services.reporting.boundaries.schemas import BoundaryCollection, LoadBoundaries
from services.reporting.boundaries.tables import BoundaryList
from shared.db.imports import keep_upload
from shared.db.jobs import add_job
from shared.schemas.imports import UploadEmptyError
from shared.schemas.jobs import JobRead
from shared.schemas.registry import AreaLevel
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import not_modified
from shared.web.jobs import job_path, job_read
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.problems import language_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/boundaries", tags=["boundaries"])
imports_router = APIRouter(prefix="/boundary-imports", tags=["boundaries"])

ReferenceImporter = Annotated[Caller, Depends(Requires(Permission.REFERENCE_IMPORT))]
_GEOJSON: Final = "application/geo+json"
# Declared, not parsed: the file is kept as it came, and its job says what is wrong with it.
_FILE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "Polygons with Kemendagri codes, all of one level.",
        "content": {_GEOJSON: {"schema": {"type": "object"}}},
    }
}


@router.get(
    "",
    response_class=Response,
    responses={200: {"model": BoundaryCollection, "description": "The boundaries as GeoJSON."}},
)
async def list_boundaries(
    *,
    request: Request,
    session: SessionDep,
    _: Public,
    level: Annotated[Literal["province", "regency"], Query(description="Which areas.")],
    detail: Annotated[
        Literal["outline", "exact"], Query(description="outline: for a screen, on a grid of 550 m.")
    ] = "outline",
    rings: Annotated[
        Turn, Query(description="How outer rings run: as RFC 7946 has it, or as d3 draws them.")
    ] = "counterclockwise",
) -> Response:
    """Return the official boundaries of a level, none where none were loaded."""
    held = await queries.find_list(session, AreaLevel(level.upper()))
    version = "none" if held is None else str(held.list_id)
    headers = {"ETag": f'"{version}-{detail}-{rings}"', "Cache-Control": "public, no-cache"}
    same = not_modified(request, headers["ETag"], headers=headers)
    if same is not None:
        return same
    rows = (
        []
        if held is None
        else await queries.list_boundaries(session, held.list_id, exact=detail == "exact")
    )
    features = [_feature(code, name, drawn, rings) for code, name, drawn in rows]
    return Response(to_json(_collection(held, features)), headers=headers, media_type=_GEOJSON)


def _collection(held: BoundaryList | None, features: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "official": held is not None,
        "source": held and held.source,
        "licence": held and held.licence,
        "loaded_at": held and held.loaded_at,
        "features": features,
    }


def _feature(code: str, name: str, drawn: dict[str, Any], rings: Turn) -> dict[str, Any]:
    if rings == "clockwise":
        drawn = {**drawn, "coordinates": wound(drawn["coordinates"], rings)}
    return {
        "type": "Feature",
        "id": code,
        "properties": {"code": code, "name": name},
        "geometry": drawn,
    }


@imports_router.post(
    "",
    status_code=status.HTTP_202_ACCEPTED,
    response_model=JobRead,
    responses=problems(UploadEmptyError),
    openapi_extra=_FILE,
)
async def import_boundaries(
    *,
    request: Request,
    session: SessionDep,
    _: ReferenceImporter,
    once: OnceDep,
    source: Annotated[
        str, Query(min_length=1, max_length=200, description="Whose they are, and of when.")
    ],
    licence: Annotated[
        str, Query(max_length=200, description="Under which they may be shown.")
    ] = "",
) -> Response:
    """Load the official boundaries of a level in place of those that are there.

    A feature's code is its property `code`, `KDPKAB` or `KDPPUM`, or its id. The job's rows say
    what became of each feature, and which areas in force the file leaves out (MISSING). When any
    is refused, nothing is loaded.
    """

    async def work() -> JobRead:
        payload = LoadBoundaries(
            upload_id=await keep_upload(session, Upload, await request.body()),
            source=source,
            licence=licence,
            language=language_of(request),
        )
        return job_read(request, await add_job(session, Job, kind=payload.kind, payload=payload))

    return await answer_once(
        session, Idempotency, once, work, status=status.HTTP_202_ACCEPTED, location=job_path
    )
