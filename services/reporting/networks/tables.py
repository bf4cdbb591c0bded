"""SQL tables of networks and of who is in them."""

from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, live


class NetworkNow(Base):
    """The latest that the ledger says of a network."""

    __tablename__ = "network_now"
    __table_args__ = ROOM

    generation: Mapped[int] = mapped_column(primary_key=True)
    network_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    version: Mapped[int]


class NetworkMember(Base):
    """A facility in a network from one day to the last, both as text; the last is empty if open."""

    __tablename__ = "network_member"
    __table_args__ = ROOM

    generation: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[UUID] = mapped_column(primary_key=True)
    network_id: Mapped[UUID]
    facility_id: Mapped[UUID]
    valid_from: Mapped[str]
    valid_to: Mapped[str]
    version: Mapped[int]


class LiveNetworks(Base):
    """What reports call a network."""

    __table__ = live(NetworkNow, Source.REGISTRY, owned=False)


class LiveMembers(Base):
    """Which facilities were in which networks, and when."""

    __table__ = live(NetworkMember, Source.REGISTRY, owned=False)
