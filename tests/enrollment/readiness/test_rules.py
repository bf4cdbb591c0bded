import pytest

from services.enrollment.readiness.rules import (
    ClassFacts,
    Criterion,
    Lack,
    judge,
    seats_needed,
    tally,
    tally_by_province,
)
from shared.ids import new_id
from shared.schemas.enrollment import ClassState
from shared.schemas.registry import ClassHold, ClassStanding


def facts(**changes) -> ClassFacts:
    values = {
        "class_id": new_id(),
        "code": "K-1",
        "label": "Kelas",
        "state": ClassState.PLANNED,
        "facility_id": new_id(),
        "facility_name": "Balai",
        "province_code": "33",
        "regency_code": "33.73",
        "module_version": "1.0",
        "instructors": 2,
        "capacity": 16,
        "confirmed": 13,
        "operator_seen": True,
        **changes,
    }
    return ClassFacts(**values)


def standing(**changes) -> ClassStanding:
    values = {
        "class_id": new_id(),
        "facility_active": True,
        "space": ClassHold.CONFIRMED,
        "agreement": True,
        "module_version": "1.0",
        "instructors": 2,
        **changes,
    }
    return ClassStanding(**values)


@pytest.mark.parametrize(
    ("own", "theirs", "lack"),
    [
        ({}, {}, None),
        ({}, {"agreement": False}, Lack.AGREEMENT),
        ({}, {"facility_active": False}, Lack.FACILITY),
        ({}, {"space": None}, Lack.NO_SPACE),
        ({}, {"space": ClassHold.HELD}, Lack.HELD),
        ({}, {"module_version": None}, Lack.MODULE),
        ({}, {"module_version": "2.0"}, Lack.MODULE),
        ({}, {"instructors": 1}, Lack.INSTRUCTORS),
        ({"confirmed": 12}, {}, Lack.SEATS),
        ({"operator_seen": False}, {}, Lack.OPERATOR),
    ],
)
def test_a_class_is_ready_when_nothing_is_missing(own, theirs, lack):
    judged = judge(facts(**own), standing(**theirs), min_seats_percent=80)

    assert [each for each in judged.lacks.values() if each is not None] == [lack] * (
        lack is not None
    )
    assert judged.ready is (lack is None)


@pytest.mark.parametrize(
    ("capacity", "percent", "seats"), [(16, 80, 13), (16, 100, 16), (16, 0, 0), (10, 75, 8)]
)
def test_the_minimum_is_rounded_up(capacity, percent, seats):
    assert seats_needed(capacity, percent=percent) == seats


def test_counts_by_criterion_and_by_province():
    ready = judge(facts(), standing(), min_seats_percent=80)
    empty = judge(facts(province_code="11", confirmed=0), standing(), min_seats_percent=80)

    whole = tally([ready, empty, ready])
    provinces = tally_by_province([ready, empty, ready])

    assert (whole.classes, whole.ready, whole.percent) == (3, 2, 66.7)
    assert (whole.met[Criterion.SEATS], whole.met[Criterion.AGREEMENT]) == (2, 3)
    assert [(code, each.percent) for code, each in provinces.items()] == [
        ("11", 0.0),
        ("33", 100.0),
    ]
    assert tally([]).percent == 0.0
