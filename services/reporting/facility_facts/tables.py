"""SQL tables of facilities counted, of the latest of each, and of those that were merged."""

from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import Subquery, func, select
from sqlalchemy.orm import Mapped, mapped_column

from services.reporting.base import Base
from services.reporting.folding.rules import Source
from services.reporting.folding.tables import ROOM, Counted, live
from shared.schemas.registry import FacilityKind, FacilityStatus


class _FacilityMembers:
    """What is kept of a facility."""

    facility_id: Mapped[UUID]
    province_code: Mapped[str]
    regency_code: Mapped[str]
    facility_kind: Mapped[FacilityKind]
    owner_ministry: Mapped[str]
    status: Mapped[FacilityStatus]


class FacilityCube(Counted, _FacilityMembers, Base):
    """Facilities by cell and by the day recorded."""

    __tablename__ = "facility_cube"
    __table_args__ = ROOM

    day: Mapped[date]


class _NowMembers(_FacilityMembers):
    """What is kept of a facility's latest event."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str]
    name: Mapped[str]
    version: Mapped[int]


class FacilityNow(_NowMembers, Base):
    """The latest that the ledger says of a facility: what it is called, and where it stands."""

    __tablename__ = "facility_now"
    __table_args__ = ROOM


class _AliasMembers:
    """What is kept of a merger."""

    generation: Mapped[int] = mapped_column(primary_key=True)
    alias_id: Mapped[UUID] = mapped_column(primary_key=True)
    facility_id: Mapped[UUID]
    version: Mapped[int]


class FacilityAlias(_AliasMembers, Base):
    """A facility that was merged, and the one that stayed; which may have been merged later."""

    __tablename__ = "facility_alias"
    __table_args__ = ROOM


class LiveFacilities(Base):
    """What reports read of facilities."""

    __table__ = live(FacilityCube, Source.REGISTRY, owned=False)


class LiveFacilityNow(_NowMembers, Base):
    """What reports call a facility, by the id under which it was told."""

    __table__ = live(FacilityNow, Source.REGISTRY, owned=False)


class LiveFacilityAlias(_AliasMembers, Base):
    """Which facilities were merged, and into which."""

    __table__ = live(FacilityAlias, Source.REGISTRY, owned=False)


_PLACED: Final = ("code", "name", *_FacilityMembers.__annotations__)


def _merged() -> Subquery:
    """Return which facility each merged one has become in the end."""
    first, next_ = (live(FacilityAlias, Source.REGISTRY, owned=False) for _ in range(2))
    step = select(first.c.alias_id, first.c.facility_id).cte("merged", recursive=True)
    chain = step.union_all(
        select(step.c.alias_id, next_.c.facility_id).join(
            next_, next_.c.alias_id == step.c.facility_id
        )
    )
    gone = live(FacilityAlias, Source.REGISTRY, owned=False)
    last = chain.c.facility_id.not_in(select(gone.c.alias_id))
    return select(chain).where(last).subquery()


def _placed() -> Subquery:
    told, stays = (live(FacilityNow, Source.REGISTRY, owned=False) for _ in range(2))
    merged = _merged()
    present = func.coalesce(merged.c.facility_id, told.c.facility_id)
    return (
        select(told.c.facility_id.label("told_id"), *(stays.c[name] for name in _PLACED))
        .select_from(told)
        .outerjoin(merged, merged.c.alias_id == told.c.facility_id)
        .join(stays, stays.c.facility_id == present)
        .subquery()
    )


class LivePlaces(Base):
    """Where things of a facility count today, by the id `told_id` under which they were told.

    What was told of a facility that has been merged counts at the one that stayed.
    """

    __table__ = _placed()
