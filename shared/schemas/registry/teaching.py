"""Modules and instructors, as the registry states them."""

from uuid import UUID

from shared.schemas.base import Message


class ModulePublished(Message):
    """Event: there is a new version of a module."""

    module_id: UUID
    code: str
    version: str
    owner_ministry: str


class InstructorRegistered(Message):
    """Event: an instructor is known; who that is stays in the registry."""

    instructor_id: UUID
    home_facility_id: UUID
