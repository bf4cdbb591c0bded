"""Reads of what a draw is made from, and of what it gave."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.classes.tables import Class
from services.enrollment.draws.rules import (
    Choice,
    Entry,
    MissingScore,
    Quota,
    Room,
    Why,
    is_missing,
    weighted,
)
from services.enrollment.quotas.rules import QuotaKind
from services.enrollment.quotas.tables import WaveQuota
from services.enrollment.scores.tables import Score
from services.enrollment.selection_criteria.queries import find_criteria, weights_of
from services.enrollment.selection_previews.rules import PreviewUnknownError
from services.enrollment.selection_previews.schemas import FacilityCount, PreviewRead, QuotaCount
from services.enrollment.selections.tables import Selection, SelectionResult
from shared.schemas.enrollment import ApplicationState, ClassState, SelectionState

# One row per application of the frozen list: how it stands, whether the person holds a place in the
# programme, what it was scored, and in which quotas the person counts.
_ENTRIES: Final = text("""
    SELECT entry.application_id, entry.facility_ids, entry.class_ids, filed.state,
           EXISTS (SELECT FROM enrollment.program_claim claim
                     JOIN enrollment.participant person ON person.nik_index = claim.nik_index
                    WHERE person.id = filed.participant_id
                      AND claim.program_id = filed.program_id) AS held,
           (SELECT jsonb_object_agg(score.criterion, score.points) FROM enrollment.score
             WHERE score.wave_id = entry.wave_id
               AND score.application_id = entry.application_id) AS scores,
           ARRAY(SELECT quota.id FROM enrollment.wave_quota quota
                  WHERE quota.wave_id = entry.wave_id
                    AND enrollment.in_quota(quota.dimension, quota.value, filed.home_province_code,
                                            filed.sex, filed.entrant_kind, filed.disability)
                ) AS quotas
      FROM enrollment.selection_entry entry
      LEFT JOIN enrollment.application filed
             ON filed.wave_id = entry.wave_id AND filed.id = entry.application_id
     WHERE entry.wave_id = :wave_id AND entry.application_id > :after
     ORDER BY entry.application_id LIMIT :limit
""")
# A digest of all that may still change between the draw and its approval; the list cannot.
_INPUTS: Final = text("""
    SELECT concat_ws(E'\\n',
      (SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
                entry.application_id, filed.state, claim.class_id, filed.sex, filed.entrant_kind,
                filed.disability, filed.home_province_code), ','
                ORDER BY entry.application_id), ''), 'UTF8')), 'hex')
         FROM enrollment.selection_entry entry
         LEFT JOIN enrollment.application filed
                ON filed.wave_id = entry.wave_id AND filed.id = entry.application_id
         LEFT JOIN enrollment.participant person ON person.id = filed.participant_id
         LEFT JOIN enrollment.program_claim claim
                ON claim.program_id = filed.program_id AND claim.nik_index = person.nik_index
        WHERE entry.wave_id = :wave_id),
      (SELECT encode(sha256(convert_to(coalesce(string_agg(concat_ws('|',
                application_id, criterion, points), ','
                ORDER BY application_id, criterion), ''), 'UTF8')), 'hex')
         FROM enrollment.score WHERE wave_id = :wave_id),
      (SELECT string_agg(concat_ws('|',
                id, code, facility_id, state, capacity, reserve_capacity, taken, waiting), ','
                ORDER BY id)
         FROM enrollment.class WHERE wave_id = :wave_id),
      (SELECT string_agg(concat_ws('|',
                id, dimension, value, kind, seats, taken, release_at <= :now), ',' ORDER BY id)
         FROM enrollment.wave_quota WHERE wave_id = :wave_id),
      (SELECT version FROM enrollment.selection_criteria WHERE wave_id = :wave_id))
