"""The making of case files, within the caller's transaction: that somebody read one is noted."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.base import Audit
from services.enrollment.classes.queries import get_class
from services.enrollment.dossiers.queries import case_of, read_parts
from services.enrollment.dossiers.schemas import DossierRead
from services.enrollment.enrollments.queries import get_enrollment
from shared.db.audit import note_read
from shared.scope import Permission, Scope


async def make_dossier(
    session: AsyncSession, *, scope: Scope, class_id: UUID, enrollment_id: UUID, now: datetime
) -> DossierRead:
    """Return the case file of an enrollment; this reading of it stands in it already.

    Raises:
        EnrollmentUnknownError: when there is none, or it lies outside the scope.
    """
    row = await get_enrollment(session, scope=scope, class_id=class_id, enrollment_id=enrollment_id)
    await note_read(
        session,
        Audit,
        action="dossier.read",
        subject_id=row.participant_id,
        detail={"class_id": str(class_id), "enrollment_id": str(enrollment_id)},
    )
    actor = session.info["actor"]
    named = actor.may(Permission.PARTICIPANTS_READ)
    return DossierRead(
        class_id=class_id,
        enrollment_id=enrollment_id,
        participant_id=row.participant_id,
        made_at=now,
        made_for=actor.name,
        synthetic=(await get_class(session, class_id)).synthetic,
        parts=await read_parts(session, await case_of(session, row), named=named),
    )
