"""HTTP face of verification: JSON for programs, and a small page for people."""

import base64
import hashlib
import hmac
import html
from functools import cache
from http import HTTPStatus
from pathlib import Path as FilePath
from string import Template
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Path, Query, Request, Response

from services.enrollment.attempts.operations import count_alone
from services.enrollment.attempts.rules import Limit, TooManyAttemptsError
from services.enrollment.certificate_verifications import queries, rules
from services.enrollment.certificate_verifications.schemas import VerificationRead
from services.enrollment.notice_templates.rules import day_in_words
from shared.clock import ledger_day
from shared.db.session import transaction
from shared.i18n import Language, preferred_language
from shared.web.auth import Caller, Public
from shared.web.openapi import problems

router = APIRouter(prefix="/certificate-verifications", tags=["certificate-verifications"])
page_router = APIRouter(include_in_schema=False)

_HERE: Final = FilePath(__file__).parent
Number: TypeAlias = Annotated[
    str,
    Path(
        min_length=10,
        max_length=100,
        description="As printed; small letters and O for 0 are understood.",
        examples=["BALAI-2027-UPTD-3373-01-00001-7K2M9QX4TD"],
    ),
]


async def _find(request: Request, number: str, *, caller: Caller) -> VerificationRead | None:
    """Return what a certificate says; whoever misses too often is refused.

    Raises:
        TooManyAttemptsError: when too many numbers from the same address did not exist.
    """
    state = request.scope["state"]
    async with transaction(state["sessions"], scope=caller.scope, actor=caller.actor) as session:
        found = await queries.find_verification(session, number, keys=state["nik_keys"])
    if found is None:
        # An address is personal: what is kept of it is keyed.
        address = _address(request).encode()
        known = hmac.digest(state["fingerprint_key"], address, "sha256").hex()
        limit = Limit("certificate-number", known, rules.MISSES, rules.MISSES_WITHIN)
        await count_alone(state["sessions"], actor=caller.actor, limits=[limit])
    return found


def _address(request: Request) -> str:
    """Return where a request comes from: what the entrance says of it comes last."""
    told = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    return told or (request.client.host if request.client else "")


@router.get("/{number}", responses=problems(rules.NumberUnknownError, TooManyAttemptsError))
async def verify_certificate(
    request: Request, caller: Public, number: Number, response: Response
) -> VerificationRead:
    """Tell whoever holds a certificate whether it is valid, and what it says.

    The name is masked, and numbers end in ten random characters: nobody lists certificates here.
    """
    found = await _find(request, number, caller=caller)
    if found is None:
        raise rules.NumberUnknownError
    response.headers["Cache-Control"] = "no-store"
    return found


@cache
def _style() -> tuple[str, str]:
    """Return the style of the page, and the policy that allows it and nothing else."""
    style = (_HERE / "page.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    )
    return style, policy


def _facts(found: VerificationRead, words: dict[str, str], *, language: Language) -> str:
    begins, ends = (
        day_in_words(each, language=language) for each in (found.starts_on, found.ends_on)
    )
    ended_on = None if found.ended_at is None else ledger_day(found.ended_at)
    ended = None if ended_on is None else day_in_words(ended_on, language=language)
    facts = [
        ("number", found.number),
        ("name", found.name or words["erased"]),
        ("training", f"{found.module_title}, {found.module_hours} {words['hours']}"),
        ("program", found.program_name),
        ("facility", found.facility_name),
        ("period", begins if begins == ends else f"{begins} \N{EN DASH} {ends}"),
        ("issued", day_in_words(found.issued_on, language=language)),
        ("ended", ended),
    ]
    rows = "".join(
        f"<dt>{html.escape(words[name])}</dt><dd>{html.escape(value)}</dd>"
        for name, value in facts
        if value is not None
    )
    return f"<dl>{rows}{_successor(found, words)}</dl>"


def _successor(found: VerificationRead, words: dict[str, str]) -> str:
    if found.replaced_by is None:
        return ""
    number = html.escape(found.replaced_by)
    return f'<dt>{html.escape(words["replaced"])}</dt><dd><a href="./{number}">{number}</a></dd>'


def _page(found: VerificationRead | None, *, language: Language) -> str:
    words = rules.words_in(language)
    parts = {
        "language": language,
        "title": html.escape(words["title"]),
        "heading": html.escape(words["missing"]),
        "sentence": html.escape(words["missing_hint"]),
        "style": _style()[0],
        "body": "",
    }
    if found is not None:
        verdict = rules.VERDICTS[found.state]
        mark = f"<p><strong>{html.escape(words['synthetic'])}</strong></p>"
        parts["heading"] = html.escape(verdict.name.in_(language))
        parts["sentence"] = html.escape(verdict.sentence.in_(language))
        parts["body"] = (
            (mark if found.synthetic else "")
            + f"<p>{html.escape(words['compare'])}</p>"
            + _facts(found, words, language=language)
        )
    return Template((_HERE / "page.html").read_text("utf-8")).substitute(parts)


@page_router.get("/verify/{number}")
async def show_verification(
    request: Request,
    caller: Public,
    number: Number,
    lang: Annotated[Language | None, Query(description="id or en")] = None,
) -> Response:
    """Show whoever scanned a certificate whether it is valid; see `verify_certificate`."""
    language = lang or preferred_language(request.headers.get("accept-language"))
    found = await _find(request, number, caller=caller)
    return Response(
        _page(found, language=language),
        HTTPStatus.NOT_FOUND if found is None else HTTPStatus.OK,
        media_type="text/html; charset=utf-8",
        headers={
            "Content-Security-Policy": _style()[1],
            "Content-Language": language,
            "Vary": "Accept-Language",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        },
    )
