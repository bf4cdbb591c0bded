"""Which exceptions mean that the database is away for a moment, and not that we made a mistake."""

from typing import Final

import asyncpg
from sqlalchemy import exc as sql

from shared.errors import ServiceError, UnavailableError
from shared.i18n import Text


class DatabaseUnavailableError(UnavailableError):
    """The database does not answer, or not in time."""

    code = "database-unavailable"
    title = Text("Basis data sedang tidak tersedia.", "The database is not available now.")


class StorageFullError(UnavailableError):
    """The database has no room left to write."""

    code = "storage-full"
    title = Text("Ruang penyimpanan penuh.", "There is no storage left.")


# Source: PostgreSQL 18, appendix A, error codes; beside the classes 08 and 53.
_TRANSIENT: Final = frozenset(
    {
        "25006",  # read-only transaction: a standby that has not been promoted yet
        "25P03",  # idle in transaction too long
        "25P04",  # transaction too long
        "40001",  # serialization failure
        "40P01",  # deadlock
        "55P03",  # lock not available
        "57014",  # statement too long
        "57P01",  # shut down by the administrator
        "57P02",  # shut down after a crash
        "57P03",  # cannot connect now
    }
)
_TRANSIENT_CLASSES: Final = ("08", "53")
_DISK_FULL: Final = "53100"
_RETRY_AFTER_S: Final = 2


def as_service_error(error: BaseException) -> ServiceError | None:
    """Return what to tell the caller of a passing failure of the database; None for all else."""
    if isinstance(error, sql.DBAPIError):
        if error.connection_invalidated:
            return DatabaseUnavailableError(retry_after_s=_RETRY_AFTER_S)
        return _by_state(getattr(error.orig, "sqlstate", None)) or _by_cause(error.orig)
    if isinstance(error, sql.TimeoutError):
        return DatabaseUnavailableError(retry_after_s=_RETRY_AFTER_S)
    if isinstance(error, asyncpg.PostgresError):
        return _by_state(error.sqlstate)
    return _by_cause(error)


def _by_state(state: str | None) -> ServiceError | None:
    if state == _DISK_FULL:
        return StorageFullError(retry_after_s=30)
    if state is not None and (state in _TRANSIENT or state[:2] in _TRANSIENT_CLASSES):
        return DatabaseUnavailableError(retry_after_s=_RETRY_AFTER_S)
    return None


def _by_cause(error: BaseException | None) -> ServiceError | None:
    """Recognize a connection that could not be made or was lost before PostgreSQL said why."""
    lost = (asyncpg.InterfaceError, ConnectionError, TimeoutError)
    while error is not None:
        if isinstance(error, lost):
            return DatabaseUnavailableError(retry_after_s=_RETRY_AFTER_S)
        error = error.__cause__
    return None
