from datetime import date
from uuid import UUID

import pytest

from services.registry.place_figures.rules import (
    Asked,
    asked_by,
    difference,
    months_of,
    months_told,
    with_months,
)
from shared.schemas.registry import Hours, HoursCell, Topic

A, B = UUID(int=1), UUID(int=2)


def hours(month: str, minutes: int) -> Hours:
    cell = HoursCell(
        month=month, facility_id=A, province_code="33", regency_code="33.73",
        facility_kind="UPTD", owner_ministry="MANPOWER",
    )  # fmt: skip
    return Hours(cell=cell, open_minutes=minutes)


class TestAskedBy:
    @pytest.mark.parametrize(
        ("topic", "payload", "asked"),
        [
            (
                Topic.FACILITY_CHANGED,
                {"facility_id": str(A)},
                Asked(standings={A}, hours={A}, acting_at={A}),
            ),
            (Topic.MILESTONE_CHANGED, {"facility_id": str(A)}, Asked(standings={A})),
            (Topic.OPENING_HOURS_STATED, {"facility_id": str(A)}, Asked(hours={A})),
            (Topic.SERVICE_STATED, {"facility_id": str(A)}, Asked()),
            (
                Topic.BOOKING_APPROVED,
                {"facility_id": str(A), "minutes": {"2027-01": 60, "2027-03": 60}},
                Asked(booked={A}, days={date(2027, 1, 1), date(2027, 3, 1)}),
            ),
            # By the clocks of the facility it may begin in the month before.
            (
                Topic.SPACE_CLOSURE_STATED,
                {
                    "facility_id": str(A),
                    "starts_at": "2027-01-31T17:30:00Z",
                    "ends_at": "2027-02-10T01:00:00Z",
                },
                Asked(booked={A}, days={date(2026, 12, 1), date(2027, 1, 1), date(2027, 2, 1),
                                        date(2027, 3, 1)}),
            ),
            (
                Topic.FACILITY_MERGED,
                {"from_id": str(A), "stays": {"facility_id": str(B)}},
                Asked(standings={A, B}, hours={A, B}, acting_at={A, B}),
            ),
            (
                Topic.AGREEMENT_SIGNED,
                {"agreement_id": str(A)},
                Asked(agreements={A}, covered_by={A}),
            ),
            (
                Topic.AGREEMENT_COVERAGE_ADDED,
                {"agreement_id": str(B), "facility_ids": [str(A)]},
                Asked(standings={A}),
            ),
            (Topic.CLOSED_DAYS_STATED, {"year": 2027, "days": []}, Asked(everywhere=True)),
        ],
    )  # fmt: skip
    def test_names_whose_figures_an_event_may_have_changed(self, topic, payload, asked: Asked):
        assert asked_by([(topic, payload)]) == asked

    def test_names_each_once(self):
        event = (Topic.MILESTONE_CHANGED, {"facility_id": str(A)})

        assert asked_by([event, event]) == Asked(standings={A})


class TestMonths:
    def test_are_a_year_past_and_a_season_ahead(self):
        told = months_told(date(2027, 1, 31))

        assert (told[0], told[-1], len(told)) == (date(2026, 1, 1), date(2027, 4, 1), 16)

    def test_are_those_in_which_days_lie(self):
        days = [date(2027, 3, 31), date(2027, 1, 2), date(2027, 3, 1)]

        assert months_of(days) == [date(2027, 1, 1), date(2027, 3, 1)]


class TestDifference:
    def test_names_what_no_longer_holds_and_what_does(self):
        before, after = difference(
            [hours("2027-01", 60), hours("2027-02", 60)],
            [hours("2027-02", 60), hours("2027-01", 90)],
        )

        assert (before, after) == ([hours("2027-01", 60)], [hours("2027-01", 90)])

    def test_leaves_months_alone_that_were_not_recounted(self):
        told = [hours("2026-12", 30), hours("2027-01", 60), hours("2027-02", 60)]

        found = with_months(told, [hours("2027-02", 90)], [date(2027, 1, 1), date(2027, 2, 1)])

        assert found == [hours("2026-12", 30), hours("2027-02", 90)]
