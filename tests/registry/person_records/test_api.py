import pytest
from sqlalchemy import text

from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor, Role

ACTOR = Actor("test", "test")


@pytest.fixture
def db(registry_db, sessions_of):
    return sessions_of(registry_db)


class TestPersonRecords:
    async def test_are_for_services_alone_and_erased_once(self, registry, auth, db):
        person = new_id()
        path = f"/v1/person-records/{person}"
        header = auth(Role.SERVICE)

        told = await registry.get(path, headers=header)
        denied = await registry.get(path, headers=auth(Role.NATIONAL_ADMIN))
        keyed = [{**header, "Idempotency-Key": key} for key in ("one", "two")]
        answers = [await registry.post(f"{path}/erase", headers=each) for each in keyed]

        assert told.json() == {"service": "registry", "records": {}}
        assert denied.status_code == 403
        assert answers[0].json()["rows"] == {"booking": 0, "incubator_tenant": 0}
        assert answers[0].json() == answers[1].json()
        async with transaction(db, scope=SYSTEM, actor=ACTOR) as session:
            events = await session.scalar(
                text("SELECT count(*) FROM registry.event WHERE topic = 'registry.person.unlinked'")
            )
            read = await session.scalar(
                text("SELECT count(*) FROM registry.audit WHERE action = 'person.records.read'")
            )
        assert (events, read) == (1, 1)
