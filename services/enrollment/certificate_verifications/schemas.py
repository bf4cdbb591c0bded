"""What is told to whoever verifies a certificate."""

from datetime import date, datetime

from shared.schemas.base import Read
from shared.schemas.enrollment import CertificateState


class VerificationRead(Read):
    """What stands on a certificate, so that it can be compared with the paper.

    `name` is masked, so that nobody harvests names, and null once the person was erased.
    """

    number: str
    state: CertificateState
    name: str | None
    program_name: str
    facility_name: str
    module_title: str
    module_version: str
    module_hours: int
    starts_on: date
    ends_on: date
    issued_on: date
    ended_at: datetime | None
    replaced_by: str | None
    synthetic: bool
