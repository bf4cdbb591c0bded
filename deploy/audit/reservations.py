"""Checks across databases: each class has an agreement, its space and its instructors."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias
from uuid import UUID

from deploy.audit.checks import Finding, Row, Snapshots

_FOLDER: Final = Path(__file__).with_name("records")
_EXAMPLES: Final = 5

Reserved: TypeAlias = Mapping[UUID, Row]


async def check_reservations(snapshots: Snapshots) -> list[Finding]:
    """Return what enrollment plans and the registry does not bear out, or the other way round."""
    classes = await snapshots["enrollment"].fetch(_statement("planned_classes"))
    rows = await snapshots["registry"].fetch(_statement("reserved_classes"))
    reserved = {row["class_id"]: row for row in rows}
    return [
        await _check_coverage(snapshots, [each for each in classes if not each["cancelled"]]),
        check_resources(classes, reserved),
        check_given_up(classes, reserved),
    ]


def _statement(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text()


async def _check_coverage(snapshots: Snapshots, classes: Sequence[Row]) -> Finding:
    """Hold the days of classes against those on which their agreements cover their facilities."""
    members = ("id", "agreement_id", "facility_id", "first_day", "last_day")
    asked = [[each[member] for each in classes] for member in members]
    rows = await snapshots["registry"].fetch(_statement("uncovered_classes"), *asked)
    by_id = {each["id"]: each for each in classes}
    found = [
        f"class {by_id[row['class_id']]['code']}, {by_id[row['class_id']]['first_day']} to"
        f" {by_id[row['class_id']]['last_day']}: its agreement covers {row['days'] or 'no day'}"
        for row in rows
    ]
    return _finding("every class is covered by its agreement on all its days", classes, found)


def check_resources(classes: Sequence[Row], reserved: Reserved) -> Finding:
    """Return which classes have not the space and the instructors that they were planned with.

    A class without times of its own was planned before spaces were booked.
    """
    planned = [each for each in classes if not each["cancelled"] and each["ends_at"] is not None]
    found = [
        f"class {each['code']}: {difference}"
        for each in planned
        for difference in _differences(each, reserved.get(each["id"]))
    ]
    return _finding("every class has its space and its instructors", planned, found)


def _differences(planned: Row, booking: Row | None) -> Iterable[str]:
    if booking is None:
        yield "no space is booked for it"
        return
    if booking["booking_id"] != planned["booking_id"]:
        yield f"booking {planned['booking_id']} gave way to {booking['booking_id']}"
    if booking["space_id"] != planned["space_id"]:
        yield f"space {booking['space_id']} is booked, not {planned['space_id']}"
    if (booking["starts_at"], booking["ends_at"]) != (planned["starts_at"], planned["ends_at"]):
        yield f"its space is booked from {booking['starts_at']} to {booking['ends_at']}"
    if planned["reserved"] and booking["held"]:
        yield "its space is only held"
    if booking["instructors"] != planned["instructors"]:
        engaged, named = len(booking["instructors"]), len(planned["instructors"])
        yield f"{engaged} instructors are engaged, {named} named, not the same"


def check_given_up(classes: Sequence[Row], reserved: Reserved) -> Finding:
    """Return which spaces are kept for classes that were called off, or are not there.

    A class that was called off a moment ago may not have told so yet; a hold may be for a class
    that is about to be planned.
    """
    by_id = {each["id"]: each for each in classes}
    found = []
    for class_id, booking in reserved.items():
        planned = by_id.get(class_id)
        if planned is None and not booking["held"]:
            found.append(f"space {booking['space_id']} is kept for class {class_id}, not there")
        elif planned is not None and planned["settled"]:
            found.append(f"space {booking['space_id']} is kept for {planned['code']}, called off")
    return _finding("no space is kept for a class that is not held", list(reserved), found)


def _finding(name: str, looked_at: Sequence[object], found: list[str]) -> Finding:
    return Finding(
        name=name,
        invariant="I21",
        checked=len(looked_at),
        differences=len(found),
        examples=found[:_EXAMPLES],
    )
