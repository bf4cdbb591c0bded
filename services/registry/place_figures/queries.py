"""What is true of places now, as figures count it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Uuid, any_, literal, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreement_actions.tables import AgreementAction
from services.registry.agreements.tables import Agreement, AgreementFacility
from services.registry.facilities.tables import Facility
from services.registry.utilisation.queries import hours_of
from shared.schemas.registry import Hours, HoursCell, Standing, StandingCell, StandingKind

# What stands of facilities. A closed one has no class, roadmap or coverage any more; what became
# of its tenants, and of the money that built it, stays.
_STANDINGS: Final = text(
    """
    WITH site AS (
        SELECT id, province_code, regency_code, kind, owner_ministry, status <> 'CLOSED' AS open
        FROM registry.facility WHERE id = ANY(CAST(:ids AS uuid[]))
    ), late AS (
        SELECT milestone.facility_id, CASE
            WHEN milestone.status IN ('PLANNED', 'IN_PROGRESS')
                AND milestone.due_on < CAST(:today AS date) THEN 'OVERDUE'
            ELSE milestone.status END AS value
        FROM registry.roadmap_milestone AS milestone
        JOIN site ON site.id = milestone.facility_id AND site.open
    ), paid AS (
        SELECT development_id, sum(amount_rupiah) AS amount
        FROM registry.development_step GROUP BY development_id
    ), found AS (
        (SELECT DISTINCT ON (assessed.facility_id) assessed.facility_id, 'MATURITY' AS kind,
            assessed.maturity_class AS value, '' AS detail, '' AS co_ministry, 1 AS n, 0 AS amount
        FROM registry.maturity_assessment AS assessed
        JOIN site ON site.id = assessed.facility_id AND site.open
        ORDER BY assessed.facility_id, assessed.year DESC)
        UNION ALL
        SELECT facility_id, 'ROADMAP', 'ADOPTED', CAST(template_version AS text), '', 1, 0
        FROM registry.roadmap JOIN site ON site.id = facility_id AND site.open
        UNION ALL
        SELECT facility_id, 'MILESTONE', value, '', '', 1, 0 FROM late
        UNION ALL
        SELECT facility_id, 'INCUBATOR', CASE
            WHEN state = 'ENDED' THEN state
            WHEN CAST(:today AS date) > valid_to THEN 'EXPIRED'
            WHEN CAST(:today AS date) < valid_from THEN 'COMING'
            ELSE state END, '', '', 1, capacity
        FROM registry.incubator WHERE facility_id IN (SELECT id FROM site)
        UNION ALL
        SELECT facility_id, 'TENANT', status, CASE status
            WHEN 'IN' THEN stage ELSE coalesce(result, '') END, '', 1, 0
        FROM registry.incubator_tenant WHERE facility_id IN (SELECT id FROM site)
        UNION ALL
        SELECT facility_id, 'DEVELOPMENT', step, CASE
            WHEN step <> 'ACCOUNTED_FOR' AND accounts_due_on < CAST(:today AS date) THEN 'OVERDUE'
            ELSE '' END, co_ministry, 1, coalesce(paid.amount, 0)
        FROM registry.development LEFT JOIN paid ON paid.development_id = development.id
        WHERE facility_id IN (SELECT id FROM site)
        UNION ALL
        SELECT facility_id, 'GRANT', 'GRANTED', '', co_ministry, 1, grant_rupiah
        FROM registry.development WHERE facility_id IN (SELECT id FROM site)
        UNION ALL
        SELECT site.id, 'COVERAGE', CASE WHEN EXISTS (
            SELECT FROM registry.agreement_facility AS covered
            JOIN registry.agreement ON agreement.id = covered.agreement_id
            WHERE covered.facility_id = site.id AND agreement.state <> 'DRAFT'
                AND CAST(:today AS date) BETWEEN covered.valid_from
                    AND coalesce(covered.valid_to, 'infinity')
                AND CAST(:today AS date) BETWEEN agreement.valid_from
                    AND coalesce(agreement.valid_to, 'infinity')
                AND CAST(:today AS date) < coalesce(agreement.ended_on, 'infinity')
        ) THEN 'COVERED' ELSE 'UNCOVERED' END, '', '', 1, 0
        FROM site WHERE site.open
    )
    SELECT site.id AS subject_id, site.id AS facility_id, site.province_code, site.regency_code,
        site.kind AS facility_kind, site.owner_ministry, found.co_ministry, found.kind,
        found.value, found.detail, sum(found.n) AS n, CAST(sum(found.amount) AS bigint) AS amount
    FROM found JOIN site ON site.id = found.facility_id
    GROUP BY site.id, site.province_code, site.regency_code, site.kind, site.owner_ministry,
        found.co_ministry, found.kind, found.value, found.detail
    ORDER BY site.id, found.kind, found.value, found.detail, found.co_ministry
    """
)
_ACTIONS: Final = text(
    """
    WITH late AS (
        SELECT action.agreement_id, action.facility_id, action.owner_ministry, action.co_ministry,
            CASE WHEN action.status IN ('PLANNED', 'IN_PROGRESS')
                AND action.due_on < CAST(:today AS date) THEN 'OVERDUE'
            ELSE action.status END AS value
        FROM registry.agreement_action AS action
        WHERE action.agreement_id = ANY(CAST(:ids AS uuid[]))
    )
    SELECT late.agreement_id AS subject_id, late.facility_id,
        coalesce(facility.province_code, '') AS province_code,
        coalesce(facility.regency_code, '') AS regency_code,
        coalesce(facility.kind, '') AS facility_kind, late.owner_ministry,
        coalesce(late.co_ministry, '') AS co_ministry, 'ACTION' AS kind, late.value, '' AS detail,
        count(*) AS n, 0 AS amount
    FROM late LEFT JOIN registry.facility ON facility.id = late.facility_id
    GROUP BY late.agreement_id, late.facility_id, facility.province_code, facility.regency_code,
        facility.kind, late.owner_ministry, late.co_ministry, late.value
    ORDER BY late.agreement_id, late.facility_id, late.owner_ministry, late.co_ministry, late.value
    """
)
_HOURS: Final = text(
    f"""
    WITH month AS (
        SELECT m AS first, CAST(m + interval '1 month' AS date) AS next
        FROM unnest(CAST(:months AS date[])) AS m
    ), wanted AS (
        SELECT CAST(id AS text) AS key, month.first, month.next
        FROM unnest(CAST(:ids AS uuid[])) AS id CROSS JOIN month
    ), {hours_of(key="CAST(facility.id AS text)", where="facility.id = ANY(CAST(:ids AS uuid[]))")},
    used AS (
        SELECT place.facility_id, taken.first, taken.purpose, taken.co_ministry AS ministry,
            0 AS spaces, 0 AS open, sum(taken.booked) AS booked,
            coalesce(sum(taken.used), 0) AS used,
            coalesce(sum(taken.used) FILTER (WHERE place.stated), 0) AS of_open
        FROM taken JOIN place ON place.id = taken.id
        GROUP BY place.facility_id, taken.first, taken.purpose, taken.co_ministry
        UNION ALL
        SELECT place.facility_id, month.first, '', '', count(*),
            sum(coalesce(open.seconds, 0) - coalesce(lost.seconds, 0)), 0, 0, 0
        FROM place CROSS JOIN month
        LEFT JOIN open ON open.facility_id = place.facility_id AND open.first = month.first
        LEFT JOIN lost ON lost.id = place.id AND lost.first = month.first
        WHERE place.stated
        GROUP BY place.facility_id, month.first
    )
    SELECT facility.id AS facility_id, facility.province_code, facility.regency_code,
        facility.kind AS facility_kind, facility.owner_ministry,
        to_char(used.first, 'YYYY-MM') AS month, used.purpose, used.ministry AS using_ministry,
        used.spaces, CAST(round(used.open / 60) AS bigint) AS open_minutes,
        CAST(round(used.booked / 60) AS bigint) AS booked_minutes,
        CAST(round(used.used / 60) AS bigint) AS used_minutes,
        CAST(round(used.of_open / 60) AS bigint) AS used_of_open
    FROM used JOIN registry.facility ON facility.id = used.facility_id
    WHERE used.open <> 0 OR used.booked <> 0
    ORDER BY facility.id, used.first, used.purpose, used.ministry
    """  # noqa: S608 - put together from constants only; values are parameters
)


async def standings_of(
    session: AsyncSession, facilities: Sequence[UUID], *, today: date
) -> Mapping[UUID, list[Standing]]:
    """Return what stands of facilities on a day, by facility."""
    found = await session.execute(_STANDINGS, {"ids": list(facilities), "today": today})
    return _by_subject(found.all())


async def standings_of_agreements(
    session: AsyncSession, agreements: Sequence[UUID], *, today: date
) -> Mapping[UUID, list[Standing]]:
    """Return what stands of agreements and of their actions on a day, by agreement."""
    ids = literal(list(agreements), ARRAY(Uuid()))
    statement = select(Agreement).where(Agreement.id == any_(ids)).order_by(Agreement.id)
    rows = (await session.execute(_ACTIONS, {"ids": list(agreements), "today": today})).all()
    found = defaultdict(list, _by_subject(rows))
    for agreement in (await session.scalars(statement)).all():
        cell = StandingCell(
            kind=StandingKind.AGREEMENT,
            value=agreement.term.state_on(today),
            detail=agreement.kind,
            facility_id=None,
            province_code="",
            regency_code="",
            facility_kind="",
            owner_ministry=agreement.owner_ministry,
            co_ministry=agreement.co_ministry or "",
        )
        found[agreement.id].append(Standing(cell=cell, n=1))
    return found


def _by_subject(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[UUID, list[Standing]]:
    found: dict[UUID, list[Standing]] = defaultdict(list)
    for row in rows:
        cell = StandingCell.model_validate(row)
        found[row.subject_id].append(Standing(cell=cell, n=row.n, amount=row.amount))
    return found


async def hours_of_facilities(
    session: AsyncSession, facilities: Sequence[UUID], *, months: Sequence[date]
) -> Mapping[UUID, list[Hours]]:
    """Return the hours of facilities in some months (their first days, in order), by facility."""
    rows = await session.execute(
        _HOURS,
        {
            "ids": list(facilities),
            "months": list(months),
            "first": months[0],
            "last": months[-1],
        },
    )
    found: dict[UUID, list[Hours]] = defaultdict(list)
    for row in rows:
        hours = Hours(
            cell=HoursCell.model_validate(row),
            spaces=row.spaces,
            open_minutes=row.open_minutes,
            booked_minutes=row.booked_minutes,
            used_minutes=row.used_minutes,
            used_of_open=row.used_of_open,
        )
        found[row.facility_id].append(hours)
    return found


async def covered_by(session: AsyncSession, agreements: Iterable[UUID]) -> set[UUID]:
    """Return the facilities that agreements cover on any day."""
    ids = literal(sorted(agreements), ARRAY(Uuid()))
    found = await session.scalars(
        select(AgreementFacility.facility_id).where(AgreementFacility.agreement_id == any_(ids))
    )
    return set(found)


async def acting_at(session: AsyncSession, facilities: Iterable[UUID]) -> set[UUID]:
    """Return the agreements that have actions at facilities."""
    ids = literal(sorted(facilities), ARRAY(Uuid()))
    found = await session.scalars(
        select(AgreementAction.agreement_id).where(AgreementAction.facility_id == any_(ids))
    )
    return set(found)


async def facilities_after(
    session: AsyncSession, after: UUID | None, *, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` ids of facilities that follow one, in their order."""
    statement = select(Facility.id).order_by(Facility.id).limit(limit)
    if after is not None:
        statement = statement.where(Facility.id > after)
    return (await session.scalars(statement)).all()


async def agreements_after(
    session: AsyncSession, after: UUID | None, *, limit: int
) -> Sequence[UUID]:
    """Return up to `limit` ids of agreements that follow one, in their order."""
    statement = select(Agreement.id).order_by(Agreement.id).limit(limit)
    if after is not None:
        statement = statement.where(Agreement.id > after)
    return (await session.scalars(statement)).all()
