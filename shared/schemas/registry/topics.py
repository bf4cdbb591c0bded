"""The events of the registry."""

from enum import StrEnum


class Topic(StrEnum):
    """Events of the registry."""

    AREAS_IMPORTED = "registry.areas.imported"
    FACILITY_REGISTERED = "registry.facility.registered"
    FACILITY_CHANGED = "registry.facility.changed"
    FACILITY_STATUS_CHANGED = "registry.facility.status_changed"
    SPACE_ADDED = "registry.space.added"
    SPACE_CHANGED = "registry.space.changed"
    INSTITUTION_REGISTERED = "registry.institution.registered"
    AGREEMENT_SIGNED = "registry.agreement.signed"
    MODULE_PUBLISHED = "registry.module.published"
    INSTRUCTOR_REGISTERED = "registry.instructor.registered"
