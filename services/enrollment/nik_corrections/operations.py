"""The correction of identities, and the claims that follow them."""

import secrets
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.areas.queries import find_codes
from services.enrollment.base import Audit, Event
from services.enrollment.identities.rules import (
    NONCE_BYTES,
    NikKeys,
    SealedNik,
    nik_warnings,
    parse_nik,
)
from services.enrollment.identities.tables import IdentityClaim
from services.enrollment.nik_corrections import queries, rules
from services.enrollment.nik_corrections.schemas import IdentityBefore, IdentityCorrection
from services.enrollment.nik_corrections.tables import NikCorrection
from services.enrollment.participants.operations import NikPolicy, note_change
from services.enrollment.participants.rules import check_birth_date, place_of, with_guarding
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import seal_for
from shared.db.audit import note_read
from shared.db.base import translate
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import NikCorrected, Sex, Topic
from shared.scope import Scope

_REFUSALS: Final = {"pk_identity_claim": rules.NikOfAnotherError}
# Longer than any transaction lasts: what was under way beside the correction has ended.
SETTLED_AFTER: Final = timedelta(seconds=30)


async def correct_identity(
    session: AsyncSession,
    person: Participant,
    body: IdentityCorrection,
    *,
    policy: NikPolicy,
    scope: Scope,
    now: datetime,
    today: date,
) -> NikCorrection:
    """Put NIK, birth date or sex of a locked person right; the claims follow, the old NIK is free.

    What was there before is kept under the person's own key, with the evidence.

    Raises:
        BirthDateError: when nobody alive can have the birth date.
        NikMalformedError, NikSyntheticError: when the NIK is refused.
        NothingCorrectedError: when all is so already.
        NikOfAnotherError: when somebody else has registered with the NIK.
        PersonErasedError: when the person's data were erased.
    """
    before = _before(person, policy.keys)
    right = _right(before, body)
    members = [name for name in right if right[name] != getattr(before, name)]
    if not members:
        raise rules.NothingCorrectedError
    check_birth_date(right["birth_date"], today=today)
    correction_id = new_id()
    correction = NikCorrection(
        participant_id=person.id,
        id=correction_id,
        sealed=await seal_for(
            session,
            policy.keys,
            person.id,
            rules.sealed_in(correction_id),
            before.model_dump_json().encode(),
        ),
        members=members,
        reason=body.reason,
        evidence_reference=body.evidence_reference,
        evidence_sha256=body.evidence_sha256,
        corrected_by=session.info["actor"].name,
        corrected_at=now,
        old_index=person.nik_index if "nik" in members else None,
    )
    await _put_right(session, person, right, members, policy=policy, scope=scope)
    person.warnings = with_guarding(
        person.warnings, person.birth_date, person.guardian_consent_at, on=today
    )
    session.add(correction)
    await note_change(session, person, members, now=now, today=today)
    await note_read(session, Audit, action="participant.nik.correct", subject_id=person.id)
    await _tell(session, person, correction, now=now)
    return correction


def _before(person: Participant, keys: NikKeys) -> IdentityBefore:
    sealed = SealedNik(cipher=person.nik_cipher, key_id=person.nik_key_id)
    return IdentityBefore(
        nik=keys.unseal(sealed, participant_id=person.id),
        birth_date=person.birth_date,
        sex=person.sex,
    )


def _right(before: IdentityBefore, body: IdentityCorrection) -> dict[str, Any]:
    return {
        "nik": before.nik if body.nik is None else body.nik.get_secret_value(),
        "birth_date": body.birth_date or before.birth_date,
        "sex": body.sex or before.sex,
    }


async def _put_right(
    session: AsyncSession,
    person: Participant,
    right: dict[str, Any],
    members: list[str],
    *,
    policy: NikPolicy,
    scope: Scope,
) -> None:
    nik = parse_nik(
        right["nik"],
        declared_birth_date=right["birth_date"],
        allow_synthetic=policy.allow_synthetic,
    )
    if "nik" in members:
        await _rekey(session, person, nik.digits, keys=policy.keys, scope=scope)
        person.nik_masked = nik.masked
    person.birth_date, person.sex = right["birth_date"], right["sex"]
    known = await find_codes(session, [nik.district_code])
    person.warnings = [
        *nik_warnings(
            nik,
            birth_date=person.birth_date,
            female=person.sex is Sex.FEMALE,
            district_known=nik.district_code in known,
        ),
        *rules.other_warnings(person.warnings),
    ]


async def _rekey(
    session: AsyncSession, person: Participant, digits: str, *, keys: NikKeys, scope: Scope
) -> None:
    """Let the person, the identity and the claims in programmes go by another NIK."""
    old, new = person.nik_index, keys.index_of(digits)
    other = await queries.find_holder(session, new)
    if other is not None:
        seen = await queries.may_see(session, other, scope=scope)
        raise rules.NikOfAnotherError(
            pointer="/nik", extra={"other_id": str(other)} if seen else None
        )
    session.add(IdentityClaim(nik_index=new, participant_id=person.id))
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error
    await session.execute(delete(IdentityClaim).where(IdentityClaim.nik_index == old))
    await session.execute(queries.rekey_claims(person.id, old=old, new=new))
    sealed = keys.seal(digits, participant_id=person.id, nonce=secrets.token_bytes(NONCE_BYTES))
    person.nik_cipher, person.nik_key_id = sealed.cipher, sealed.key_id
    person.nik_index = new


async def settle_corrections(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Let claims follow that were made while a NIK was corrected; return of how many corrections.

    The desk reads a person without a lock: a claim that was under way stands under the old NIK.
    """
    found = await queries.unsettled(session, before=now - SETTLED_AFTER, limit=limit)
    for each in found:
        person = await session.get(Participant, each.participant_id)
        if person is not None and each.old_index is not None:
            await session.execute(
                queries.rekey_claims(person.id, old=each.old_index, new=person.nik_index)
            )
        each.old_index = None
    return len(found)


async def _tell(
    session: AsyncSession, person: Participant, correction: NikCorrection, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.NIK_CORRECTED,
        stream_id=person.id,
        event=NikCorrected(
            participant_id=person.id, correction_id=correction.id, members=correction.members
        ),
        place=place_of(person.id, home_area_code=person.home_area_code),
        occurred_at=now,
    )
