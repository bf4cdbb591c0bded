"""What leaves no event: reads of personal data, and attempts that were denied."""

import pytest
from sqlalchemy import select

from shared.db.audit import note_denied, note_read
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import NATIONAL
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import Audit


async def notes(sessions):
    async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
        return (await session.execute(select(Audit.actor, Audit.action, Audit.subject_id))).all()


async def test_a_read_is_noted_with_its_reader(sessions):
    person = new_id()

    async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
        await note_read(session, Audit, action="participants:nik", subject_id=person)

    assert await notes(sessions) == [(ACTOR.name, "participants:nik", person)]


async def test_a_denied_attempt_is_noted_though_its_request_was_rolled_back(sessions):
    async def refuse():
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await note_read(session, Audit, action="rolled back", subject_id=None)
            raise PermissionError

    with pytest.raises(PermissionError):
        await refuse()
    await note_denied(sessions, Audit, actor=ACTOR, action="participants:read")

    assert await notes(sessions) == [(ACTOR.name, "participants:read", None)]
