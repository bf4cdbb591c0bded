"""What every service's declarative base has in common: names of keys, types of columns."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import DateTime, Enum, MetaData, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import UserDefinedType

from shared.errors import ServiceError


def metadata_of(schema: str) -> MetaData:
    """Return the metadata of a service that keeps its tables in `schema`."""
    return MetaData(
        schema=schema,
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        },
    )


class Xid8(UserDefinedType[int]):
    """PostgreSQL's 64-bit transaction number; asyncpg reads and writes it as an int."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:  # noqa: ANN401 - SQLAlchemy's own
        """Name the type in DDL and in casts."""
        return "XID8"


def _values(enum: type[StrEnum]) -> list[str]:
    return [member.value for member in enum]


# The check that an enum brings is called ck_<table>_<enum in lower case>: a second column of one
# enum in one table needs its own `mapped_column(Enum(..., name=...))`.
COLUMN_TYPES: Final[dict[Any, Any]] = {
    datetime: DateTime(timezone=True),
    StrEnum: Enum(
        StrEnum, native_enum=False, create_constraint=True, values_callable=_values, length=40
    ),
    dict[str, Any]: JSONB(),
    list[str]: ARRAY(Text()),
    list[UUID]: ARRAY(Uuid()),
}


def sqlstate(error: DBAPIError) -> str | None:
    """Return the five characters by which PostgreSQL names what went wrong."""
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state


def constraint_of(error: IntegrityError) -> str | None:
    """Return the name of the constraint that refused a row."""
    cause = getattr(error.orig, "__cause__", None)
    name: str | None = getattr(cause, "constraint_name", None)
    return name


def translate(error: IntegrityError, refusals: Mapping[str, type[ServiceError]]) -> Exception:
    """Return the refusal that belongs to the broken constraint, or `error` itself.

    Usage: `raise translate(error, {"uq_facility_code": CodeTakenError}) from error`.
    """
    refusal = refusals.get(constraint_of(error) or "")
    return error if refusal is None else refusal()
