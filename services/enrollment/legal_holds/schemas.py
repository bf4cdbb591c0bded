"""Bodies of legal holds."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from services.enrollment.legal_holds.rules import HoldKind
from shared.schemas.base import Body, Read


class HoldCreate(Body):
    """Whom to keep, why, and until when; `reference` names the letter that asks for it."""

    participant_id: UUID
    kind: HoldKind
    reference: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    until: date | None = None


class HoldRead(Read):
    """A legal hold."""

    id: UUID
    participant_id: UUID
    kind: HoldKind
    reference: str
    until: date | None
    placed_by: str
    placed_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None