""")


@dataclass(frozen=True, slots=True)
class Terms:
    """What there is to give in a wave, and by which quotas; as it is published and kept."""

    rooms: Sequence[Room]
    quotas: Sequence[Quota]
    published: dict[str, Any]
    facility_of: Mapping[UUID, UUID] = field(default_factory=dict)


async def inputs_digest(session: AsyncSession, wave_id: UUID, *, now: datetime) -> bytes:
    """Return the SHA-256 of all that a draw `now` is made from, read in one statement."""
    found = await session.scalar(_INPUTS, {"wave_id": wave_id, "now": now})
    return hashlib.sha256((found or "").encode()).digest()


async def has_scored(session: AsyncSession, wave_id: UUID, *, by: str) -> bool:
    """Tell whether somebody has given a score that counts in a wave."""
    given = select(Score.points).where(Score.wave_id == wave_id, Score.given_by == by).exists()
    return bool(await session.scalar(select(given)))


async def hold_classes(session: AsyncSession, wave_id: UUID) -> None:
    """Keep the classes of a wave as they are until the transaction ends, locked by their ids."""
    statement = select(Class.id).where(Class.wave_id == wave_id).order_by(Class.id)
    await session.execute(statement.with_for_update(read=True))


async def list_entries(
    session: AsyncSession, selection: Selection, *, after: UUID | None, limit: int
) -> list[Entry]:
    """Return up to `limit` of the frozen list that follow `after`, as a draw sees them."""
    criteria = await find_criteria(session, selection.wave_id)
    weights = weights_of(criteria)
    needed = criteria is not None and criteria.missing is MissingScore.INELIGIBLE
    rows = await session.execute(
        _ENTRIES,
        {"wave_id": selection.wave_id, "after": after or UUID(int=0), "limit": limit},
    )
    return [_entry(row, weights=weights, needed=needed) for row in rows]


def _entry(row: Any, *, weights: Mapping[str, int], needed: bool) -> Entry:  # noqa: ANN401 - a row
    scores: dict[str, int] = row.scores or {}
    refused = None
    if row.state != ApplicationState.SUBMITTED:
        refused = Why.WITHDRAWN
    elif row.held:
        refused = Why.ALREADY_ENROLLED
    elif needed and is_missing(weights, scores):
        refused = Why.SCORE_MISSING
    return Entry(
        id=row.application_id,
        choices=tuple(map(Choice, row.facility_ids, row.class_ids)),
        points=weighted(weights, scores),
        refused=refused,
        quotas=frozenset(row.quotas),
    )


async def read_terms(session: AsyncSession, wave_id: UUID, *, now: datetime) -> Terms:
    """Return what the classes and quotas of a wave leave to give `now`, classes by their codes."""
    statement = select(Class).where(Class.wave_id == wave_id).order_by(Class.code)
    classes = (await session.scalars(statement)).all()
    planned = [each for each in classes if each.state is ClassState.PLANNED]
    rooms = [
        Room(
            id=each.id,
            facility_id=each.facility_id,
            seats=each.capacity - each.taken,
            reserve=each.reserve_capacity - each.waiting,
        )
        for each in planned
    ]
    held = [each for each in classes if each.state is not ClassState.CANCELLED]
    in_force = await _quotas(session, wave_id, now=now)
    capacity, taken = sum(each.capacity for each in held), sum(each.taken for each in held)
    quotas = [_quota(each, capacity=capacity, taken=taken) for each in in_force]
    return Terms(
        rooms=rooms,
        quotas=quotas,
        published={
            "classes": [
                {
                    "id": str(each.id),
                    "code": each.code,
                    "facility_id": str(each.facility_id),
                    "seats": room.seats,
                    "reserve": room.reserve,
                }
                for each, room in zip(planned, rooms, strict=True)
            ],
            "quotas": [_published(*each) for each in zip(in_force, quotas, strict=True)],
        },
        facility_of={each.id: each.facility_id for each in rooms},
    )


async def _quotas(session: AsyncSession, wave_id: UUID, *, now: datetime) -> Sequence[WaveQuota]:
    statement = (
        select(WaveQuota)
        .where(
            WaveQuota.wave_id == wave_id,
            WaveQuota.release_at.is_(None) | (WaveQuota.release_at > now),
        )
        .order_by(WaveQuota.id)
    )
    return (await session.scalars(statement)).all()


def _quota(row: WaveQuota, *, capacity: int, taken: int) -> Quota:
    if row.kind is QuotaKind.AT_MOST:
        return Quota(row.id, members=True, left=row.seats - row.taken)
    others = taken - row.taken
    return Quota(row.id, members=False, left=capacity - row.seats - others)


def _published(row: WaveQuota, quota: Quota) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "dimension": row.dimension.value,
        "value": row.value,
        "kind": row.kind.value,
        "seats": row.seats,
        "left": quota.left,
    }


def preview_of(selection: Selection) -> PreviewRead:
    """Return what was drawn, in numbers.

    Raises:
        PreviewUnknownError: when there is no preview.
    """
    terms, counts = selection.terms, selection.counts
    if (
        selection.state in (SelectionState.COMMITTED, SelectionState.CLOSED)
        or terms is None
        or counts is None
        or selection.result_digest is None
    ):
        raise PreviewUnknownError
    return PreviewRead.model_validate(
        {
            **{name: getattr(selection, name, None) for name in PreviewRead.model_fields},
            "number": selection.preview,
            "result_digest": selection.result_digest.hex(),
            "outcomes": counts["outcomes"],
            "facilities": [
                FacilityCount(
                    facility_id=facility,
                    placed=count.get("PLACED", 0),
                    reserve=count.get("RESERVE", 0),
                )
                for facility, count in counts["facilities"].items()
            ],
            "quotas": [
                QuotaCount.model_validate({**each, **counts["quotas"][each["id"]]})
                for each in terms["quotas"]
            ],
        }
    )


async def list_results(
    session: AsyncSession, selection: Selection, *, after: int, limit: int
) -> Sequence[SelectionResult]:
    """Return up to `limit` results of the last preview that follow position `after`."""
    statement = (
        select(SelectionResult)
        .where(
            SelectionResult.wave_id == selection.wave_id,
            SelectionResult.preview == selection.preview,
            SelectionResult.position > after,
        )
        .order_by(SelectionResult.position)
        .limit(limit)
    )
    return (await session.scalars(statement)).all()
