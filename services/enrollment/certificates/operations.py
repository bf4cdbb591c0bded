"""Training certificates: ordered, numbered, printed, revoked, within the caller's transaction."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Event, Job
from services.enrollment.certificate_papers.rules import Paper
from services.enrollment.certificates import queries, rules
from services.enrollment.certificates.queries import Candidate
from services.enrollment.certificates.schemas import (
    CertificateReissued,
    CertificatesOrdered,
    IssueCertificates,
)
from services.enrollment.certificates.tables import (
    CertificateCounter,
    CertificateOrder,
    TrainingCertificate,
)
from services.enrollment.classes.queries import get_class, lock_class
from services.enrollment.classes.rules import local_day
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.queries import enrollments_in_state
from services.enrollment.identities.rules import NikKeys
from services.enrollment.openings.rules import check_roll
from services.enrollment.person_keys.operations import Sealed, open_each, seal_for
from services.enrollment.person_keys.rules import PersonErasedError
from services.enrollment.programs.queries import get_program
from shared.db.events import Draft, emit_all
from shared.db.jobs import add_job
from shared.db.within import place_of
from shared.ids import new_id
from shared.schemas.enrollment import (
    CertificateCell,
    CertificateMoved,
    CertificateState,
    EnrollmentState,
    Topic,
)
from shared.scope import Scope

_COMPLETED: Final = {"enrollment_ids": frozenset({EnrollmentState.COMPLETED})}
_OF_ENROLLMENT: Final = (
    "participant_id", "class_id", "program_id", "wave_id", "facility_id", "province_code",
    "regency_code", "owner_ministry", "co_ministry", "host_ministry", "home_province_code",
    "home_regency_code", "sex", "age_band", "entrant_kind", "disability",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Issued:
    """What one step of an order did: how many were certified, and who was the last looked at."""

    certified: int
    last: UUID | None


async def order_certificates(
    session: AsyncSession,
    *,
    class_id: UUID,
    wanted: CertificatesOrdered,
    scope: Scope,
    ordered_by: str,
    now: datetime,
) -> Job:
    """Order the certificates of a class, which a job issues.

    Raises:
        ClassUnknownError: when there is no such class.
        OutsideScopeError: when it lies outside the scope.
        ClassNotTrainedError: when it has not opened, or was called off.
        RollRefusedError: when somebody named is not there, twice, or has not completed.
    """
    class_ = await lock_class(session, class_id, scope=scope)
    rules.check_trained(class_.state)
    if wanted.enrollment_ids is not None:
        rows = await enrollments_in_state(session, class_id=class_id, states=EnrollmentState)
        check_roll(
            {"enrollment_ids": wanted.enrollment_ids},
            states={row.id: row.state for row in rows},
            allowed=_COMPLETED,
        )
    ids = wanted.enrollment_ids
    order = CertificateOrder(
        class_id=class_id,
        id=new_id(),
        enrollment_ids=None if ids is None else [str(each) for each in ids],
        signatory_name=wanted.signatory.name,
        signatory_title=wanted.signatory.title,
        ordered_by=ordered_by,
        ordered_at=now,
    )
    return await _place(session, order)


async def order_reissue(
    session: AsyncSession,
    certificate_id: UUID,
    *,
    wanted: CertificateReissued,
    scope: Scope,
    ordered_by: str,
    now: datetime,
) -> Job:
    """Order a certificate anew, under a new number and with the person's name as it is now.

    The old one says why, and points to the new one, as soon as that is there.

    Raises:
        CertificateUnknownError: when there is none within the scope.
        OutsideScopeError: when the scope may read it only.
        CertificateStateError: when it is not valid.
    """
    old = await queries.lock_certificate(session, certificate_id, scope=scope)
    rules.check_turn(old.state, CertificateState.REISSUED)
    signatory = wanted.signatory
    order = CertificateOrder(
        class_id=old.class_id,
        id=new_id(),
        enrollment_ids=[str(old.enrollment_id)],
        replaces_id=old.id,
        reason=wanted.reason,
        facility_name=old.facility_name,
        signatory_name=old.signatory_name if signatory is None else signatory.name,
        signatory_title=old.signatory_title if signatory is None else signatory.title,
        ordered_by=ordered_by,
        ordered_at=now,
    )
    return await _place(session, order)


async def _place(session: AsyncSession, order: CertificateOrder) -> Job:
    session.add(order)
    await session.flush()
    payload = IssueCertificates(class_id=order.class_id, order_id=order.id)
    return await add_job(session, Job, kind=IssueCertificates.kind, payload=payload)


async def issue_next(
    session: AsyncSession,
    order: CertificateOrder,
    *,
    keys: NikKeys,
    after: UUID | None,
    limit: int,
) -> Issued:
    """Certify up to `limit` people of an order who follow `after`, each with a number.

    The class is locked, so that two orders certify nobody twice. Whose data were erased is left
    out. A certificate stands from then on; its PDF follows.
    """
    class_ = await get_class(session, order.class_id, for_update=True)
    people = await queries.next_candidates(session, order, after=after, limit=limit)
    rows = [
        row
        for each in people
        if (row := await _certificate(session, order, class_, each, keys=keys)) is not None
    ]
    await _number(session, class_, rows, now=order.ordered_at)
    session.add_all(rows)
    await session.flush()
    await emit_all(session, Event, [_issued(row, now=order.ordered_at) for row in rows])
    return Issued(len(rows), people[-1].enrollment.id if people else None)


async def reissue(session: AsyncSession, order: CertificateOrder, *, keys: NikKeys) -> int:
    """Put a new certificate in the place of the one that an order names; return how many.

    Done already it does nothing.

    Raises:
        CertificateStateError: when the old one is no longer valid.
        PersonErasedError: when the person's key was destroyed.
    """
    class_ = await get_class(session, order.class_id, for_update=True)
    old = (
        await session.scalars(
            select(TrainingCertificate)
            .where(TrainingCertificate.id == order.replaces_id)
            .with_for_update()
        )
    ).one()
    done = select(TrainingCertificate.id).where(
        TrainingCertificate.class_id == order.class_id, TrainingCertificate.order_id == order.id
    )
    if await session.scalar(done) is not None:
        return 0
    rules.check_turn(old.state, CertificateState.REISSUED)
    who = await queries.candidate_of(session, order.class_id, old.enrollment_id)
    row = None if who is None else await _certificate(session, order, class_, who, keys=keys)
    if row is None:
        raise PersonErasedError
    await _number(session, class_, [row], now=order.ordered_at)
    _as_before(row, old)
    before = queries.cell_of(old)
    _end(old, CertificateState.REISSUED, reason=order.reason, now=order.ordered_at)
    old.replaced_by = row.number
    await session.flush()
    session.add(row)
    await session.flush()
    drafts = [
        _moved(old, Topic.CERTIFICATE_REISSUED, before=before, now=order.ordered_at),
        _issued(row, now=order.ordered_at, replaces_id=old.id),
    ]
    await emit_all(session, Event, drafts)
    return 1


def _as_before(row: TrainingCertificate, old: TrainingCertificate) -> None:
    """Let a new certificate say of the training what the old one said."""
    for name in (
        "program_name", "facility_name", "class_label", "module_title", "module_version",
        "module_hours", "starts_on", "ends_on", "subject_id",
    ):  # fmt: skip
        setattr(row, name, getattr(old, name))
    row.replaces = old.number


async def _certificate(
    session: AsyncSession,
    order: CertificateOrder,
    class_: Class,
    who: Candidate,
    *,
    keys: NikKeys,
) -> TrainingCertificate | None:
    """Return the certificate of one person, without a number; None when the person was erased."""
    identifier = new_id()
    enrollment = who.enrollment
    where, name = rules.sealed_name(identifier), who.name.encode()
    try:
        sealed = await seal_for(session, keys, enrollment.participant_id, where, name)
    except PersonErasedError:
        return None
    program = await get_program(session, class_.program_id)
    zone = class_.time_zone
    ended = class_.ends_at or class_.completed_at or class_.starts_at
    return TrainingCertificate(
        **{each: getattr(enrollment, each) for each in _OF_ENROLLMENT},
        id=identifier,
        subject_id=new_id(),
        enrollment_id=enrollment.id,
        order_id=order.id,
        facility_kind=class_.facility_kind,
        trade=class_.trade,
        state=CertificateState.VALID,
        issued_on=local_day(order.ordered_at, zone=zone),
        issued_at=order.ordered_at,
        issued_by=order.ordered_by,
        program_name=program.name,
        facility_name=order.facility_name or class_.facility_name,
        class_label=class_.label,
        module_title=class_.module_title,
        module_version=class_.module_version,
        module_hours=class_.module_hours,
        starts_on=local_day(class_.starts_at, zone=zone),
        ends_on=local_day(ended, zone=zone),
        signatory_name=order.signatory_name,
        signatory_title=order.signatory_title,
        synthetic=who.synthetic or class_.synthetic,
        name_cipher=sealed,
        version=1,
    )


async def _number(
    session: AsyncSession, class_: Class, rows: Sequence[TrainingCertificate], *, now: datetime
) -> None:
    """Give certificates the next serials of their facility in the year; none is ever skipped."""
    if not rows:
        return
    year = local_day(now, zone=class_.time_zone).year
    statement = insert(CertificateCounter).values(
        facility_id=class_.facility_id, year=year, last=len(rows)
    )
    last = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=["facility_id", "year"],
            set_={"last": CertificateCounter.last + statement.excluded.last},
        ).returning(CertificateCounter.last)
    )
    first = (last or 0) - len(rows) + 1
    for serial, row in enumerate(rows, start=first):
        row.number = rules.number_of(
            year=year,
            facility_code=class_.facility_code,
            serial=serial,
            check=secrets.token_bytes(rules.CHECK_LENGTH),
        )


def _moved(
    row: TrainingCertificate,
    topic: Topic,
    *,
    before: CertificateCell | None,
    now: datetime,
    replaces_id: UUID | None = None,
) -> Draft:
    return Draft(
        topic=topic,
        stream_id=row.class_id,
        event=CertificateMoved(
            certificate_id=row.id,
            enrollment_id=row.enrollment_id,
            class_id=row.class_id,
            participant_id=row.participant_id,
            issued_on=row.issued_on,
            replaces_id=replaces_id,
            before=before,
            after=queries.cell_of(row),
        ),
        place=place_of(row),
        occurred_at=now,
        version=row.version,
    )


def _issued(row: TrainingCertificate, *, now: datetime, replaces_id: UUID | None = None) -> Draft:
    return _moved(row, Topic.CERTIFICATE_ISSUED, before=None, now=now, replaces_id=replaces_id)


def _end(
    row: TrainingCertificate, state: CertificateState, *, reason: str | None, now: datetime
) -> None:
    row.state, row.ended_at, row.reason = state, now, reason
    row.version += 1


async def papers_of(
    session: AsyncSession,
    rows: Sequence[TrainingCertificate],
    *,
    keys: NikKeys,
    public_url: str,
) -> list[tuple[UUID, Paper]]:
    """Return what the papers of some certificates say; whose data were erased gets none."""
    sealed = [
        Sealed(row.participant_id, rules.sealed_name(row.id), row.name_cipher) for row in rows
    ]
    names = await open_each(session, keys, sealed)
    return [
        (row.id, _paper(row, name.decode(), public_url=public_url))
        for row, name in zip(rows, names, strict=True)
        if name is not None
    ]


def _paper(row: TrainingCertificate, name: str, *, public_url: str) -> Paper:
    return Paper(
        number=row.number,
        url=public_url.rstrip("/") + rules.path_of(row.number),
        name=name,
        program=row.program_name,
        module=row.module_title,
        module_version=row.module_version,
        hours=row.module_hours,
        facility=row.facility_name,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        issued_on=row.issued_on,
        signatory_name=row.signatory_name,
        signatory_title=row.signatory_title,
        synthetic=row.synthetic,
        replaces=row.replaces,
    )


async def keep_papers(
    session: AsyncSession,
    rows: Sequence[TrainingCertificate],
    *,
    printed: dict[UUID, bytes],
    keys: NikKeys,
) -> list[TrainingCertificate]:
    """Keep the PDFs of some certificates, sealed; return those that got theirs now."""
    kept = []
    for row in rows:
        pdf = printed.get(row.id)
        if pdf is None or row.pdf_sha256 is not None:
            continue
        where = rules.sealed_paper(row.id)
        try:
            row.pdf_cipher = await seal_for(session, keys, row.participant_id, where, pdf)
        except PersonErasedError:
            continue
        row.pdf_sha256 = hashlib.sha256(pdf).digest()
        kept.append(row)
    await session.flush()
    return kept


async def revoke_certificate(
    session: AsyncSession, certificate_id: UUID, *, scope: Scope, reason: str, now: datetime
) -> TrainingCertificate:
    """Revoke a certificate: from now on whoever verifies it is told so.

    Raises:
        CertificateUnknownError: when there is none within the scope.
        OutsideScopeError: when the scope may read it only.
        CertificateStateError: when it is not valid.
    """
    row = await queries.lock_certificate(session, certificate_id, scope=scope)
    rules.check_turn(row.state, CertificateState.REVOKED)
    before = queries.cell_of(row)
    _end(row, CertificateState.REVOKED, reason=reason, now=now)
    await session.flush()
    draft = _moved(row, Topic.CERTIFICATE_REVOKED, before=before, now=now)
    await emit_all(session, Event, [draft])
    return row
