"""Bodies of training certificates, and what their jobs are told."""

from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from services.enrollment.identities.schemas import Reference
from shared.schemas.base import Body, Label, Message, Read
from shared.schemas.enrollment import CertificateState


class Signatory(Body):
    """Who signs, with the office held: an official, not a participant."""

    name: Annotated[Label, Field(examples=["Drs. Contoh"])]
    title: Annotated[Label, Field(examples=["Kepala Balai"])]


class CertificatesOrdered(Body):
    """Certificates to issue: to everybody who completed and has none, or to some by enrollment.

    Who is named gets one even where an earlier one was revoked.
    """

    signatory: Signatory
    enrollment_ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)] | None = None


class CertificateRevoked(Body):
    """Why a certificate is revoked, in a few words and without personal data."""

    reason: Reference


class CertificateReissued(Body):
    """Why a certificate is issued anew; who signs, when it is somebody else."""

    reason: Reference
    signatory: Signatory | None = None


class CertificateRead(Read):
    """A certificate without the person's name, which stands in its PDF.

    `printed` tells that the PDF is there. `replaces` and `replaced_by` are numbers.
    """

    id: UUID
    number: str
    class_id: UUID
    enrollment_id: UUID
    participant_id: UUID
    state: CertificateState
    issued_on: date
    program_name: str
    facility_name: str
    module_title: str
    module_version: str
    module_hours: int
    starts_on: date
    ends_on: date
    signatory_name: str
    signatory_title: str
    synthetic: bool
    printed: bool
    verification_url: str
    replaces: str | None
    replaced_by: str | None
    ended_at: datetime | None
    reason: str | None
    version: int


class IssueCertificates(Message):
    """Job: issue what an order names."""

    kind: ClassVar[str] = "issue-certificates"

    class_id: UUID
    order_id: UUID
