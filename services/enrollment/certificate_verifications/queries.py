"""The reading of a certificate by its number, for anybody."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.attendance.rules import masked_name
from services.enrollment.certificate_verifications.schemas import VerificationRead
from services.enrollment.certificates.queries import find_by_number
from services.enrollment.certificates.rules import as_printed, sealed_name
from services.enrollment.identities.rules import NikKeys
from services.enrollment.person_keys.operations import open_for


async def find_verification(
    session: AsyncSession, typed: str, *, keys: NikKeys
) -> VerificationRead | None:
    """Return what a certificate says whose number somebody has typed; None when there is none."""
    row = await find_by_number(session, as_printed(typed))
    if row is None:
        return None
    where = sealed_name(row.id)
    name = await open_for(session, keys, row.participant_id, where, row.name_cipher)
    values = {
        each: getattr(row, each) for each in VerificationRead.model_fields if hasattr(row, each)
    }
    return VerificationRead(
        **values,
        name=None if name is None else masked_name(name.decode()),
    )
