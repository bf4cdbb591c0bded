"""Reads of what classes hold, in one statement however many they are."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.schemas.registry import ClassStanding, StandingAsk

# What `covers` and `holds` of the agreements, and `find_of_class` of the bookings say of one class,
# said of many.
_STANDINGS: Final = text(
    """
    SELECT asked.class_id,
        EXISTS (
            SELECT FROM registry.facility f WHERE f.id = asked.facility_id AND f.status = 'ACTIVE'
        ) AS facility_active,
        CASE WHEN b.id IS NULL THEN NULL WHEN b.hold_until IS NULL THEN 'CONFIRMED' ELSE 'HELD' END
            AS space,
        EXISTS (
            SELECT FROM registry.agreement a
            JOIN registry.agreement_facility c ON c.agreement_id = a.id
            WHERE a.id = asked.agreement_id AND c.facility_id = asked.facility_id
                AND a.state <> 'DRAFT' AND a.valid_from <= asked.first_day
                AND (a.valid_to IS NULL OR a.valid_to >= asked.last_day)
                AND (a.ended_on IS NULL OR a.ended_on > asked.last_day)
                AND c.valid_from <= asked.first_day
                AND (c.valid_to IS NULL OR c.valid_to >= asked.last_day)
        ) AS agreement,
        m.version AS module_version,
        (
            SELECT count(DISTINCT s.instructor_id) FROM registry.engagement_slot s
            WHERE s.class_id = asked.class_id
        ) AS instructors
    FROM jsonb_to_recordset(CAST(:asked AS jsonb)) AS asked (
        class_id uuid, facility_id uuid, booking_id uuid, agreement_id uuid, module_id uuid,
        first_day date, last_day date, place int
    )
    LEFT JOIN registry.booking b ON b.class_id = asked.class_id AND b.id = asked.booking_id
        AND b.state = 'APPROVED' AND (b.hold_until IS NULL OR b.hold_until > now())
    LEFT JOIN registry.module m ON m.id = asked.module_id AND m.state <> 'DRAFT'
    ORDER BY asked.place
    """
)


async def standings_of(session: AsyncSession, asked: Sequence[StandingAsk]) -> list[ClassStanding]:
    """Return how classes stand, in the order in which they were asked for."""
    members = [{**each.model_dump(mode="json"), "place": place} for place, each in enumerate(asked)]
    rows = await session.execute(_STANDINGS, {"asked": json.dumps(members)})
    return [ClassStanding.model_validate(dict(row)) for row in rows.mappings()]
