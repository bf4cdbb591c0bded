"""The sending of codes to contacts, and their proof."""

import hmac
import secrets
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event
from services.enrollment.contacts import queries, rules
from services.enrollment.contacts.rules import CodePurpose
from services.enrollment.contacts.tables import ContactCode
from services.enrollment.identities.rules import NONCE_BYTES, NikKeys
from services.enrollment.notice_templates.rules import Channel, NoticeKind
from services.enrollment.notices.operations import Wanted, add_notices
from services.enrollment.notices.rules import token_bound_to
from services.enrollment.participants.operations import note_change
from services.enrollment.participants.rules import place_of
from services.enrollment.participants.tables import Participant
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import ContactVerified, Topic

_MEMBER: Final = {Channel.PHONE: "phone", Channel.EMAIL: "email"}


async def send_code(
    session: AsyncSession,
    person: Participant,
    *,
    channel: Channel | None,
    holder: str,
    keys: NikKeys,
    now: datetime,
) -> ContactCode:
    """Have a code sent to a contact of a person, or, without a channel, to bind a login.

    Raises:
        NoContactError: when the person has not this contact, or has proved it.
    """
    address = None if channel is None else _unproved(person, channel)
    code_id = new_id()
    code = rules.code_of(secrets.randbelow(10**rules.CODE_DIGITS))
    made = ContactCode(
        participant_id=person.id,
        id=code_id,
        purpose=CodePurpose.BIND if channel is None else CodePurpose.VERIFY,
        channel=channel,
        holder=holder,
        code_hash=rules.hash_of(code, code_id=code_id, keys=keys),
        contact_hash=None if address is None else rules.contact_hash(address, keys=keys),
        created_at=now,
        expires_at=now + rules.GOOD_FOR,
    )
    session.add(made)
    await session.flush()
    await add_notices(session, [_notice(made, code, keys)], now=now)
    return made


def _unproved(person: Participant, channel: Channel) -> str:
    address: str | None = getattr(person, _MEMBER[channel])
    if address is None or getattr(person, f"{_MEMBER[channel]}_verified_at") is not None:
        raise rules.NoContactError
    return address


def _notice(made: ContactCode, code: str, keys: NikKeys) -> Wanted:
    sealed = keys.seal_text(
        code,
        bound_to=token_bound_to(made.participant_id, made.id),
        nonce=secrets.token_bytes(NONCE_BYTES),
    )
    named = {} if made.channel is None else {"channel": made.channel.value}
    return Wanted(
        participant_id=made.participant_id,
        kind=NoticeKind.CODE,
        occasion_id=made.id,
        version=1,
        params={"minutes": int(rules.GOOD_FOR.total_seconds()) // 60, **named},
        expires_at=made.expires_at,
        token_cipher=sealed.cipher,
        token_key_id=sealed.key_id,
    )


async def use_code(
    session: AsyncSession,
    person: Participant,
    code: str,
    *,
    purpose: CodePurpose,
    holder: str,
    keys: NikKeys,
    now: datetime,
) -> ContactCode:
    """Use up a code that this login was sent for this purpose; how often it tries is not counted.

    Raises:
        CodeWrongError: when it is not one of those that are in force.
    """
    found = await queries.codes_in_force(
        session, person.id, purpose=purpose, holder=holder, now=now
    )
    for each in found:
        if hmac.compare_digest(each.code_hash, rules.hash_of(code, code_id=each.id, keys=keys)):
            each.used_at = now
            return each
    raise rules.CodeWrongError(pointer="/code")


async def verify_contact(
    session: AsyncSession,
    person: Participant,
    code: str,
    *,
    holder: str,
    keys: NikKeys,
    now: datetime,
    today: date,
) -> Channel:
    """Note that a locked person has proved the contact to which the code was sent.

    Raises:
        CodeWrongError: when it was not sent, or to a contact that has been changed since.
    """
    used = await use_code(
        session, person, code, purpose=CodePurpose.VERIFY, holder=holder, keys=keys, now=now
    )
    channel = used.channel
    address = None if channel is None else getattr(person, _MEMBER[channel])
    if channel is None or address is None or used.contact_hash is None:
        raise rules.CodeWrongError(pointer="/code")
    if not hmac.compare_digest(used.contact_hash, rules.contact_hash(address, keys=keys)):
        raise rules.CodeWrongError(pointer="/code")
    member = f"{_MEMBER[channel]}_verified_at"
    setattr(person, member, now)
    await note_change(session, person, [member], now=now, today=today)
    await emit(
        session,
        Event,
        topic=Topic.CONTACT_VERIFIED,
        stream_id=person.id,
        event=ContactVerified(participant_id=person.id, channel=channel.value),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
    return channel


async def expire_codes(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Forget up to `limit` codes that are no longer good; return how many."""
    key = tuple_(ContactCode.participant_id, ContactCode.id)
    old = (
        select(ContactCode.participant_id, ContactCode.id)
        .where(ContactCode.expires_at < now)
        .order_by(ContactCode.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    gone = await session.execute(delete(ContactCode).where(key.in_(old)).returning(ContactCode.id))
    return len(gone.all())
