"""SQL tables of facilities counted."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Mapped

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.registry import FacilityKind, FacilityStatus


class FacilityCube(Counted, Base):
    """Facilities by cell and by the day recorded."""

    __tablename__ = "facility_cube"
    __table_args__ = ROOM

    day: Mapped[date]
    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    facility_kind: Mapped[FacilityKind]
    owner_ministry: Mapped[str]
    status: Mapped[FacilityStatus]


class LiveFacilities(Base):
    """What reports read of facilities."""

    __table__ = live(FacilityCube, Source.REGISTRY, owned=False)
