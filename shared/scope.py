"""Who may do what, where: roles, permissions, grants, and the scope that every query takes."""

from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Final
from uuid import UUID


class Role(StrEnum):
    """What somebody acts as."""

    NATIONAL_ADMIN = "NATIONAL_ADMIN"
    PROGRAM_MANAGER = "PROGRAM_MANAGER"
    REGIONAL_OFFICER = "REGIONAL_OFFICER"
    FACILITY_OPERATOR = "FACILITY_OPERATOR"
    INSTRUCTOR = "INSTRUCTOR"
    PARTICIPANT = "PARTICIPANT"
    ANALYST = "ANALYST"
    AUDITOR = "AUDITOR"
    SERVICE = "SERVICE"


class Permission(StrEnum):
    """What a route asks of its caller."""

    REGISTRY_READ = "registry:read"
    FACILITIES_WRITE = "facilities:write"
    SPACES_WRITE = "spaces:write"
    AGREEMENTS_WRITE = "agreements:write"
    MODULES_WRITE = "modules:write"
    INSTRUCTORS_WRITE = "instructors:write"
    REFERENCE_IMPORT = "reference:import"
    JOBS_READ = "jobs:read"
    JOBS_CANCEL = "jobs:cancel"
    PROGRAMS_WRITE = "programs:write"
    CLASSES_WRITE = "classes:write"
    CLASSES_RUN = "classes:run"
    PARTICIPANTS_READ = "participants:read"
    PARTICIPANTS_WRITE = "participants:write"
    PARTICIPANTS_NIK = "participants:nik"
    ENROLLMENTS_READ = "enrollments:read"
    ENROLLMENTS_WRITE = "enrollments:write"
    FOLLOWUPS_READ = "followups:read"
    FOLLOWUPS_WRITE = "followups:write"
    FOLLOWUPS_INCOME = "followups:income"
    REPORTS_READ = "reports:read"
    REPORTS_REBUILD = "reports:rebuild"
    AUDIT_READ = "audit:read"
    EVENTS_READ = "events:read"
    CLASS_CHECK = "classes:check"
    INSTITUTIONS_WRITE = "institutions:write"
    NETWORKS_WRITE = "networks:write"
    CONTACTS_READ = "contacts:read"
    FACILITIES_MERGE = "facilities:merge"
    BOOKINGS_READ = "bookings:read"
    BOOKINGS_REQUEST = "bookings:request"
    BOOKINGS_DECIDE = "bookings:decide"
    ASSESSMENTS_WRITE = "assessments:write"
    ROADMAPS_WRITE = "roadmaps:write"
    INCUBATORS_WRITE = "incubators:write"
    AGREEMENT_ACTIONS_WRITE = "agreement-actions:write"
    POTENTIAL_WRITE = "potential:write"
    PROPOSALS_READ = "proposals:read"
    PROPOSALS_WRITE = "proposals:write"
    PROPOSALS_DECIDE = "proposals:decide"
    ASSIGNMENTS_READ = "assignments:read"
    ASSIGNMENTS_WRITE = "assignments:write"
    NOTICES_SEND = "notices:send"
    WAVES_DECIDE = "waves:decide"
    APPLICATIONS_READ = "applications:read"
    APPLICATIONS_WRITE = "applications:write"
    SCORES_WRITE = "scores:write"
    SELECTIONS_RUN = "selections:run"
    SELECTIONS_APPROVE = "selections:approve"
    PARTICIPANTS_SPECIFIC = "participants:specific"
    PARTICIPANTS_MERGE = "participants:merge"
    CERTIFICATES_ISSUE = "certificates:issue"
    CERTIFICATES_REVOKE = "certificates:revoke"
    SYNC_USE = "sync:use"
    REFERRALS_READ = "referrals:read"
    REFERRALS_WRITE = "referrals:write"
    REFERRALS_DECIDE = "referrals:decide"
    PRIVACY_REQUEST = "privacy:request"
    PRIVACY_HANDLE = "privacy:handle"
    DOSSIERS_READ = "dossiers:read"
    REFERRALS_CHECK = "referrals:check"
    FOLLOWUPS_DESIGN = "followups:design"
    TARGETS_WRITE = "targets:write"
    FIGURES_PUBLISH = "figures:publish"
    REPORTS_TRACE = "reports:trace"
    QUALITY_READ = "quality:read"


