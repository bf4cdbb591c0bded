"""Turn errors into RFC 9457 problem details: the only place that knows how an error looks."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.errors import (
    ForbiddenError,
    HiddenError,
    InvalidError,
    ServiceError,
    UnauthorizedError,
)
from shared.http.client import UpstreamRefusedError
from shared.i18n import Language, Text, preferred_language
from shared.logging import current_request_id, get_logger
from shared.web.validation import described

MEDIA_TYPE: Final = "application/problem+json"
# Where the request's scope keeps the code of what denied it, for the audit.
DENIED: Final = "balai.denied"
_log = get_logger(__name__)


class _Facts(NamedTuple):
    """What a problem says, in one language."""

    status: HTTPStatus
    code: str
    title: str
    detail: str


class ValidationFailedError(InvalidError):
    """Members of the request are missing, unknown or malformed; `errors` names each."""

    code = "validation-failed"
    title = Text("Ada isian yang tidak sah.", "Parts of the request are not valid.")


_BY_STATUS: Final[dict[int, tuple[str, Text]]] = {
    400: (
        "bad-request",
        Text("Permintaan tidak dapat dipahami.", "The request is not understood."),
    ),
    404: ("route-unknown", Text("Alamat ini tidak ada.", "There is no such address.")),
    405: ("method-not-allowed", Text("Metode tidak diizinkan.", "The method is not allowed here.")),
    413: ("content-too-large", Text("Isi permintaan terlalu besar.", "The body is too large.")),
    415: ("media-type-unsupported", Text("Jenis isi tidak didukung.", "The type is not known.")),
}
# Without a token, and with one that is not believed. Source: RFC 6750, section 3.
_CHALLENGES: Final = ("Bearer", 'Bearer error="invalid_token"')
_SERVER_ERROR: Final = HTTPStatus.INTERNAL_SERVER_ERROR
_INTERNAL: Final = (ServiceError.code, ServiceError.title)
_JSON_INVALID: Final = (
    "json-invalid",
    Text("Isi permintaan bukan JSON yang sah.", "The body is not valid JSON."),
)


def language_of(request: Request) -> Language:
    """Return the language in which the caller wants to be told things."""
    return preferred_language(request.headers.get("accept-language"))


def service_problem(request: Request, error: ServiceError) -> Response:
    """Answer a foreseen refusal; what denied the caller something is kept for the audit."""
    if isinstance(error, ForbiddenError | HiddenError):
        request.scope[DENIED] = error.code
    language = language_of(request)
    if isinstance(error, UpstreamRefusedError):
        facts = _Facts(
            error.upstream_status, error.upstream_code, error.upstream_title, error.upstream_detail
        )
    else:
        facts = _Facts(
            error.status, error.code, error.title.in_(language), error.detail.in_(language)
        )
    extra = {name: _told(value, language) for name, value in error.extra.items()}
    if error.pointer is not None:
        # Who only reads sends no body: what is wrong stands in the query.
        place = "query" if request.method in ("GET", "HEAD") else "body"
        extra["errors"] = [
            {"in": place, "pointer": error.pointer, "code": facts.code, "detail": facts.detail}
        ]
    headers = {}
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, UnauthorizedError):
        headers["WWW-Authenticate"] = _CHALLENGES[error.code != UnauthorizedError.code]
    return _problem(facts, language, extra=extra, headers=headers)


def _told(value: object, language: Language) -> object:
    """Return `value` with every sentence in it in `language`."""
    if isinstance(value, Text):
        return value.in_(language)
    if isinstance(value, Mapping):
        return {name: _told(member, language) for name, member in value.items()}
    return [_told(member, language) for member in value] if isinstance(value, list) else value


def internal_problem(request: Request) -> Response:
    """Answer an error that nobody foresaw, without a word of what it was."""
    return _plain(request, HTTPStatus.INTERNAL_SERVER_ERROR, *_INTERNAL)


def _plain(
    request: Request,
    status: HTTPStatus,
    code: str,
    title: Text,
    headers: Mapping[str, str] | None = None,
) -> Response:
    language = language_of(request)
    sentence = title.in_(language)
    return _problem(_Facts(status, code, sentence, sentence), language, headers=headers)


def _problem(
    facts: _Facts,
    language: Language,
    *,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {
        "type": f"urn:balai:problem:{facts.code}",
        "title": facts.title,
        "status": facts.status.value,
        "detail": facts.detail,
        "code": facts.code,
        "request_id": current_request_id(),
        **(extra or {}),
    }
    return Response(
        json.dumps(body, ensure_ascii=False, default=str),
        status_code=facts.status.value,
        media_type=MEDIA_TYPE,
        headers={
            "Content-Language": language,
            "Vary": "Accept-Language",
            "Cache-Control": "no-store",
            **(headers or {}),
        },
    )


async def _answer_service_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceError)  # noqa: S101 - the handler is registered for this type
    _log.info("refused", code=error.code, status=error.status.value)
    return service_problem(request, error)


async def _answer_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    return validation_problem(request, error.errors())


def validation_problem(request: Request, errors: Sequence[Mapping[str, Any]]) -> Response:
    """Answer what pydantic found wrong: 400 when it is no JSON at all, else 422."""
    if any(each["type"] == "json_invalid" for each in errors):
        return _plain(request, HTTPStatus.BAD_REQUEST, *_JSON_INVALID)
    language = language_of(request)
    sentence = ValidationFailedError.title.in_(language)
    facts = _Facts(ValidationFailedError.status, ValidationFailedError.code, sentence, sentence)
    return _problem(facts, language, extra={"errors": described(errors, language)})


async def _answer_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    return http_problem(request, error)


def http_problem(request: Request, error: HTTPException) -> Response:
    """Answer what the framework itself refuses: an unknown address, a body that is too long."""
    status = HTTPStatus(error.status_code)
    if status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        return Response(status_code=status, headers=error.headers)
    code, title = _BY_STATUS.get(status, _INTERNAL if status >= _SERVER_ERROR else _BY_STATUS[400])
    return _plain(request, status, code, title, error.headers)


def add_problem_handlers(app: FastAPI) -> None:
    """Answer everything that FastAPI itself catches; the middleware answers the rest."""
    app.add_exception_handler(ServiceError, _answer_service_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_error)
