import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from shared.web.faults import as_service_error


class RefusalError(Exception):
    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("refused")
        self.sqlstate = sqlstate


def wrapped(sqlstate: str | None) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, RefusalError(sqlstate))


class TestAsServiceError:
    @pytest.mark.parametrize(
        "state",
        ["08006", "53300", "53200", "57P01", "57P03", "57014", "25P04", "40P01", "55P03", "25006"],
    )
    def test_takes_a_passing_state_for_unavailable(self, state: str):
        error = as_service_error(wrapped(state))

        assert error.code == "database-unavailable"
        assert error.retry_after_s == 2

    def test_knows_a_full_disk(self):
        assert as_service_error(wrapped("53100")).code == "storage-full"

    @pytest.mark.parametrize("state", ["23505", "23514", "42P01", "42501", "22001", None])
    def test_takes_no_mistake_of_ours_for_unavailable(self, state: str | None):
        assert as_service_error(wrapped(state)) is None

    @pytest.mark.parametrize(
        "error",
        [
            PoolTimeoutError("pool"),
            ConnectionRefusedError(111, "refused"),
            ConnectionResetError(),
            TimeoutError(),
            asyncpg.InterfaceError("connection is closed"),
            asyncpg.TooManyConnectionsError("many"),
            asyncpg.ConnectionDoesNotExistError("gone"),
            DBAPIError("SELECT 1", {}, ConnectionResetError()),
        ],
        ids=repr,
    )
    def test_takes_a_lost_connection_for_unavailable(self, error: Exception):
        assert as_service_error(error).code == "database-unavailable"

    @pytest.mark.parametrize(
        "error", [RuntimeError(), KeyError("a"), asyncpg.UniqueViolationError()]
    )
    def test_leaves_everything_else(self, error: Exception):
        assert as_service_error(error) is None

    async def test_reads_a_real_statement_timeout(self, owner):
        async with owner.connect() as connection:
            await connection.execute(text("SET statement_timeout = 1"))

            with pytest.raises(DBAPIError) as failed:
                await connection.execute(text("SELECT pg_sleep(5)"))

        assert as_service_error(failed.value).code == "database-unavailable"

    async def test_reads_a_real_backend_that_was_ended(self, owner):
        async with owner.connect() as victim, owner.connect() as other:
            pid = await victim.scalar(text("SELECT pg_backend_pid()"))
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

            with pytest.raises(DBAPIError) as failed:
                await victim.execute(text("SELECT 1"))

        assert as_service_error(failed.value).code == "database-unavailable"

    async def test_leaves_a_real_constraint_to_those_who_know_it(self, owner):
        async with owner.connect() as connection:
            with pytest.raises(IntegrityError) as failed:
                await connection.execute(
                    text("INSERT INTO kernel.centre (id) VALUES (uuidv7()), (NULL)")
                )

        assert as_service_error(failed.value) is None
