"""Which session and whom a row names."""

from datetime import date

import pytest

from services.enrollment.attendance_imports import rules
from services.enrollment.attendance_imports.rules import Known
from shared.ids import new_id

DAY, TWICE = date(2027, 2, 8), date(2027, 2, 9)
PERSON, SEAT = new_id(), new_id()
KNOWN = Known(days={1: DAY, 2: TWICE, 3: TWICE}, people={PERSON: SEAT})


@pytest.mark.parametrize(
    ("session", "day", "found"),
    [
        (1, None, 1),
        (None, DAY, 1),
        (3, TWICE, 3),
        (None, TWICE, rules.DayAmbiguousError),
        (1, TWICE, rules.RowSessionError),
        (4, None, rules.RowSessionError),
        (None, date(2027, 3, 1), rules.RowSessionError),
        (None, None, rules.PlaceMissingError),
    ],
)
def test_finds_the_session_by_number_or_day(session, day, found):
    if isinstance(found, int):
        assert KNOWN.position(session, day) == found
        return
    with pytest.raises(found):
        KNOWN.position(session, day)


@pytest.mark.parametrize(
    ("enrollment", "participant", "found"),
    [
        (SEAT, None, SEAT),
        (None, PERSON, SEAT),
        (SEAT, PERSON, SEAT),
        (new_id(), PERSON, rules.PersonUnknownError),
        (None, new_id(), rules.PersonUnknownError),
        (None, None, rules.PlaceMissingError),
    ],
)
def test_finds_the_person_by_either_id(enrollment, participant, found):
    if isinstance(found, type):
        with pytest.raises(found):
            KNOWN.enrollment(enrollment, participant)
        return
    assert KNOWN.enrollment(enrollment, participant) == found
