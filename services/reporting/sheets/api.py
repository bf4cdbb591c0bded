"""HTTP face of the sheet: one page of HTML that is read, printed, and runs nothing."""

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi import Path as PathParameter

from services.reporting.sheets import rules
from services.reporting.sheets.rules import WORDS, Bar, Sheet
from services.reporting.snapshots.queries import Known, find_snapshot, read_content
from services.reporting.snapshots.rules import PUBLIC, SnapshotNotFoundError, SnapshotState
from shared.i18n import Language, preferred_language
from shared.scope import Permission
from shared.web.auth import Public
from shared.web.etag import not_modified
from shared.web.links import absolute
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/sheets", include_in_schema=False)

_COLUMNS: Final = 3
_HERE: Final = Path(__file__).parent
_LANGUAGES: Final[tuple[tuple[Language, str], ...]] = (
    ("id", "Bahasa Indonesia"),
    ("en", "English"),
)


@lru_cache
def _style() -> tuple[str, str]:
    """Return the style of the page, and the policy that lets nothing else in."""
    css = (_HERE / "page.css").read_text()
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    return css, policy


@lru_cache
def _template() -> Template:
    return Template((_HERE / "page.html").read_text())


def _drawn(filled: float) -> str:
    return (
        f'<svg viewBox="0 0 {rules.FULL} 6" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="track" width="{rules.FULL}" height="6"/>'
        f'<rect class="fill" width="{filled}" height="6"/></svg>'
    )


def _bar_row(bar: Bar, *, noted: bool) -> str:
    note = f'<td class="n">{html.escape(bar.note)}</td>' if noted else ""
    return (
        f'<tr><th scope="row">{html.escape(bar.name)}</th>'
        f'<td class="n">{html.escape(bar.said)}</td>'
        f'<td class="bar">{_drawn(bar.filled)}</td><td class="n">{html.escape(bar.beside)}</td>'
        f"{note}</tr>"
    )


def _outcome(name: str, response: str, bars: Sequence[Bar], language: Language) -> str:
    rows = "".join(_bar_row(each, noted=False) for each in bars)
    few = next((each.note for each in bars if each.note), "")
    said = f"{WORDS['response'].in_(language)} {response}" + (f", {few}" if few else "")
    return (
        f"<div><h3>{html.escape(name)}</h3><table><tbody>{rows}</tbody></table>"
        f'<p class="note">{html.escape(said)}</p></div>'
    )


def _province(name: str, seated: str, completed: str, filled: float) -> str:
    return (
        f'<tr><th scope="row">{html.escape(name)}</th><td class="n">{html.escape(seated)}</td>'
        f'<td class="bar">{_drawn(filled)}</td><td class="n">{html.escape(completed)}</td></tr>'
    )


def _provinces(rows: Sequence[tuple[str, str, str, float]], language: Language) -> str:
    """Return the provinces as three tables side by side, in the order of their codes."""
    head = "".join(
        f'<th scope="col"{kind}>{html.escape(WORDS[name].in_(language)) if name else ""}</th>'
        for name, kind in (
            ("province", ""),
            ("seated", ' class="n"'),
            ("", ' class="bar"'),
            ("completed", ' class="n"'),
        )
    )
    size = -(-len(rows) // _COLUMNS)
    tables = (
        "".join(_province(*each) for each in rows[start : start + size])
        for start in range(0, len(rows), size)
    )
    return "".join(
        f"<table><thead><tr>{head}</tr></thead><tbody>{each}</tbody></table>" for each in tables
    )


def _marks(request: Request, known: Known, sheet: Sheet, language: Language) -> str:
    """Return what must be seen first: generated data, a draft, a revision, a replacement."""
    snapshot = known.snapshot
    said: list[str] = []
    if sheet.synthetic:
        said.append(f"{WORDS['synthetic'].in_(language)}. {WORDS['synthetic_why'].in_(language)}")
    if snapshot.state is SnapshotState.FROZEN:
        said.append(WORDS["draft"].in_(language))
    marks = [f'<p class="mark">{html.escape(each)}</p>' for each in said]
    if sheet.reason:
        reason = f"{WORDS['reason'].in_(language)} {sheet.reason}"
        marks.append(f'<p class="note">{html.escape(reason)}</p>')
    if snapshot.replaced_by_id is not None:
        address = absolute(request, f"/sheets/{snapshot.replaced_by_id}/print?lang={language}")
        why = html.escape(known.replaced_reason or "")
        words = html.escape(WORDS["replaced"].in_(language))
        marks.append(f'<p class="mark"><a href="{html.escape(address)}">{words}</a> {why}</p>')
    return "\n".join(marks)


def _language_link(code: Language, name: str, *, present: Language) -> str:
    current = ' aria-current="true"' if code == present else ""
    return f'<a href="?lang={code}" lang="{code}" hreflang="{code}"{current}>{name}</a>'


def _page(request: Request, known: Known, content: bytes, language: Language) -> bytes:
    snapshot = known.snapshot
    sheet = rules.sheet_of(json.loads(content), language)
    told: Mapping[str, str | None] = {
        "title": sheet.title,
        "period": sheet.period,
        "taken": sheet.taken,
        "sheet": WORDS["sheet"].in_(language),
        "content_url": absolute(request, f"/v1/snapshots/{snapshot.id}/content"),
        "keys_url": absolute(request, "/v1/snapshot-keys"),
        "sha256": snapshot.sha256,
        "signature": snapshot.signature,
        "key_id": snapshot.key_id,
    }
    parts = {name: html.escape(value or "") for name, value in told.items()} | {
        f"w_{name}": html.escape(text.in_(language)) for name, text in WORDS.items()
    }
    outcomes = (_outcome(*each, language) for each in sheet.outcomes)
    body = _template().substitute(
        parts,
        language=language,
        css=_style()[0],
        languages=" ".join(_language_link(*each, present=language) for each in _LANGUAGES),
        marks=_marks(request, known, sheet, language),
        targets="".join(_bar_row(each, noted=True) for each in sheet.targets),
        funnel="".join(_bar_row(each, noted=False) for each in sheet.funnel),
        use="".join(_bar_row(each, noted=False) for each in sheet.use),
        outcomes="".join(outcomes),
        provinces=_provinces(sheet.provinces, language),
    )
    return body.encode()


@router.get("/{snapshot_id}/print", responses=problems(SnapshotNotFoundError))
async def show_printed_sheet(
    request: Request,
    session: SessionDep,
    caller: Public,
    snapshot_id: Annotated[UUID, PathParameter(description="The snapshot.")],
    lang: Annotated[Language | None, Query(description="id or en")] = None,
) -> Response:
    """Return the sheet of a snapshot: what was frozen, on one page of A4."""
    everything = caller.actor.may(Permission.FIGURES_PUBLISH)
    known = await find_snapshot(session, snapshot_id, everything=everything)
    content = await read_content(session, snapshot_id)
    language = lang or preferred_language(request.headers.get("accept-language"))
    body = _page(request, known, content, language)
    public = known.snapshot.state in PUBLIC
    headers = {
        "Content-Security-Policy": _style()[1],
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "public, no-cache" if public else "private, no-store",
        "Content-Language": language,
        "Vary": "Accept-Language, Authorization",
    }
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    return not_modified(request, etag, headers=headers) or Response(
        body, headers={**headers, "ETag": etag}, media_type="text/html; charset=utf-8"
    )
