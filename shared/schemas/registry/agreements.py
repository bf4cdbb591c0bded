"""Agreements, as the registry states them."""

from uuid import UUID

from shared.schemas.base import Message


class AgreementSigned(Message):
    """Event: an MoU or a PKS was signed; `facilities` counts those it covers."""

    agreement_id: UUID
    kind: str
    number: str
    facilities: int
