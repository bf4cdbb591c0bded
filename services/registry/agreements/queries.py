"""Reads of agreements: nation-wide once signed, drafts and signatories within scope only."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    Uuid,
    and_,
    any_,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from services.registry.access.rules import OutOfScopeError
from services.registry.agreements.rules import (
    EXPIRING,
    AgreementKind,
    AgreementNotFoundError,
    AgreementState,
    CoveredFacilityUnknownError,
    KeptState,
    Term,
)
from services.registry.agreements.schemas import AgreementCreate, AgreementRead, PartyRead
from services.registry.agreements.tables import (
    Agreement,
    AgreementFacility,
    AgreementParty,
    AgreementSignatory,
)
from services.registry.areas.queries import known_codes
from services.registry.areas.rules import AreaUnknownError
from services.registry.facilities.queries import known_ids as known_facilities
from services.registry.institutions.queries import known_ids as known_institutions
from services.registry.institutions.rules import InstitutionUnknownError
from shared.db.within import within
from shared.scope import Scope

_Successor = aliased(Agreement)


@dataclass(frozen=True, slots=True)
class AgreementFilter:
    """What a list of agreements is narrowed to; `on` is the day that decides on states."""

    on: date
    state: AgreementState | None = None
    kind: AgreementKind | None = None
    ministry: str | None = None
    facility_id: UUID | None = None
    institution_id: UUID | None = None
    expires_before: date | None = None


def _with_facilities(on: date) -> Select[Agreement, int, UUID | None]:
    covered = (
        select(func.count(AgreementFacility.facility_id.distinct()))
        .where(
            AgreementFacility.agreement_id == Agreement.id,
            or_(AgreementFacility.valid_to.is_(None), AgreementFacility.valid_to >= on),
        )
        .correlate(Agreement)
        .scalar_subquery()
    )
    successor = (
        select(_Successor.id)
        .where(_Successor.renews_id == Agreement.id, _Successor.state != KeptState.DRAFT)
        .correlate(Agreement)
        .scalar_subquery()
    )
    return select(
        Agreement,
        func.coalesce(covered, 0).label("facilities"),
        successor.label("renewed_by_id"),
    )


def seen_by(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that a caller may read an agreement: a draft is its ministries' own."""
    return or_(Agreement.state != KeptState.DRAFT, within(scope, Agreement))


def is_in(state: AgreementState, on: date) -> ColumnElement[bool]:
    """Return the condition that an agreement is in `state` on a day: `Term.state_on` as SQL."""
    if state is AgreementState.DRAFT:
        return Agreement.state == KeptState.DRAFT
    if state in (AgreementState.TERMINATED, AgreementState.RENEWED):
        return and_(Agreement.state == KeptState(state), Agreement.ended_on <= on)
    living = and_(
        Agreement.state != KeptState.DRAFT,
        or_(Agreement.ended_on.is_(None), Agreement.ended_on > on),
    )
    if state is AgreementState.SIGNED:
        return and_(living, Agreement.valid_from > on)
    if state is AgreementState.EXPIRED:
        return and_(living, Agreement.valid_to < on)
    holding = and_(
        living,
        Agreement.valid_from <= on,
        or_(Agreement.valid_to.is_(None), Agreement.valid_to >= on),
    )
    if state is AgreementState.EXPIRING:
        near = Agreement.valid_to <= on + EXPIRING
        return and_(holding, Agreement.state == KeptState.SIGNED, near)
    far = or_(Agreement.valid_to.is_(None), Agreement.valid_to > on + EXPIRING)
    return and_(holding, or_(Agreement.state != KeptState.SIGNED, far))


def holds(first: date, last: date | None = None) -> ColumnElement[bool]:
    """Return the condition that an agreement is in force from `first` until `last`."""
    until = last or first
    return and_(
        Agreement.state != KeptState.DRAFT,
        Agreement.valid_from <= first,
        or_(Agreement.valid_to.is_(None), Agreement.valid_to >= until),
        or_(Agreement.ended_on.is_(None), Agreement.ended_on > until),
    )


