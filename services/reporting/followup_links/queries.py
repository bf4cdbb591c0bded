"""Reads of links."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followup_links.rules import BY_HAND, LinkState, LinkUnknownError, hash_of
from services.reporting.followup_links.tables import Link, Token
from services.reporting.followups.tables import FollowUp
from services.reporting.restricted_people.tables import RestrictedPerson
from shared.db.within import within
from shared.errors import NotFoundError
from shared.scope import Scope


async def get_link(session: AsyncSession, link_id: UUID, *, scope: Scope) -> Link:
    """Return a link to a follow-up that the caller may change, locked.

    Raises:
        NotFoundError: when there is none within the scope.
    """
    statement = (
        select(Link)
        .join(FollowUp, FollowUp.id == Link.followup_id)
        .where(Link.id == link_id, within(scope, FollowUp, write=True))
        .with_for_update(of=Link)
    )
    found = (await session.scalars(statement)).one_or_none()
    if found is None:
        raise NotFoundError
    return found


async def find_by_token(session: AsyncSession, token: str) -> Link:
    """Return the link that a token opens, locked: whoever saves or sends by it goes in turn.

    Raises:
        LinkUnknownError: when it opens none, or its person is restricted or erased.
    """
    digest = hash_of(token)
    if digest is None:
        raise LinkUnknownError
    statement = (
        select(Link)
        .join(Token, Token.link_id == Link.id)
        .where(Token.hash == digest)
        .with_for_update(of=Link)
    )
    link = (await session.scalars(statement)).one_or_none()
    if link is None or await restricted_of(session, {link.participant_id}):
        raise LinkUnknownError
    return link


async def restricted_of(session: AsyncSession, people: Collection[UUID]) -> set[UUID]:
    """Return those of `people` whose data may not be processed."""
    statement = select(RestrictedPerson.participant_id).where(
        RestrictedPerson.participant_id.in_(people),
        RestrictedPerson.restricted_at.is_not(None) | RestrictedPerson.erased_at.is_not(None),
    )
    return set(await session.scalars(statement))


async def wanted_by_hand(session: AsyncSession, followup_id: UUID, *, now: datetime) -> Link | None:
    """Return the link that was ordered by hand and has not left."""
    statement = (
        select(Link)
        .where(
            Link.followup_id == followup_id,
            Link.state == LinkState.WANTED,
            Link.attempt == BY_HAND,
            Link.expires_at > now,
        )
        .order_by(Link.id)
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


def wanted(*, before: datetime, limit: int) -> Select[Link]:
    """Return the statement that locks what is to be sent and nobody has just tried to send."""
    return (
        select(Link)
        .where(
            Link.state == LinkState.WANTED,
            Link.tried_at.is_(None) | (Link.tried_at < before),
        )
        .order_by(Link.tried_at.nulls_first(), Link.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


def tokens_to_forget(*, before: datetime, limit: int) -> Select[bytes]:
    """Return the statement that names tokens of links that ended before a moment."""
    return (
        select(Token.hash)
        .join(Link, Link.id == Token.link_id)
        .where(Link.expires_at < before)
        .order_by(Link.expires_at)
        .limit(limit)
    )


async def links_of(
    session: AsyncSession, followup_id: UUID, *, after: UUID | None, limit: int
) -> Sequence[Link]:
    """Return up to `limit` links to a follow-up, in the order in which they were made."""
    statement = select(Link).where(Link.followup_id == followup_id).order_by(Link.id)
    if after is not None:
        statement = statement.where(Link.id > after)
    return (await session.scalars(statement.limit(limit))).all()


async def followups_with(session: AsyncSession, links: Collection[Link]) -> dict[UUID, FollowUp]:
    """Return the follow-ups of links by their ids."""
    wanted_ids = {each.followup_id for each in links}
    statement = select(FollowUp).where(FollowUp.id.in_(wanted_ids))
    return {each.id: each for each in await session.scalars(statement)}
