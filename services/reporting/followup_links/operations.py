"""Changes to links: wanted, handed over, used, taken back."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, delete, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Event
from services.reporting.followup_links import queries, rules
from services.reporting.followup_links.rules import LinkState
from services.reporting.followup_links.tables import Link, Token
from services.reporting.followups.tables import FollowUp
from services.reporting.restricted_people.queries import check_unrestricted
from shared.db.events import emit
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.reporting import LinkMoved, OutcomeStatus, Topic

# How long a link that is sent by hand holds.
BY_HAND_FOR: Final = timedelta(days=30)
# Longer than any request takes; what was tried then and is still wanted is tried again.
_HELD_FOR: Final = timedelta(minutes=5)
# So long somebody is told that his link is over, and not that there is none.
_KNOWN_FOR: Final = timedelta(days=90)
_FORGET_AT_ONCE: Final = 1_000
_WAITS: Final = (OutcomeStatus.ASKED, OutcomeStatus.UNREACHED)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A link with the token that it has got for this try, and what enrollment tells by it."""

    link_id: UUID
    participant_id: UUID
    attempt: int
    months: int
    expires_at: datetime
    token: str = field(repr=False)


async def order_link(
    session: AsyncSession, followup: FollowUp, *, given: UUID | None, now: datetime
) -> Link:
    """Have a link sent to the person of a follow-up, by hand; `followup` is what was read, locked.

    While one that was ordered by hand has not left, that one is returned: nobody is told twice.

    Raises:
        PersonRestrictedError: when the person's data may not be processed.
        AlreadyAnsweredError: when the person has answered.
    """
    await check_unrestricted(session, followup.participant_id)
    if followup.status not in _WAITS:
        raise rules.AlreadyAnsweredError
    waiting = await queries.wanted_by_hand(session, followup.id, now=now)
    if waiting is not None:
        return waiting
    link = Link(
        id=given or new_id(),
        **_wanted(followup, rules.BY_HAND, now + BY_HAND_FOR, now=now),
        wanted_by=session.info["actor"].name,
    )
    session.add(link)
    await session.flush()
    await _tell(session, link, followup, Topic.LINK_ORDERED, now=now)
    return link


def _wanted(
    followup: FollowUp, attempt: int, expires_at: datetime, *, now: datetime
) -> dict[str, Any]:
    return {
        "followup_id": followup.id,
        "participant_id": followup.participant_id,
        "attempt": attempt,
        "state": LinkState.WANTED,
        "expires_at": expires_at,
        "wanted_at": now,
        "version": 1,
    }


async def want_links(
    session: AsyncSession,
    followups: Sequence[FollowUp],
    *,
    attempt: int,
    expires_at: datetime,
    now: datetime,
) -> int:
    """Want a link for each of whom answers are waited for, but who is restricted; return how many.

    The event of the cohort tells it.
    """
    restricted = await queries.restricted_of(session, {each.participant_id for each in followups})
    rows = [
        {
            "id": new_id(),
            **_wanted(each, attempt, expires_at, now=now),
            "wanted_by": session.info["actor"].name,
        }
        for each in followups
        if each.participant_id not in restricted
    ]
    if rows:
        await session.execute(insert(Link), rows)
    return len(rows)


async def hand_over(session: AsyncSession, *, now: datetime, limit: int) -> list[HandedOver]:
    """Give wanted links a token each, for the request that follows; drop those that are overtaken.

    Only hashes are kept: a try that is cut short leaves tokens that nobody may have.
    """
    links = (await session.scalars(queries.wanted(before=now - _HELD_FOR, limit=limit))).all()
    restricted = await queries.restricted_of(session, {each.participant_id for each in links})
    followups = await queries.followups_with(session, links)
    handed: list[HandedOver] = []
    tokens: list[dict[str, Any]] = []
    for link in links:
        followup = followups[link.followup_id]
        reason = _overtaken(link, followup, restricted=restricted, now=now)
        if reason is not None:
            link.state, link.reason = LinkState.DROPPED, reason
            link.version += 1
            continue
        token = secrets.token_urlsafe(rules.TOKEN_BYTES)
        tokens.append({"hash": rules.hash_of(token), "link_id": link.id, "made_at": now})
        link.tried_at = now
        handed.append(
            HandedOver(
                link_id=link.id,
                participant_id=link.participant_id,
                attempt=link.attempt,
                months=followup.horizon_months,
                expires_at=link.expires_at,
                token=token,
            )
        )
    if tokens:
        await session.execute(insert(Token), tokens)
    await session.flush()
    return handed


