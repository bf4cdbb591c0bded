"""Making one person of two, within the caller's transaction; the one who goes is removed."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.businesses.operations import registered_business
from services.enrollment.businesses.queries import list_businesses
from services.enrollment.identities.rules import NONCE_BYTES, NikKeys, SealedNik
from services.enrollment.merged_participants.queries import given_up_niks
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.nik_corrections.queries import rekey_claims
from services.enrollment.participants.operations import note_change
from services.enrollment.participants.tables import Participant
from services.enrollment.person_unions import queries, rules
from services.enrollment.person_unions.rules import FACTS, Fact
from services.enrollment.person_unions.schemas import GoneSealed
from services.enrollment.restrictions.operations import restrict_person
from services.enrollment.restrictions.rules import Restricted

_BUSINESS: Final = (
    "nib", "kbli", "kbli_scheme", "founded_on", "capital_rupiah", "annual_sales_rupiah",
    "entrant_kind", "kind_by_capital", "kind_by_sales", "size_criterion", "rule_version",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """When two people are made one, and which day that is."""

    now: datetime
    today: date


def _nik_of(person: Participant, keys: NikKeys) -> str:
    sealed = SealedNik(cipher=person.nik_cipher, key_id=person.nik_key_id)
    return keys.unseal(sealed, participant_id=person.id)


async def what_was_known(session: AsyncSession, person: Participant, keys: NikKeys) -> bytes:
    """Return all that is known of a person, to be sealed."""
    known = GoneSealed(
        nik=_nik_of(person, keys),
        facts=queries.facts_of(person),
        external_refs=await queries.refs_of(session, person.id),
    )
    return known.model_dump_json().encode()


async def keep_first_businesses(
    session: AsyncSession, registered: Collection[tuple[Participant, date]]
) -> None:
    """Begin the history of whoever has said nothing of a business since the day of registering."""
    for person, day in registered:
        first = registered_business(person, on=day)
        if first is not None and not await list_businesses(session, person.id, limit=1):
            session.add(first)
    await session.flush()


async def unite(
    session: AsyncSession,
    stays: Participant,
    gone: Participant,
    taken: Collection[Fact],
    *,
    keys: NikKeys,
    moment: Moment,
) -> None:
    """Make one person of two, when all that the one who goes had has gone over.

    Both NIKs lead to whoever stays. The business is the one that was stated last.
    """
    before = queries.values_of(stays)
    await _join_identities(session, stays, gone, swap=Fact.IDENTITY in taken, keys=keys, at=moment)
    for fact in taken:
        for name in FACTS[fact]:
            setattr(stays, name, getattr(gone, name))
    for name, value in _of_both(stays, gone).items():
        setattr(stays, name, value)
    await _follow_business(session, stays)
    await session.delete(gone)
    await session.flush()
    if gone.restricted_at is not None:
        await restrict_person(session, stays, reason=Restricted.REQUESTED, now=moment.now)
    members = rules.changed_members(before, queries.values_of(stays))
    await note_change(session, stays, members, now=moment.now, today=moment.today)


def _of_both(stays: Participant, gone: Participant) -> dict[str, Any]:
    return {
        "consents": rules.joined_consents(stays.consents, gone.consents),
        "guardian_consent_at": rules.sooner(stays.guardian_consent_at, gone.guardian_consent_at),
        "synthetic": stays.synthetic or gone.synthetic,
    }


async def _join_identities(
    session: AsyncSession,
    stays: Participant,
    gone: Participant,
    *,
    swap: bool,
    keys: NikKeys,
    at: Moment,
) -> None:
    own, other = stays.nik_index, gone.nik_index
    earlier = await given_up_niks(session, gone.id)
    await queries.lead_to(session, [other, *earlier], participant_id=stays.id)
    await queries.pass_on(session, gone=gone.id, stays=stays.id)
    session.add(
        MergedParticipant(
            old_id=gone.id,
            participant_id=stays.id,
            nik_index=own if swap else other,
            merged_at=at.now,
        )
    )
    if not swap:
        return
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = keys.seal(_nik_of(gone, keys), participant_id=stays.id, nonce=nonce)
    stays.nik_cipher, stays.nik_key_id = sealed.cipher, sealed.key_id
    stays.nik_index = other
    stays.warnings = rules.joined_warnings(stays.warnings, gone.warnings)
    await session.flush()
    await session.execute(rekey_claims(stays.id, old=own, new=other))


async def _follow_business(session: AsyncSession, stays: Participant) -> None:
    for latest in await list_businesses(session, stays.id, limit=1):
        for name in _BUSINESS:
            setattr(stays, name, getattr(latest, name))
