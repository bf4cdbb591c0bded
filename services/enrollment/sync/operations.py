"""Which operation a change of each kind is, and what ties it to other changes."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from services.enrollment.participants.operations import NikPolicy
from services.enrollment.participants.schemas import ParticipantCreate
from services.enrollment.sync_classes import operations as classes
from services.enrollment.sync_classes.operations import Units
from services.enrollment.sync_classes.schemas import (
    AssessmentChange,
    AttendanceChange,
    EndChange,
    OpeningChange,
)
from services.enrollment.sync_ledger.operations import Work
from services.enrollment.sync_ledger.rules import ChangeKind
from services.enrollment.sync_people import operations as people
from services.enrollment.sync_people.schemas import ApplicationSaved, ApplicationSubmitted
from shared.schemas.enrollment import EnrollmentState


def work_of(kind: ChangeKind, *, policy: NikPolicy, units: Units = None) -> Work:
    """Return what changes of a kind do.

    `policy` is how the NIKs of new people are sealed, `units` those of the module whose units a
    change judges, when the registry was asked for them.
    """
    works: dict[ChangeKind, Work] = {
        ChangeKind.PARTICIPANT_REGISTER: partial(people.register, policy),
        ChangeKind.APPLICATION_SAVE: people.save_application,
        ChangeKind.APPLICATION_SUBMIT: people.submit_application,
        ChangeKind.OPENING_REPORT: classes.report_start,
        ChangeKind.ATTENDANCE_RECORD: classes.record_attendance,
        ChangeKind.ENROLLMENT_COMPLETE: partial(classes.end_for_one, EnrollmentState.COMPLETED),
        ChangeKind.ENROLLMENT_DROP_OUT: partial(classes.end_for_one, EnrollmentState.DROPPED_OUT),
        ChangeKind.ASSESSMENT_RECORD: partial(classes.record_assessments, units),
    }
    return works[kind]


@dataclass(frozen=True, slots=True)
class Threads:
    """What ties a change to others: what it changes, what it makes, and what it mentions."""

    subject: str
    makes: UUID | None = None
    refers_to: tuple[UUID, ...] = ()


def threads_of(kind: str, body: object, *, change_id: UUID) -> Threads:
    """Return what ties a change to others; a body that is none ties it to nothing."""
    if isinstance(body, ParticipantCreate | ApplicationSaved | ApplicationSubmitted):
        return _of_people(body)
    match body:
        case OpeningChange():
            subject = f"opening:{body.class_id}"
        case AttendanceChange():
            subject = f"attendance:{body.class_id}:{body.position}"
        case EndChange():
            subject = f"enrollment:{body.enrollment_id}"
        case AssessmentChange():
            subject = f"assessment:{body.class_id}"
        case _:
            subject = f"{kind}:{change_id}"
    return Threads(subject)


def _of_people(body: ParticipantCreate | ApplicationSaved | ApplicationSubmitted) -> Threads:
    match body:
        case ApplicationSaved():
            person = (body.participant_id,)
            return Threads(f"application:{body.id}", makes=body.id, refers_to=person)
        case ApplicationSubmitted():
            return Threads(f"application:{body.id}", refers_to=(body.participant_id, body.id))
    return Threads(f"participant:{body.id}", makes=body.id)
