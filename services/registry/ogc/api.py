"""HTTP face of the map: landing page, conformance, collections, features.

Here a parameter that does not read is answered by 400, as the standard asks (OGC 17-069r4, 7.6).
Whoever comes without a token sees what is active; who may read the registry sees everything.
"""

import json
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import WithJsonSchema

from services.registry.ogc import queries, rules
from services.registry.ogc.queries import COLLECTIONS, MapCollection, MapQuery
from services.registry.ogc.schemas import (
    Collection,
    Collections,
    Conformance,
    Extent,
    FeatureCollection,
    FeatureRead,
    Landing,
    Link,
    Spatial,
)
from shared.clock import utc_now
from shared.scope import Permission
from shared.web.auth import Caller, Public
from shared.web.links import absolute
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, Cursors, filters_hash, next_page
from shared.web.problems import language_of

router = APIRouter(prefix="/ogc", tags=["ogc"])

_GEOJSON: Final = "application/geo+json"
_JSON: Final = "application/json"
_CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
# The frame of the archipelago, in degrees.
_FRAME: Final = [94.0, -12.0, 142.0, 7.0]
_STANDARD: Final = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
_DESCRIPTION: Final = "application/vnd.oai.openapi+json;version=3.1"

CollectionId = Annotated[str, Path(description="facilities or spaces.", max_length=40)]
FeatureId = Annotated[str, Path(description="The feature's identifier.")]
Limit = Annotated[
    str | None,
    WithJsonSchema({"type": "integer", "minimum": 1, "default": rules.USUAL}),
    Query(description=f"How many features; more than {rules.MOST} is taken as {rules.MOST}."),
]


def _link(request: Request, path: str, *, rel: str, kind: str = _JSON, title: str) -> Link:
    return Link(href=absolute(request, path), rel=rel, type=kind, title=title)


@router.get("")
async def show_landing(request: Request, _: Public) -> Landing:
    """Show a map client where to go: the description, the conformance and the collections."""
    return Landing(
        title="Balai",
        description="Balai, PLUT dan rumah produksi / training centres and business services",
        attribution="Balai; area codes: idn-area-data (ODbL 1.0)",
        links=[
            _link(request, "/ogc", rel="self", title="This page"),
            _link(
                request,
                "/openapi.json",
                rel="service-desc",
                kind=_DESCRIPTION,
                title="The API's description",
            ),
            _link(request, "/docs", rel="service-doc", kind="text/html", title="The API to read"),
            _link(request, "/ogc/conformance", rel="conformance", title="What this face meets"),
            _link(request, "/ogc/collections", rel="data", title="The collections"),
        ],
    )


@router.get("/conformance")
async def show_conformance(_: Public) -> Conformance:
    """State which requirements of the standard are met."""
    return Conformance(conformsTo=[f"{_STANDARD}/core", f"{_STANDARD}/geojson"])


@router.get("/collections")
async def list_collections(request: Request, _: Public) -> Collections:
    """List what the map can show."""
    return Collections(
        links=[_link(request, "/ogc/collections", rel="self", title="The collections")],
        collections=[_described(request, each) for each in COLLECTIONS.values()],
    )


@router.get("/collections/{collection_id}", responses=problems(rules.CollectionNotFoundError))
async def get_collection(request: Request, _: Public, collection_id: CollectionId) -> Collection:
    """Describe one collection."""
    return _described(request, _found(collection_id))


def _found(collection_id: str) -> MapCollection:
    collection = COLLECTIONS.get(collection_id)
    if collection is None:
        raise rules.CollectionNotFoundError
    return collection


def _described(request: Request, collection: MapCollection) -> Collection:
    language = language_of(request)
    path = f"/ogc/collections/{collection.name}"
    title = collection.title.in_(language)
    return Collection(
        id=collection.name,
        title=title,
        description=collection.description.in_(language),
        extent=Extent(spatial=Spatial(bbox=[_FRAME], crs=_CRS84)),
        crs=[_CRS84],
        links=[
            _link(request, path, rel="self", title=title),
            _link(request, f"{path}/items", rel="items", kind=_GEOJSON, title=title),
        ],
    )


