"""Reads of sealed files."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.people_imports.rules import UploadUnknownError
from services.enrollment.people_imports.tables import UploadKey, UploadPart


async def find_key(session: AsyncSession, upload_id: UUID) -> UploadKey | None:
    """Return the key of a sealed file; None when it is gone, or was never sealed."""
    return await session.get(UploadKey, upload_id)


async def own_key(
    session: AsyncSession, upload_id: UUID, *, owner: str, for_update: bool = False
) -> UploadKey:
    """Return the key of a file that the caller has sent.

    Raises:
        UploadUnknownError: when there is none, or it is somebody else's.
    """
    statement = select(UploadKey).where(UploadKey.upload_id == upload_id, UploadKey.owner == owner)
    found = await session.scalar(statement.with_for_update() if for_update else statement)
    if found is None:
        raise UploadUnknownError
    return found


async def list_pieces(session: AsyncSession, upload_id: UUID) -> list[tuple[int, int]]:
    """Return the numbers of a file's pieces in their order."""
    statement = (
        select(UploadPart.part, UploadPart.piece)
        .where(UploadPart.upload_id == upload_id)
        .order_by(UploadPart.part, UploadPart.piece)
    )
    return [(part, piece) for part, piece in await session.execute(statement)]


async def read_piece(session: AsyncSession, upload_id: UUID, part: int, piece: int) -> bytes | None:
    """Return a sealed piece of a file."""
    return await session.scalar(
        select(UploadPart.content).where(
            UploadPart.upload_id == upload_id,
            UploadPart.part == part,
            UploadPart.piece == piece,
        )
    )
