"""Modules and instructors, as the registry states them; who an instructor is stays there."""

from datetime import date
from uuid import UUID

from shared.schemas.base import Message


class ModulePublished(Message):
    """Event: there is a new version of a module that classes may be planned with."""

    module_id: UUID
    code: str
    version: str
    owner_ministry: str


class ModuleDrafted(ModulePublished):
    """Event: the draft of a version was begun or changed."""


class ModuleRetired(ModulePublished):
    """Event: no class is planned with a version any more; those that have it keep it."""


class InstructorRegistered(Message):
    """Event: an instructor is known; who that is stays in the registry."""

    instructor_id: UUID
    home_facility_id: UUID


class InstructorChanged(Message):
    """Event: what is known of an instructor, or where she belongs, has changed."""

    instructor_id: UUID
    home_facility_id: UUID


class InstructorLeft(Message):
    """Event: an instructor leaves service; `left_on` is her last day."""

    instructor_id: UUID
    left_on: date


class InstructorCertified(Message):
    """Event: a certificate of an instructor was recorded, or revoked."""

    instructor_id: UUID
    certificate_id: UUID
    valid_to: date | None
    revoked: bool = False


class InstructorsEngaged(Message):
    """Event: a class engages these instructors, in the place of any before."""

    class_id: UUID
    facility_id: UUID
    module_id: UUID
    instructor_ids: list[UUID]
    sessions: int


class InstructorsReleased(Message):
    """Event: a class engages nobody any more."""

    class_id: UUID
    facility_id: UUID
    instructor_ids: list[UUID]
