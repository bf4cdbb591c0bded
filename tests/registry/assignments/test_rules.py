from dataclasses import asdict
from datetime import date
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.access.rules import OutOfScopeError
from services.registry.assignments import rules
from services.registry.assignments.rules import GRANTABLE, AssignmentState, Login
from shared.scope import (
    NATIONAL,
    NOTHING,
    PERMISSIONS,
    SYSTEM,
    Actor,
    Grant,
    Place,
    Reach,
    Role,
    Scope,
)

SALATIGA, BANDUNG, SEMARANG = (UUID(int=number) for number in (1, 2, 3))
PLACES = {
    SALATIGA: Place("33", "33.73", SALATIGA, "MANPOWER"),
    SEMARANG: Place("33", "33.74", SEMARANG, "MSME"),
    BANDUNG: Place("32", "32.73", BANDUNG, "MANPOWER"),
}
SARI = Login("balai:people", "ibu-sari")

MINISTRIES = ("MANPOWER", "MSME", "HEALTH")
REGENCIES = ("32.73", "33.73", "33.74", "94.01")


def rows() -> list[Place]:
    """Return where rows may lie: at a facility as its rows do, in an area, nowhere; people too."""
    others = (None, *MINISTRIES)
    at_facilities = [
        Place(**{**asdict(place), "co_ministry": other})
        for place, other in product(PLACES.values(), others)
    ]
    taught_there = [
        Place(
            place.province_code,
            place.regency_code,
            place.facility_id,
            owner_ministry=other,
            host_ministry=place.owner_ministry,
            home_province_code=home[:2],
            home_regency_code=home,
        )
        for place, other, home in product(PLACES.values(), MINISTRIES, REGENCIES)
    ]
    in_areas = [
        Place(code[:2], regency, owner_ministry=owner)
        for code, owner in product(REGENCIES, others)
        for regency in (code, None)
    ]
    at_home = [
        Place(participant_id=UUID(int=9), home_province_code=code[:2], home_regency_code=code)
        for code in REGENCIES
    ]
    return [
        *at_facilities,
        *taught_there,
        *in_areas,
        *at_home,
        Place(),
        Place(owner_ministry="MSME"),
    ]


ROWS = rows()


def some(*values):
    return st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple)


REACHES = st.builds(
    Reach,
    ministries=some(*MINISTRIES[:2]),
    provinces=some("32", "33"),
    regencies=some(*REGENCIES),
    facilities=st.just(()) | some(*PLACES),
    participant_id=st.none() | st.just(UUID(int=9)),
)
SCOPES = st.builds(Scope, reaches=st.lists(REACHES, max_size=3).map(tuple))


class TestContains:
    @given(SCOPES, REACHES)
    def test_lets_nobody_reach_further_than_the_scope(self, scope, reach):
        if rules.contains(scope, reach, PLACES):
            for place, write in product(ROWS, (False, True)):
                if reach.admits(place, write=write):
                    assert scope.admits(place, write=write), (place, write)

    @pytest.mark.parametrize(
        ("own", "wanted", "contained"),
        [
            (Reach(), Reach(), True),
            (Reach(provinces=("33",)), Reach(), False),
            (Reach(provinces=("33",)), Reach(provinces=("33",)), True),
            (Reach(provinces=("33",)), Reach(regencies=("33.73",)), True),
            (Reach(provinces=("33",)), Reach(regencies=("33.73", "32.73")), False),
            (Reach(regencies=("33.73",)), Reach(provinces=("33",)), False),
            (Reach(provinces=("33",)), Reach(facilities=(SALATIGA, SEMARANG)), True),
            (Reach(provinces=("33",)), Reach(facilities=(SALATIGA, BANDUNG)), False),
            (Reach(("MSME",), provinces=("33",)), Reach(facilities=(SEMARANG,)), True),
            (Reach(("MSME",), provinces=("33",)), Reach(facilities=(SALATIGA,)), False),
            (Reach(("MSME",)), Reach(provinces=("33",)), False),
            (Reach(("MSME",)), Reach(("MSME",), provinces=("33",)), True),
            (Reach(("MSME",)), Reach(("MSME", "MANPOWER")), False),
            (Reach(facilities=(SALATIGA,)), Reach(facilities=(SALATIGA,)), True),
            (Reach(facilities=(SALATIGA,)), Reach(regencies=("33.73",)), False),
            (Reach(participant_id=UUID(int=9)), Reach(facilities=(SALATIGA,)), False),
        ],
    )
    def test_holds_each_place_of_each_ministry_against_the_scope(self, own, wanted, contained):
        assert rules.contains(Scope(reaches=(own,)), wanted, PLACES) is contained

    def test_takes_several_reaches_together(self):
        scope = Scope(reaches=(Reach(provinces=("33",)), Reach(regencies=("32.73",))))

        assert rules.contains(scope, Reach(facilities=(SALATIGA, BANDUNG)), PLACES)
        assert not rules.contains(scope, Reach(provinces=("32",)), PLACES)

    def test_knows_the_ends_of_the_scale(self):
        assert rules.contains(SYSTEM, Reach(), PLACES)
        assert rules.contains(NATIONAL, Reach(facilities=tuple(PLACES)), PLACES)
        assert not rules.contains(NOTHING, Reach(facilities=(SALATIGA,)), PLACES)


def actor(role: Role, **reach) -> Actor:
    return Actor("balai:cli", "office", (Grant(role, **reach),))


OFFICER = actor(Role.REGIONAL_OFFICER, areas=("33",))


