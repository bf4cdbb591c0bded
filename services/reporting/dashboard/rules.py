"""What the page is made of: its sections in order, the provinces' names, and its policy."""

from typing import Final

from shared.i18n import Text

# One idea a section, in the order in which they are read.
SECTIONS: Final = (
    "progress",
    "cockpit",
    "map",
    "funnel",
    "trend",
    "outcomes",
    "idle",
    "scorecard",
    "published",
)

# What the address may hold: the choices of the reader, read by the page itself. Nothing personal.
CHOICES: Final = tuple(
    "measure horizon count scale centre tab area_basis areas as_of from to compare_from compare_to"  # noqa: SIM905 - a table
    " program wave zone province regency facility facility_kind network host_ministry"
    " owner_ministry trade sex age_band disability entrant_kind".split()
)

# Nothing from elsewhere, nothing inline, nobody frames it.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

PROVINCES: Final[dict[str, Text]] = {
    "11": Text("Aceh", "Aceh"),
    "12": Text("Sumatera Utara", "North Sumatra"),
    "13": Text("Sumatera Barat", "West Sumatra"),
    "14": Text("Riau", "Riau"),
    "15": Text("Jambi", "Jambi"),
    "16": Text("Sumatera Selatan", "South Sumatra"),
    "17": Text("Bengkulu", "Bengkulu"),
    "18": Text("Lampung", "Lampung"),
    "19": Text("Kepulauan Bangka Belitung", "Bangka Belitung Islands"),
    "21": Text("Kepulauan Riau", "Riau Islands"),
    "31": Text("DKI Jakarta", "Jakarta"),
    "32": Text("Jawa Barat", "West Java"),
    "33": Text("Jawa Tengah", "Central Java"),
    "34": Text("DI Yogyakarta", "Yogyakarta"),
    "35": Text("Jawa Timur", "East Java"),
    "36": Text("Banten", "Banten"),
    "51": Text("Bali", "Bali"),
    "52": Text("Nusa Tenggara Barat", "West Nusa Tenggara"),
    "53": Text("Nusa Tenggara Timur", "East Nusa Tenggara"),
    "61": Text("Kalimantan Barat", "West Kalimantan"),
    "62": Text("Kalimantan Tengah", "Central Kalimantan"),
    "63": Text("Kalimantan Selatan", "South Kalimantan"),
    "64": Text("Kalimantan Timur", "East Kalimantan"),
    "65": Text("Kalimantan Utara", "North Kalimantan"),
    "71": Text("Sulawesi Utara", "North Sulawesi"),
    "72": Text("Sulawesi Tengah", "Central Sulawesi"),
    "73": Text("Sulawesi Selatan", "South Sulawesi"),
    "74": Text("Sulawesi Tenggara", "Southeast Sulawesi"),
    "75": Text("Gorontalo", "Gorontalo"),
    "76": Text("Sulawesi Barat", "West Sulawesi"),
    "81": Text("Maluku", "Maluku"),
    "82": Text("Maluku Utara", "North Maluku"),
    "91": Text("Papua", "Papua"),
    "92": Text("Papua Barat", "West Papua"),
    "93": Text("Papua Selatan", "South Papua"),
    "94": Text("Papua Tengah", "Central Papua"),
    "95": Text("Papua Pegunungan", "Highland Papua"),
    "96": Text("Papua Barat Daya", "Southwest Papua"),
}
