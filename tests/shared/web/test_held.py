"""What callers may do whose tokens do not say it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import event, insert, update

from shared.clock import ledger_day, utc_now
from shared.db.grants import holder_of
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import NATIONAL, Actor, Grant, Role
from shared.web.held import LIFETIME, HeldGrants
from tests.shared.conftest import ACTOR
from tests.shared.db.tables import HeldGrant
from tests.shared.web.conftest import app_of
from tests.support.asgi import serving
from tests.support.waiting import eventually

SARI = Actor("balai:people", "ibu-sari")
LEAN = f"/v1/things/{UUID(int=3)}/lean"


@pytest.fixture
def assign(sessions):
    """Return the function that gives a login a role, as a reader of events would."""

    async def give(subject: str, role: Role = Role.NATIONAL_ADMIN, **facts) -> UUID:
        row = {
            "id": new_id(),
            "holder": holder_of("balai:people", subject),
            "role": role,
            "ministries": [],
            "areas": [],
            "facilities": [],
            "valid_from": ledger_day(utc_now()),
            "version": 1,
            **facts,
        }
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            await session.execute(insert(HeldGrant).values(row))
        return row["id"]

    return give


@pytest.fixture
def revoke(sessions):
    async def take(assignment_id: UUID) -> None:
        async with transaction(sessions, scope=NATIONAL, actor=ACTOR) as session:
            statement = update(HeldGrant).where(HeldGrant.id == assignment_id)
            await session.execute(statement.values(revoked_at=utc_now()))

    return take


class Clock:
    def __init__(self) -> None:
        self.now = datetime.combine(ledger_day(utc_now()), datetime.min.time(), tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class TestHeldGrants:
    async def test_asks_once_a_second_at_most_and_remembers_no_longer(
        self, sessions, assign, revoke
    ):
        clock, asked = Clock(), []
        engine = sessions.kw["bind"].sync_engine
        event.listen(engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
        held = HeldGrants(sessions, HeldGrant, clock=clock)
        given = await assign("ibu-sari", Role.REGIONAL_OFFICER, areas=["33"])
        asked.clear()

        first = await held(SARI)
        again = await held(SARI)
        once = len(asked)
        await revoke(given)
        asked.clear()
        clock.now += LIFETIME - timedelta(milliseconds=1)
        before = await held(SARI)
        unasked = len(asked)
        clock.now += timedelta(milliseconds=1)
        after = await held(SARI)

        officer = (Grant(Role.REGIONAL_OFFICER, areas=("33",)),)
        assert first == again == before == officer
        assert (once, unasked) == (1, 0)
        assert after == ()

    async def test_remembers_nothing_when_the_clock_goes_back(self, sessions, assign, revoke):
        clock = Clock()
        held = HeldGrants(sessions, HeldGrant, clock=clock)
        given = await assign("ibu-sari")
        await held(SARI)
        await revoke(given)

        clock.now -= timedelta(minutes=5)

        assert await held(SARI) == ()

    async def test_lets_somebody_in_at_once_who_had_no_grant_before(self, sessions, assign):
        held = HeldGrants(sessions, HeldGrant, clock=Clock())

        before = await held(SARI)
        await assign("ibu-sari")

        assert (before, await held(SARI)) == ((), (Grant(Role.NATIONAL_ADMIN),))

    async def test_forgets_whom_it_has_not_seen_for_longest(self, sessions, assign, monkeypatch):
        monkeypatch.setattr("shared.web.held._CACHE_SIZE", 2)
        held = HeldGrants(sessions, HeldGrant)

        for subject in ("a", "b", "c"):
            await assign(subject)
            await held(Actor("balai:people", subject))

        assert list(held._read) == [holder_of("balai:people", each) for each in ("b", "c")]


class TestRoutes:
    async def test_believe_the_table_and_not_the_token(self, things, assign, login):
        forged = login("ibu-sari", Grant(Role.NATIONAL_ADMIN))

        async def status(path: str, **header) -> int:
            return (await things.post(path, json={"name": "desk"}, headers=header)).status_code

        assert await status("/v1/things", **forged) == 403
        assert await status(LEAN, **forged) == 403
        await assign("pak-budi")
        budi = {**login("pak-budi"), "Idempotency-Key": "k"}
        assert await status("/v1/things", **budi) == 201
        assert await status(LEAN, **budi) == 201

    @pytest.mark.parametrize("path", ["/v1/things", LEAN])
    async def test_let_nobody_in_for_longer_than_a_second(
        self, things, assign, revoke, login, path
    ):
        given = await assign("ibu-sari")
        sari = login("ibu-sari")

        async def status() -> int:
            header = {**sari, "Idempotency-Key": new_id().hex}
            return (
                await things.post(path, json={"name": new_id().hex[-8:]}, headers=header)
            ).status_code

        assert await status() == 201
        await revoke(given)

        async def is_out() -> bool:
            return await status() == 403

        await eventually(is_out, within_s=3)

    async def test_refuse_what_the_issuer_may_not_give(
        self, things_settings, keys, kernel_url, sessions, assign, login
    ):
        capped = [
            issuer.model_copy(update={"roles": [Role.INSTRUCTOR]}) if issuer.assigned else issuer
            for issuer in keys.issuers
        ]
        await assign("ibu-sari")

        async with serving(
            app_of(things_settings(kernel_url, issuers=capped)), base_url="http://kernel.test"
        ) as client:
            response = await client.post(
                "/v1/things", json={"name": "desk"}, headers=login("ibu-sari")
            )

        assert response.status_code == 403

    async def test_say_so_when_the_table_cannot_be_asked(self, bare, login):
        response = await bare.post("/v1/things", json={"name": "desk"}, headers=login("ibu-sari"))

        assert response.status_code == 503