_P = Permission
_STAFF_READS: Final = frozenset(
    {
        _P.REGISTRY_READ,
        _P.PARTICIPANTS_READ,
        _P.ENROLLMENTS_READ,
        _P.FOLLOWUPS_READ,
        _P.REPORTS_READ,
        _P.APPLICATIONS_READ,
        _P.REFERRALS_READ,
    }
)
_CENTRE: Final = _STAFF_READS | {
    _P.CLASSES_RUN,
    _P.FOLLOWUPS_WRITE,
    _P.JOBS_READ,
    _P.JOBS_CANCEL,
    _P.CONTACTS_READ,
    _P.BOOKINGS_READ,
    _P.BOOKINGS_REQUEST,
    _P.ROADMAPS_WRITE,
    _P.AGREEMENT_ACTIONS_WRITE,
    _P.PROPOSALS_READ,
    _P.PROPOSALS_WRITE,
    _P.ASSIGNMENTS_READ,
    _P.APPLICATIONS_WRITE,
    _P.SCORES_WRITE,
    _P.CERTIFICATES_ISSUE,
    _P.SYNC_USE,
    _P.REFERRALS_WRITE,
    _P.REFERRALS_DECIDE,
    _P.PRIVACY_REQUEST,
    _P.REPORTS_TRACE,
    _P.QUALITY_READ,
}
_OFFICE: Final = _CENTRE | {
    _P.SPACES_WRITE,
    _P.INSTRUCTORS_WRITE,
    _P.CLASSES_WRITE,
    _P.PARTICIPANTS_WRITE,
    _P.ENROLLMENTS_WRITE,
    _P.FACILITIES_WRITE,
    _P.INSTITUTIONS_WRITE,
    _P.BOOKINGS_DECIDE,
    _P.ASSESSMENTS_WRITE,
    _P.INCUBATORS_WRITE,
    _P.POTENTIAL_WRITE,
    _P.PROPOSALS_DECIDE,
    _P.ASSIGNMENTS_WRITE,
    _P.CERTIFICATES_REVOKE,
}
_MINISTRY: Final = _OFFICE | {
    _P.AGREEMENTS_WRITE,
    _P.MODULES_WRITE,
    _P.PROGRAMS_WRITE,
    _P.FOLLOWUPS_INCOME,
    _P.NETWORKS_WRITE,
    _P.FACILITIES_MERGE,
    _P.WAVES_DECIDE,
    _P.SELECTIONS_RUN,
    _P.SELECTIONS_APPROVE,
    _P.PARTICIPANTS_MERGE,
    _P.FOLLOWUPS_DESIGN,
    _P.TARGETS_WRITE,
    _P.FIGURES_PUBLISH,
}

