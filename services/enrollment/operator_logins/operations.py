"""The noting of logins, within the caller's transaction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.operator_logins.rules import facilities_operated
from services.enrollment.operator_logins.tables import OperatorLogin
from shared.db.grants import holder_of
from shared.scope import Actor

# Who reads his pack every minute does not write a row every minute.
_ANEW_AFTER: Final = timedelta(hours=1)


async def note_login(
    session: AsyncSession,
    actor: Actor,
    *,
    now: datetime,
    only: Collection[UUID] | None = None,
) -> list[UUID]:
    """Note that an operator has logged in for his facilities; return for which.

    `only` narrows them. Of anybody else nothing is noted, nor anew within an hour.
    """
    operated = facilities_operated(actor)
    facilities = [each for each in operated if only is None or each in only]
    if not facilities:
        return []
    holder = holder_of(actor.issuer, actor.subject)
    rows = [
        {"facility_id": each, "holder": holder, "first_seen_at": now, "last_seen_at": now}
        for each in facilities
    ]
    statement = insert(OperatorLogin).values(rows)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["facility_id", "holder"],
            set_={"last_seen_at": statement.excluded.last_seen_at},
            where=OperatorLogin.last_seen_at < now - _ANEW_AFTER,
        )
    )
    return facilities
