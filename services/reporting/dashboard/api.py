"""HTTP face of the dashboard: one page in two languages, and the files that it needs."""

import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from services.reporting.dashboard.rules import CHOICES, POLICY, PROVINCES, SECTIONS
from shared.errors import NotFoundError
from shared.i18n import Language, preferred_language
from shared.web.auth import Public
from shared.web.etag import not_modified
from shared.web.openapi import problems

router = APIRouter(include_in_schema=False)

_HERE: Final = Path(__file__).parent
_MEDIA_TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_VENDORED: Final = ("maps.js", "maps.licences.txt")
# Read at run time only; what builds it stays where it is.
_FILES: Final = {
    path.relative_to(_HERE / "static").as_posix(): path
    for path in sorted((_HERE / "static").glob("*"))
    + [_HERE / "static/vendor" / name for name in _VENDORED]
    if path.suffix in _MEDIA_TYPES
}
_SECURITY: Final = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "public, no-cache",
}
_LANGUAGES: Final[tuple[tuple[Language, str], ...]] = (
    ("id", "Bahasa Indonesia"),
    ("en", "English"),
)


@lru_cache
def words_in(language: Language) -> Mapping[str, str]:
    """Return every sentence of the page, and the names of the provinces, in one language."""
    place = 1 if language == "en" else 0
    written = json.loads((_HERE / "words.json").read_text())
    named = {f"province_{code}": name.in_(language) for code, name in PROVINCES.items()}
    return {name: texts[place] for name, texts in written.items()} | named


def _section(name: str) -> str:
    return (
        f'<section id="{name}" aria-labelledby="{name}-title" hidden><div class="head">'
        f'<h2 id="{name}-title" data-text="{name}"></h2><p data-text="{name}_why"></p></div>'
        '<div class="body"></div></section>'
    )


def _worded(page: str, words: Mapping[str, str]) -> str:
    """Write the words into what names them by `data-text`, and into labels by `data-label`."""
    page = re.sub(
        r'data-text="(\w+)"([^>]*)>',
        lambda found: f"{found[0]}{html.escape(words[found[1]])}",
        page,
    )
    return re.sub(
        r'data-label="(\w+)"',
        lambda found: f'{found[0]} aria-label="{html.escape(words[found[1]])}"',
        page,
    )


def _language_link(code: Language, name: str, *, present: Language) -> str:
    current = ' aria-current="true"' if code == present else ""
    return f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{current}>{name}</a>'


@lru_cache
def _page(name: str, language: Language) -> tuple[bytes, str]:
    """Return a page in one language, and its ETag."""
    words = words_in(language)
    parts = {
        "language": language,
        "languages": " ".join(
            _language_link(code, name, present=language) for code, name in _LANGUAGES
        ),
        "title": html.escape(words["title"]),
        "lead": html.escape(words["lead"]),
        "preloads": "\n".join(
            f'<link rel="modulepreload" href="static/{name}">'
            for name in _FILES
            if name.endswith(".js") and name not in ("page.js", "sheet.js")
        ),
        "sections": "\n".join(map(_section, SECTIONS)),
        "words": html.escape(json.dumps(words, ensure_ascii=False), quote=True),
    }
    template = Template((_HERE / name).read_text())
    body = _worded(template.substitute(parts), words).encode()
    return body, _etag(body)


@lru_cache
def _file(name: str) -> tuple[bytes, str]:
    body = _FILES[name].read_bytes()
    return body, _etag(body)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


@router.get(
    "/",
    openapi_extra={"parameters": [{"name": name, "in": "query"} for name in CHOICES]},
)
async def show_dashboard(
    request: Request,
    _: Public,
    lang: Annotated[Language | None, Query(description="id or en")] = None,
) -> Response:
    """Return the page; its figures come from the reports."""
    return _shown(request, "page.html", lang)


@router.get("/sheets/{snapshot_id}")
async def show_sheet(
    request: Request,
    _: Public,
    snapshot_id: UUID,
    lang: Annotated[Language | None, Query(description="id or en")] = None,
) -> Response:
    """Return the page of an official snapshot; it reads and checks the frozen figures itself."""
    return _shown(request, "sheet.html", lang)


def _shown(request: Request, name: str, lang: Language | None) -> Response:
    language = lang or preferred_language(request.headers.get("accept-language"))
    body, etag = _page(name, language)
    headers = {**_SECURITY, "Content-Language": language, "Vary": "Accept-Language"}
    return not_modified(request, etag, headers=headers) or Response(
        body, headers={**headers, "ETag": etag}, media_type="text/html; charset=utf-8"
    )


@router.get("/words/{language}.json")
async def get_words(request: Request, _: Public, language: Language) -> Response:
    """Return every sentence of the page in one language."""
    body = json.dumps(words_in(language), ensure_ascii=False).encode()
    etag = _etag(body)
    return not_modified(request, etag, headers=_SECURITY) or Response(
        body, headers={**_SECURITY, "ETag": etag}, media_type="application/json"
    )


@router.get("/static/{name:path}", responses=problems(NotFoundError))
async def get_static_file(
    request: Request, _: Public, name: Annotated[str, PathParameter(max_length=40)]
) -> Response:
    """Return a file of the page."""
    if name not in _FILES:
        raise NotFoundError
    body, etag = _file(name)
    media_type = _MEDIA_TYPES[_FILES[name].suffix]
    return not_modified(request, etag, headers=_SECURITY) or Response(
        body, headers={**_SECURITY, "ETag": etag}, media_type=media_type
    )
