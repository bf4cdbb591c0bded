"""Reads of instructors, each within a scope: an instructor is a person."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Text, Uuid, any_, exists, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.access.rules import check_within
from services.registry.instructors.rules import (
    Candidate,
    CertificateNotFoundError,
    InstructorNotFoundError,
    Proof,
)
from services.registry.instructors.tables import Instructor, InstructorCertificate
from shared.db.within import place_of, within
from shared.scope import Scope


def instructors_page(
    scope: Scope,
    *,
    facility_id: UUID | None,
    competence: str | None = None,
    after: str | None,
    limit: int,
) -> Select[Instructor]:
    """Return the statement of up to `limit` instructors within `scope` after code `after`."""
    statement = (
        select(Instructor).where(within(scope, Instructor)).order_by(Instructor.code).limit(limit)
    )
    if facility_id is not None:
        statement = statement.where(Instructor.home_facility_id == facility_id)
    if competence is not None:
        statement = statement.where(Instructor.competences.contains([competence]))
    if after is not None:
        statement = statement.where(Instructor.code > after)
    return statement


async def list_instructors(
    session: AsyncSession,
    *,
    scope: Scope,
    facility_id: UUID | None,
    after: str | None,
    limit: int,
) -> Sequence[Instructor]:
    """Return up to `limit` instructors within `scope` that follow code `after`, in that order."""
    statement = instructors_page(scope, facility_id=facility_id, after=after, limit=limit)
    return (await session.scalars(statement)).all()


def certified(competence: str | None, *, first_day: date, last_day: date) -> ColumnElement[bool]:
    """Return the condition that an instructor has a certificate that holds on all these days.

    Given a competence, one that proves it.
    """
    proof = InstructorCertificate
    held = exists().where(
        proof.instructor_id == Instructor.id,
        proof.revoked_on.is_(None),
        proof.valid_from <= first_day,
        or_(proof.valid_to.is_(None), proof.valid_to >= last_day),
    )
    if competence is None:
        return held
    return held.where(proof.competences.contains(literal([competence], ARRAY(Text()))))


async def get_instructor(session: AsyncSession, instructor_id: UUID, *, scope: Scope) -> Instructor:
    """Return one instructor.

    Raises:
        InstructorNotFoundError: when there is none of this id within `scope`.
    """
    statement = select(Instructor).where(Instructor.id == instructor_id, within(scope, Instructor))
    instructor = await session.scalar(statement)
    if instructor is None:
        raise InstructorNotFoundError
    return instructor


async def get_instructor_for_change(
    session: AsyncSession, instructor_id: UUID, *, scope: Scope
) -> Instructor:
    """Return one instructor whom the caller may change, locked until the transaction ends.

    Raises:
        InstructorNotFoundError: when there is none of this id within `scope`.
        OutOfScopeError: when she may be read but not changed.
    """
    statement = (
        select(Instructor)
        .where(Instructor.id == instructor_id, within(scope, Instructor))
        .with_for_update(key_share=True)
    )
    instructor = await session.scalar(statement)
    if instructor is None:
        raise InstructorNotFoundError
    check_within(scope, place_of(instructor))
    return instructor


async def list_certificates(
    session: AsyncSession,
    instructor_id: UUID,
    *,
    after: tuple[date, UUID] | None,
    limit: int,
) -> Sequence[InstructorCertificate]:
    """Return up to `limit` certificates of one instructor in the order of their first days."""
    proof = InstructorCertificate
    statement = (
        select(proof)
        .where(proof.instructor_id == instructor_id)
        .order_by(proof.valid_from, proof.id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(proof.valid_from, proof.id) > after)
    return (await session.scalars(statement)).all()


async def get_certificate_for_change(
    session: AsyncSession, instructor_id: UUID, certificate_id: UUID
) -> InstructorCertificate:
    """Return one certificate of an instructor, locked until the transaction ends.

    Raises:
        CertificateNotFoundError: when the instructor has none of this id.
    """
    certificate = await session.get(InstructorCertificate, certificate_id, with_for_update=True)
    if certificate is None or certificate.instructor_id != instructor_id:
        raise CertificateNotFoundError
    return certificate


class Known(NamedTuple):
    """An instructor, and what the rules look at."""

    instructor: Instructor
    candidate: Candidate


async def candidates(
    session: AsyncSession, instructor_ids: Iterable[UUID], *, scope: Scope, for_update: bool = False
) -> dict[UUID, Known]:
    """Return those of `instructor_ids` within `scope`, locked in key order if they are engaged."""
    wanted = literal(sorted(set(instructor_ids)), ARRAY(Uuid()))
    statement = (
        select(Instructor)
        .where(Instructor.id == any_(wanted), within(scope, Instructor))
        .order_by(Instructor.id)
    )
    if for_update:
        statement = statement.with_for_update(key_share=True)
    found = (await session.scalars(statement)).all()
    proofs = await _proofs(session, wanted)
    return {
        each.id: Known(
            each,
            Candidate(
                competences=frozenset(each.competences),
                proofs=proofs.get(each.id, ()),
                left_on=each.left_on,
            ),
        )
        for each in found
    }


async def _proofs(
    session: AsyncSession, wanted: ColumnElement[Sequence[UUID]]
) -> dict[UUID, list[Proof]]:
    statement = select(InstructorCertificate).where(
        InstructorCertificate.instructor_id == any_(wanted)
    )
    proofs: dict[UUID, list[Proof]] = {}
    for each in (await session.scalars(statement)).all():
        proof = Proof(
            competences=frozenset(each.competences),
            valid_from=each.valid_from,
            valid_to=each.valid_to,
            revoked=each.revoked_on is not None,
        )
        proofs.setdefault(each.instructor_id, []).append(proof)
    return proofs
