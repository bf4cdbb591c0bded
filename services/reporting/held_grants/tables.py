"""SQL table of held grants."""

from services.reporting.base import Base
from shared.db.grants import HeldGrantColumns


class HeldGrant(HeldGrantColumns, Base):
    """An assignment as the registry told of it last."""

    __tablename__ = "held_grant"
