"""Seat desks as several processes have them, and claims put to them without HTTP."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import UUID

from services.enrollment.enrollments.desk import Answer, Claim, SeatDesk, open_office
from shared.db.session import Sessions
from shared.errors import ServiceError
from shared.ids import new_id
from tests.support.seats import NOW


@asynccontextmanager
async def open_desks(
    url: str, sessions: Sessions, *, count: int = 2, **options
) -> AsyncIterator[list[SeatDesk]]:
    """Yield desks that share nothing but the database."""
    async with AsyncExitStack() as stack:
        yield [
            (await stack.enter_async_context(open_office(url, sessions, **options))).desk
            for _ in range(count)
        ]


def claim_of(class_id: UUID, participant_id: UUID, **changes) -> Claim:
    values = {
        "class_id": class_id,
        "enrollment_id": new_id(),
        "participant_id": participant_id,
        "caller": "test|desk",
        "key": str(new_id()),
        "body_hash": b"hash",
        "arrived_at": NOW,
        "request_id": None,
        **changes,
    }
    return Claim(**values)


async def outcome(desk: SeatDesk, claim: Claim) -> Answer | str:
    """Return the answer, or the code of the refusal."""
    try:
        return await desk.claim(claim)
    except ServiceError as error:
        return error.code
