"""How things are read and changed of which a change is proposed, by the operation of each."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Protocol
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.agreements import operations as agreements
from services.registry.agreements.queries import find_agreement, get_agreement_for_change
from services.registry.agreements.rules import Verb, check_verb
from services.registry.agreements.schemas import (
    AgreementChange,
    AgreementTerms,
    AgreementTermsRead,
)
from services.registry.agreements.tables import Agreement
from services.registry.facilities.operations import correct_facility
from services.registry.facilities.queries import get_facility, get_facility_for_change
from services.registry.facilities.rules import FacilityClosedError
from services.registry.facilities.schemas import FacilityChange, FacilityRead
from services.registry.facilities.tables import Facility
from services.registry.institutions.operations import correct_institution
from services.registry.institutions.queries import get_institution, get_institution_for_change
from services.registry.institutions.rules import InstitutionEndedError
from services.registry.institutions.schemas import InstitutionChange, InstitutionRead
from services.registry.institutions.tables import Institution
from services.registry.proposal_targets.rules import TargetKind
from services.registry.space_changes import operations as space_changes
from services.registry.space_changes.queries import get_space, get_space_for_change
from services.registry.spaces.rules import SpaceClosedError
from services.registry.spaces.schemas import SpaceChange, SpaceRead
from services.registry.spaces.tables import Space
from shared.schemas.base import Body, Read
from shared.schemas.registry import FacilityStatus
from shared.scope import Permission, Scope


class Versioned(Protocol):
    """A row that a proposal may be about."""

    id: Any
    version: Any


@dataclass(frozen=True, slots=True)
class Target:
    """How a kind of thing is read, and changed by whom: adding a kind is one entry of TARGETS.

    `find` returns a row by id that the scope may read, `check` refuses one that does not change any
    more, `lock` returns one that the scope may change; `correct` is the operation that its own
    PATCH uses.
    """

    change: type[Body]
    read: type[Read]
    permission: Permission
    find: Callable[[AsyncSession, UUID, Scope], Awaitable[Versioned]]
    check: Callable[[Any, date], None]
    lock: Callable[..., Awaitable[Any]]
    correct: Callable[..., Awaitable[Any]]

    def present(self, row: Versioned, members: list[str]) -> dict[str, Any]:
        """Return what a row says now of `members`, as JSON."""
        return self.read.model_validate(row).model_dump(mode="json", include=set(members))


async def _find_facility(session: AsyncSession, target_id: UUID, _: Scope) -> Facility:
    return await get_facility(session, target_id)


async def _find_institution(session: AsyncSession, target_id: UUID, _: Scope) -> Institution:
    return await get_institution(session, target_id)


async def _find_space(session: AsyncSession, target_id: UUID, _: Scope) -> Space:
    return await get_space(session, target_id)


async def _find_agreement(session: AsyncSession, target_id: UUID, scope: Scope) -> Agreement:
    return await find_agreement(session, target_id, scope=scope)


def _check_facility(facility: Facility, _: date) -> None:
    if facility.status is FacilityStatus.CLOSED:
        raise FacilityClosedError


def _check_institution(institution: Institution, _: date) -> None:
    if institution.ended_on is not None:
        raise InstitutionEndedError


def _check_space(space: Space, _: date) -> None:
    if space.closed_at is not None:
        raise SpaceClosedError


def _check_agreement(agreement: Agreement, today: date) -> None:
    check_verb(agreement.term, Verb.CHANGE, today=today)


async def _correct_space(
    session: AsyncSession,
    space: Space,
    change: SpaceChange,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> None:
    await space_changes.correct_space(session, space, change, now=now)


async def _correct_agreement(
    session: AsyncSession,
    agreement: Agreement,
    change: AgreementTerms,
    *,
    scope: Scope,
    now: datetime,
    today: date,
) -> None:
    whole = AgreementChange.model_validate(change.model_dump(exclude_unset=True))
    await agreements.change_draft(session, agreement, whole, scope=scope, now=now, today=today)


TARGETS: Final[dict[TargetKind, Target]] = {
    TargetKind.FACILITY: Target(
        change=FacilityChange,
        read=FacilityRead,
        permission=Permission.FACILITIES_WRITE,
        find=_find_facility,
        check=_check_facility,
        lock=get_facility_for_change,
        correct=correct_facility,
    ),
    TargetKind.INSTITUTION: Target(
        change=InstitutionChange,
        read=InstitutionRead,
        permission=Permission.INSTITUTIONS_WRITE,
        find=_find_institution,
        check=_check_institution,
        lock=get_institution_for_change,
        correct=correct_institution,
    ),
    TargetKind.SPACE: Target(
        change=SpaceChange,
        read=SpaceRead,
        permission=Permission.SPACES_WRITE,
        find=_find_space,
        check=_check_space,
        lock=get_space_for_change,
        correct=_correct_space,
    ),
    # Parties decide who may approve, facilities have their own routes, signatories are persons.
    TargetKind.AGREEMENT: Target(
        change=AgreementTerms,
        read=AgreementTermsRead,
        permission=Permission.AGREEMENTS_WRITE,
        find=_find_agreement,
        check=_check_agreement,
        lock=get_agreement_for_change,
        correct=_correct_agreement,
    ),
}
