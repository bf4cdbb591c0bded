"""Applications for a place in a wave."""

from enum import StrEnum
from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.enrollment.people import AgeBand, EntrantKind, Sex
from shared.schemas.registry import FacilityKind


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


class ApplicationCell(Message):
    """What a count of applications can be cut by, once one was submitted.

    The places, the ministry and the trade are those of the first choice, the trade empty where it
    names no class; `home_*` is where one lived when it was submitted.
    """

    program_id: UUID
    wave_id: UUID
    facility_id: UUID
    province_code: str
    regency_code: str
    home_province_code: str
    home_regency_code: str
    facility_kind: FacilityKind
    host_ministry: str
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    disability: bool
    trade: str
    channel: ApplicationChannel
    state: ApplicationState


class ApplicationMoved(Message):
    """Event: an application came or changed; `facility_id` is that of the first choice.

    `before` is null when it came. `left` and `entered` are the cells that figures take it from and
    add it to: -left, +entered. Both are null while it has never been submitted.
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
    left: ApplicationCell | None = None
    entered: ApplicationCell | None = None


class ApplicationDocumentMoved(Message):
    """Event: a document was added to an application, or taken away."""

    application_id: UUID
    document_id: UUID
    participant_id: UUID
    kind: str
    sha256: str
