"""Why somebody got a place or none, as sentences, without a database."""

from typing import Final, NamedTuple

from services.enrollment.draws.rules import Why
from services.enrollment.programs.rules import REFUSAL_TEXT, Refusal
from services.enrollment.selection_announcements.rules import Settled
from services.enrollment.waves.rules import SelectionMethod
from shared.errors import ConflictError
from shared.i18n import Text


class NotAnnouncedError(ConflictError):
    """The places are not announced yet."""

    code = "selection-not-announced"
    title = Text("Hasil seleksi belum diumumkan.", "The selection is not announced yet.")


class NotListedError(ConflictError):
    """The application was not among those that were submitted when the list was frozen."""

    code = "application-not-listed"
    title = Text(
        "Permohonan ini tidak termasuk daftar saat pendaftaran ditutup.",
        "The application was not on the list when applications closed.",
    )


# {n} is the choice; {number} the place in line; {quota} the quota that decided.
_STEPS: Final = {
    Why.PLACED: Text("Pilihan {n}: mendapat kursi.", "Choice {n}: a seat."),
    Why.RESERVE: Text(
        "Pilihan {n}: cadangan nomor {number} dari undian ini.",
        "Choice {n}: number {number} of those whom this draw puts in reserve.",
    ),
    Why.CHOICE_FULL: Text(
        "Pilihan {n}: semua kursi sudah diberikan kepada peringkat di atasnya.",
        "Choice {n}: all seats had gone to higher ranks.",
    ),
    Why.CHOICE_GONE: Text(
        "Pilihan {n}: tidak ada lagi kelas yang akan dimulai.",
        "Choice {n}: there is no class any more that would start.",
    ),
    Why.QUOTA_FULL: Text(
        "Pilihan {n}: dilewati karena kuota {quota}; masih ada kursi untuk yang lain.",
        "Choice {n}: passed over by the quota {quota}; the seats that are left are for others.",
    ),
    Why.RESERVE_FULL: Text(
        "Pilihan {n}: daftar cadangan sudah penuh.", "Choice {n}: the reserve list was full."
    ),
    Why.WITHDRAWN: Text(
        "Permohonan ditarik kembali sebelum undian.",
        "The application was withdrawn before the draw.",
    ),
    Why.SCORE_MISSING: Text(
        "Ada kriteria tanpa nilai; menurut ketentuan gelombang ini tidak diperingkat.",
        "A criterion has no score; by the rule of this wave it is not ranked.",
    ),
    Why.ALREADY_ENROLLED: Text(
        "Orang ini sudah memegang tempat dalam program ini.",
        "The person held a place in the programme already.",
    ),
    Why.KIND: REFUSAL_TEXT[Refusal.KIND],
    Why.AGE: REFUSAL_TEXT[Refusal.AGE],
    Why.AREA: REFUSAL_TEXT[Refusal.AREA],
}
_SETTLED: Final = {
    Settled.WITHDRAWN: Text(
        "Permohonan ditarik kembali sebelum pengumuman.",
        "The application was withdrawn before the announcement.",
    ),
    Settled.ALREADY_ENROLLED: Text(
        "Sebelum pengumuman orang ini sudah mendapat tempat lain dalam program ini.",
        "Before the announcement the person had got another place in the programme.",
    ),
    Settled.CLASS_GONE: Text(
        "Kelasnya dibatalkan atau dimulai sebelum pengumuman.",
        "The class was cancelled or had started before the announcement.",
    ),
    Settled.SEAT_LOST: Text(
        "Kapasitas kelas atau kuota berkurang antara persetujuan dan pengumuman.",
        "The class or a quota had lost seats between approval and announcement.",
    ),
}
_RANKED: Final = {
    SelectionMethod.LOTTERY: Text(
        "Undian: tiket ini di urutan {rank} dari {ranked}.",
        "Lottery: this ticket is number {rank} of {ranked}.",
    ),
    SelectionMethod.SCORE: Text(
        "Nilai {score} dari 100: peringkat {rank} dari {ranked}; nilai yang sama diundi.",
        "A score of {score} of 100: rank {rank} of {ranked}; equal scores are drawn by lot.",
    ),
}
_UNRANKED: Final = Text("Tidak diperingkat.", "Not ranked.")


class Told(NamedTuple):
    """What a sentence about one step names."""

    choice: int
    number: int | None = None
    quota: str | None = None


def step_text(why: Why, told: Told) -> Text:
    """Return what became of a choice, or of the application as a whole."""
    values = {"n": told.choice, "number": told.number, "quota": told.quota}
    return Text(*(each.format(**values) for each in _STEPS[why]))


def settled_text(settled: str | None) -> Text | None:
    """Return why the announcement could not give what was drawn; None where it could."""
    return None if settled is None else _SETTLED[Settled(settled)]


def rank_text(method: SelectionMethod, *, rank: int | None, ranked: int, points: int) -> Text:
    """Return by what and how far up the application was ranked."""
    if rank is None:
        return _UNRANKED
    # Hundredths of a point, exactly: 87.50.
    score = f"{points // 100}.{points % 100:02d}"
    values = {"rank": rank, "ranked": ranked, "score": score}
    return Text(*(each.format(**values) for each in _RANKED[method]))
