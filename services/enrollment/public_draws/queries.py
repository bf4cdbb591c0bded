"""The published draw, built as JSON where its rows are."""

import json
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.public_draws.rules import DrawUnknownError
from services.enrollment.selections.tables import Selection
from services.enrollment.waves.rules import SelectionMethod
from shared.schemas.enrollment import SelectionState

# No preview has this number: until the announcement nothing is joined.
_NONE: Final = 0
_APPLICATIONS: Final = text("""
    SELECT coalesce(json_agg(json_build_object(
             'id', entry.application_id,
             'choices', ARRAY(SELECT coalesce(wanted.class_id, wanted.facility_id)
                                FROM unnest(entry.facility_ids, entry.class_ids)
                                     WITH ORDINALITY AS wanted (facility_id, class_id, rank)
                               ORDER BY wanted.rank),
             'score', CASE WHEN :scored THEN result.points END,
             'rank', result.rank, 'outcome', result.outcome, 'class_id', result.class_id)
             ORDER BY entry.application_id), '[]')::text
      FROM enrollment.selection_entry entry
      LEFT JOIN enrollment.selection_result result
             ON result.wave_id = entry.wave_id AND result.application_id = entry.application_id
            AND result.preview = :preview
     WHERE entry.wave_id = :wave_id
""")


async def draw_json(session: AsyncSession, selection: Selection) -> str:
    """Return what is published of a draw: the list, and once it is announced all that it gave.

    Raises:
        DrawUnknownError: when the list is not frozen.
    """
    if selection.state is SelectionState.COMMITTED:
        raise DrawUnknownError
    announced = selection.state is SelectionState.ANNOUNCED
    terms = selection.terms if announced and selection.terms is not None else {}
    applications = await session.scalar(
        _APPLICATIONS,
        {
            "wave_id": selection.wave_id,
            "preview": selection.preview if announced else _NONE,
            "scored": selection.method is SelectionMethod.SCORE,
        },
    )
    head = {
        "wave_id": str(selection.wave_id),
        "classes": terms.get("classes", []),
        "quotas": terms.get("quotas", []),
    }
    return f'{json.dumps(head)[:-1]}, "applications": {applications}}}'
