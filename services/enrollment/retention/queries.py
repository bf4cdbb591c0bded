"""What has been kept longer than a rule allows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.enrollment.accommodation_needs.tables import AccommodationNeed
from services.enrollment.applications.tables import Application, ApplicationDocument
from services.enrollment.classes.tables import Class
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.legal_holds.tables import LegalHold
from services.enrollment.notices.rules import NoticeState
from services.enrollment.notices.tables import Notice
from services.enrollment.participants.tables import Participant
from services.enrollment.retention import rules
from services.enrollment.retention.rules import RetentionRule
from services.enrollment.retention.tables import RetentionRun
from services.enrollment.sheets.tables import SheetCorrection
from shared.schemas.enrollment import ApplicationState

_UNSUCCESSFUL: Final = (
    ApplicationState.WITHDRAWN,
    ApplicationState.NOT_SELECTED,
    ApplicationState.INELIGIBLE,
)
_COUNTED: Final = 10_000
Keys: TypeAlias = Select[*tuple[Any, ...]]


class Due(Protocol):
    """Returns the statement of the keys of what was kept since before a moment."""

    def __call__(self, before: datetime) -> Keys:
        """Return the statement."""


def _held(participant_id: InstrumentedAttribute[UUID]) -> ColumnElement[bool]:
    """Return the condition that an auditor or a court has a person's data kept."""
    return exists().where(
        LegalHold.participant_id == participant_id,
        LegalHold.lifted_at.is_(None),
        or_(LegalHold.until.is_(None), LegalHold.until >= func.current_date()),
    )


def _trained_since(
    participant_id: InstrumentedAttribute[UUID], before: datetime
) -> ColumnElement[bool]:
    """Return the condition that a person is in a class that ended later, or has not ended."""
    return exists().where(
        Enrollment.participant_id == participant_id,
        Class.id == Enrollment.class_id,
        or_(Class.ends_at.is_(None), Class.ends_at >= before),
    )


def contacts(before: datetime) -> Keys:
    """Return the people whose contacts are no longer needed."""
    return select(Participant.id).where(
        or_(Participant.phone.is_not(None), Participant.email.is_not(None)),
        Participant.created_at < before,
        ~_trained_since(Participant.id, before),
        ~_held(Participant.id),
    )


def needs(before: datetime) -> Keys:
    """Return the needs that no class has to see to any more."""
    return select(AccommodationNeed.participant_id, AccommodationNeed.id).where(
        AccommodationNeed.recorded_at < before,
        ~_trained_since(AccommodationNeed.participant_id, before),
        ~_held(AccommodationNeed.participant_id),
    )


def drafts(before: datetime) -> Keys:
    """Return the drafts that nobody has gone on with."""
    return select(Application.participant_id, Application.id).where(
        Application.state == ApplicationState.DRAFT,
        Application.updated_at < before,
        ~_held(Application.participant_id),
    )


def documents(before: datetime) -> Keys:
    """Return the documents of applications that ended without a place."""
    return (
        select(
            ApplicationDocument.participant_id,
            ApplicationDocument.application_id,
            ApplicationDocument.id,
        )
        .join(
            Application,
            and_(
                Application.participant_id == ApplicationDocument.participant_id,
                Application.id == ApplicationDocument.application_id,
            ),
        )
        .where(
            Application.state.in_(_UNSUCCESSFUL),
            Application.updated_at < before,
            ~_held(Application.participant_id),
        )
    )


def notices(before: datetime) -> Keys:
    """Return the log of what was told long ago."""
    return select(Notice.participant_id, Notice.id).where(
        Notice.state != NoticeState.PENDING,
        Notice.settled_at < before,
        ~_held(Notice.participant_id),
    )


def attendance(before: datetime) -> Keys:
    """Return what roll calls said before they were corrected long ago."""
    return select(
        SheetCorrection.class_id, SheetCorrection.position, SheetCorrection.version
    ).where(SheetCorrection.corrected_at < before)


DUE: Final[Mapping[str, Due]] = MappingProxyType(
    {
        rules.CONTACTS.name: contacts,
        rules.NEEDS.name: needs,
        rules.DRAFTS.name: drafts,
        rules.DOCUMENTS.name: documents,
        rules.NOTICES.name: notices,
        rules.ATTENDANCE.name: attendance,
    }
)


async def find_due(
    session: AsyncSession, rule: RetentionRule, *, now: datetime, limit: int
) -> Sequence[tuple[Any, ...]]:
    """Return the keys of up to `limit` rows that a rule would erase; nothing is locked."""
    due = DUE[rule.name](rules.kept_since(rule, now=now)).limit(limit)
    return [tuple(each) for each in (await session.execute(due)).all()]


async def count_due(session: AsyncSession, rule: RetentionRule, *, now: datetime) -> int:
    """Return how many rows a rule would erase, counted up to ten thousand."""
    due = DUE[rule.name](rules.kept_since(rule, now=now)).limit(_COUNTED).subquery()
    return await session.scalar(select(func.count()).select_from(due)) or 0


async def last_run(session: AsyncSession, rule: RetentionRule) -> RetentionRun | None:
    """Return the last run of a rule."""
    statement = (
        select(RetentionRun)
        .where(RetentionRun.rule == rule.name)
        .order_by(RetentionRun.began_at.desc())
        .limit(1)
    )
    return await session.scalar(statement)
