"""Reads for whoever answers by a link."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.followup_instruments.queries import (
    get_instrument,
    instrument_in_use,
)
from services.reporting.followup_instruments.rules import InstrumentUnknownError
from services.reporting.followup_instruments.tables import Instrument
from services.reporting.followups.rules import IncomeKeys, SealedIncomes
from services.reporting.followups.tables import FollowUp
from services.reporting.programs.tables import Wave


async def instrument_for(
    session: AsyncSession, followup: FollowUp, *, program_id: UUID
) -> Instrument:
    """Return the version that somebody was given; in use is what was never given.

    Raises:
        InstrumentUnknownError: when nothing is in use.
    """
    if followup.instrument_id is not None:
        return await get_instrument(session, followup.instrument_id)
    instrument = await instrument_in_use(session, program_id)
    if instrument is None:
        raise InstrumentUnknownError
    return instrument


async def is_synthetic(session: AsyncSession, wave_id: UUID) -> bool:
    """Tell whether a wave's people are generated."""
    return await session.scalar(select(Wave.synthetic).where(Wave.id == wave_id)) is True


def draft_of(followup: FollowUp, keys: IncomeKeys | None) -> dict[str, bool | int | str]:
    """Return what was filled in so far; nothing where the key of it is gone."""
    if followup.draft_cipher is None or followup.draft_key_id is None:
        return {}
    if keys is None or followup.draft_key_id not in keys.keys:
        return {}
    sealed = SealedIncomes(followup.draft_cipher, followup.draft_key_id)
    return keys.unseal_draft(sealed, followup_id=followup.id)
