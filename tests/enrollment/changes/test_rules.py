"""How far a device has read, without a database."""

from datetime import timedelta
from uuid import UUID

import pytest

from services.enrollment.changes import rules
from services.enrollment.changes.rules import ChangesGoneError, Mark, Phase, Removed
from shared.clock import utc_now
from shared.ids import new_id
from shared.schemas.enrollment import EnrollmentState
from shared.scope import NATIONAL, NOTHING, Reach, Scope

NOW = utc_now().replace(microsecond=0)
ONE, TWO = sorted([new_id(), new_id()])
CENTRE = Scope((Reach(facilities=(ONE, TWO)),))
OFFICE = Scope((Reach(ministries=("MSME",), provinces=("33",), regencies=("34.71",)),))


def mark(**changes) -> Mark:
    values = {"phase": Phase.LOG, "cursor": f"2.7.{ONE}", "scope": CENTRE, "issued_at": NOW}
    return Mark(**{**values, **changes})


class TestMarkOf:
    @pytest.mark.parametrize(
        "told",
        [
            mark(),
            mark(scope=NATIONAL, before=NOTHING),
            mark(phase=Phase.MOVED, scope=OFFICE, before=CENTRE, after=TWO),
        ],
    )
    def test_reads_what_was_written(self, told):
        assert rules.mark_of(told.values()) == told


class TestSettledScope:
    def test_the_order_of_grants_is_no_matter(self):
        one = Scope((Reach(facilities=(TWO, ONE)), Reach(provinces=("33", "32"))))
        two = Scope((Reach(provinces=("32", "33")), Reach(facilities=(ONE, TWO))))

        assert rules.settled_scope(one) == rules.settled_scope(two)
        assert rules.settled_scope(one) != rules.settled_scope(CENTRE)


class TestCheckReadable:
    @pytest.mark.parametrize(
        ("told", "scope"),
        [
            (mark(issued_at=NOW - timedelta(days=91)), CENTRE),
            (mark(cursor=f"1.7.{ONE}"), CENTRE),
            (mark(phase=Phase.SNAPSHOT), OFFICE),
            (mark(phase=Phase.MOVED, before=OFFICE), OFFICE),
        ],
    )
    def test_refuses_what_nobody_can_read_on_from(self, told, scope):
        with pytest.raises(ChangesGoneError):
            rules.check_readable(told, epoch=2, scope=scope, now=NOW)

    def test_reads_on_after_the_scope_has_changed(self):
        rules.check_readable(mark(), epoch=2, scope=OFFICE, now=NOW)
        rules.check_readable(mark(phase=Phase.SNAPSHOT), epoch=2, scope=CENTRE, now=NOW)


class TestOnlyFacilities:
    @pytest.mark.parametrize(
        ("scope", "expected"),
        [(CENTRE, True), (OFFICE, False), (NATIONAL, False), (NOTHING, True)],
    )
    def test_tells_a_centre_from_an_office(self, scope, expected):
        assert rules.only_facilities(scope) is expected


class TestConcerns:
    @pytest.mark.parametrize(
        ("before", "after", "expected"),
        [(ONE, UUID(int=9), True), (UUID(int=9), TWO, True), (UUID(int=8), UUID(int=9), False)],
    )
    def test_of_what_was_moved_what_was_here_or_is(self, before, after, expected):
        def cell(facility_id: UUID) -> dict:
            return {
                "facility_id": str(facility_id),
                "province_code": "33",
                "regency_code": "33.73",
                "host_ministry": "MANPOWER",
            }

        event = rules.Happened(
            new_id(),
            new_id(),
            "enrollment.class.relocated",
            NOW,
            {"before": cell(before), "after": cell(after)},
        )

        assert rules.concerns(event, scope=CENTRE) is expected


class TestRemovedBy:
    def test_who_is_trained_elsewhere_has_left_the_scope(self):
        assert rules.removed_by(EnrollmentState.TRANSFERRED) is Removed.OUT_OF_SCOPE
        assert rules.removed_by(EnrollmentState.CANCELLED) is Removed.DELETED
