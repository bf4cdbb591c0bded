"""The words for values that nobody names: kinds, bands, states."""

from collections.abc import Mapping
from typing import Final

from services.reporting.indicators.rules import Dimension
from shared.i18n import Text

_MINISTRIES: Final[Mapping[str, Text]] = {
    "MANPOWER": Text("Kementerian Ketenagakerjaan", "Ministry of Manpower"),
    "MSME": Text("Kementerian UMKM", "Ministry of MSMEs"),
    "INDUSTRY": Text("Kementerian Perindustrian", "Ministry of Industry"),
}

# By dimension and value; a value that is not here is shown as it is.
WORDS: Final[Mapping[Dimension, Mapping[str, Text]]] = {
    Dimension.ZONE: {
        "WIB": Text("Waktu Indonesia Barat", "Western Indonesia Time"),
        "WITA": Text("Waktu Indonesia Tengah", "Central Indonesia Time"),
        "WIT": Text("Waktu Indonesia Timur", "Eastern Indonesia Time"),
    },
    Dimension.FACILITY_KIND: {
        "UPTP": Text("UPT pusat", "National training centre"),
        "UPTD": Text("UPT daerah", "Regional training centre"),
        "BLKK": Text("BLK Komunitas", "Community training centre"),
        "LPKS": Text("LPK swasta", "Private training institution"),
        "LPK_COMPANY": Text("LPK perusahaan", "Company training institution"),
        "PLUT": Text("PLUT", "Business service centre"),
        "PRODUCTION_HOUSE": Text("Rumah produksi", "Production house"),
    },
    Dimension.HOST_MINISTRY: _MINISTRIES,
    Dimension.OWNER_MINISTRY: _MINISTRIES,
    Dimension.SEX: {
        "FEMALE": Text("Perempuan", "Female"),
        "MALE": Text("Laki-laki", "Male"),
    },
    Dimension.AGE_BAND: {
        "UNDER_18": Text("Di bawah 18 tahun", "Under 18"),
        "18_24": Text("18-24 tahun", "18 to 24"),
        "25_34": Text("25-34 tahun", "25 to 34"),
        "35_44": Text("35-44 tahun", "35 to 44"),
        "45_54": Text("45-54 tahun", "45 to 54"),
        "55_PLUS": Text("55 tahun ke atas", "55 and over"),
    },
    Dimension.ENTRANT_KIND: {
        "MICRO": Text("Usaha mikro", "Micro business"),
        "SMALL": Text("Usaha kecil", "Small business"),
        "MEDIUM": Text("Usaha menengah", "Medium business"),
        "PROSPECTIVE": Text("Calon wirausaha", "Prospective entrepreneur"),
    },
    Dimension.DISABILITY: {
        "true": Text("Penyandang disabilitas", "With a disability"),
        "false": Text("Bukan penyandang disabilitas", "Without a disability"),
    },
    Dimension.REFERRAL_KIND: {
        "PLUT_SERVICE": Text("Layanan PLUT atau rumah produksi", "Business service"),
        "INCUBATOR": Text("Inkubator", "Incubator"),
        "PRODUCTION_SLOT": Text("Jam lini produksi", "Hours on a production line"),
        "BANK": Text("Bank", "Bank"),
    },
    Dimension.FINANCING: {
        "KUR": Text("KUR", "KUR"),
        "KUR_SYARIAH": Text("KUR syariah", "Sharia KUR"),
        "LPDB": Text("LPDB", "LPDB"),
        "BWM": Text("Bank Wakaf Mikro", "Micro waqf bank"),
        "OTHER": Text("Lainnya", "Other"),
    },
    Dimension.USING_MINISTRY: _MINISTRIES,
    Dimension.PURPOSE: {
        "CLASS": Text("Kelas", "Class"),
        "MINISTRY": Text("Kegiatan kementerian", "Activity of a ministry"),
        "ENTREPRENEUR": Text("Wirausaha", "Entrepreneur"),
    },
    Dimension.STATUS: {
        "PLANNED": Text("Direncanakan", "Planned"),
        "ACTIVE": Text("Aktif", "Active"),
        "SUSPENDED": Text("Dibekukan", "Suspended"),
        "CLOSED": Text("Ditutup", "Closed"),
    },
}
