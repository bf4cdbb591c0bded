"""Bodies of transfers."""

from uuid import UUID

from shared.schemas.base import Body, Label


class TransferOrder(Body):
    """To which class somebody moves; `id` is the new enrollment's own, when the client names it.

    The reason is a few words without personal data.
    """

    class_id: UUID
    id: UUID | None = None
    reason: Label | None = None
