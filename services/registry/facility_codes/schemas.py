"""Bodies of codes of other registers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

from shared.schemas.base import Body, Read

ExternalCodeText = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class FacilityCodeState(Body):
    """What a facility is called in a scheme; `valid_from` is today unless said otherwise."""

    code: ExternalCodeText
    valid_from: date | None = None


class FacilityCodeRead(Read):
    """A code of a facility; `valid_to` is the first day on which it no longer holds."""

    id: UUID
    facility_id: UUID
    scheme: str
    code: str
    valid_from: date
    valid_to: date | None
