"""Certificates are found by an index, however many there are."""

import pytest
from sqlalchemy import event

from services.enrollment.certificates import queries
from services.enrollment.certificates.tables import CertificateOrder
from shared.db.session import transaction
from shared.ids import new_id
from shared.scope import NATIONAL, SYSTEM, Actor

COPIES = """
INSERT INTO enrollment.training_certificate
SELECT copy.* FROM enrollment.training_certificate c, generate_series(1, 3000) n,
    LATERAL jsonb_populate_record(c, jsonb_build_object(
        'id', gen_random_uuid(), 'participant_id', gen_random_uuid(), 'number', 'N-' || n,
        'class_id', gen_random_uuid(), 'enrollment_id', gen_random_uuid(),
        'order_id', gen_random_uuid(), 'pdf_cipher', NULL, 'pdf_sha256', NULL)) copy
WHERE c.number = (SELECT min(number) FROM enrollment.training_certificate)
"""


@pytest.fixture
async def many(trained, admin, cluster, enrollment_db) -> dict:
    """One certificate among 3,000 others."""
    item = (await trained.issued(admin))[0]
    name = enrollment_db.rpartition("/")[2]
    cluster.execute(name, COPIES, "ANALYZE enrollment.training_certificate")
    return item


@pytest.fixture
def plan_of(db):
    """Return the function that runs a query and returns the plan of its only statement."""
    seen: list[tuple[str, tuple]] = []

    def note(_connection, _cursor, statement, parameters, *_) -> None:
        if "training_certificate" in statement and "EXPLAIN" not in statement:
            seen.append((statement, parameters))

    async def plan(query, *arguments, **named) -> str:
        seen.clear()
        event.listen(db.kw["bind"].sync_engine, "before_cursor_execute", note)
        async with transaction(db, scope=SYSTEM, actor=Actor("test", "test")) as session:
            await query(session, *arguments, **named)
            ((statement, parameters),) = seen
            connection = await session.connection()
            explained = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
            return "\n".join(row[0] for row in explained)

    return plan


async def test_finds_one_and_lists_by_an_index(many, plan_of):
    page = {"scope": NATIONAL, "after": None, "limit": 50}
    order = CertificateOrder(class_id=many["class_id"], id=new_id())
    plans = [
        await plan_of(queries.find_by_number, many["number"]),
        await plan_of(queries.get_certificate, many["id"], scope=NATIONAL),
        await plan_of(queries.list_of_class, many["class_id"], **page),
        await plan_of(queries.list_of_person, many["participant_id"], **page),
        await plan_of(queries.unprinted, order, after=None, limit=50),
        await plan_of(queries.revoked_in_class, many["class_id"]),
    ]

    for plan in plans:
        assert "Index" in plan
        assert "Seq Scan on training_certificate" not in plan
