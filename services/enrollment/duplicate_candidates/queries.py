"""Reads of people who are like others, each by an index."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, any_, bindparam, or_, text
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.enrollment.duplicate_candidates.rules import Likened, pair_of
from services.enrollment.duplicate_candidates.tables import ParticipantDuplicate
from shared.schemas.enrollment import Sex

# Of a day on which many were born, by habit of the register the first of January, those whose names
# begin with one letter are looked at; and some of the others, whose words may stand in another
# order.
_OF_ONE_LETTER: Final = 1_000
_OF_ONE_DAY: Final = 300
_SHARING: Final = 50
_COLUMNS: Final = """o.id, o.name_key, o.birth_date, o.sex, o.nib,
    CASE WHEN o.phone_verified_at IS NOT NULL THEN o.phone END AS phone,
    CASE WHEN o.email_verified_at IS NOT NULL THEN o.email END AS email"""
# The table is another feature's, which asks this one whenever it writes a person.
_OTHERS: Final = text(
    f"""
    SELECT s.id AS subject_id, found.* FROM unnest(:ids) AS asked (id)
    JOIN enrollment.participant s ON s.id = asked.id
    CROSS JOIN LATERAL (
        (SELECT {_COLUMNS} FROM enrollment.participant o
            WHERE o.birth_date = s.birth_date AND o.name_key >= left(s.name_key, 1)
                AND o.name_key < chr(ascii(s.name_key || ' ') + 1)
            ORDER BY o.birth_date, o.name_key LIMIT {_OF_ONE_LETTER})
        UNION
        (SELECT {_COLUMNS} FROM enrollment.participant o WHERE o.birth_date = s.birth_date
            ORDER BY o.birth_date, o.name_key LIMIT {_OF_ONE_DAY})
        UNION
        (SELECT {_COLUMNS} FROM enrollment.participant o
            WHERE s.phone_verified_at IS NOT NULL AND o.phone_verified_at IS NOT NULL
                AND o.phone = s.phone LIMIT {_SHARING})
        UNION
        (SELECT {_COLUMNS} FROM enrollment.participant o
            WHERE s.email_verified_at IS NOT NULL AND o.email_verified_at IS NOT NULL
                AND o.email = s.email LIMIT {_SHARING})
        UNION
        (SELECT {_COLUMNS} FROM enrollment.participant o
            WHERE o.nib IS NOT NULL AND o.nib = s.nib LIMIT {_SHARING})
    ) AS found
    """  # noqa: S608 - put together from constants only
).bindparams(bindparam("ids", type_=ARRAY(SqlUuid())))


async def read_alike(
    session: AsyncSession, participant_ids: Sequence[UUID]
) -> dict[UUID, tuple[Likened, list[Likened]]]:
    """Return each of these people with those worth comparing, in one statement for all."""
    subjects: dict[UUID, Likened] = {}
    others: dict[UUID, list[Likened]] = defaultdict(list)
    for row in await session.execute(_OTHERS, {"ids": list(participant_ids)}):
        if row.id == row.subject_id:
            subjects[row.id] = _likened(row)
        else:
            others[row.subject_id].append(_likened(row))
    # Somebody far down the list of a day need not find himself there.
    missing = [each for each in participant_ids if each not in subjects]
    subjects |= {row.id: _likened(row) for row in await _people(session, missing)}
    return {each: (subjects[each], others[each]) for each in participant_ids if each in subjects}


_PEOPLE: Final = text(
    f"SELECT {_COLUMNS} FROM enrollment.participant o WHERE o.id = ANY(:ids)"  # noqa: S608
).bindparams(bindparam("ids", type_=ARRAY(SqlUuid())))


async def _people(session: AsyncSession, ids: Sequence[UUID]) -> Sequence[Any]:
    return (await session.execute(_PEOPLE, {"ids": list(ids)})).all() if ids else []


def _likened(row: Any) -> Likened:  # noqa: ANN401 - a row of the statement above
    return Likened(
        id=row.id,
        name_key=row.name_key,
        birth_date=row.birth_date,
        sex=Sex(row.sex),
        phone=row.phone,
        email=row.email,
        nib=row.nib,
    )


def of_person(participant_id: UUID) -> ColumnElement[bool]:
    """Return the condition that a pair is of one person and another one."""
    return or_(
        ParticipantDuplicate.a_id == participant_id, ParticipantDuplicate.b_id == participant_id
    )


def of_people(participant_ids: Sequence[UUID]) -> ColumnElement[bool]:
    """Return the condition that a pair is of one of these people and another one."""
    ids = bindparam("of_people", list(participant_ids), type_=ARRAY(SqlUuid()))
    return or_(ParticipantDuplicate.a_id == any_(ids), ParticipantDuplicate.b_id == any_(ids))


def of_both(one: UUID, other: UUID) -> ColumnElement[bool]:
    """Return the condition that a pair is of two people."""
    first, second = pair_of(one, other)
    return and_(ParticipantDuplicate.a_id == first, ParticipantDuplicate.b_id == second)