PERMISSIONS: Final[dict[Role, frozenset[Permission]]] = {
    Role.NATIONAL_ADMIN: _MINISTRY
    | {_P.REFERENCE_IMPORT, _P.PARTICIPANTS_NIK, _P.REPORTS_REBUILD, _P.AUDIT_READ}
    | {_P.PARTICIPANTS_SPECIFIC, _P.PRIVACY_HANDLE, _P.DOSSIERS_READ},
    Role.PROGRAM_MANAGER: _MINISTRY | {_P.PARTICIPANTS_SPECIFIC},
    # Offices register minors, and look after who answers for them.
    Role.REGIONAL_OFFICER: _OFFICE | {_P.PARTICIPANTS_SPECIFIC},
    Role.FACILITY_OPERATOR: _CENTRE
    | {_P.SPACES_WRITE, _P.INSTRUCTORS_WRITE, _P.PARTICIPANTS_WRITE, _P.ENROLLMENTS_WRITE}
    | {_P.BOOKINGS_DECIDE, _P.PARTICIPANTS_SPECIFIC},
    Role.INSTRUCTOR: frozenset(
        {_P.REGISTRY_READ, _P.CLASSES_RUN, _P.ENROLLMENTS_READ, _P.SYNC_USE, _P.JOBS_READ}
    ),
    Role.PARTICIPANT: frozenset(
        {
            _P.PARTICIPANTS_READ,
            _P.PARTICIPANTS_WRITE,
            _P.ENROLLMENTS_READ,
            _P.ENROLLMENTS_WRITE,
            _P.FOLLOWUPS_READ,
            _P.FOLLOWUPS_WRITE,
            _P.FOLLOWUPS_INCOME,
            _P.APPLICATIONS_READ,
            _P.APPLICATIONS_WRITE,
            _P.PARTICIPANTS_SPECIFIC,
            _P.REFERRALS_READ,
            _P.REFERRALS_WRITE,
            _P.PRIVACY_REQUEST,
        }
    ),
    Role.ANALYST: frozenset({_P.REPORTS_READ, _P.QUALITY_READ}),
    Role.AUDITOR: _STAFF_READS
    | {
        _P.AUDIT_READ,
        _P.JOBS_READ,
        _P.BOOKINGS_READ,
        _P.PROPOSALS_READ,
        _P.ASSIGNMENTS_READ,
        _P.DOSSIERS_READ,
        _P.REPORTS_TRACE,
        _P.QUALITY_READ,
    },
    Role.SERVICE: frozenset(
        {_P.REGISTRY_READ, _P.EVENTS_READ, _P.CLASS_CHECK, _P.NOTICES_SEND}
        | {_P.BOOKINGS_READ, _P.BOOKINGS_REQUEST, _P.PRIVACY_REQUEST, _P.REFERRALS_CHECK}
    ),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """One role and how far it reaches; empty places mean the whole country.

    `areas` are province (`32`) or regency (`32.73`) codes. `participant_id` is the person himself.
    """

    role: Role
    ministries: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    facilities: tuple[UUID, ...] = ()
    participant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lies: what a scope is held against. A part that a row has not is None."""

    province_code: str | None = None
    regency_code: str | None = None
    facility_id: UUID | None = None
    owner_ministry: str | None = None
    co_ministry: str | None = None
    host_ministry: str | None = None
    participant_id: UUID | None = None
    home_province_code: str | None = None
    home_regency_code: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """One place part AND, where given, ministries. No place part at all is the whole country."""

    ministries: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    regencies: tuple[str, ...] = ()
    facilities: tuple[UUID, ...] = ()
    participant_id: UUID | None = None

    def admits(self, place: Place, *, write: bool) -> bool:
        """Tell whether a row at `place` is within reach; the home area admits reading only."""
        return self._admits_ministry(place) and self._admits_place(place, write=write)

    def _admits_ministry(self, place: Place) -> bool:
        owners = {place.owner_ministry, place.co_ministry, place.host_ministry} - {None}
        return not self.ministries or not owners or not owners.isdisjoint(self.ministries)

    def _admits_place(self, place: Place, *, write: bool) -> bool:
        if self.participant_id is not None:
            return self.participant_id == place.participant_id
        if self.facilities:
            return place.facility_id in self.facilities
        if not (self.provinces or self.regencies):
            return True
        if place.province_code in self.provinces or place.regency_code in self.regencies:
            return True
        return not write and (
            place.home_province_code in self.provinces or place.home_regency_code in self.regencies
        )


_EVERYWHERE: Final = Reach()


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a caller may touch: within any of `reaches`, or all of them for `system`.

    A scope without reaches admits nothing.
    """

    reaches: tuple[Reach, ...] = ()
    system: bool = False

    @property
    def national(self) -> bool:
        """Whether every row is admitted."""
        return self.system or _EVERYWHERE in self.reaches

    def admits(self, place: Place, *, write: bool = False) -> bool:
        """Tell whether a row at `place` is within the scope."""
        return self.system or any(reach.admits(place, write=write) for reach in self.reaches)


# Set only by the seat desk, feed readers, jobs and the command line; a test lists the places.
SYSTEM: Final = Scope(system=True)
NATIONAL: Final = Scope(reaches=(Reach(),))
NOTHING: Final = Scope()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls: the subject of an issuer, with the grants that its token carries."""

    issuer: str
    subject: str
    grants: tuple[Grant, ...] = field(default=())

    @property
    def name(self) -> str:
        """The actor as it stands in events, audit rows and idempotency keys."""
        return f"{self.issuer}|{self.subject}"

    def may(self, permission: Permission) -> bool:
        """Tell whether any grant gives `permission`."""
        return any(permission in PERMISSIONS[grant.role] for grant in self.grants)

    def scope(self, permission: Permission | None = None) -> Scope:
        """Return how far `permission` reaches, or, without one, how far any grant does."""
        return _scope_of(self.grants, permission)

    def sees_all(self, permission: Permission, scope: Scope) -> bool:
        """Tell whether `permission` reaches everywhere within `scope`, whichever grants gave it."""
        own = self.scope(permission)
        return own.national or (not scope.system and set(scope.reaches) <= set(own.reaches))


ANONYMOUS: Final = Actor(issuer="balai", subject="anonymous")


# The reach of nobody: no facility has this id.
NOWHERE: Final = Reach(facilities=(UUID(int=0),))

# A role whose token names no place reaches nowhere: an office without areas is a mistake, not a
# nation-wide office.
_NEEDS_PLACE: Final = {
    Role.REGIONAL_OFFICER: "areas",
    Role.FACILITY_OPERATOR: "facilities",
    Role.INSTRUCTOR: "facilities",
    Role.PARTICIPANT: "participant_id",
    Role.PROGRAM_MANAGER: "ministries",
}


def reach_of(grant: Grant) -> Reach:
    """Return the reach of one grant."""
    needed = _NEEDS_PLACE.get(grant.role)
    if needed is not None and not getattr(grant, needed):
        return NOWHERE
    return Reach(
        ministries=grant.ministries,
        provinces=tuple(code for code in grant.areas if "." not in code),
        regencies=tuple(code for code in grant.areas if "." in code),
        facilities=grant.facilities,
        participant_id=grant.participant_id,
    )


@lru_cache(maxsize=4096)
def _scope_of(grants: tuple[Grant, ...], permission: Permission | None) -> Scope:
    """Return how far grants reach: asked several times a request, of a token that comes again."""
    return Scope(
        reaches=tuple(
            reach_of(grant)
            for grant in grants
            if permission is None or permission in PERMISSIONS[grant.role]
        )
    )
