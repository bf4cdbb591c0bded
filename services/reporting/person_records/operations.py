"""The reading and the erasure of what reporting keeps of a person."""

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import CursorResult, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.reporting.base import Audit, Event
from services.reporting.followup_links.operations import end_links
from services.reporting.followups.rules import IncomeKeyMissingError, IncomeKeys, SealedIncomes
from services.reporting.followups.tables import Answered, FollowUp
from services.reporting.held_grants.tables import BoundLogin
from services.reporting.person_records import queries
from services.reporting.person_records.rules import BLANK, READINGS, added
from services.reporting.restricted_people.operations import mark_erased
from shared.db.audit import note_read
from shared.db.doings import page_of_doings
from shared.db.events import emit
from shared.schemas.enrollment import Doings, DoingsAsked, PersonErasure, PersonRecords
from shared.schemas.reporting import FollowUpSource, PersonForgotten, Topic
from shared.scope import Place

_VERSIONS: Final = "followup_version"


async def read_records(
    session: AsyncSession, participant_id: UUID, *, keys: IncomeKeys | None
) -> PersonRecords:
    """Return all that is kept of a person, amounts of income among it, and note the reading.

    Raises:
        IncomeKeyMissingError: when amounts are there that nothing opens.
    """
    records = await queries.rows_of(session, participant_id)
    shown = {row["id"]: row for row in records.get("followup", [])}
    for each in await queries.followups_of(session, participant_id):
        shown[str(each.id)]["incomes"] = _incomes(each, each.id, keys)
        shown[str(each.id)]["draft"] = _draft(each, keys)
    versions = {(row["followup_id"], row["version"]): row for row in records.get(_VERSIONS, [])}
    for said in await queries.versions_of(session, participant_id):
        row = versions[str(said.followup_id), said.version]
        row["incomes"] = _incomes(said, said.followup_id, keys)
    await note_read(session, Audit, action="person.records.read", subject_id=participant_id)
    return PersonRecords(service="reporting", records=records)


def _incomes(
    said: Answered, followup_id: UUID, keys: IncomeKeys | None
) -> dict[str, int | None] | None:
    if said.incomes_cipher is None or said.incomes_key_id is None:
        return None
    if keys is None or said.incomes_key_id not in keys.keys:
        raise IncomeKeyMissingError
    sealed = SealedIncomes(said.incomes_cipher, said.incomes_key_id)
    told = keys.unseal(sealed, followup_id=followup_id)
    sizes = {"size_before_rupiah": told.size_before, "size_after_rupiah": told.size_after}
    shown = {name: rupiah for name, rupiah in sizes.items() if rupiah is not None}
    return {"before_rupiah": told.before, "after_rupiah": told.after, **shown}


def _draft(followup: FollowUp, keys: IncomeKeys | None) -> dict[str, Any] | None:
    if followup.draft_cipher is None or followup.draft_key_id is None:
        return None
    if keys is None or followup.draft_key_id not in keys.keys:
        raise IncomeKeyMissingError
    sealed = SealedIncomes(followup.draft_cipher, followup.draft_key_id)
    return keys.unseal_draft(sealed, followup_id=followup.id)


async def erase_person(
    session: AsyncSession, participant_id: UUID, *, now: datetime
) -> PersonErasure:
    """Erase amounts, drafts, links and logins of a person; what was counted stays counted.

    Told again, it erases what has come since, and says how much it was in all. Nothing more is
    recorded of the person from then on.
    """
    person = await mark_erased(session, participant_id, now=now)
    rows = {
        "followup": 0,
        _VERSIONS: 0,
        "followup_link": await end_links(session, participant_id, now=now),
        "bound_login": await _forget_logins(session, participant_id),
    }
    for each in await queries.followups_of(session, participant_id, for_update=True):
        drafted = each.draft_cipher is not None
        each.draft_cipher = each.draft_key_id = None
        rows["followup"] += _forget(each) or drafted
    for said in await queries.versions_of(session, participant_id, for_update=True):
        rows[_VERSIONS] += _forget(said)
    if any(rows.values()):
        await _tell(session, participant_id, rows, now=now)
    person.erased_rows = added(person.erased_rows, rows)
    await session.flush()
    return PersonErasure(
        service="reporting", rows=person.erased_rows, erased_at=person.erased_at or now
    )


def _forget(said: Answered) -> bool:
    """Erase what was sealed, and the login of whoever answered for himself; tell if any was."""
    own = said.source is FollowUpSource.SELF and said.recorded_by != BLANK
    if not own and said.incomes_cipher is None:
        return False
    said.incomes_cipher = said.incomes_key_id = None
    said.recorded_by = BLANK if own else said.recorded_by
    return True


async def _tell(
    session: AsyncSession, participant_id: UUID, rows: dict[str, int], *, now: datetime
) -> None:
    await emit(
        session,
        Event,
        topic=Topic.PERSON_FORGOTTEN,
        stream_id=participant_id,
        event=PersonForgotten(participant_id=participant_id, rows=rows),
        place=Place(participant_id=participant_id),
        occurred_at=now,
    )


async def _forget_logins(session: AsyncSession, participant_id: UUID) -> int:
    """Let no login be found that acted as a person; a binding that is told again stays ended."""
    statement = (
        update(BoundLogin)
        .where(BoundLogin.participant_id == participant_id, BoundLogin.holder != BLANK)
        .values(holder=BLANK)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount


async def find_doings(session: AsyncSession, asked: DoingsAsked) -> Doings:
    """Return a page of whose data somebody read or changed here."""
    found = await page_of_doings(session, Audit, Event, asked, actions=READINGS)
    return Doings(service="reporting", doings=found)
