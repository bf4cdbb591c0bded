import asyncio
from uuid import UUID

import pytest

from services.enrollment.identities.rules import NikKey, NikKeys
from services.enrollment.person_keys.operations import (
    Sealed,
    destroy_key,
    open_each,
    open_for,
    seal_for,
)
from services.enrollment.person_keys.rules import PersonErasedError
from shared.clock import utc_now
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import SYSTEM, Actor

KEYS = NikKeys(current="k1", keys={"k1": NikKey(b"s" * 32, b"i" * 32)})
NEED = "accommodation_need|content|1"


@pytest.fixture
def opened(db):
    return lambda: transaction(db, scope=SYSTEM, actor=Actor("test", "test"))


class TestSealFor:
    async def test_makes_one_key_a_person_and_uses_it_again(self, opened, rows):
        person, other = new_id(), new_id()
        async with opened() as session:
            one = await seal_for(session, KEYS, person, NEED, b"satu")
        async with opened() as session:
            two = await seal_for(session, KEYS, person, NEED, b"dua")
            foreign = await seal_for(session, KEYS, other, NEED, b"tiga")

        async with opened() as session:
            assert await open_for(session, KEYS, person, NEED, one) == b"satu"
            assert await open_each(
                session,
                KEYS,
                [Sealed(other, NEED, foreign), Sealed(person, NEED, two)],
            ) == [b"tiga", b"dua"]
        kept = await rows("SELECT participant_id, key_id FROM enrollment.person_key ORDER BY 1")
        assert [row["participant_id"] for row in kept] == sorted([person, other])

    async def test_gives_two_requests_at_a_time_one_key(self, opened, rows):
        person = new_id()

        async def seal(plain: bytes) -> bytes:
            async with opened() as session:
                return await seal_for(session, KEYS, person, NEED, plain)

        plain = [b"a", b"b", b"c", b"d"]
        sealed = await asyncio.gather(*(seal(each) for each in plain))

        async with opened() as session:
            found = await open_each(session, KEYS, [Sealed(person, NEED, each) for each in sealed])
        assert found == plain
        assert len(await rows("SELECT 1 FROM enrollment.person_key")) == 1


class TestDestroyKey:
    async def test_leaves_nothing_that_opens_and_seals_no_more(self, opened, rows):
        person, first = new_id(), utc_now()
        async with opened() as session:
            sealed = await seal_for(session, KEYS, person, NEED, b"rahasia")
        async with opened() as session:
            await destroy_key(session, person, first)
        async with opened() as session:
            await destroy_key(session, person, utc_now())

        async with opened() as session:
            assert await open_for(session, KEYS, person, NEED, sealed) is None
            with pytest.raises(PersonErasedError):
                await seal_for(session, KEYS, person, NEED, b"lagi")
        assert await rows(
            "SELECT wrapped_key, key_id, destroyed_at FROM enrollment.person_key"
        ) == [{"wrapped_key": None, "key_id": None, "destroyed_at": first}]

    async def test_keeps_a_key_from_arising_later(self, opened):
        never_sealed: UUID = new_id()
        async with opened() as session:
            await destroy_key(session, never_sealed, utc_now())

        async with opened() as session:
            with pytest.raises(PersonErasedError):
                await seal_for(session, KEYS, never_sealed, NEED, b"lagi")
