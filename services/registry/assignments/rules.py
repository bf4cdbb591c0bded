"""Who may let whom do what, and where, stated without a database."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Final
from uuid import UUID

from services.registry.access.rules import OutOfScopeError
from shared.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from shared.i18n import Text
from shared.scope import Actor, Grant, Place, Reach, Role, Scope, reach_of


class AssignmentState(StrEnum):
    """Where an assignment stands on a day."""

    PENDING = "PENDING"
    IN_FORCE = "IN_FORCE"
    ENDED = "ENDED"
    REVOKED = "REVOKED"


class AssignmentNotFoundError(NotFoundError):
    """There is no assignment of this id that the caller may know of."""

    code = "assignment-not-found"
    title = Text("Penugasan tidak ditemukan.", "There is no such assignment.")


class AssignmentIdTakenError(ConflictError):
    """The id that the caller chose is in use."""

    code = "assignment-id-taken"
    title = Text("Id penugasan sudah dipakai.", "An assignment has this id.")


class AssignmentOverlapError(ConflictError):
    """The holder has the same role with the same reach already in part of the time."""

    code = "assignment-overlaps"
    title = Text(
        "Penugasan yang sama sudah ada dalam masa itu.",
        "The same assignment is there already for part of this time.",
    )


class AssignmentRevokedError(ConflictError):
    """A revoked assignment does not change any more."""

    code = "assignment-revoked"
    title = Text("Penugasan sudah dicabut.", "The assignment is revoked.")


class AssignmentPeriodInvalidError(InvalidError):
    """The assignment ends before it begins."""

    code = "assignment-period-invalid"
    title = Text(
        "Masa penugasan berakhir sebelum dimulai.", "The assignment ends before it begins."
    )


class AssignmentReachInvalidError(InvalidError):
    """The role does not go with the ministries, areas or facilities that are named."""

    code = "assignment-reach-invalid"
    title = Text(
        "Peran ini tidak sesuai dengan kementerian, wilayah atau balai yang disebut.",
        "This role does not go with the ministries, areas or facilities named.",
    )


class AssignedFacilityUnknownError(InvalidError):
    """One of the facilities does not exist, or is closed."""

    code = "facility-unknown"
    title = Text("Balai tidak dikenal.", "The facility is not known.")


class IssuerUnknownError(InvalidError):
    """Nobody who is believed issues such logins, or not for this role."""

    code = "issuer-unknown"
    title = Text(
        "Penerbit login ini tidak dikenal untuk peran tersebut.",
        "The issuer of this login is not known for this role.",
    )


class RoleNotGrantableError(ForbiddenError):
    """The role is above the caller's own."""

    code = "role-not-grantable"
    title = Text("Anda tidak berwenang memberi peran ini.", "You may not grant this role.")


class OwnAssignmentError(ForbiddenError):
    """Nobody grants, prolongs or approves what he holds himself."""

    code = "own-assignment"
    title = Text(
        "Penugasan Anda sendiri harus diatur orang lain.",
        "Somebody else has to decide on your own assignment.",
    )


# Nobody grants a role that may do more than his own; a test compares the permissions. Machines and
# participants are not assigned.
GRANTABLE: Final[dict[Role, frozenset[Role]]] = {
    Role.NATIONAL_ADMIN: frozenset(Role) - {Role.SERVICE, Role.PARTICIPANT},
    Role.PROGRAM_MANAGER: frozenset(
        {
            Role.PROGRAM_MANAGER,
            Role.REGIONAL_OFFICER,
            Role.FACILITY_OPERATOR,
            Role.INSTRUCTOR,
            Role.ANALYST,
        }
    ),
    Role.REGIONAL_OFFICER: frozenset(
        {Role.REGIONAL_OFFICER, Role.FACILITY_OPERATOR, Role.INSTRUCTOR}
    ),
}

