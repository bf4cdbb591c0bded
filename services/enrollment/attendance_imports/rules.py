"""What a row of the file says, stated without a database.

The file, CSV or XLSX, has a header and one row for a person and a session:

    session,date,enrollment_id,participant_id,status,minutes_late,note_code,reason

A row names its session by number or by its day, and the person by the id of the enrollment or of
the participant. `status` is PRESENT, LATE, EXCUSED or ABSENT, or a word or letter that offices
write: hadir, terlambat, izin, sakit, alpa; H, T, I, S, A. `reason` is why a session that is locked
is corrected.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from services.enrollment.openings.rules import FAULT_TEXT, RollFault
from services.enrollment.sheets.rules import AttendanceStatus
from shared.errors import InvalidError
from shared.files.cells import CellKind, Column
from shared.i18n import Text

_P, _L, _E, _A = (each.value for each in AttendanceStatus)
STATUS_WORDS: Final = {
    **dict.fromkeys(("HADIR", "H"), _P),
    **dict.fromkeys(("TERLAMBAT", "TELAT", "T"), _L),
    **dict.fromkeys(("IZIN", "IJIN", "I", "SAKIT", "S"), _E),
    **dict.fromkeys(("ALPA", "ALPHA", "TIDAK_HADIR", "ABSEN", "A"), _A),
}
COLUMNS: Final[Mapping[str, Column]] = {
    "session": Column(CellKind.WHOLE),
    "date": Column(CellKind.DAY),
    "enrollment_id": Column(),
    "participant_id": Column(),
    "status": Column(CellKind.WORD, required=True, synonyms=STATUS_WORDS),
    "minutes_late": Column(CellKind.WHOLE),
    "note_code": Column(CellKind.WORD),
    "reason": Column(),
}


class PlaceMissingError(InvalidError):
    """The row names no session, or nobody."""

    code = "row-invalid"
    title = Text(
        "Isi session atau date, dan enrollment_id atau participant_id.",
        "Fill in session or date, and enrollment_id or participant_id.",
    )


class RowSessionError(InvalidError):
    """The class has no session of this number or on this day."""

    code = "session-unknown"
    title = Text("Sesi tidak ada di jadwal kelas.", "The class has no such session.")


class DayAmbiguousError(InvalidError):
    """The class has several sessions on this day: the row must name one by its number."""

    code = "session-ambiguous"
    title = Text(
        "Ada beberapa sesi pada tanggal ini; isi kolom session.",
        "There are several sessions on this day; fill in the column session.",
    )


class PersonUnknownError(InvalidError):
    """The class has no such enrollment."""

    code = RollFault.UNKNOWN.value
    title = FAULT_TEXT[RollFault.UNKNOWN]


class NotSeatedError(InvalidError):
    """The person held no seat when the session began."""

    code = RollFault.NOT_SEATED.value
    title = FAULT_TEXT[RollFault.NOT_SEATED]


class ListedTwiceError(InvalidError):
    """An earlier row says something of the same person at the same session."""

    code = RollFault.TWICE.value
    title = FAULT_TEXT[RollFault.TWICE]


@dataclass(frozen=True, slots=True)
class Known:
    """What the rows of a file may name: sessions by local day, enrollments by participant."""

    days: Mapping[int, date]
    people: Mapping[UUID, UUID]

    def position(self, session: int | None, day: date | None) -> int:
        """Return the number of the session that a row names.

        Raises:
            PlaceMissingError: when it names none.
            RowSessionError: when there is no such session.
            DayAmbiguousError: when there are several on the day.
        """
        if session is None and day is None:
            raise PlaceMissingError
        found = [
            number
            for number, on in self.days.items()
            if session in (None, number) and day in (None, on)
        ]
        return _only(found)

    def enrollment(self, enrollment_id: UUID | None, participant_id: UUID | None) -> UUID:
        """Return the enrollment that a row names.

        Raises:
            PlaceMissingError: when it names nobody.
            PersonUnknownError: when the participant has no enrollment in the class.
        """
        if enrollment_id is None and participant_id is None:
            raise PlaceMissingError
        found = enrollment_id if participant_id is None else self.people.get(participant_id)
        if found is None or enrollment_id not in (None, found):
            raise PersonUnknownError
        return found


def _only(found: Sequence[int]) -> int:
    if not found:
        raise RowSessionError
    if len(found) > 1:
        raise DayAmbiguousError
    return found[0]
