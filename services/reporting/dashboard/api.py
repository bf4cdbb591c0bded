"""HTTP face of the dashboard: one page in two languages, and the three files that it needs."""

import hashlib
import html
import json
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from services.reporting.dashboard.rules import TILES, Tile, texts_in
from services.reporting.reports.rules import ZONES
from shared.errors import NotFoundError
from shared.i18n import Language, preferred_language
from shared.schemas.registry import TimeZone
from shared.web.auth import Public
from shared.web.etag import not_modified
from shared.web.openapi import problems

router = APIRouter(include_in_schema=False)

_HERE: Final = Path(__file__).parent
_FILES: Final = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}
# Nothing from elsewhere, nothing inline, nobody frames it.
_SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, no-cache",
}
_GAUGES: Final = ("seated", "present", "completed")
_LANGUAGES: Final[tuple[tuple[Language, str], ...]] = (
    ("id", "Bahasa Indonesia"),
    ("en", "English"),
)


def _zone_of(code: str) -> TimeZone:
    return next(zone for zone, codes in ZONES.items() if code in codes)


def _tile(tile: Tile, language: Language) -> str:
    name = html.escape(tile.name.in_(language))
    return (
        f'<li class="at-{tile.column}-{tile.row}"><button type="button" class="tile level-none"'
        f' data-province="{tile.code}" data-name="{name}"><span class="short">{tile.short}</span>'
        f' <span class="value"></span> <span class="sentence visually-hidden">{name}</span>'
        "</button></li>"
    )


def _province_row(tile: Tile, language: Language) -> str:
    cells = '<td data-cell="classes_opened"></td><td data-cell="present"></td>'
    return (
        f'<tr data-province="{tile.code}"><th scope="row">{html.escape(tile.name.in_(language))}'
        f"</th><td>{_zone_of(tile.code)}</td>{cells}"
        '<td data-cell="silent"></td><td data-cell="seated"></td></tr>'
    )


def _zone_row(zone: TimeZone) -> str:
    meters = "".join(
        f'<td><span data-cell="{cell}">&ndash;</span><span class="bar" aria-hidden="true">'
        f'<i data-bar="{cell}"></i></span></td>'
        for cell in ("classes_opened", "present")
    )
    return (
        f'<tr data-zone="{zone}"><th scope="row">{zone} <time data-clock="{zone}"></time></th>'
        f'{meters}<td><span data-cell="silent">&ndash;</span></td></tr>'
    )


def _gauge(code: str, label: str) -> str:
    return (
        f'<div class="gauge" data-gauge="{code}"><dt>{html.escape(label)}</dt>'
        '<dd><span class="number">&ndash;</span>'
        '<span class="track" aria-hidden="true"><i></i></span></dd></div>'
    )


def _language_link(code: Language, name: str, *, present: Language) -> str:
    current = ' aria-current="true"' if code == present else ""
    return f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{current}>{name}</a>'


@lru_cache
def _page(language: Language) -> tuple[bytes, str]:
    """Return the page in one language, and its ETag."""
    texts = texts_in(language)
    parts = {name: html.escape(text) for name, text in texts.items()} | {
        "language": language,
        "language_label": html.escape(texts["language"]),
        "languages": " ".join(
            _language_link(code, name, present=language) for code, name in _LANGUAGES
        ),
        "gauges": "\n".join(_gauge(code, texts[code]) for code in _GAUGES),
        "tiles": "\n".join(
            _tile(tile, language) for tile in sorted(TILES, key=lambda tile: tile.code)
        ),
        "province_rows": "\n".join(_province_row(tile, language) for tile in TILES),
        "zone_rows": "\n".join(_zone_row(zone) for zone in TimeZone),
        "texts": html.escape(json.dumps(texts, ensure_ascii=False), quote=True),
    }
    template = Template((_HERE / "page.html").read_text())
    body = template.substitute(parts).encode()
    return body, _etag(body)


@lru_cache
def _file(name: str) -> tuple[bytes, str]:
    body = (_HERE / "static" / name).read_bytes()
    return body, _etag(body)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


@router.get("/")
async def show_dashboard(
    request: Request,
    _: Public,
    lang: Annotated[Language | None, Query(description="id or en")] = None,
) -> Response:
    """Return the page; its figures come from the public reports."""
    language = lang or preferred_language(request.headers.get("accept-language"))
    body, etag = _page(language)
    headers = {**_SECURITY, "Content-Language": language, "Vary": "Accept-Language"}
    return not_modified(request, etag, headers=headers) or Response(
        body, headers={**headers, "ETag": etag}, media_type="text/html; charset=utf-8"
    )


@router.get("/static/{name}", responses=problems(NotFoundError))
async def get_static_file(
    request: Request, _: Public, name: Annotated[str, PathParameter(max_length=40)]
) -> Response:
    """Return a file of the page."""
    media_type = _FILES.get(name)
    if media_type is None:
        raise NotFoundError
    body, etag = _file(name)
    return not_modified(request, etag, headers=_SECURITY) or Response(
        body, headers={**_SECURITY, "ETag": etag}, media_type=media_type
    )
