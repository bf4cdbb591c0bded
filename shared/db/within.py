"""A scope as SQL: the same decision as `Scope.admits`, made by the database."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Text, Uuid, and_, any_, false, literal, or_, true
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm.util import AliasedClass

from shared.scope import Place, Reach, Scope

_COLUMNS: Final = tuple(Place.__dataclass_fields__)
_MINISTRIES: Final = ("owner_ministry", "co_ministry", "host_ministry")

_Find = Callable[[str], ColumnElement[Any] | None]


def _columns_of(table: type[Any] | AliasedClass[Any]) -> _Find:
    """Return the finder of scope columns; `__scope_columns__` names those called otherwise."""
    renamed: dict[str, str] = getattr(table, "__scope_columns__", {})

    def find(name: str) -> ColumnElement[Any] | None:
        return getattr(table, renamed.get(name, name), None)

    return find


def _texts(column: ColumnElement[Any] | None, values: tuple[str, ...]) -> ColumnElement[bool]:
    if column is None or not values:
        return false()
    return column == any_(literal(list(values), ARRAY(Text())))


def _ids(column: ColumnElement[Any] | None, values: Iterable[UUID]) -> ColumnElement[bool]:
    if column is None:
        return false()
    return column == any_(literal(list(values), ARRAY(Uuid())))


def _within_ministries(find: _Find, ministries: tuple[str, ...]) -> ColumnElement[bool]:
    columns = [column for column in map(find, _MINISTRIES) if column is not None]
    if not ministries or not columns:
        return true()
    unowned = and_(*(column.is_(None) for column in columns))
    return or_(unowned, *(_texts(column, ministries) for column in columns))


def _within_place(find: _Find, reach: Reach, *, write: bool) -> ColumnElement[bool]:
    if reach.participant_id is not None:
        return _ids(find("participant_id"), [reach.participant_id])
    if reach.facilities:
        return _ids(find("facility_id"), reach.facilities)
    if not (reach.provinces or reach.regencies):
        return true()
    areas = [("province_code", reach.provinces), ("regency_code", reach.regencies)]
    if not write:
        areas += [("home_province_code", reach.provinces), ("home_regency_code", reach.regencies)]
    return or_(*(_texts(find(name), codes) for name, codes in areas))


def within(
    scope: Scope, table: type[Any] | AliasedClass[Any], *, write: bool = False
) -> ColumnElement[bool]:
    """Return the condition that a row of `table` lies within `scope`.

    It looks at whatever scope columns the mapped class (or an alias of it) has. A class whose
    column is called otherwise says so: `__scope_columns__ = {"facility_id": "id"}`. Null counts
    as false: never negate it.
    """
    if scope.national:
        return true()
    find = _columns_of(table)
    return or_(
        false(),
        *(
            and_(
                _within_ministries(find, reach.ministries), _within_place(find, reach, write=write)
            )
            for reach in scope.reaches
        ),
    )


def place_of(row: object) -> Place:
    """Return where `row` lies, read from the columns that `within` looks at."""
    renamed: dict[str, str] = getattr(row, "__scope_columns__", {})
    return Place(**{name: getattr(row, renamed.get(name, name), None) for name in _COLUMNS})
