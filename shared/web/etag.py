"""Versions of things as ETags: nobody overwrites what he has not read."""

from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from starlette.responses import Response

from shared.errors import PreconditionRequiredError, StaleError

_ANY: Final = "*"


def etag_of(version: int) -> str:
    """Return the strong ETag of a row's version."""
    return f'"{version}"'


async def _if_match(
    value: Annotated[
        str | None,
        Header(
            alias="If-Match", description="ETag of the version that you read.", examples=['"3"']
        ),
    ] = None,
) -> str:
    if value is None:
        raise PreconditionRequiredError
    return value


# The header If-Match of a change; 428 without it.
IfMatch = Annotated[str, Depends(_if_match)]


def check_match(if_match: str, version: int) -> None:
    """Refuse a change to a version that the caller has not read.

    Source: RFC 9110, section 13.1.1: strong comparison, a weak ETag never matches.

    Raises:
        StaleError: when the thing has changed since.
    """
    tags = {tag.strip() for tag in if_match.split(",")}
    if _ANY not in tags and etag_of(version) not in tags:
        raise StaleError


def not_modified(
    request: Request, etag: str, *, headers: dict[str, str] | None = None
) -> Response | None:
    """Return 304 when the caller has the version `etag` already; None when he must be told.

    Source: RFC 9110, section 13.1.2: weak comparison.
    """
    given = request.headers.get("if-none-match")
    if given is None:
        return None
    tags = {tag.strip().removeprefix("W/") for tag in given.split(",")}
    if _ANY not in tags and etag.removeprefix("W/") not in tags:
        return None
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers={**(headers or {}), "ETag": etag})