# What of (ministries, areas, facilities) a role must have, and what it may have.
_REACHES: Final[dict[Role, tuple[frozenset[str], frozenset[str]]]] = {
    Role.NATIONAL_ADMIN: (frozenset(), frozenset()),
    Role.PROGRAM_MANAGER: (frozenset({"ministries"}), frozenset({"areas"})),
    Role.REGIONAL_OFFICER: (frozenset({"areas"}), frozenset({"ministries"})),
    Role.FACILITY_OPERATOR: (frozenset({"facilities"}), frozenset()),
    Role.INSTRUCTOR: (frozenset({"facilities"}), frozenset()),
    Role.ANALYST: (frozenset(), frozenset({"ministries", "areas"})),
    Role.AUDITOR: (frozenset(), frozenset({"ministries", "areas"})),
}


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody as his issuer names him."""

    issuer: str
    subject: str

    @property
    def name(self) -> str:
        """The login as it stands in events and audit rows."""
        return Actor(self.issuer, self.subject).name


def check_login(login: Login, *, role: Role, roles_of: Mapping[str, Collection[Role]]) -> None:
    """Refuse a login that would not be believed. `roles_of`: by issuer whose callers are assigned.

    Raises:
        IssuerUnknownError
    """
    if role not in roles_of.get(login.issuer, ()):
        raise IssuerUnknownError(pointer="/issuer")


def check_reach(grant: Grant) -> None:
    """Refuse a grant that lacks what its role needs, or names what its role has not.

    Raises:
        RoleNotGrantableError: when nobody is assigned this role.
        AssignmentReachInvalidError
    """
    if grant.role not in _REACHES:
        raise RoleNotGrantableError
    needed, allowed = _REACHES[grant.role]
    named = {name for name in ("ministries", "areas", "facilities") if getattr(grant, name)}
    for name in sorted((needed - named) | (named - needed - allowed)):
        raise AssignmentReachInvalidError(pointer=f"/{name}")


def check_period(*, valid_from: date, valid_to: date | None) -> None:
    """Refuse a period that ends before it begins; `valid_to` is the last day.

    Raises:
        AssignmentPeriodInvalidError
    """
    if valid_to is not None and valid_to < valid_from:
        raise AssignmentPeriodInvalidError(pointer="/valid_to")


def check_may_grant(
    actor: Actor, grant: Grant, *, to: Login | None, places: Mapping[UUID, Place]
) -> None:
    """Refuse what goes beyond the caller's own role or reach, or would be for himself.

    `to` is not known as long as an invitation is not claimed. `places` tells where each facility of
    the grant lies.

    Raises:
        OwnAssignmentError: when he would grant it to himself.
        RoleNotGrantableError: when the role is above all of his.
        OutOfScopeError: when it reaches further than those of his roles that may grant it.
    """
    if to is not None and actor.name == to.name:
        raise OwnAssignmentError
    granting = [own for own in actor.grants if grant.role in GRANTABLE.get(own.role, ())]
    if not granting:
        raise RoleNotGrantableError
    own_scope = Scope(reaches=tuple(reach_of(own) for own in granting))
    if not contains(own_scope, reach_of(grant), places):
        raise OutOfScopeError


def contains(scope: Scope, reach: Reach, places: Mapping[UUID, Place]) -> bool:
    """Tell whether whatever `reach` admits is admitted by `scope` as well.

    Each part of the reach, one place of one ministry, has to lie within one reach of the scope.
    `places` tells where each facility of `reach` lies.
    """
    return scope.system or all(
        any(_covers(own, part, places) for own in scope.reaches) for part in parts_of(reach)
    )


def parts_of(reach: Reach) -> list[Reach]:
    """Return the reaches of one place and one ministry at most that `reach` consists of."""
    bare = Reach(participant_id=reach.participant_id)
    places = (
        [replace(bare, facilities=(each,)) for each in reach.facilities]
        or [replace(bare, provinces=(each,)) for each in reach.provinces]
        + [replace(bare, regencies=(each,)) for each in reach.regencies]
        or [bare]
    )
    if not reach.ministries:
        return places
    return [replace(part, ministries=(each,)) for part in places for each in reach.ministries]


def _covers(own: Reach, part: Reach, places: Mapping[UUID, Place]) -> bool:
    if own.participant_id is not None or part.participant_id is not None:
        return False
    place = places[part.facilities[0]] if part.facilities else None
    return _covers_ministry(own, part, place) and _covers_place(own, part, place)


def _covers_ministry(own: Reach, part: Reach, place: Place | None) -> bool:
    # Whatever happens at a facility concerns the ministry that owns it.
    owner = place.owner_ministry if place is not None else None
    ministries = set(part.ministries or ([owner] if owner is not None else []))
    return not own.ministries or (bool(ministries) and ministries <= set(own.ministries))


def _covers_place(own: Reach, part: Reach, place: Place | None) -> bool:
    if own.facilities:
        return bool(part.facilities) and part.facilities[0] in own.facilities
    if not (own.provinces or own.regencies):
        return True
    if place is not None:
        return place.province_code in own.provinces or place.regency_code in own.regencies
    if part.provinces:
        return part.provinces[0] in own.provinces
    return bool(part.regencies) and (
        part.regencies[0] in own.regencies or part.regencies[0][:2] in own.provinces
    )


def areas_after(areas: Sequence[str], followers: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return what areas have become; one that `followers` does not name stays as it is."""
    became = chain.from_iterable(followers.get(code) or [code] for code in areas)
    return tuple(dict.fromkeys(became))


def reach_key(grant: Grant) -> str:
    """Return what two assignments have in common whose reach is the same."""
    parts = (grant.ministries, grant.areas, map(str, grant.facilities))
    lists = ["\n".join(sorted(set(each))) for each in parts]
    return hashlib.sha256("\n\n".join(lists).encode()).hexdigest()


def state_on(
    day: date, *, valid_from: date, valid_to: date | None, revoked: bool
) -> AssignmentState:
    """Return where an assignment stands on `day`; both ends are included."""
    if revoked:
        return AssignmentState.REVOKED
    if day < valid_from:
        return AssignmentState.PENDING
    if valid_to is not None and valid_to < day:
        return AssignmentState.ENDED
    return AssignmentState.IN_FORCE
