"""The words of the page on which somebody answers, in two languages."""

from collections.abc import Mapping
from typing import Final

from shared.i18n import Language, Text

TEXTS: Final[Mapping[str, Text]] = {
    "title": Text("Kabar setelah pelatihan", "News after the training"),
    "language": Text("Bahasa", "Language"),
    "loading": Text("Memuat pertanyaan…", "Loading the questions…"),
    "noscript": Text(
        "Halaman ini memerlukan JavaScript. Anda juga dapat menjawab lewat balai Anda.",
        "This page needs JavaScript. You can also answer through your centre.",
    ),
    "lead": Text(
        "Pelatihan Anda selesai {months} bulan lalu. Jawaban Anda memperbaiki yang berikutnya.",
        "Your training ended {months} months ago. Your answers improve the next one.",
    ),
    "private": Text(
        "Jumlah uang disimpan tersandi. Yang diterbitkan hanya angka gabungan, tanpa nama.",
        "Amounts of money are kept encrypted. Only totals are published, without names.",
    ),
    "until": Text("Dapat diisi sampai {until}.", "Open until {until}."),
    "required": Text("wajib diisi", "required"),
    "optional": Text("boleh dikosongkan", "may be left out"),
    "yes": Text("Ya", "Yes"),
    "no": Text("Tidak", "No"),
    "clear": Text("Kosongkan", "Clear"),
    "send": Text("Kirim jawaban", "Send the answers"),
    "sending": Text("Mengirim…", "Sending…"),
    "saved": Text("Tersimpan", "Saved"),
    "saving": Text("Menyimpan…", "Saving…"),
    "unsaved": Text(
        "Belum tersimpan: sambungan terputus. Dicoba lagi sendiri; jangan tutup halaman ini.",
        "Not saved: there is no connection. It is tried again by itself; keep this page open.",
    ),
    "refused": Text("Jawaban ini tidak sesuai. Periksa lagi.", "This does not fit. Look again."),
    "missing": Text("Pertanyaan ini wajib dijawab.", "This question must be answered."),
    "number": Text("Tulis dengan angka saja.", "Write digits only."),
    "thanks": Text("Terima kasih. Jawaban Anda sudah diterima.", "Thank you. It has arrived."),
    "close": Text("Halaman ini boleh ditutup.", "You may close this page."),
    "ended": Text("Tautan ini tidak dapat dipakai", "This link cannot be used"),
    "no_token": Text(
        "Alamat ini tidak lengkap. Buka tautan dari pesan yang Anda terima.",
        "The address is not complete. Open the link of the message that you were sent.",
    ),
    "synthetic": Text("DATA SINTETIS", "SYNTHETIC DATA (DATA SINTETIS)"),
}


def texts_in(language: Language) -> dict[str, str]:
    """Return every sentence of the page in one language."""
    return {name: text.in_(language) for name, text in TEXTS.items()}
