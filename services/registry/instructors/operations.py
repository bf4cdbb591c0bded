"""Changes to instructors, each within the caller's transaction."""

from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.base import Event
from services.registry.facilities.queries import get_facility_for_change
from services.registry.facilities.rules import FacilityClosedError, FacilityNotFoundError
from services.registry.facilities.tables import Facility
from services.registry.institutions.queries import known_ids as known_institutions
from services.registry.institutions.rules import InstitutionUnknownError
from services.registry.instructors import queries, rules
from services.registry.instructors.rules import (
    CertificateIdTakenError,
    CertificateNumberTakenError,
    CertificateRevokedError,
    HomeFacilityUnknownError,
    InstructorCodeTakenError,
    InstructorIdTakenError,
)
from services.registry.instructors.schemas import (
    CertificateCreate,
    InstructorChange,
    InstructorCreate,
)
from services.registry.instructors.tables import Instructor, InstructorCertificate
from shared.db.base import translate
from shared.db.events import emit
from shared.db.within import place_of
from shared.errors import ServiceError
from shared.ids import new_id
from shared.schemas.registry import (
    FacilityStatus,
    InstructorCertified,
    InstructorChanged,
    InstructorLeft,
    InstructorRegistered,
    Topic,
)
from shared.scope import Scope

_REFUSALS: Final[dict[str, type[ServiceError]]] = {
    "pk_instructor": InstructorIdTakenError,
    "uq_instructor_code": InstructorCodeTakenError,
    "pk_instructor_certificate": CertificateIdTakenError,
    "uq_instructor_certificate_issuer_number": CertificateNumberTakenError,
}


async def register_instructor(
    session: AsyncSession, body: InstructorCreate, *, scope: Scope, now: datetime
) -> Instructor:
    """Register an instructor at a facility and tell the other services, not by name.

    Raises:
        HomeFacilityUnknownError: when there is no such facility.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
        InstructorIdTakenError, InstructorCodeTakenError: when she is registered already.
    """
    home = await _home(session, body.home_facility_id, scope=scope)
    instructor = Instructor(
        **{**body.model_dump(), "id": body.id or new_id()},
        **_place(home),
        left_on=None,
        version=1,
        created_at=now,
    )
    await _add(session, instructor)
    event = InstructorRegistered(
        instructor_id=instructor.id, home_facility_id=instructor.home_facility_id
    )
    await _announce(session, instructor, Topic.INSTRUCTOR_REGISTERED, event, now=now)
    return instructor


async def _home(session: AsyncSession, facility_id: UUID, *, scope: Scope) -> Facility:
    try:
        home = await get_facility_for_change(session, facility_id, scope=scope)
    except FacilityNotFoundError as error:
        raise HomeFacilityUnknownError(pointer="/home_facility_id") from error
    if home.status is FacilityStatus.CLOSED:
        raise FacilityClosedError(pointer="/home_facility_id")
    return home


def _place(home: Facility) -> dict[str, str]:
    return {
        "province_code": home.province_code,
        "regency_code": home.regency_code,
        "owner_ministry": home.owner_ministry,
    }


async def _add(session: AsyncSession, row: Instructor | InstructorCertificate) -> None:
    session.add(row)
    try:
        await session.flush()
    except IntegrityError as error:
        raise translate(error, _REFUSALS) from error


async def correct_instructor(
    session: AsyncSession,
    instructor: Instructor,
    change: InstructorChange,
    *,
    scope: Scope,
    now: datetime,
) -> bool:
    """Change what the patch names of a locked instructor; tell whether anything changed.

    Raises:
        HomeFacilityUnknownError: when there is no such facility to move to.
        OutOfScopeError: when it lies outside the caller's scope.
        FacilityClosedError: when it is closed.
    """
    wanted: dict[str, Any] = change.model_dump(exclude_unset=True)
    if all(getattr(instructor, name) == value for name, value in wanted.items()):
        return False
    if change.home_facility_id not in (None, instructor.home_facility_id):
        home = await _home(session, wanted["home_facility_id"], scope=scope)
        wanted |= _place(home)
    for name, value in wanted.items():
        setattr(instructor, name, value)
    await _changed(session, instructor, now=now)
    return True


