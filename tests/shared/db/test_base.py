"""Types of columns, and what a broken constraint means to a caller."""

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.db.base import constraint_of, sqlstate, translate
from shared.db.session import transaction
from shared.errors import ConflictError
from shared.ids import new_id
from shared.schemas.registry import FacilityKind
from shared.scope import NATIONAL
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Row


class NameTakenError(ConflictError):
    code = "name-taken"


async def broken(sessions, **values) -> DBAPIError:
    with pytest.raises(DBAPIError) as refused:
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await session.execute(insert(Row).values(id=new_id(), **values))
    return refused.value


class TestColumnTypes:
    async def test_keep_enums_and_lists(self, sessions):
        friends = [new_id(), new_id()]
        row = {"kind": FacilityKind.PLUT, "tags": ["a", "b"], "friends": friends}

        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await session.execute(insert(Row).values(id=new_id(), name="one", **row))
            kept = (await session.execute(select(Row.kind, Row.tags, Row.friends))).one()

        assert kept == (FacilityKind.PLUT, ["a", "b"], friends)

    async def test_the_database_refuses_a_value_that_the_enum_has_not(self, sessions):
        error = await broken(sessions, name="one", kind="CASTLE")

        assert constraint_of(error) == "ck_row_facilitykind"


class TestTranslate:
    async def test_returns_the_refusal_of_the_broken_constraint(self, sessions):
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            session.add(Row(id=new_id(), name="one"))

        error = await broken(sessions, name="one")

        assert isinstance(error, IntegrityError)
        assert sqlstate(error) == "23505"
        assert isinstance(translate(error, {"uq_row_name": NameTakenError}), NameTakenError)

    async def test_returns_the_error_itself_for_any_other(self, sessions):
        error = await broken(sessions, name="one", kind="CASTLE")

        assert translate(error, {"uq_row_name": NameTakenError}) is error
