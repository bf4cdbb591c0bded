"""Applications for a place in a wave."""

from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message


class ApplicationState(StrEnum):
    """The life of an application. Of DRAFT, SUBMITTED, PLACED and RESERVE a person has one a wave.

    PLACED and RESERVE have an enrollment, which says what became of the place since.
    """

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    WITHDRAWN = "WITHDRAWN"
    PLACED = "PLACED"
    RESERVE = "RESERVE"
    NOT_SELECTED = "NOT_SELECTED"
    INELIGIBLE = "INELIGIBLE"


class ApplicationChannel(StrEnum):
    """SELF: the person applied. ASSISTED: somebody of an office or a facility did it on paper."""

    SELF = "SELF"
    ASSISTED = "ASSISTED"


class ApplicationMoved(Message):
    """Event: an application came or changed; `facility_id` is that of the first choice.

    `before` is null when it came. What it says of the person is the id, and where he lives.
    """

    application_id: UUID
    participant_id: UUID
    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    channel: ApplicationChannel
    choices: int
    before: ApplicationState | None
    after: ApplicationState
    class_id: UUID | None = None
    enrollment_id: UUID | None = None


class ApplicationDocumentMoved(Message):
    """Event: a document was added to an application, or taken away."""

    application_id: UUID
    document_id: UUID
    participant_id: UUID
    kind: str
    sha256: str