def _overtaken(
    link: Link, followup: FollowUp, *, restricted: set[UUID], now: datetime
) -> str | None:
    """Return why a link need not be sent any more."""
    if link.participant_id in restricted:
        return "person-restricted"
    if followup.status not in _WAITS:
        return "answered"
    return "past-due" if link.expires_at <= now else None


async def settle(
    session: AsyncSession,
    handed: Sequence[HandedOver],
    outcomes: Mapping[UUID, str],
    *,
    now: datetime,
) -> None:
    """Write down what became of links that were handed over.

    Who is told now (QUEUED) has this try's token, and the earlier ones never left. Who was told
    before (ALREADY) has one of those: this try's is of no use.
    """
    gone: list[bytes] = []
    for each in sorted(handed, key=lambda one: one.link_id):
        outcome = outcomes.get(each.link_id)
        link = await session.get_one(Link, each.link_id, with_for_update=True)
        if outcome is None or link.state is not LinkState.WANTED:
            continue
        digest = rules.hash_of(each.token) or b""
        if outcome == "QUEUED":
            await session.execute(
                delete(Token).where(Token.link_id == link.id, Token.hash != digest)
            )
        else:
            gone.append(digest)
        known = outcome != "UNKNOWN"
        link.state = LinkState.SENT if known else LinkState.DROPPED
        link.sent_at, link.reason = (now, None) if known else (None, "no-person")
        link.version += 1
    if gone:
        await session.execute(delete(Token).where(Token.hash.in_(gone)))
    await session.flush()


async def forget_tokens(session: AsyncSession, *, now: datetime) -> int:
    """Forget some tokens of links that ended long ago, and return how many."""
    due = queries.tokens_to_forget(before=now - _KNOWN_FOR, limit=_FORGET_AT_ONCE)
    statement = (
        delete(Token).where(Token.hash.in_(due)).execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount


async def use_link(session: AsyncSession, link: Link, *, now: datetime) -> None:
    """Let a link be used up: the answer was sent by it. The other links to it end as well."""
    link.state, link.used_at = LinkState.USED, now
    link.version += 1
    await session.flush()
    await session.execute(
        update(Link)
        .where(
            Link.followup_id == link.followup_id,
            Link.state.in_((LinkState.WANTED, LinkState.SENT)),
        )
        .values(state=LinkState.USED, used_at=now, version=Link.version + 1)
        .execution_options(synchronize_session=False)
    )


async def revoke_link(
    session: AsyncSession, link: Link, followup: FollowUp, *, now: datetime
) -> Link:
    """Take a link back; `link` is what was read, locked.

    Raises:
        LinkNotRevocableError: when it has ended.
    """
    rules.check_revocable(link.state)
    link.state, link.revoked_at = LinkState.REVOKED, now
    link.version += 1
    await session.flush()
    await _tell(session, link, followup, Topic.LINK_REVOKED, now=now)
    return link


async def end_links(session: AsyncSession, participant_id: UUID, *, now: datetime) -> int:
    """Let no link of a person open anything any more; return how many did."""
    ended = (
        update(Link)
        .where(
            Link.participant_id == participant_id,
            Link.state.in_((LinkState.WANTED, LinkState.SENT)),
        )
        .values(state=LinkState.REVOKED, revoked_at=now, version=Link.version + 1)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(ended)).rowcount


async def _tell(
    session: AsyncSession, link: Link, followup: FollowUp, topic: Topic, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=link.id,
        event=LinkMoved(
            link_id=link.id, followup_id=link.followup_id, participant_id=link.participant_id
        ),
        place=place_of(followup),
        occurred_at=now,
        version=link.version,
    )
