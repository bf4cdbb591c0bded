"""Lists read a page by an index and in a fixed number of statements, however long they are."""

from uuid import UUID

import pytest
from sqlalchemy import event

from services.enrollment.classes.queries import ClassFilter, list_classes, list_offers
from services.enrollment.enrollments.queries import waitlists_over
from services.enrollment.waves.queries import list_waves
from shared.clock import utc_now
from shared.db.session import transaction
from shared.scope import NATIONAL, SYSTEM, Actor, Reach, Scope
from tests.support.planning import class_body

COPIES = """
INSERT INTO enrollment.class
SELECT copy.* FROM enrollment.class c, generate_series(1, 4000) n, LATERAL jsonb_populate_record(
    c, jsonb_build_object(
        'id', gen_random_uuid(), 'code', 'M-' || n, 'facility_id', gen_random_uuid(),
        'province_code', lpad((11 + n % 38)::text, 2, '0'),
        'regency_code', lpad((11 + n % 38)::text, 2, '0') || '.' || lpad((1 + n % 13)::text, 2, '0')
    )
) copy
"""


@pytest.fixture
async def wave_id(desk, fake_registry, cluster, enrollment_db) -> UUID:
    """A wave of 4,000 classes."""
    wave = await desk.wave()
    await desk.made("/v1/classes", class_body(wave, fake_registry.add_facility()))
    cluster.execute(enrollment_db.rpartition("/")[2], COPIES, "ANALYZE enrollment.class")
    return UUID(wave["id"])


@pytest.fixture
async def statements(db):
    """Collect the statements that reach the database, with their parameters."""
    seen: list[tuple[str, tuple]] = []

    def note(_connection, _cursor, statement, parameters, *_) -> None:
        if "set_config" not in statement:
            seen.append((statement, parameters))

    engine = db.kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def plan_of(db, statements):
    """Return the function that runs a query and returns the plan of its only statement."""

    async def plan(query, **arguments) -> str:
        statements.clear()
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            await query(session, **arguments)
            assert len(statements) == 1
            (statement, parameters) = statements[0]
            connection = await session.connection()
            explained = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            return "\n".join(row[0] for row in explained)

    return plan


class TestListOffers:
    @pytest.mark.parametrize("near", [None, "33.01", "33"])
    async def test_reads_no_more_than_a_page(self, plan_of, wave_id, near):
        plan = await plan_of(
            list_offers,
            wave_id=wave_id,
            near=near,
            only_open=True,
            after=None,
            limit=50,
            now=utc_now(),
        )

        assert "Seq Scan" not in plan
        assert "ix_class_wave" in plan


class TestListClasses:
    @pytest.mark.parametrize(
        ("scope", "narrowed"),
        [
            (NATIONAL, {}),
            (NATIONAL, {"wave_id": None}),
            (Scope((Reach(provinces=("33",)),)), {"wave_id": None}),
        ],
    )
    async def test_reads_by_index(self, plan_of, wave_id, scope, narrowed):
        narrowed = dict.fromkeys(narrowed, wave_id)

        plan = await plan_of(
            list_classes, scope=scope, narrowed=ClassFilter(**narrowed), after=None, limit=50
        )

        assert "Seq Scan" not in plan


class TestListWaves:
    async def test_is_one_statement(self, plan_of, wave_id):
        await plan_of(list_waves, program_id=None, after=None, limit=50)


class TestWaitlistsOver:
    async def test_reads_both_kinds_by_index(self, plan_of, wave_id):
        plan = await plan_of(waitlists_over, now=utc_now(), limit=100)

        assert "Seq Scan" not in plan
        assert "ix_class_promotion" in plan
        assert "ix_class_silent" in plan
