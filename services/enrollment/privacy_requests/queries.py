"""Reads of requests for privacy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Text, cast, exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, Job
from services.enrollment.participants.tables import Participant
from services.enrollment.privacy_requests.rules import (
    BY_JOB,
    OPEN,
    RequestKind,
    RequestState,
    RequestUnknownError,
)
from services.enrollment.privacy_requests.tables import PrivacyRequest
from shared.db.events import settled
from shared.db.within import within
from shared.schemas.enrollment import Topic
from shared.schemas.jobs import JobState
from shared.scope import Scope


@dataclass(frozen=True, slots=True)
class RequestFilter:
    """Which requests of those within the scope are listed; `overdue` by the clock `now`."""

    participant_id: UUID | None = None
    states: Sequence[RequestState] = ()
    kinds: Sequence[RequestKind] = ()
    overdue_at: datetime | None = None


async def get_request(
    session: AsyncSession, request_id: UUID, *, scope: Scope, for_update: bool = False
) -> PrivacyRequest:
    """Return a request.

    Raises:
        RequestUnknownError: when there is none within the scope.
    """
    statement = select(PrivacyRequest).where(
        PrivacyRequest.id == request_id, within(scope, PrivacyRequest)
    )
    if for_update:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    found = await session.scalar(statement)
    if found is None:
        raise RequestUnknownError
    return found


async def list_requests(
    session: AsyncSession,
    wanted: RequestFilter,
    *,
    scope: Scope,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[PrivacyRequest]:
    """Return up to `limit` requests, the one that is due first before the others."""
    order = (PrivacyRequest.due_at, PrivacyRequest.id)
    statement = select(PrivacyRequest).where(within(scope, PrivacyRequest)).order_by(*order)
    if wanted.participant_id is not None:
        statement = statement.where(PrivacyRequest.participant_id == wanted.participant_id)
    if wanted.states:
        statement = statement.where(PrivacyRequest.state.in_(wanted.states))
    if wanted.kinds:
        statement = statement.where(PrivacyRequest.kind.in_(wanted.kinds))
    if wanted.overdue_at is not None:
        statement = statement.where(
            PrivacyRequest.state.in_(OPEN), PrivacyRequest.due_at < wanted.overdue_at
        )
    if after is not None:
        statement = statement.where(tuple_(*order) > after)
    return (await session.scalars(statement.limit(limit))).all()


async def lock_person(session: AsyncSession, participant_id: UUID) -> Participant:
    """Return the person of a request, locked."""
    statement = (
        select(Participant)
        .where(Participant.id == participant_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).one()


async def stalled(
    session: AsyncSession, *, before: datetime, limit: int
) -> Sequence[PrivacyRequest]:
    """Return requests that a job should have answered and that no job works on."""
    works = exists().where(
        Job.state.in_([JobState.QUEUED, JobState.RUNNING]),
        Job.payload["request_id"].astext == cast(PrivacyRequest.id, Text),
    )
    statement = (
        select(PrivacyRequest)
        .where(
            PrivacyRequest.state == RequestState.IN_PROGRESS,
            PrivacyRequest.kind.in_(BY_JOB),
            PrivacyRequest.taken_on_at < before,
            ~works,
        )
        .order_by(PrivacyRequest.due_at)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def restriction_settled(session: AsyncSession, participant_id: UUID) -> bool:
    """Tell whether all that was under way when a person was last restricted has ended."""
    statement = (
        select(settled(Event))
        .where(Event.stream_id == participant_id, Event.topic == Topic.PARTICIPANT_RESTRICTED)
        .order_by(Event.id.desc())
        .limit(1)
    )
    return await session.scalar(statement) is not False
