"""Bodies of changes of people."""

from uuid import UUID

from services.enrollment.applications.schemas import ApplicationCreate, ApplicationTurn


class ApplicationSaved(ApplicationCreate):
    """Kind application.save: a new application, or what it asks for now; `submit` submits it."""

    wave_id: UUID


class ApplicationSubmitted(ApplicationTurn):
    """Kind application.submit: a draft is submitted."""

    participant_id: UUID
    id: UUID
