"""What changes of people after they have registered: coarse dimensions only, no personal data."""

from datetime import date, datetime
from uuid import UUID

from shared.schemas.base import Message
from shared.schemas.enrollment.people import AgeBand, EntrantKind, Sex


class ParticipantChanged(Message):
    """Event: a person has changed; `members` says what, `age_band` is as on that day.

    Enrollments keep what they copied; a later claim takes these.
    """

    participant_id: UUID
    members: list[str]
    sex: Sex
    age_band: AgeBand
    entrant_kind: EntrantKind
    disability: bool
    home_province_code: str
    home_regency_code: str
    synthetic: bool


class BusinessStated(Message):
    """Event: somebody said how a business stands; `before` is the size class until then."""

    participant_id: UUID
    as_of: date
    before: EntrantKind
    entrant_kind: EntrantKind
    rule_version: str


class LoginBound(Message):
    """Event: a login acts as a person from now on, or, with `unbound_at`, no longer.

    `holder` stands for the login, as in assignments.
    """

    id: UUID
    participant_id: UUID
    holder: str
    unbound_at: datetime | None = None


class ContactVerified(Message):
    """Event: a contact of a person was proved by a code; `channel` is EMAIL or PHONE."""

    participant_id: UUID
    channel: str


class GuardianMoved(Message):
    """Event: a minor has a guardian who consents, or has one no longer."""

    participant_id: UUID
    guardian_id: UUID


class ExternalRefMoved(Message):
    """Event: a system has its own key for a person now, or no longer; the key is not told."""

    participant_id: UUID
    client: str


class NeedMoved(Message):
    """Event: a need of a person was recorded or taken away; of what kind is not told."""

    participant_id: UUID
    need_id: UUID


class NikCorrected(Message):
    """Event: an office put the identity of a person right, with evidence."""

    participant_id: UUID
    correction_id: UUID
    members: list[str]
