"""The erasure of what was kept long enough, some rows in a transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Delete, Update, delete, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.accommodation_needs.tables import AccommodationNeed
from services.enrollment.applications.tables import (
    Application,
    ApplicationChoice,
    ApplicationCode,
    ApplicationDocument,
)
from services.enrollment.base import Event
from services.enrollment.notices.tables import Notice
from services.enrollment.participants.tables import Participant
from services.enrollment.retention import queries, rules
from services.enrollment.retention.rules import RetentionRule
from services.enrollment.retention.tables import RetentionRun
from services.enrollment.sheets.tables import SheetCorrection
from shared.db.events import emit
from shared.ids import new_id
from shared.schemas.enrollment import RetentionApplied, Topic
from shared.scope import Place

_NO_CONTACTS: Final = dict.fromkeys(("phone", "email", "phone_verified_at", "email_verified_at"))
_KEYS: Final[Mapping[str, tuple[Any, ...]]] = MappingProxyType(
    {
        rules.NEEDS.name: (AccommodationNeed.participant_id, AccommodationNeed.id),
        rules.DOCUMENTS.name: (
            ApplicationDocument.participant_id,
            ApplicationDocument.application_id,
            ApplicationDocument.id,
        ),
        rules.NOTICES.name: (Notice.participant_id, Notice.id),
        rules.ATTENDANCE.name: (
            SheetCorrection.class_id,
            SheetCorrection.position,
            SheetCorrection.version,
        ),
    }
)


async def begin_run(session: AsyncSession, rule: RetentionRule, *, now: datetime) -> RetentionRun:
    """Return the run of a rule that is under way, or a new one."""
    run = await queries.last_run(session, rule)
    if run is None or run.ended_at is not None:
        run = RetentionRun(id=new_id(), rule=rule.name, began_at=now, rows=0)
        session.add(run)
        await session.flush()
    return run


async def erase_found(
    session: AsyncSession, rule: RetentionRule, found: Sequence[tuple[Any, ...]], *, now: datetime
) -> int:
    """Erase those of the rows found that are still due and that nobody is changing."""
    if not found:
        return 0
    due = queries.DUE[rule.name](rules.kept_since(rule, now=now))
    columns = list(due.selected_columns)
    own = columns[0].in_([each[0] for each in found])
    if len(columns) > 1:
        own = tuple_(*columns).in_(found)
    of = _KEYS[rule.name][0].class_ if rule.name in _KEYS else _table_of(rule)
    locked = due.where(own).with_for_update(of=of, skip_locked=True)
    keys = [tuple(each) for each in (await session.execute(locked)).all()]
    for statement in _erasing(rule, keys):
        await session.execute(statement.execution_options(synchronize_session=False))
    return len(keys)


def _table_of(rule: RetentionRule) -> type[Participant | Application]:
    return Participant if rule is rules.CONTACTS else Application


def _erasing(rule: RetentionRule, keys: Sequence[tuple[Any, ...]]) -> list[Delete | Update]:
    """Return the statements that erase rows; what hangs on a row goes before it."""
    if not keys:
        return []
    if rule is rules.CONTACTS:
        people = [each[0] for each in keys]
        changed = {**_NO_CONTACTS, "version": Participant.version + 1}
        return [update(Participant).where(Participant.id.in_(people)).values(changed)]
    if rule is rules.DRAFTS:
        return _drafts(keys)
    columns = _KEYS[rule.name]
    return [delete(columns[0].class_).where(tuple_(*columns).in_(keys))]


def _drafts(keys: Sequence[tuple[Any, ...]]) -> list[Delete | Update]:
    of = [
        (each, (each.participant_id, each.application_id))
        for each in (ApplicationDocument, ApplicationChoice)
    ]
    codes = delete(ApplicationCode).where(
        ApplicationCode.application_id.in_([each[1] for each in keys])
    )
    return [
        *(delete(table).where(tuple_(*columns).in_(keys)) for table, columns in of),
        codes,
        delete(Application).where(tuple_(Application.participant_id, Application.id).in_(keys)),
    ]


async def count_up(session: AsyncSession, run: RetentionRun, *, rows: int) -> None:
    """Note how far a run has come."""
    await session.execute(
        update(RetentionRun)
        .where(RetentionRun.id == run.id)
        .values(rows=RetentionRun.rows + rows)
        .execution_options(synchronize_session=False)
    )


async def end_run(session: AsyncSession, run: RetentionRun, *, now: datetime) -> None:
    """Note that a run is over, and tell it when it erased anything."""
    kept = await session.get_one(RetentionRun, run.id)
    kept.ended_at = now
    await session.flush()
    if kept.rows:
        await emit(
            session,
            Event,
            topic=Topic.RETENTION_APPLIED,
            stream_id=run.id,
            event=RetentionApplied(rule=kept.rule, rows=kept.rows),
            place=Place(),
            occurred_at=now,
        )
