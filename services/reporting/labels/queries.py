"""What programmes, waves, facilities and areas are called."""

from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Uuid, any_, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.areas.queries import area_names
from services.reporting.facility_facts.tables import LiveFacilityNow
from services.reporting.indicators.rules import Dimension
from services.reporting.labels.rules import WORDS
from services.reporting.networks.queries import network_names
from services.reporting.program_names.tables import LiveProgramNames
from shared.i18n import Text

Labels: TypeAlias = Mapping[Dimension, Mapping[str, Text]]

AREAS: Final = frozenset({Dimension.PROVINCE, Dimension.REGENCY})
_KEPT_MARKS: Final = 2


class AreaNames:
    """The names of areas, read once for each time that areas were copied."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Mapping[str, str]] = OrderedDict()

    async def get(self, session: AsyncSession, mark: str) -> Mapping[str, str]:
        """Return the name of each province and regency as of the copy that `mark` stands for."""
        names = self._kept.get(mark)
        if names is None:
            names = self._kept[mark] = await area_names(session)
            if len(self._kept) > _KEPT_MARKS:
                self._kept.popitem(last=False)
        return names


async def labels_of(
    session: AsyncSession,
    shown: Mapping[Dimension, Collection[str]],
    *,
    areas: AreaNames,
    mark: str,
) -> Labels:
    """Return what the `shown` values of each dimension are called; a value without a name is left.

    Public reference data: the same for every caller.
    """
    labels: dict[Dimension, Mapping[str, Text]] = {}
    for dimension, values in shown.items():
        if dimension in AREAS:
            names = await areas.get(session, mark)
            labels[dimension] = {v: Text(names[v], names[v]) for v in values if v in names}
        elif dimension is Dimension.NETWORK:
            named = await network_names(session, sorted(values))
            labels[dimension] = {value: Text(name, name) for value, name in named.items()}
        elif dimension in _NAMED:
            labels[dimension] = await _names(session, dimension, values)
        elif dimension in WORDS:
            words = WORDS[dimension]
            labels[dimension] = {value: words[value] for value in values if value in words}
    return labels


_PRESENT_NAME: Final = (
    LiveProgramNames.__table__.c.named_id,
    LiveProgramNames.__table__.c.name,
)
_NAMED: Final = {
    Dimension.PROGRAM: _PRESENT_NAME,
    Dimension.WAVE: _PRESENT_NAME,
    Dimension.FACILITY: (LiveFacilityNow.__table__.c.facility_id, LiveFacilityNow.__table__.c.name),
}


async def _names(
    session: AsyncSession, dimension: Dimension, values: Collection[str]
) -> Mapping[str, Text]:
    key, name = _NAMED[dimension]
    wanted = literal([UUID(value) for value in values if value], ARRAY(Uuid()))
    rows = (await session.execute(select(key, name).where(key == any_(wanted)))).all()
    return {str(row[0]): Text(row[1], row[1]) for row in rows if row[1]}
