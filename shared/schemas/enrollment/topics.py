"""The topics of enrollment's events."""

from enum import StrEnum


class Topic(StrEnum):
    """Events of enrollment. Those that move a figure carry the cell before and after."""

    PROGRAM_PUBLISHED = "enrollment.program.published"
    WAVE_PUBLISHED = "enrollment.wave.published"
    CLASS_PLANNED = "enrollment.class.planned"
    CLASS_CHANGED = "enrollment.class.changed"
    CLASS_OPENED = "enrollment.class.opened"
    CLASS_COMPLETED = "enrollment.class.completed"
    CLASS_CANCELLED = "enrollment.class.cancelled"
    CLASS_RELOCATED = "enrollment.class.relocated"
    PARTICIPANT_REGISTERED = "enrollment.participant.registered"
    CLAIMED = "enrollment.enrollment.claimed"
    PROMOTED = "enrollment.enrollment.promoted"
    CANCELLED = "enrollment.enrollment.cancelled"
    NOT_PLACED = "enrollment.enrollment.not_placed"
    PRESENCE_REPORTED = "enrollment.enrollment.presence_reported"
    COMPLETED = "enrollment.enrollment.completed"
    DROPPED_OUT = "enrollment.enrollment.dropped_out"
    RELOCATED = "enrollment.enrollment.relocated"
    NOTICE_RETRIED = "enrollment.notice.retried"
    ATTENDANCE_RECORDED = "enrollment.attendance.recorded"
    OFFERED = "enrollment.enrollment.offered"
    CONFIRMED = "enrollment.enrollment.confirmed"
    DECLINED = "enrollment.enrollment.declined"
    EXPIRED = "enrollment.enrollment.expired"
    TRANSFERRED_OUT = "enrollment.enrollment.transferred_out"
    TRANSFERRED_IN = "enrollment.enrollment.transferred_in"
