"""Changes of funding, within the caller's transaction."""

from collections import Counter
from datetime import datetime

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.class_funding.queries import amounts_of
from services.enrollment.class_funding.schemas import FundingsWrite
from services.enrollment.class_funding.tables import ClassFunding
from services.enrollment.classes.tables import Class
from shared.db.events import emit
from shared.db.within import place_of
from shared.schemas.enrollment import ClassFunded, Topic


async def set_funding(
    session: AsyncSession, class_: Class, body: FundingsWrite, *, now: datetime
) -> None:
    """Give a locked class these sources in the place of those that it had.

    Money is accounted for after the end as well: the state of the class is no matter.
    """
    replaced = await amounts_of(session, class_.id)
    await session.execute(
        delete(ClassFunding)
        .where(ClassFunding.class_id == class_.id)
        .execution_options(synchronize_session=False)
    )
    rows = [
        {**each.model_dump(), "class_id": class_.id, "position": position}
        for position, each in enumerate(body.sources, start=1)
    ]
    if rows:
        await session.execute(insert(ClassFunding), rows)
    class_.version += 1
    await session.flush()
    sums: Counter[str] = Counter()
    for each in body.sources:
        sums[each.source.value] += each.amount_rupiah
    await emit(
        session,
        Event,
        topic=Topic.CLASS_FUNDED,
        stream_id=class_.id,
        event=ClassFunded(
            class_id=class_.id, total_rupiah=sums.total(), by_source=sums, replaced=replaced
        ),
        place=place_of(class_),
        occurred_at=now,
        version=class_.version,
    )