def covers(
    facility_id: UUID, first: date | None = None, last: date | None = None
) -> ColumnElement[bool]:
    """Return the condition that an agreement covers a facility, on given days or on any."""
    condition = exists().where(
        AgreementFacility.agreement_id == Agreement.id,
        AgreementFacility.facility_id == facility_id,
    )
    if first is None:
        return condition
    return condition.where(
        AgreementFacility.valid_from <= first,
        or_(AgreementFacility.valid_to.is_(None), AgreementFacility.valid_to >= (last or first)),
    )


def has_ministry(ministry: str) -> ColumnElement[bool]:
    """Return the condition that a ministry is a party of an agreement."""
    return exists().where(
        AgreementParty.agreement_id == Agreement.id, AgreementParty.ministry == ministry
    )


def _narrowed(wanted: AgreementFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.state is not None:
        conditions.append(is_in(wanted.state, wanted.on))
    if wanted.kind is not None:
        conditions.append(Agreement.kind == wanted.kind)
    if wanted.ministry is not None:
        conditions.append(has_ministry(wanted.ministry))
    if wanted.facility_id is not None:
        conditions.append(covers(wanted.facility_id))
    if wanted.institution_id is not None:
        conditions.append(
            exists().where(
                AgreementParty.agreement_id == Agreement.id,
                AgreementParty.institution_id == wanted.institution_id,
            )
        )
    if wanted.expires_before is not None:
        conditions.append(Agreement.valid_to < wanted.expires_before)
    return conditions


async def list_agreements(
    session: AsyncSession,
    wanted: AgreementFilter,
    *,
    scope: Scope,
    after: str | None,
    limit: int,
) -> list[AgreementRead]:
    """Return up to `limit` agreements that follow number `after`, in the order of their numbers."""
    statement = (
        _with_facilities(wanted.on)
        .where(seen_by(scope), *_narrowed(wanted))
        .order_by(Agreement.number)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(Agreement.number > after)
    return await _read(session, (await session.execute(statement)).all(), on=wanted.on)


async def get_agreement(
    session: AsyncSession, agreement_id: UUID, *, scope: Scope, on: date
) -> AgreementRead:
    """Return one agreement with its parties, in its state on a day.

    Raises:
        AgreementNotFoundError: when there is none of this id, or it is a draft of others.
    """
    statement = _with_facilities(on).where(Agreement.id == agreement_id, seen_by(scope))
    found = await _read(session, (await session.execute(statement)).all(), on=on)
    if not found:
        raise AgreementNotFoundError
    return found[0]


async def find_agreement(session: AsyncSession, agreement_id: UUID, *, scope: Scope) -> Agreement:
    """Return one agreement that the caller may read.

    Raises:
        AgreementNotFoundError: when there is none.
    """
    statement = select(Agreement).where(Agreement.id == agreement_id, seen_by(scope))
    agreement = await session.scalar(statement)
    if agreement is None:
        raise AgreementNotFoundError
    return agreement


async def get_agreement_for_change(
    session: AsyncSession, agreement_id: UUID, *, scope: Scope
) -> Agreement:
    """Return one agreement that the caller may change, locked until the transaction ends.

    Raises:
        AgreementNotFoundError: when there is none of this id, or it is a draft of others.
        OutOfScopeError: when the caller's ministry is none of its first two.
    """
    statement = (
        select(Agreement, within(scope, Agreement, write=True).label("admitted"))
        .where(Agreement.id == agreement_id)
        .with_for_update()
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None or (not row.admitted and row.Agreement.state is KeptState.DRAFT):
        raise AgreementNotFoundError
    if not row.admitted:
        raise OutOfScopeError
    agreement: Agreement = row.Agreement
    return agreement


async def _read(
    session: AsyncSession, rows: Sequence[Row[Agreement, int, UUID | None]], *, on: date
) -> list[AgreementRead]:
    parties = await parties_of(session, [row.Agreement.id for row in rows])
    return [_one(row.Agreement, row.facilities, row.renewed_by_id, parties, on=on) for row in rows]


def _one(
    agreement: Agreement,
    facilities: int,
    renewed_by_id: UUID | None,
    parties: dict[UUID, list[PartyRead]],
    *,
    on: date,
) -> AgreementRead:
    return AgreementRead(
        id=agreement.id,
        kind=agreement.kind,
        number=agreement.number,
        title=agreement.title,
        follows_from_id=agreement.follows_from_id,
        renews_id=agreement.renews_id,
        renewed_by_id=renewed_by_id,
        parties=parties.get(agreement.id, []),
        facilities=facilities,
        state=agreement.term.state_on(on),
        kept_state=agreement.state,
        signed_on=agreement.signed_on,
        valid_from=agreement.valid_from,
        valid_to=agreement.valid_to,
        ended_on=agreement.ended_on,
        end_reason=agreement.end_reason,
        trades=agreement.trades,
        area_codes=agreement.area_codes,
        scope=agreement.scope,
        synthetic=agreement.synthetic,
        version=agreement.version,
    )


async def parties_of(
    session: AsyncSession, agreement_ids: Iterable[UUID]
) -> dict[UUID, list[PartyRead]]:
    """Return the parties of some agreements, in the order of the documents."""
    wanted = literal(list(agreement_ids), ARRAY(Uuid()))
    statement = (
        select(AgreementParty)
        .where(AgreementParty.agreement_id == any_(wanted))
        .order_by(AgreementParty.agreement_id, AgreementParty.position)
    )
    parties: dict[UUID, list[PartyRead]] = {}
    for party in (await session.scalars(statement)).all():
        parties.setdefault(party.agreement_id, []).append(PartyRead.model_validate(party))
    return parties


async def basis_of(
    session: AsyncSession, agreement_id: UUID, *, scope: Scope
) -> tuple[AgreementKind, Term] | None:
    """Return kind and term of the agreement that another follows from."""
    statement = select(Agreement).where(Agreement.id == agreement_id, seen_by(scope))
    agreement = await session.scalar(statement)
    return None if agreement is None else (agreement.kind, agreement.term)


async def covered_after(session: AsyncSession, agreement_id: UUID, *, day: date) -> list[UUID]:
    """Return the facilities whose coverage by an agreement reaches to `day` or is open."""
    statement = (
        select(AgreementFacility.facility_id)
        .distinct()
        .where(
            AgreementFacility.agreement_id == agreement_id,
            or_(AgreementFacility.valid_to.is_(None), AgreementFacility.valid_to >= day),
        )
    )
    return list((await session.scalars(statement)).all())


async def list_signatories(
    session: AsyncSession, agreement_id: UUID, *, scope: Scope, after: int | None, limit: int
) -> Sequence[AgreementSignatory]:
    """Return who signs an agreement of the caller's ministry; of others nobody is named."""
    statement = (
        select(AgreementSignatory)
        .join(Agreement, Agreement.id == AgreementSignatory.agreement_id)
        .where(Agreement.id == agreement_id, within(scope, Agreement))
        .order_by(AgreementSignatory.ordinal)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(AgreementSignatory.ordinal > after)
    return (await session.scalars(statement)).all()


async def all_signatories(
    session: AsyncSession, agreement_id: UUID
) -> Sequence[AgreementSignatory]:
    """Return who signs an agreement, for the change of it."""
    statement = (
        select(AgreementSignatory)
        .where(AgreementSignatory.agreement_id == agreement_id)
        .order_by(AgreementSignatory.ordinal)
    )
    return (await session.scalars(statement)).all()


async def check_names(session: AsyncSession, content: AgreementCreate, *, today: date) -> None:
    """Refuse an agreement that names what is not there.

    Raises:
        InstitutionUnknownError, CoveredFacilityUnknownError, AreaUnknownError
    """
    institutions = {party.institution_id for party in content.parties} - {None}
    known = await known_institutions(session, (each for each in institutions if each))
    for place, party in enumerate(content.parties):
        if party.institution_id is not None and party.institution_id not in known:
            raise InstitutionUnknownError(pointer=f"/parties/{place}/institution_id")
    await check_facilities(session, content.facility_ids)
    areas = await known_codes(session, content.area_codes, on=today) if content.area_codes else ()
    for place, code in enumerate(content.area_codes):
        if code not in areas:
            raise AreaUnknownError(pointer=f"/area_codes/{place}")


async def check_facilities(session: AsyncSession, facility_ids: list[UUID]) -> None:
    """Refuse to cover a facility that is not there.

    Raises:
        CoveredFacilityUnknownError
    """
    facilities = await known_facilities(session, facility_ids) if facility_ids else ()
    for place, facility_id in enumerate(facility_ids):
        if facility_id not in facilities:
            raise CoveredFacilityUnknownError(pointer=f"/facility_ids/{place}")
