"""Made-up names of people and places; every one of them says that it is synthetic."""

import random
from typing import Final

from shared.schemas.enrollment import Sex

SYNTHETIC: Final = "DATA SINTETIS"

_WOMEN: Final = (
    "Aisyah", "Anjani", "Astuti", "Ayu", "Bunga", "Cahaya", "Citra", "Damayanti", "Dewi", "Dian",
    "Endah", "Fatimah", "Fitri", "Gita", "Hanifah", "Indah", "Intan", "Kartika", "Kirana", "Laras",
    "Lestari", "Maharani", "Maryam", "Melati", "Mulyani", "Nabila", "Ningsih", "Nurul", "Permata",
    "Puspita", "Putri", "Rahayu", "Ratna", "Rini", "Rohana", "Salma", "Sekar", "Siti", "Sulastri",
    "Suryani", "Tuti", "Utami", "Wahyuni", "Wulan", "Yanti", "Yuliana", "Zahra", "Zulaikha",
)  # fmt: skip
_MEN: Final = (
    "Abdul", "Ade", "Agung", "Ahmad", "Aji", "Andi", "Anwar", "Arief", "Bagus", "Bambang", "Bayu",
    "Budi", "Cahyo", "Daniel", "Darma", "Dedi", "Dimas", "Eko", "Fajar", "Gilang", "Guntur", "Hadi",
    "Hendra", "Ibrahim", "Iwan", "Joko", "Komang", "Lukman", "Made", "Markus", "Muhammad", "Nyoman",
    "Oktavianus", "Putu", "Rahmat", "Reza", "Rizki", "Samuel", "Slamet", "Stefanus", "Sugeng",
    "Taufik", "Teguh", "Untung", "Wahyu", "Wayan", "Yohanes", "Yusuf",
)  # fmt: skip
_SECOND: Final = (
    "Amalia", "Anggara", "Arifin", "Basri", "Effendi", "Firmansyah", "Gunawan", "Hakim", "Halim",
    "Handayani", "Harahap", "Hartono", "Hasanah", "Hidayat", "Iskandar", "Kurniawan", "Kusuma",
    "Latuconsina", "Lubis", "Mandala", "Manurung", "Maulana", "Nasution", "Nugroho", "Pangestu",
    "Pattiasina", "Permana", "Prabowo", "Pranata", "Prasetya", "Purnama", "Ramadhan", "Rumbiak",
    "Santosa", "Saputra", "Setiawan", "Siregar", "Sitompul", "Suryadi", "Susanto", "Syahputra",
    "Tambunan", "Tanjung", "Utomo", "Wibowo", "Wijaya", "Wirawan", "Yulianto",
)  # fmt: skip
_VIRTUES: Final = (
    "Amanah", "Bahari", "Berkarya", "Cendana", "Cerdas", "Flamboyan", "Gemilang", "Harapan",
    "Karsa", "Kemuning", "Lentera", "Makmur", "Mandiri", "Matahari", "Mekar", "Melangkah",
    "Merdeka", "Nusa", "Pelita", "Rintis", "Samudra", "Sejahtera", "Semesta", "Terampil", "Tunas",
)  # fmt: skip


def person_name(choices: random.Random, *, sex: Sex) -> str:
    """Return the name of a person who does not exist."""
    first = choices.choice(_WOMEN if sex is Sex.FEMALE else _MEN)
    return f"{first} {choices.choice(_SECOND)} ({SYNTHETIC})"


def place_name(choices: random.Random, *, kind: str, town: str) -> str:
    """Return the name of a place that does not exist, in a town that does."""
    return f"{kind} {choices.choice(_VIRTUES)} {choices.choice(_VIRTUES)} {town} ({SYNTHETIC})"