def _filters(
    facility_kind: Annotated[str | None, Query(description="PLUT, BLKK ...")] = None,
    owner_ministry: Annotated[str | None, Query(description="MANPOWER, MSME ...")] = None,
    province_code: Annotated[str | None, Query(description="33")] = None,
    regency_code: Annotated[str | None, Query(description="33.73")] = None,
    trade: Annotated[str | None, Query(description="GARMENT, WELDING ...")] = None,
    status: Annotated[str | None, Query(description="With a token: PLANNED ...")] = None,
) -> dict[str, str]:
    """Return the properties that features are filtered by."""
    given = dict(
        zip(
            queries.FILTERS,
            (facility_kind, owner_ministry, province_code, regency_code, trade, status),
            strict=True,
        )
    )
    return {name: value for name, value in given.items() if value is not None}


def _asked(
    caller: Public,
    filters: Annotated[dict[str, str], Depends(_filters)],
    bbox: Annotated[str | None, Query(description="west,south,east,north in degrees.")] = None,
    datetime: Annotated[
        str | None, Query(description="An RFC 3339 time or start/end: who existed then.")
    ] = None,
) -> MapQuery:
    """Return which features the address asks for."""
    return MapQuery(
        box=rules.box_of(bbox),
        interval=rules.interval_of(datetime),
        filters=filters,
        everything=_reads_all(caller),
    )


def _reads_all(caller: Caller) -> bool:
    return caller.actor.may(Permission.REGISTRY_READ)


@router.get(
    "/collections/{collection_id}/items",
    response_model=FeatureCollection,
    responses=problems(
        rules.CollectionNotFoundError,
        rules.BboxInvalidError,
        rules.MomentInvalidError,
        rules.LimitInvalidError,
        CursorInvalidError,
    ),
)
async def list_features(
    request: Request,
    collection_id: CollectionId,
    query: Annotated[MapQuery, Depends(_asked)],
    limit: Limit = None,
    after: Annotated[str | None, Query(description="Cursor of the link `next`.")] = None,
) -> Response:
    """Return a page of features as GeoJSON; the link `next` leads to the page that follows."""
    collection = _found(collection_id)
    cursors: Cursors = request.scope["state"]["cursors"]
    key = None if after is None else cursors.decode_cursor(after, filters_hash(request))
    page = await queries.page_of_features(
        request.scope["state"]["sessions"],
        collection,
        query,
        after=None if key is None else str(key[0]),
        limit=rules.limit_of(limit),
    )
    path = f"/ogc/collections/{collection.name}"
    links = [
        _link(request, _asked_for(request, path), rel="self", kind=_GEOJSON, title="This page"),
        _link(request, path, rel="collection", title="The collection"),
    ]
    if page.last is not None:
        following = next_page(request, [page.last])
        links.append(Link(href=following, rel="next", type=_GEOJSON, title="Next page"))
    body = (
        f'{{"type":"FeatureCollection","features":{page.features},'
        f'"links":{json.dumps([each.model_dump() for each in links])},'
        f'"timeStamp":"{utc_now():%Y-%m-%dT%H:%M:%SZ}",'
        f'"numberMatched":{page.matched},"numberReturned":{page.returned}}}'
    )
    return Response(body, media_type=_GEOJSON)


def _asked_for(request: Request, path: str) -> str:
    query = request.url.query
    return f"{path}/items?{query}" if query else f"{path}/items"


@router.get(
    "/collections/{collection_id}/items/{feature_id}",
    response_model=FeatureRead,
    responses=problems(rules.CollectionNotFoundError, rules.FeatureNotFoundError),
)
async def get_feature(
    request: Request, caller: Public, collection_id: CollectionId, feature_id: FeatureId
) -> Response:
    """Return one feature as GeoJSON."""
    collection = _found(collection_id)
    feature = await queries.find_feature(
        request.scope["state"]["sessions"],
        collection,
        _id_of(feature_id),
        everything=_reads_all(caller),
    )
    if feature is None:
        raise rules.FeatureNotFoundError
    path = f"/ogc/collections/{collection.name}"
    links = [
        _link(request, f"{path}/items/{feature_id}", rel="self", kind=_GEOJSON, title="This"),
        _link(request, path, rel="collection", title="The collection"),
    ]
    body = {**json.loads(feature), "links": [each.model_dump() for each in links]}
    return Response(json.dumps(body, ensure_ascii=False), media_type=_GEOJSON)


def _id_of(feature_id: str) -> UUID:
    try:
        return UUID(feature_id)
    except ValueError as error:
        raise rules.FeatureNotFoundError from error
