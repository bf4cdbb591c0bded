"""The page's words and its map: 38 squares that stand roughly where the provinces lie."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from shared.i18n import Language, Text


class Tile(NamedTuple):
    """A province on the grid; columns run from Sabang to Merauke, rows from north to south.

    `short` is the province's part of its code in ISO 3166-2:ID.
    """

    code: str
    short: str
    name: Text
    column: int
    row: int


TILES: Final = (
    Tile("11", "AC", Text("Aceh", "Aceh"), 1, 1),
    Tile("12", "SU", Text("Sumatera Utara", "North Sumatra"), 2, 2),
    Tile("13", "SB", Text("Sumatera Barat", "West Sumatra"), 2, 3),
    Tile("14", "RI", Text("Riau", "Riau"), 3, 2),
    Tile("15", "JA", Text("Jambi", "Jambi"), 3, 3),
    Tile("16", "SS", Text("Sumatera Selatan", "South Sumatra"), 3, 4),
    Tile("17", "BE", Text("Bengkulu", "Bengkulu"), 2, 4),
    Tile("18", "LA", Text("Lampung", "Lampung"), 3, 5),
    Tile("19", "BB", Text("Kepulauan Bangka Belitung", "Bangka Belitung Islands"), 4, 4),
    Tile("21", "KR", Text("Kepulauan Riau", "Riau Islands"), 4, 2),
    Tile("31", "JK", Text("DKI Jakarta", "Jakarta"), 5, 5),
    Tile("32", "JB", Text("Jawa Barat", "West Java"), 5, 6),
    Tile("33", "JT", Text("Jawa Tengah", "Central Java"), 6, 6),
    Tile("34", "YO", Text("DI Yogyakarta", "Yogyakarta"), 6, 7),
    Tile("35", "JI", Text("Jawa Timur", "East Java"), 7, 6),
    Tile("36", "BT", Text("Banten", "Banten"), 4, 6),
    Tile("51", "BA", Text("Bali", "Bali"), 8, 6),
    Tile("52", "NB", Text("Nusa Tenggara Barat", "West Nusa Tenggara"), 9, 6),
    Tile("53", "NT", Text("Nusa Tenggara Timur", "East Nusa Tenggara"), 10, 6),
    Tile("61", "KB", Text("Kalimantan Barat", "West Kalimantan"), 6, 3),
    Tile("62", "KT", Text("Kalimantan Tengah", "Central Kalimantan"), 7, 3),
    Tile("63", "KS", Text("Kalimantan Selatan", "South Kalimantan"), 7, 4),
    Tile("64", "KI", Text("Kalimantan Timur", "East Kalimantan"), 8, 2),
    Tile("65", "KU", Text("Kalimantan Utara", "North Kalimantan"), 8, 1),
    Tile("71", "SA", Text("Sulawesi Utara", "North Sulawesi"), 11, 2),
    Tile("72", "ST", Text("Sulawesi Tengah", "Central Sulawesi"), 10, 3),
    Tile("73", "SN", Text("Sulawesi Selatan", "South Sulawesi"), 9, 4),
    Tile("74", "SG", Text("Sulawesi Tenggara", "Southeast Sulawesi"), 10, 4),
    Tile("75", "GO", Text("Gorontalo", "Gorontalo"), 10, 2),
    Tile("76", "SR", Text("Sulawesi Barat", "West Sulawesi"), 9, 3),
    Tile("81", "MA", Text("Maluku", "Maluku"), 12, 4),
    Tile("82", "MU", Text("Maluku Utara", "North Maluku"), 12, 2),
    Tile("91", "PA", Text("Papua", "Papua"), 15, 3),
    Tile("92", "PB", Text("Papua Barat", "West Papua"), 14, 3),
    Tile("93", "PS", Text("Papua Selatan", "South Papua"), 15, 5),
    Tile("94", "PT", Text("Papua Tengah", "Central Papua"), 14, 4),
    Tile("95", "PE", Text("Papua Pegunungan", "Highland Papua"), 15, 4),
    Tile("96", "PD", Text("Papua Barat Daya", "Southwest Papua"), 13, 3),
)

# Every sentence of the page, by the name under which the page asks for it.
TEXTS: Final[Mapping[str, Text]] = {
    "title": Text("Pelatihan kewirausahaan serentak", "Simultaneous entrepreneurship training"),
    "skip": Text("Langsung ke isi", "Skip to the content"),
    "language": Text("Bahasa", "Language"),
    "lead": Text(
        "Satu pelatihan yang dimulai pada jam yang sama di balai-balai seluruh Indonesia. Angka di"
        " halaman ini mengikuti setiap kejadian dalam hitungan detik.",
        "One training that starts at the same hour in centres all over Indonesia. The figures on"
        " this page follow every event within seconds.",
    ),
    "synthetic": Text("DATA SINTETIS", "SYNTHETIC DATA (DATA SINTETIS)"),
    "synthetic_why": Text(
        "Orang, balai, dan angka di halaman ini dibuat komputer untuk percobaan.",
        "The people, the centres and the figures on this page were generated for a trial.",
    ),
    "noscript": Text(
        "Halaman ini membaca angkanya dengan JavaScript. Angka yang sama tersedia sebagai JSON:",
        "This page reads its figures with JavaScript. The same figures are available as JSON:",
    ),
    "loading": Text("Memuat angka…", "Loading the figures…"),
    "as_of": Text("Per", "As of"),
    "live": Text("terkini", "up to date"),
    "late": Text("tertinggal", "behind by"),
    "lost": Text(
        "Sambungan terputus. Yang tampak adalah angka terakhir.",
        "The connection is lost. These are the last figures.",
    ),
    "never": Text("Belum ada data yang dibaca", "Nothing has been read yet"),
    "progress": Text("Kemajuan nasional", "National progress"),
    "progress_why": Text(
        "Sasaran 5.000 peserta, mungkin sampai 10.000.",
        "The target is 5,000 participants, possibly up to 10,000.",
    ),
    "of": Text("dari", "of"),
    "seated": Text("Mendapat kursi", "Seated"),
    "present": Text("Hadir pada pembukaan", "Present at the opening"),
    "completed": Text("Selesai", "Completed"),
    "opening": Text("Pembukaan", "Opening"),
    "opening_why": Text(
        "Kelas yang sudah dibuka, siapa yang hadir, dan balai yang belum melapor.",
        "Classes that have opened, who is there, and the centres that have not reported.",
    ),
    "classes_opened": Text("Kelas dibuka", "Classes opened"),
    "people_present": Text("Hadir", "Present"),
    "silent": Text("Belum melapor", "Not reported"),
    "silent_why": Text("setelah jam mulai lewat", "after their start has passed"),
    "reported": Text("presensi dilaporkan", "roll call reported"),
    "zones": Text("Menurut zona waktu", "By time zone"),
    "zone": Text("Zona", "Zone"),
    "map": Text("Menurut provinsi", "By province"),
    "map_why": Text(
        "Satu kotak satu provinsi, kira-kira di tempatnya. Balai dihitung di tempatnya berada.",
        "One square a province, roughly where it lies. Centres count where they stand.",
    ),
    "show": Text("Tampilkan", "Show"),
    "choose": Text(
        "Pilih sebuah kotak untuk melihat angkanya.", "Choose a square to see its figures."
    ),
    "table": Text("Angka yang sama sebagai tabel", "The same figures as a table"),
    "province": Text("Provinsi", "Province"),
    "nation": Text("Indonesia", "Indonesia"),
    "no_classes": Text("tidak ada kelas", "no classes"),
    "classes": Text("kelas dibuka", "classes opened"),
    "people": Text("orang hadir", "people present"),
    "silent_centres": Text("kelas belum melapor", "classes not reported"),
    "legend_none": Text("tanpa kelas", "no classes"),
    "legend_silent": Text("ada yang belum melapor", "some have not reported"),
    "data": Text("Data", "Data"),
    "method": Text(
        "Cara menghitung, dimensi, dan semua laporan ada di katalog laporan.",
        "How it is counted, its dimensions and every report stand in the catalogue.",
    ),
    "catalogue": Text("Katalog laporan (JSON)", "Catalogue of reports (JSON)"),
    "docs": Text("Dokumentasi API", "API documentation"),
}


def texts_in(language: Language) -> dict[str, str]:
    """Return every sentence of the page in one language."""
    return {name: text.in_(language) for name, text in TEXTS.items()}
