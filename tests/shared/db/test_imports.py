"""Files that wait for their job, and the verdicts on their rows."""

import pytest
from sqlalchemy import func, select

from shared.db.imports import keep_upload, keep_verdicts, last_judged, read_upload, tally
from shared.db.session import transaction
from shared.errors import ConflictError
from shared.ids import new_id
from shared.schemas.imports import Outcome, UploadEmptyError, UploadGoneError, Verdict, refused
from shared.scope import SYSTEM
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import RowVerdict, Upload


@pytest.fixture
def opened(sessions):
    return lambda: transaction(sessions, scope=SYSTEM, actor=ACTOR)


class TestUploads:
    async def test_gives_a_file_back_as_it_came(self, opened):
        async with opened() as session:
            kept = await keep_upload(session, Upload, b"code,name\r\n\xff")

        async with opened() as session:
            assert await read_upload(session, Upload, kept) == b"code,name\r\n\xff"

    @pytest.mark.parametrize("body", [b"", b" \r\n"])
    async def test_refuses_a_request_without_a_file(self, opened, body):
        async with opened() as session:
            with pytest.raises(UploadEmptyError):
                await keep_upload(session, Upload, body)

    async def test_tells_that_a_file_is_gone(self, opened):
        async with opened() as session:
            with pytest.raises(UploadGoneError):
                await read_upload(session, Upload, new_id())


class TestVerdicts:
    async def test_keeps_every_member_and_counts_by_outcome(self, opened):
        job_id, made = new_id(), new_id()
        verdicts = [
            Verdict(2, Outcome.CREATED, id=made),
            refused(3, ConflictError(), "en"),
        ]

        async with opened() as session:
            await keep_verdicts(session, RowVerdict, job_id=job_id, verdicts=verdicts)

        async with opened() as session:
            rows = (await session.scalars(select(RowVerdict).order_by(RowVerdict.row))).all()
            assert [(each.row, each.verdict, each.code, each.detail, each.id) for each in rows] == [
                (2, "CREATED", None, None, made),
                (3, "REFUSED", "conflict", ConflictError.title.en, None),
            ]
            assert await last_judged(session, RowVerdict, job_id) == 3
            assert await tally(session, RowVerdict, job_id) == {
                "rows": 2,
                "created": 1,
                "changed": 0,
                "unchanged": 0,
                "refused": 1,
            }

    async def test_counts_only_the_outcomes_that_the_job_knows(self, opened):
        async with opened() as session:
            counted = await tally(session, RowVerdict, new_id(), outcomes=[Outcome.REFUSED])

        assert counted == {"rows": 0, "refused": 0}

    async def test_a_chunk_that_is_run_again_keeps_its_verdicts(self, opened):
        job_id = new_id()
        first, second = Verdict(1, Outcome.CREATED), Verdict(1, Outcome.UNCHANGED)

        for verdict in (first, second):
            async with opened() as session:
                await keep_verdicts(session, RowVerdict, job_id=job_id, verdicts=[verdict])

        async with opened() as session:
            assert (await tally(session, RowVerdict, job_id))["created"] == 1

    async def test_takes_a_large_chunk_in_one_statement_and_an_empty_one(self, opened):
        verdicts = [Verdict(row, Outcome.CREATED) for row in range(1, 20_001)]

        async with opened() as session:
            await keep_verdicts(session, RowVerdict, job_id=new_id(), verdicts=verdicts)
            await keep_verdicts(session, RowVerdict, job_id=new_id(), verdicts=[])

            assert await session.scalar(select(func.count()).select_from(RowVerdict)) == 20_000

    async def test_begins_with_the_first_row(self, opened):
        async with opened() as session:
            assert await last_judged(session, RowVerdict, new_id()) == 0
