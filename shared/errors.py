"""Errors that a service can state to a caller; the web layer turns them into problem details.

ServiceError
    BadRequestError 400      the request cannot be understood
    UnauthorizedError 401    no valid token
    ForbiddenError 403       the caller may see the thing but not do this
    NotFoundError 404        it does not exist, or the caller may not know that it does
        HiddenError 404      and it is a person: looking for it is noted
    ConflictError 409        the present state refuses it
    StaleError 412           the thing has changed since the caller read it
    InvalidError 422         well formed, but a rule refuses its content
    PreconditionRequiredError 428
    TooManyRequestsError 429 the caller asks more often than he may
    UnavailableError 503     try again later
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from shared.i18n import Text


class ServiceError(Exception):
    """A foreseen refusal: a stable code, a status, and a sentence in two languages.

    `detail` says what decided, never a value that the caller sent. `pointer` is the JSON pointer
    of the member that is wrong. `extra` are further members of the problem, for example the
    alternatives to a class that is full. `retry_after_s` becomes the header Retry-After.
    """

    status: ClassVar[HTTPStatus] = HTTPStatus.INTERNAL_SERVER_ERROR
    code: ClassVar[str] = "internal"
    title: ClassVar[Text] = Text("Terjadi kesalahan pada sistem.", "Something went wrong.")

    def __init__(
        self,
        detail: Text | None = None,
        *,
        pointer: str | None = None,
        extra: Mapping[str, object] | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        self.detail = detail or self.title
        self.pointer = pointer
        self.extra = dict(extra or {})
        self.retry_after_s = retry_after_s
        super().__init__(self.detail.en)


class BadRequestError(ServiceError):
    """The request cannot be understood."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad-request"
    title = Text("Permintaan tidak dapat dipahami.", "The request cannot be understood.")


class UnauthorizedError(ServiceError):
    """There is no valid token."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"
    title = Text("Token tidak ada atau tidak sah.", "There is no valid token.")


class ForbiddenError(ServiceError):
    """The caller may see the thing but not do this to it."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"
    title = Text("Anda tidak berwenang melakukan ini.", "You may not do this.")


class NotFoundError(ServiceError):
    """The thing asked for does not exist, or the caller may not know that it does."""

    status = HTTPStatus.NOT_FOUND
    code = "not-found"
    title = Text("Data tidak ditemukan.", "There is no such thing.")


class HiddenError(NotFoundError):
    """A person who is not there, or of whom the caller may not know: the attempt is noted."""


class ConflictError(ServiceError):
    """The request is well formed but the present state refuses it."""

    status = HTTPStatus.CONFLICT
    code = "conflict"
    title = Text("Keadaan saat ini menolak permintaan.", "The present state refuses this.")


class StaleError(ServiceError):
    """The thing has changed since the caller read it."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "stale"
    title = Text("Data sudah berubah sejak Anda membacanya.", "It has changed since you read it.")


class InvalidError(ServiceError):
    """The request is well formed but a rule refuses its content."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "invalid"
    title = Text("Isi permintaan tidak memenuhi aturan.", "A rule refuses the content.")


class PreconditionRequiredError(ServiceError):
    """The change needs the version that the caller has read."""

    status = HTTPStatus.PRECONDITION_REQUIRED
    code = "precondition-required"
    title = Text("Sertakan If-Match dengan ETag terakhir.", "Send If-Match with the last ETag.")


class TooManyRequestsError(ServiceError):
    """The caller asks more often than he may."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too-many-requests"
    title = Text("Terlalu banyak permintaan, coba lagi nanti.", "Too many requests, try later.")


class UnavailableError(ServiceError):
    """Something that the request needs does not answer at the moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "unavailable"
    title = Text("Layanan sedang tidak tersedia, coba lagi.", "Not available now, try again.")
