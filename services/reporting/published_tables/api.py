"""HTTP face of published tables: anybody reads them, nobody computes them by asking."""

import base64
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response, status
from pydantic_core import from_json

from services.reporting.base import Idempotency
from services.reporting.formats.api import FILES, tag_of
from services.reporting.formats.rules import MEDIA_TYPES, ReportFormat, table_as
from services.reporting.published_tables import operations, queries, rules
from services.reporting.published_tables.queries import EditionRow
from services.reporting.published_tables.rules import PublishedTable
from services.reporting.published_tables.schemas import (
    EditionRead,
    PublishedBody,
    PublishedTableRead,
    PublishedTables,
    Sentences,
)
from services.reporting.published_tables.tables import PublishedEdition
from shared.clock import ledger_day
from shared.files.workbooks import XLSX
from shared.schemas.paging import Page
from shared.scope import Permission
from shared.web.auth import Caller, Public, Requires
from shared.web.etag import not_modified
from shared.web.links import absolute
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.paging import CursorInvalidError, PageArgs, page_of
from shared.web.session import SessionDep

router = APIRouter(prefix="/published-tables", tags=["publication"])

Publisher = Annotated[Caller, Depends(Requires(Permission.FIGURES_PUBLISH))]
Code = Annotated[str, Path(max_length=60, description="The table's code: funnel-by-province.")]
EditionNumber = Annotated[
    int | None, Query(ge=1, le=10**6, description="An edition's number; the latest unless told.")
]

Wanted = Annotated[
    Literal[ReportFormat.JSON, ReportFormat.CSV, ReportFormat.XLSX],
    Query(alias="format", description="As published, or as a table."),
]

_HEADERS: Final = {
    "Cache-Control": "public, max-age=60",
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
}


def _file(body: bytes, wanted: ReportFormat, *, etag: str) -> Response:
    told = from_json(body)
    about = {name: value for name, value in told.items() if name not in ("rows", "totals")}
    # The totals of the parts are rows without those parts.
    rows = told["rows"] + told["totals"]
    name = f"balai-{told['table']}-{told['edition']}.{wanted}"
    return Response(
        table_as(wanted, rows, about=about, synthetic=told["synthetic"]),
        headers={
            **_HEADERS,
            "ETag": etag,
            "Content-Disposition": f'attachment; filename="{name}"',
        },
        media_type=MEDIA_TYPES[wanted],
    )


def _edition_read(request: Request, row: EditionRow | PublishedEdition) -> EditionRead:
    path = f"/v1/published-tables/{row.code}?edition={row.edition}"
    read = EditionRead.model_validate(row)
    return read.model_copy(update={"url": absolute(request, path)})


def _table_read(
    request: Request, table: PublishedTable, latest: EditionRow | None
) -> PublishedTableRead:
    return PublishedTableRead(
        code=table.code,
        label=Sentences.model_validate(table.label),
        description=Sentences.model_validate(table.description),
        report=table.report,
        by=[*table.by],
        url=absolute(request, f"/v1/published-tables/{table.code}"),
        edition=None if latest is None else _edition_read(request, latest),
    )


@router.get("")
async def list_published_tables(
    request: Request, session: SessionDep, _: Public, response: Response
) -> PublishedTables:
    """List the tables that everybody may read, each with its latest edition."""
    latest = await queries.list_latest(session)
    response.headers.update(_HEADERS)
    return PublishedTables(
        items=[_table_read(request, each, latest.get(each.code)) for each in rules.TABLES.values()]
    )


@router.get(
    "/{code}",
    response_model=PublishedBody,
    responses={
        **problems(rules.PublishedTableUnknownError, rules.EditionUnknownError),
        200: {"content": {each: FILES[200]["content"][each] for each in ("text/csv", XLSX)}},
        304: {"description": "Not Modified"},
    },
)
async def get_published_table(
    request: Request,
    session: SessionDep,
    _: Public,
    code: Code,
    edition: EditionNumber = None,
    wanted: Wanted = ReportFormat.JSON,
) -> Response:
    """Return an edition of a table: the very bytes that were published, whose hash is the ETag.

    As CSV or XLSX it holds the same rows, written from those bytes.
    """
    table = rules.find_table(code)
    row = await queries.find_edition(session, table.code, edition=edition)
    etag = tag_of(f'"{row.sha256}"', wanted)
    unchanged = not_modified(request, etag, headers=dict(_HEADERS))
    if unchanged is not None:
        return unchanged
    if wanted is not ReportFormat.JSON:
        return _file(await queries.read_body(session, row.id), wanted, etag=etag)
    digest = base64.b64encode(bytes.fromhex(row.sha256)).decode()
    return Response(
        await queries.read_body(session, row.id),
        headers={**_HEADERS, "ETag": etag, "Repr-Digest": f"sha-256=:{digest}:"},
        media_type="application/json",
    )


@router.get(
    "/{code}/editions", responses=problems(rules.PublishedTableUnknownError, CursorInvalidError)
)
async def list_editions(
    request: Request, session: SessionDep, _: Public, code: Code, page: PageArgs
) -> Page[EditionRead]:
    """List the editions of a table, the latest first."""
    table = rules.find_table(code)
    before = None if page.after_text is None else int(page.after_text)
    rows = await queries.list_editions(session, table.code, before=before, limit=page.fetch)
    return page_of(
        request,
        rows,
        page.limit,
        key=lambda row: [row.edition],
        read=lambda row: _edition_read(request, row),
    )


@router.post(
    "/{code}/editions",
    status_code=status.HTTP_201_CREATED,
    response_model=EditionRead,
    responses=problems(
        rules.PublishedTableUnknownError, rules.PublishingNationalError, rules.EditionRacedError
    ),
)
async def publish_edition(
    *,
    request: Request,
    session: SessionDep,
    caller: Publisher,
    once: OnceDep,
    code: Code,
    now: Now,
) -> Response:
    """Publish a table as it is now; small cells are withheld once and for all."""
    table = rules.find_table(code)

    async def work() -> EditionRead:
        row = await operations.publish_edition(
            session, table, scope=caller.scope, now=now, today=ledger_day(now)
        )
        return _edition_read(request, row)

    return await answer_once(
        session,
        Idempotency,
        once,
        work,
        status=status.HTTP_201_CREATED,
        location=lambda made: f"/v1/published-tables/{made.code}?edition={made.edition}",
    )
