"""Badges, signed when they are asked for: none is kept."""

from typing import Any
from uuid import UUID

from joserfc import jwt
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.badges import rules
from services.enrollment.badges.rules import Badge, BadgeKeys
from services.enrollment.certificates.queries import get_certificate, revoked_in_class
from services.enrollment.certificates.rules import (
    CertificateStateError,
    PaperErasedError,
    path_of,
    sealed_name,
)
from services.enrollment.certificates.tables import TrainingCertificate
from services.enrollment.classes.queries import get_class
from services.enrollment.identities.rules import NikKeys
from services.enrollment.participants.tables import Participant
from services.enrollment.person_keys.operations import open_for
from shared.http.tokens import JOSE
from shared.schemas.enrollment import CertificateState
from shared.scope import Scope


async def find_badge(
    session: AsyncSession,
    certificate_id: UUID,
    *,
    scope: Scope,
    keys: NikKeys,
    issuer: str,
    public_url: str,
) -> tuple[TrainingCertificate, Badge]:
    """Return a certificate within the scope, and what its badge says.

    Raises:
        CertificateUnknownError: when there is none within the scope.
        CertificateStateError: when it is not valid.
        PaperErasedError: when the person was erased.
    """
    row = await get_certificate(session, certificate_id, scope=scope)
    if row.state is not CertificateState.VALID:
        raise CertificateStateError(extra={"present": row.state.value, "allowed": []})
    where = sealed_name(row.id)
    person = await session.get(Participant, row.participant_id)
    name = await open_for(session, keys, row.participant_id, where, row.name_cipher)
    if person is None or name is None:
        raise PaperErasedError
    class_ = await get_class(session, row.class_id)
    return row, Badge(
        certificate_id=row.id,
        subject_id=row.subject_id,
        class_id=row.class_id,
        module_id=class_.module_id,
        facility_id=row.facility_id,
        number=row.number,
        title=row.module_title,
        module_version=row.module_version,
        hours=row.module_hours,
        program=row.program_name,
        facility=row.facility_name,
        issued_at=row.issued_at,
        verification_url=public_url.rstrip("/") + path_of(row.number),
        issuer=issuer,
        public_url=public_url,
        synthetic=row.synthetic,
        email=person.email,
    )


def sign_badge(badge: Badge, *, keys: BadgeKeys) -> str:
    """Return a badge as a compact JWT; the key's id is the address of its public half.

    Source: RFC 8037 names the algorithm EdDSA; that of RFC 9864 is refused by verifiers today.
    """
    name, key = keys.signing
    header = {"alg": "EdDSA", "typ": "JWT", "kid": rules.key_address(badge.issuer, name)}
    return jwt.encode(header, rules.credential_of(badge), key, registry=JOSE)


async def list_revoked(session: AsyncSession, class_id: UUID, *, issuer: str) -> dict[str, Any]:
    """Return which badges of a class are no longer valid.

    Raises:
        ClassUnknownError: when there is no such class.
    """
    await get_class(session, class_id)
    rows = await revoked_in_class(session, class_id)
    ended = [(row.id, row.state.value) for row in rows]
    return rules.revocation_list(issuer, class_id, ended=ended)
