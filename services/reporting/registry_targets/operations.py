"""What the registry's events do to targets, in the transaction that moves the cursor."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.registry_targets import rules
from services.reporting.targets.rules import TargetOrigin
from services.reporting.targets.tables import Target
from shared.schemas.registry import AgreementTargetsStated, FacilityCell, FacilityRoleStated

_OF_REGISTRY: Final = (TargetOrigin.AGREEMENT, TargetOrigin.HIRING)
_KEPT: Final = frozenset({"id", "version"})


async def keep_promises(
    session: AsyncSession, stated: AgreementTargetsStated, *, version: int, at: datetime
) -> None:
    """Let an agreement's targets be those stated; the others are withdrawn.

    A statement older than the one known changes nothing.
    """
    if stated.stated is None:
        return
    own = Target.agreement_id == stated.agreement_id
    known = await session.scalar(select(func.max(Target.source_version)).where(own))
    if known is not None and known >= version:
        return
    rows = rules.promised(stated, version=version, at=at)
    ids = [row["id"] for row in rows]
    await session.execute(
        update(Target)
        .where(own, Target.id.not_in(ids), Target.withdrawn_at.is_(None))
        .values(withdrawn_at=at, version=Target.version + 1, source_version=version)
        .execution_options(synchronize_session=False)
    )
    await _write(session, rows)


async def _write(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        return
    statement = insert(Target).values(sorted(map(dict, rows), key=lambda row: row["id"]))
    changed = {name: statement.excluded[name] for name in rows[0] if name not in _KEPT}
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={**changed, "version": Target.version + 1},
            where=Target.source_version < statement.excluded.source_version,
        )
    )


async def sign_promises(session: AsyncSession, agreement_id: UUID) -> None:
    """Let what a draft said be promised: its agreement was signed."""
    await session.execute(
        update(Target)
        .where(Target.agreement_id == agreement_id, Target.signed.is_(False))
        .values(signed=True, version=Target.version + 1)
        .execution_options(synchronize_session=False)
    )


async def end_promises(session: AsyncSession, agreement_id: UUID, *, at: datetime) -> None:
    """Withdraw what an agreement promised that holds no more."""
    await session.execute(
        update(Target)
        .where(Target.agreement_id == agreement_id, Target.withdrawn_at.is_(None))
        .values(withdrawn_at=at, version=Target.version + 1)
        .execution_options(synchronize_session=False)
    )


async def keep_commitment(
    session: AsyncSession, role: FacilityRoleStated, *, version: int, at: datetime
) -> None:
    """Keep what a partner has committed itself to hire; one that ends before its day is none."""
    row = rules.committed(role, version=version, at=at)
    if row is None:
        return
    if role.valid_to is not None and role.valid_to < row["by_day"]:
        row["withdrawn_at"] = at
    await _write(session, [row])


async def relocate_targets(session: AsyncSession, facility_id: UUID, cell: FacilityCell) -> None:
    """Let the targets of a facility lie where it lies."""
    await session.execute(
        update(Target)
        .where(Target.facility_id == facility_id)
        .values(
            province_code=cell.province_code,
            regency_code=cell.regency_code,
            owner_ministry=cell.owner_ministry,
        )
        .execution_options(synchronize_session=False)
    )


async def merge_targets(session: AsyncSession, *, gone: UUID, stays: UUID) -> None:
    """Let the targets of a facility that was merged be those of the one that stays."""
    await session.execute(
        update(Target)
        .where(Target.facility_id == gone)
        .values(facility_id=stays)
        .execution_options(synchronize_session=False)
    )


async def forget_targets(session: AsyncSession) -> None:
    """Forget what the registry stated: it was restored, and states it again."""
    await session.execute(delete(Target).where(Target.origin.in_(_OF_REGISTRY)))
