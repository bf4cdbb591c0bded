"""A request that is sent again has one effect and gets the same answer, to the byte."""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final, TypeVar
from uuid import UUID

from fastapi import Depends, Header, Request
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from shared.db.idempotency import IdempotencyColumns, Once, claim_key, keep_answer
from shared.errors import BadRequestError
from shared.i18n import Text
from shared.web.auth import present_actor
from shared.web.links import absolute, route_path

Model = TypeVar("Model", bound=BaseModel)

HEADER: Final = "Idempotency-Key"
_PRINTABLE: Final = re.compile(r"[\x21-\x7e]{1,255}")


class KeyMissingError(BadRequestError):
    """A request that changes something has no key."""

    code = "idempotency-key-missing"
    title = Text(
        "Sertakan Idempotency-Key, 1 sampai 255 karakter tanpa spasi.",
        "Send an Idempotency-Key of 1 to 255 printable characters without spaces.",
    )


@dataclass(frozen=True, slots=True)
class OnceRequest(Once):
    """What makes this request the same request, and where absolute links of its answer begin."""

    base_url: str


def stream_of(caller: str, key: str) -> UUID:
    """Return where a key is kept whose path names no class, so that keys spread evenly."""
    return UUID(bytes=hashlib.sha256(f"{caller}\n{key}".encode()).digest()[:16])


def _stream_id(request: Request, caller: str, key: str) -> UUID:
    class_id = request.path_params.get("class_id")
    if class_id is not None:
        try:
            return UUID(class_id)
        except ValueError:  # the path parameter's own check refuses the request
            pass
    return stream_of(caller, key)


def _fingerprint(request: Request, body: bytes) -> bytes:
    """Return what tells bodies apart without telling what is in them.

    A plain hash of a body that holds a NIK could be guessed from a copy of the database: all else
    in the body stands there, and a birth date leaves 10,000 serials.
    """
    key: bytes = request.scope["state"]["fingerprint_key"]
    return hmac.digest(key, body, "sha256")


async def once_of(request: Request) -> OnceRequest:
    """Return what makes `request` the same request: caller, method, path, key and body.

    Raises:
        KeyMissingError: when the key is missing, too long or not printable.
    """
    key = request.headers.get(HEADER)
    if key is None or not _PRINTABLE.fullmatch(key):
        raise KeyMissingError
    caller = (await present_actor(request)).name
    return OnceRequest(
        caller=caller,
        operation=f"{request.method} {route_path(request)}",
        key=key,
        body_hash=_fingerprint(request, await request.body()),
        stream_id=_stream_id(request, caller, key),
        base_url=absolute(request, ""),
    )


async def _once(
    request: Request,
    _: Annotated[
        str | None,
        Header(
            alias=HEADER,
            description="Names the request: sent again under the same key, it has one effect.",
            examples=["01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"],
        ),
    ] = None,
) -> OnceRequest:
    return await once_of(request)


OnceDep = Annotated[OnceRequest, Depends(_once)]


async def answer_once(
    session: AsyncSession,
    table: type[IdempotencyColumns],
    once: OnceRequest,
    work: Callable[[], Awaitable[Model]],
    *,
    status: int | Callable[[Model], int] = HTTPStatus.OK,
    location: Callable[[Model], str] | None = None,
    etag: Callable[[Model], str] | None = None,
) -> Response:
    """Do `work` and answer with what it returns, or give the answer that the key stands for.

    `location` names the path of what was made, for example `/v1/jobs/1`; it becomes absolute.
    `status` may depend on what was done. The answer is stored in the transaction of the work; a
    refusal is not stored.

    Raises:
        KeyInFlightError: when the first request with this key is still being answered.
        KeyReusedError: when the key came with another body.
    """
    stored = await claim_key(session, table, once)
    if stored is not None:
        replayed = {**stored.headers, "Idempotency-Replayed": "true"}
        return _json(stored.body, stored.status, replayed)
    model = await work()
    body = model.model_dump_json(by_alias=True).encode()
    headers: dict[str, str] = {}
    if location is not None:
        headers["Location"] = once.base_url + location(model)
    if etag is not None:
        headers["ETag"] = etag(model)
    code = int(status(model) if callable(status) else status)
    await keep_answer(session, table, once, status=code, body=body, headers=headers)
    return _json(body, code, headers)


def _json(body: bytes, status: int, headers: dict[str, str]) -> Response:
    return Response(body, status_code=status, headers=headers, media_type="application/json")
