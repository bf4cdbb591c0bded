"""What published figures say of themselves: whose they are, and by which codes."""

from typing import Final, Protocol

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.tables import AreaLevelCopied
from services.reporting.formats.rules import Facts

AREAS: Final = "kemendagri_areas"
_NOT_YET: Final = "belum disalin"


class Publisher(Protocol):
    """Who publishes figures, and under which licence: a part of the settings."""

    @property
    def figures_producer(self) -> str:
        """Who publishes them."""

    @property
    def figures_licence(self) -> str:
        """The name of the licence."""

    @property
    def figures_licence_url(self) -> str:
        """Where the licence stands."""


async def facts_of(session: AsyncSession, publisher: Publisher) -> Facts:
    """Return what stands beside figures; areas are those of the registry, as last copied."""
    copied = AreaLevelCopied
    areas = func.string_agg(func.concat(copied.level, " ", copied.areas), ", ").label("areas")
    statement = select(areas, func.max(copied.copied_at).label("copied_at"))
    row = (await session.execute(statement)).one()
    version = _NOT_YET
    if row.copied_at is not None:
        version = f"{row.areas}; {row.copied_at.date().isoformat()}"
    return Facts(
        producer=publisher.figures_producer,
        licence=publisher.figures_licence,
        licence_url=publisher.figures_licence_url,
        codes={AREAS: version},
    )
