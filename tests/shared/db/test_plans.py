"""What runs all day long finds its rows by an index, however long the tables have grown."""

from sqlalchemy import text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ClauseElement, Executable

from shared.db.events import Position, feed_page, feed_state, placed
from shared.ids import new_id
from shared.jobs.leases import next_due
from tests.shared.db.tables import Event, Job

EVENTS = """
INSERT INTO kernel.event (stream_id, id, xid, topic, schema, version, occurred_at, actor, payload)
SELECT uuidv7(), uuidv7(), (n::text)::xid8, 't', 1, 1, now(), 'a', '{}'
FROM generate_series(1, 20000) n
"""
JOBS = """
INSERT INTO kernel.job (id, kind, payload, state, created_by)
SELECT uuidv7(), 'k', '{}', 'SUCCEEDED', 'a' FROM generate_series(1, 20000)
"""


class Explain(Executable, ClauseElement):
    inherit_cache = False

    def __init__(self, statement) -> None:
        self.statement = statement


@compiles(Explain)
def _explain(element, compiler, **options) -> str:
    return f"EXPLAIN {compiler.process(element.statement, **options)}"


async def plan_of(owner, fill: str, statement) -> str:
    async with owner.begin() as connection:
        await connection.execute(text(fill))
        await connection.execute(text("ANALYZE kernel.event, kernel.job"))
        return "\n".join((await connection.execute(Explain(statement))).scalars())


async def test_the_feed_is_read_in_the_order_of_its_index(owner):
    statement = feed_page(Event).params(**placed("after", Position(1, 15_000, new_id())), size=500)

    plan = await plan_of(owner, EVENTS, statement)

    assert "Index Scan using ix_event_epoch_xid_id" in plan
    assert "Sort" not in plan


async def test_what_waits_above_the_horizon_is_found_without_reading_the_log(owner):
    plan = await plan_of(owner, EVENTS, feed_state(Event))

    assert "Index Scan using ix_event_epoch_xid_id" in plan
    assert "Seq Scan on event" not in plan


async def test_the_next_job_is_found_among_many_old_ones(owner):
    plan = await plan_of(owner, JOBS, next_due(Job, ["k"]))

    assert "ix_job_state_due_at" in plan
    assert "Seq Scan" not in plan