class TestCheckMayGrant:
    def test_no_role_grants_what_it_may_not_do_itself(self):
        for own, others in GRANTABLE.items():
            for other in others:
                assert PERMISSIONS[other] <= PERMISSIONS[own], (own, other)

    def test_nobody_grants_machines_and_participants(self):
        granted = frozenset().union(*GRANTABLE.values())

        assert granted == set(Role) - {Role.SERVICE, Role.PARTICIPANT}

    @pytest.mark.parametrize(
        ("by", "grant", "refusal"),
        [
            (OFFICER, Grant(Role.FACILITY_OPERATOR, facilities=(SALATIGA,)), None),
            (OFFICER, Grant(Role.REGIONAL_OFFICER, areas=("33.73",)), None),
            (OFFICER, Grant(Role.FACILITY_OPERATOR, facilities=(BANDUNG,)), OutOfScopeError),
            (OFFICER, Grant(Role.REGIONAL_OFFICER, areas=("32",)), OutOfScopeError),
            (
                OFFICER,
                Grant(Role.PROGRAM_MANAGER, ministries=("MSME",)),
                rules.RoleNotGrantableError,
            ),
            (
                actor(Role.PROGRAM_MANAGER, ministries=("MSME",)),
                Grant(Role.REGIONAL_OFFICER, areas=("33",)),
                OutOfScopeError,
            ),
            (
                actor(Role.PROGRAM_MANAGER, ministries=("MSME",)),
                Grant(Role.REGIONAL_OFFICER, areas=("33",), ministries=("MSME",)),
                None,
            ),
            (actor(Role.NATIONAL_ADMIN), Grant(Role.AUDITOR), None),
            (
                actor(Role.FACILITY_OPERATOR, facilities=(SALATIGA,)),
                Grant(Role.INSTRUCTOR, facilities=(SALATIGA,)),
                rules.RoleNotGrantableError,
            ),
            # An office without an area reaches nowhere.
            (
                actor(Role.REGIONAL_OFFICER),
                Grant(Role.FACILITY_OPERATOR, facilities=(SALATIGA,)),
                OutOfScopeError,
            ),
        ],
    )
    def test_takes_roles_below_and_reaches_within(self, by, grant, refusal):
        if refusal is None:
            rules.check_may_grant(by, grant, to=SARI, places=PLACES)
        else:
            with pytest.raises(refusal):
                rules.check_may_grant(by, grant, to=SARI, places=PLACES)

    def test_reach_of_a_role_that_may_not_grant_counts_for_nothing(self):
        by = Actor(
            "balai:cli",
            "office",
            (Grant(Role.AUDITOR), Grant(Role.REGIONAL_OFFICER, areas=("33",))),
        )

        with pytest.raises(OutOfScopeError):
            rules.check_may_grant(
                by, Grant(Role.FACILITY_OPERATOR, facilities=(BANDUNG,)), to=SARI, places=PLACES
            )

    def test_nobody_decides_on_his_own(self):
        own = Login(OFFICER.issuer, OFFICER.subject)

        with pytest.raises(rules.OwnAssignmentError):
            rules.check_may_grant(
                OFFICER, Grant(Role.REGIONAL_OFFICER, areas=("33",)), to=own, places=PLACES
            )


class TestCheckReach:
    @pytest.mark.parametrize(
        ("grant", "pointer"),
        [
            (Grant(Role.NATIONAL_ADMIN), None),
            (Grant(Role.NATIONAL_ADMIN, areas=("33",)), "/areas"),
            (Grant(Role.REGIONAL_OFFICER), "/areas"),
            (Grant(Role.REGIONAL_OFFICER, areas=("33",), ministries=("MSME",)), None),
            (Grant(Role.REGIONAL_OFFICER, areas=("33",), facilities=(SALATIGA,)), "/facilities"),
            (Grant(Role.PROGRAM_MANAGER, areas=("33",)), "/ministries"),
            (Grant(Role.FACILITY_OPERATOR, facilities=(SALATIGA,)), None),
            (Grant(Role.FACILITY_OPERATOR), "/facilities"),
            (Grant(Role.INSTRUCTOR, areas=("33",)), "/areas"),
        ],
    )
    def test_names_what_a_role_lacks_or_has_too_much(self, grant, pointer):
        if pointer is None:
            rules.check_reach(grant)
        else:
            with pytest.raises(rules.AssignmentReachInvalidError) as refused:
                rules.check_reach(grant)
            assert refused.value.pointer == pointer

    @pytest.mark.parametrize("role", [Role.SERVICE, Role.PARTICIPANT])
    def test_refuses_roles_that_nobody_is_assigned(self, role):
        with pytest.raises(rules.RoleNotGrantableError):
            rules.check_reach(Grant(role))


class TestReachKey:
    def test_does_not_depend_on_order(self):
        one = Grant(Role.REGIONAL_OFFICER, areas=("33", "32"), ministries=("MSME",))
        same = Grant(Role.REGIONAL_OFFICER, areas=("32", "33"), ministries=("MSME",))

        assert rules.reach_key(one) == rules.reach_key(same)

    def test_tells_places_from_ministries(self):
        one = Grant(Role.ANALYST, ministries=("MSME",))

        assert rules.reach_key(one) != rules.reach_key(Grant(Role.ANALYST, areas=("MSME",)))


class TestStateOn:
    @pytest.mark.parametrize(
        ("day", "revoked", "state"),
        [
            (date(2026, 11, 30), False, AssignmentState.PENDING),
            (date(2026, 12, 1), False, AssignmentState.IN_FORCE),
            (date(2026, 12, 31), False, AssignmentState.IN_FORCE),
            (date(2027, 1, 1), False, AssignmentState.ENDED),
            (date(2026, 12, 1), True, AssignmentState.REVOKED),
        ],
    )
    def test_includes_both_ends(self, day, revoked, state):
        period = {"valid_from": date(2026, 12, 1), "valid_to": date(2026, 12, 31)}

        assert rules.state_on(day, **period, revoked=revoked) is state
