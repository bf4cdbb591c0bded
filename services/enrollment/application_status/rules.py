"""What a stranger may ask, how often, and the words of the answer, stated without a database."""

from datetime import timedelta
from typing import Final

from services.enrollment.attempts.rules import Limit
from services.enrollment.programs.rules import REFUSAL_TEXT
from shared.errors import NotFoundError
from shared.i18n import Text
from shared.schemas.enrollment import ApplicationState, EnrollmentState

# A birth date is one of some 20,000: with five wrong ones an hour it takes months to guess one, for
# each code of 50 random bits that is known already. Whoever is right pays nothing of these two.
_WRONG_OF_CODE: Final = (5, timedelta(hours=1))
# A telephone company lets thousands of people ask from one address, in the hour in which places are
# announced all of them, and some of them type a digit wrong.
_WRONG_OF_ADDRESS: Final = (600, timedelta(hours=1))
_ASKED_OF_CODE: Final = (60, timedelta(hours=1))
_ASKED_OF_ADDRESS: Final = (6_000, timedelta(minutes=10))

APPLICATION_TEXT: Final = {
    ApplicationState.DRAFT: Text(
        "Permohonan belum dikirim.", "The application has not been submitted yet."
    ),
    ApplicationState.SUBMITTED: Text(
        "Permohonan sudah diterima dan menunggu seleksi.",
        "The application has been received and awaits the selection.",
    ),
    ApplicationState.WITHDRAWN: Text(
        "Permohonan ditarik kembali.", "The application was withdrawn."
    ),
    ApplicationState.PLACED: Text("Anda terpilih.", "You have been selected."),
    ApplicationState.RESERVE: Text(
        "Anda berada di daftar cadangan.", "You are on the reserve list."
    ),
    ApplicationState.NOT_SELECTED: Text(
        "Anda belum terpilih pada gelombang ini.", "You were not selected in this wave."
    ),
    ApplicationState.INELIGIBLE: Text(
        "Permohonan tidak memenuhi syarat program.",
        "The application does not meet the programme's terms.",
    ),
}
ENROLLMENT_TEXT: Final = {
    EnrollmentState.SEATED: Text("Anda mendapat kursi.", "You have a seat."),
    EnrollmentState.WAITLISTED: Text(
        "Anda menunggu kursi kosong.", "You are waiting for a free seat."
    ),
    EnrollmentState.OFFERED: Text(
        "Kursi disediakan untuk Anda; daftar ulang sebelum batas waktu.",
        "A seat is held for you; confirm it before the deadline.",
    ),
    EnrollmentState.DECLINED: Text("Anda menolak kursi ini.", "You declined the seat."),
    EnrollmentState.EXPIRED: Text(
        "Batas waktu daftar ulang terlewati.", "The deadline to confirm the seat has passed."
    ),
    EnrollmentState.CANCELLED: Text("Kepesertaan dibatalkan.", "The enrollment was cancelled."),
    EnrollmentState.NOT_PLACED: Text("Tidak ada kursi yang kosong.", "No seat became free."),
    EnrollmentState.TRANSFERRED: Text(
        "Anda dipindahkan ke kelas lain.", "You were moved to another class."
    ),
    EnrollmentState.COMPLETED: Text(
        "Anda telah menyelesaikan pelatihan.", "You have completed the training."
    ),
    EnrollmentState.DROPPED_OUT: Text(
        "Anda berhenti dari pelatihan.", "You have left the training."
    ),
}


# What a selection may say of why; the person and the offices read it in full at the application.
REASON_TEXT: Final = {
    **{each.value: text for each, text in REFUSAL_TEXT.items()},
    "placed": Text("Mendapat kursi.", "A seat."),
    "reserve": Text("Masuk daftar cadangan.", "On the reserve list."),
    "choice-full": Text(
        "Semua kursi sudah diberikan kepada peringkat di atasnya.",
        "All seats had gone to higher ranks.",
    ),
    "choice-gone": Text(
        "Tidak ada lagi kelas yang akan dimulai.", "There is no class any more that would start."
    ),
    "quota-full": Text("Dilewati karena kuota.", "Passed over by a quota."),
    "reserve-full": Text("Daftar cadangan sudah penuh.", "The reserve list was full."),
    "withdrawn": Text("Permohonan ditarik kembali.", "The application was withdrawn."),
    "wave-cancelled": Text(
        "Gelombang dibatalkan; permohonan ditutup.",
        "The wave was cancelled, and the application with it.",
    ),
    "score-missing": Text("Ada kriteria tanpa nilai.", "A criterion has no score."),
    "already-enrolled": Text(
        "Sudah memegang tempat dalam program ini.", "Holds a place in the programme already."
    ),
    "class-gone": Text(
        "Kelasnya dibatalkan atau sudah dimulai.", "The class was cancelled or has started."
    ),
    "seat-lost": Text(
        "Kapasitas kelas atau kuota berkurang.", "The class or a quota had lost seats."
    ),
}


class StatusUnknownError(NotFoundError):
    """The code, the birth date or both are wrong: the answer never tells which."""

    code = "status-unknown"
    title = Text(
        "Kode atau tanggal lahir tidak cocok.", "The code or the birth date does not match."
    )


def limits_of(what: str, *, address: str) -> list[Limit]:
    """Return all that is counted when somebody at `address` asks for `what`, before it is judged.

    `address` is keyed with a secret: there are few enough addresses to try them all.
    """
    most_of_code, hours_of_code = _ASKED_OF_CODE
    most_of_address, minutes_of_address = _ASKED_OF_ADDRESS
    return [
        Limit("status-asked-of-code", what, most_of_code, hours_of_code),
        Limit("status-asked-of-address", address, most_of_address, minutes_of_address),
        *wrong_limits_of(what, address=address),
    ]


def wrong_limits_of(what: str, *, address: str) -> list[Limit]:
    """Return what is taken back from whoever turns out to be right."""
    most_of_code, hours_of_code = _WRONG_OF_CODE
    most_of_address, hours_of_address = _WRONG_OF_ADDRESS
    return [
        Limit("status-wrong-of-code", what, most_of_code, hours_of_code),
        Limit("status-wrong-of-address", address, most_of_address, hours_of_address),
    ]