async def _changed(session: AsyncSession, instructor: Instructor, *, now: datetime) -> None:
    instructor.version += 1
    await session.flush()
    event = InstructorChanged(
        instructor_id=instructor.id, home_facility_id=instructor.home_facility_id
    )
    await _announce(session, instructor, Topic.INSTRUCTOR_CHANGED, event, now=now)


async def leave(
    session: AsyncSession, instructor: Instructor, *, left_on: date, now: datetime
) -> None:
    """Note the last day in service of a locked instructor, who is engaged no later than that."""
    instructor.left_on = left_on
    instructor.version += 1
    await session.flush()
    event = InstructorLeft(instructor_id=instructor.id, left_on=left_on)
    await _announce(session, instructor, Topic.INSTRUCTOR_LEFT, event, now=now)


async def certify_instructor(
    session: AsyncSession,
    instructor_id: UUID,
    body: CertificateCreate,
    *,
    scope: Scope,
    now: datetime,
) -> InstructorCertificate:
    """Record a certificate that an LSP issued to an instructor.

    Raises:
        InstructorNotFoundError: when there is none of this id within the caller's scope.
        CertificatePeriodInvalidError: when it ends before it begins.
        InstitutionUnknownError: when its LSP is not registered.
        CertificateIdTakenError, CertificateNumberTakenError: when it is recorded already.
    """
    instructor = await queries.get_instructor_for_change(session, instructor_id, scope=scope)
    rules.check_period(valid_from=body.valid_from, valid_to=body.valid_to)
    if body.issuer_id is not None and not await known_institutions(session, [body.issuer_id]):
        raise InstitutionUnknownError(pointer="/issuer_id")
    certificate = InstructorCertificate(
        **{**body.model_dump(), "id": body.id or new_id()},
        instructor_id=instructor.id,
        revoked_on=None,
        revoked_because=None,
        created_at=now,
    )
    await _add(session, certificate)
    await _announce_certificate(session, instructor, certificate, now=now)
    return certificate


async def revoke_certificate(
    session: AsyncSession,
    certificate_id: UUID,
    *,
    instructor_id: UUID,
    reason: str,
    scope: Scope,
    now: datetime,
    today: date,
) -> InstructorCertificate:
    """Note that a certificate holds no more; what was engaged on its strength stands.

    Raises:
        InstructorNotFoundError: when there is none of this id within the caller's scope.
        CertificateNotFoundError: when the instructor has no such certificate.
        CertificateRevokedError: when it is revoked already.
    """
    instructor = await queries.get_instructor_for_change(session, instructor_id, scope=scope)
    certificate = await queries.get_certificate_for_change(session, instructor.id, certificate_id)
    if certificate.revoked_on is not None:
        raise CertificateRevokedError
    certificate.revoked_on = today
    certificate.revoked_because = reason
    await session.flush()
    await _announce_certificate(session, instructor, certificate, now=now)
    return certificate


async def _announce_certificate(
    session: AsyncSession,
    instructor: Instructor,
    certificate: InstructorCertificate,
    *,
    now: datetime,
) -> None:
    event = InstructorCertified(
        instructor_id=instructor.id,
        certificate_id=certificate.id,
        valid_to=certificate.valid_to,
        revoked=certificate.revoked_on is not None,
    )
    await _announce(session, instructor, Topic.INSTRUCTOR_CERTIFIED, event, now=now)


async def _announce(
    session: AsyncSession, instructor: Instructor, topic: Topic, event: BaseModel, *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=topic,
        stream_id=instructor.id,
        event=event,
        place=place_of(instructor),
        occurred_at=now,
        version=instructor.version,
    )
