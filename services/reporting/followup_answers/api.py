"""HTTP face of answers by a link: a small page, and the calls that it makes.

The token stands in the fragment of the page's address, which no server gets to see, and travels in
a header from there: in no log, no address and no stored answer.
"""

import hashlib
import html
import json
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi import Path as PathParameter

from services.reporting.base import Idempotency
from services.reporting.followup_answers import operations
from services.reporting.followup_answers.rules import texts_in
from services.reporting.followup_answers.schemas import (
    AnswersGiven,
    AnswersSaved,
    AnswersSent,
    QuestionsAsked,
)
from services.reporting.followup_instruments.rules import AnswerRefusedError
from services.reporting.followup_links import rules as links
from services.reporting.followups.api import Keys
from services.reporting.followups.rules import (
    AnswerInconsistentError,
    IncomeKeyMissingError,
    UnknownEnrollmentError,
)
from shared.errors import NotFoundError
from shared.i18n import Language, preferred_language
from shared.web.auth import Public
from shared.web.etag import IfMatch, check_match, etag_of, not_modified
from shared.web.now import Now
from shared.web.once import OnceDep, answer_once
from shared.web.openapi import problems
from shared.web.session import SessionDep

router = APIRouter(prefix="/followup-answers", tags=["followups"])
page_router = APIRouter(include_in_schema=False)

_ENDED: Final = (
    links.LinkTokenMissingError,
    links.LinkUnknownError,
    links.LinkUsedError,
    links.LinkRevokedError,
    links.LinkExpiredError,
)
_HERE: Final = Path(__file__).parent
_FILES: Final = {
    "page.css": "text/css; charset=utf-8",
    "page.js": "text/javascript; charset=utf-8",
}
# Nothing from elsewhere, nothing inline, nobody frames it, no search engine keeps it.
_SECURITY: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "public, no-cache",
}


async def _token(
    token: Annotated[
        str | None,
        Header(alias=links.HEADER, description="From the fragment of the link."),
    ] = None,
) -> str:
    if not token:
        raise links.LinkTokenMissingError
    return token


LinkToken = Annotated[str, Depends(_token)]


@router.get("", responses=problems(*_ENDED, UnknownEnrollmentError))
async def get_followup_questions(
    _: Public, token: LinkToken, session: SessionDep, keys: Keys, now: Now, response: Response
) -> QuestionsAsked:
    """Return what the holder of a link is asked, and what was filled in so far.

    Nothing of the person is shown. A link of somebody whose data may not be processed is answered
    like one that does not exist.
    """
    asked = await operations.read_questions(session, token, keys=keys, now=now)
    response.headers["Cache-Control"] = "no-store"
    response.headers["ETag"] = etag_of(asked.version)
    return asked


@router.put("", responses=problems(*_ENDED, AnswerRefusedError, IncomeKeyMissingError))
async def save_followup_answers(
    *,
    _: Public,
    token: LinkToken,
    session: SessionDep,
    keys: Keys,
    now: Now,
    if_match: IfMatch,
    body: AnswersGiven,
    response: Response,
) -> AnswersSaved:
    """Keep what was filled in so far, sealed, so that it can be gone on with elsewhere."""
    followup = await operations.open_to_save(session, token, now=now)
    check_match(if_match, followup.draft_version)
    version = await operations.save_answers(session, followup, given=body, keys=keys)
    response.headers["Cache-Control"] = "no-store"
    response.headers["ETag"] = etag_of(version)
    return AnswersSaved(version=version)


@router.post(
    "",
    response_model=AnswersSent,
    responses=problems(*_ENDED, AnswerRefusedError, AnswerInconsistentError, IncomeKeyMissingError),
)
async def send_followup_answers(
    _: Public,
    token: LinkToken,
    session: SessionDep,
    keys: Keys,
    now: Now,
    once: OnceDep,
    body: AnswersGiven,
) -> Response:
    """Send the answers, as the person's own word; the link is used up."""

    async def work() -> AnswersSent:
        followup = await operations.send_answers(session, token, given=body, keys=keys, now=now)
        return AnswersSent(recorded_at=followup.recorded_at)

    return await answer_once(session, Idempotency, once, work)


@lru_cache
def _page(language: Language) -> tuple[bytes, str]:
    """Return the page as it begins in one language, and its ETag; it knows both."""
    texts = {each: texts_in(each) for each in ("id", "en")}
    parts = {name: html.escape(text) for name, text in texts[language].items()} | {
        "lang": language,
        "texts": html.escape(json.dumps(texts, ensure_ascii=False), quote=True),
    }
    body = Template((_HERE / "page.html").read_text("utf-8")).substitute(parts).encode()
    return body, _etag(body)


@lru_cache
def _file(name: str) -> tuple[bytes, str]:
    body = (_HERE / name).read_bytes()
    return body, _etag(body)


def _etag(body: bytes) -> str:
    return f'"{hashlib.sha256(body).hexdigest()[:24]}"'


@page_router.get("/follow-up")
async def show_followup_page(
    request: Request,
    _: Public,
    lang: Annotated[Language | None, Query(description="id or en")] = None,
) -> Response:
    """Return the page on which somebody answers; it is the same for everybody."""
    language = lang or preferred_language(request.headers.get("accept-language"))
    body, etag = _page(language)
    headers = {**_SECURITY, "Content-Language": language, "Vary": "Accept-Language"}
    return not_modified(request, etag, headers=headers) or Response(
        body, headers={**headers, "ETag": etag}, media_type="text/html; charset=utf-8"
    )


@page_router.get("/follow-up/{name}", responses=problems(NotFoundError))
async def get_followup_file(
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
