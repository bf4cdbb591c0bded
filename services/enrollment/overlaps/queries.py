"""Reads of overlaps."""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession

from shared.schemas.enrollment import HOLDS_SEAT

# How many places of a programme are gone through for one page: a programme in which hardly anybody
# overlaps would otherwise be read from end to end.
WINDOW: Final = 10_000

Position: TypeAlias = tuple[str, UUID]
START: Final[Position] = ("", UUID(int=0))

_OVERLAPS: Final = text("""
    WITH walked AS MATERIALIZED (
        SELECT c.code, e.class_id, e.id AS enrollment_id, e.participant_id, e.program_id, e.wave_id,
               e.facility_id, e.province_code, e.state, c.module_title, c.starts_at,
               coalesce(c.ends_at, c.starts_at) AS ends_at
          FROM enrollment.class c
          JOIN enrollment.enrollment e ON e.class_id = c.id
         WHERE c.program_id = :program_id AND c.code >= :code AND (c.code, e.id) > (:code, :id)
           AND e.state = ANY(:held)
         ORDER BY c.code, e.id LIMIT :window),
    found AS (
        SELECT walked.*, other.others
          FROM walked CROSS JOIN LATERAL (
            SELECT jsonb_agg(to_jsonb(place) ORDER BY starts_at, enrollment_id) AS others
              FROM (
                SELECT f.class_id, f.id AS enrollment_id, f.program_id, f.wave_id, f.facility_id,
                       f.province_code, f.state, d.module_title, d.starts_at,
                       coalesce(d.ends_at, d.starts_at) AS ends_at,
                       array_remove(ARRAY[
                         CASE WHEN d.starts_at <= walked.ends_at
                               AND walked.starts_at <= coalesce(d.ends_at, d.starts_at)
                              THEN 'DATES' END,
                         CASE WHEN d.module_title = walked.module_title THEN 'MODULE' END,
                         CASE WHEN EXISTS (
                                SELECT FROM enrollment.referral one
                                  JOIN enrollment.referral two
                                    ON two.participant_id = one.participant_id
                                   AND two.kind = one.kind
                                 WHERE one.participant_id = walked.participant_id
                                   AND one.enrollment_id = walked.enrollment_id
                                   AND two.enrollment_id = f.id
                                   AND one.state IN ('ACCEPTED', 'RESULT')
                                   AND two.state IN ('ACCEPTED', 'RESULT'))
                              THEN 'SUPPORT' END], NULL) AS kinds
                  FROM enrollment.enrollment f
                  JOIN enrollment.class d ON d.id = f.class_id
                 WHERE f.participant_id = walked.participant_id AND f.id <> walked.enrollment_id
                   AND f.wave_id <> walked.wave_id AND f.state = ANY(:held)
              ) place
             WHERE cardinality(place.kinds) > 0
          ) other
         WHERE other.others IS NOT NULL
         ORDER BY code, enrollment_id LIMIT :limit),
    edge AS (
        SELECT count(*) OVER () AS walked, code, enrollment_id AS id FROM walked
         ORDER BY code DESC, enrollment_id DESC LIMIT 1)
    SELECT edge.walked, edge.code AS edge_code, edge.id AS edge_id, found.*
      FROM edge LEFT JOIN found ON true
     ORDER BY found.code, found.enrollment_id
""").columns(others=JSONB)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of overlaps; `after` is where the next one goes on, None at the end."""

    rows: list[dict[str, Any]]
    after: Position | None


async def list_overlaps(
    session: AsyncSession,
    program_id: UUID,
    *,
    after: Position,
    limit: int,
    window: int = WINDOW,
) -> Found:
    """Return up to `limit` places of a programme that overlap with others, by class code and id.

    At most `window` places are gone through: a page may hold fewer than `limit`, or none, and be
    followed by another.
    """
    found = await session.execute(
        _OVERLAPS,
        {
            "program_id": program_id,
            "code": after[0],
            "id": after[1],
            "held": sorted(HOLDS_SEAT),
            "window": window,
            "limit": limit,
        },
    )
    rows = [dict(row) for row in found.mappings()]
    if not rows:
        return Found([], None)
    edge: Position = (rows[0]["edge_code"], rows[0]["edge_id"])
    more = rows[0]["walked"] == window
    rows = [row for row in rows if row["enrollment_id"] is not None]
    if len(rows) == limit:
        last: Position = (rows[-1]["code"], rows[-1]["enrollment_id"])
        return Found(rows, last if more or last != edge else None)
    return Found(rows, edge if more else None)
