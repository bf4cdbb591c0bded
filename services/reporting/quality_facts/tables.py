"""SQL tables of openings, and of how many pairs may be one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, live


class _OpeningMembers:
    """When a class began, and when that was reported."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    told_at: Mapped[datetime]
    version: Mapped[int]


class ClassOpening(_OpeningMembers, Base):
    """The opening of each class, as it was reported."""

    __tablename__ = "class_opening"
    __table_args__ = ROOM


class _PairsMembers:
    """How many pairs may be one thing, and when that was told."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[UUID] = mapped_column(primary_key=True)
    open_pairs: Mapped[int]
    told_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(BigInteger)


class PersonPairs(_PairsMembers, Base):
    """Pairs of people to be looked at: one row."""

    __tablename__ = "person_pairs"
    __table_args__ = ROOM


class FacilityPairs(_PairsMembers, Base):
    """Pairs of facilities to be looked at: one row."""

    __tablename__ = "facility_pairs"
    __table_args__ = ROOM


class LiveOpenings(_OpeningMembers, Base):
    """What is read of openings."""

    __table__ = live(ClassOpening, Source.ENROLLMENT, owned=False)


class LivePersonPairs(_PairsMembers, Base):
    """What is read of pairs of people."""

    __table__ = live(PersonPairs, Source.ENROLLMENT, owned=False)


class LiveFacilityPairs(_PairsMembers, Base):
    """What is read of pairs of facilities."""

    __table__ = live(FacilityPairs, Source.REGISTRY, owned=False)
