"""Bodies of links. Nobody is ever shown a token: it travels to its person alone."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from services.reporting.followup_links.rules import LinkState
from shared.schemas.base import Body, Read


class LinkCreate(Body):
    """Whom to send a link: the person of this follow-up."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"followup_id": "01a1f0c8-6c1e-7bd2-9f3a-5f0c6d2b7e11"}}
    )

    id: UUID | None = None
    followup_id: UUID


class LinkRead(Read):
    """A link without its token.

    `attempt` is 1 at the opening, 2 before the closing, 3 by hand; `reason` is why it was dropped.
    """

    id: UUID
    followup_id: UUID
    participant_id: UUID
    attempt: int
    state: LinkState
    reason: str | None
    expires_at: datetime
    wanted_at: datetime
    sent_at: datetime | None
    used_at: datetime | None
    revoked_at: datetime | None
    version: int
