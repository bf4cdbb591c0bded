"""What whoever holds a certificate is told of it, and the words of the page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from shared.errors import NotFoundError
from shared.i18n import Language, Text
from shared.schemas.enrollment import CertificateState

# Of numbers that do not exist, from one address. Numbers that do are never refused.
MISSES: Final = 60
MISSES_WITHIN: Final = timedelta(minutes=10)


class NumberUnknownError(NotFoundError):
    """No certificate has this number."""

    code = "certificate-number-unknown"
    title = Text(
        "Tidak ada sertifikat dengan nomor ini.", "There is no certificate with this number."
    )


@dataclass(frozen=True, slots=True)
class Verdict:
    """A state in words."""

    name: Text
    sentence: Text


VERDICTS: Final[Mapping[CertificateState, Verdict]] = MappingProxyType(
    {
        CertificateState.VALID: Verdict(
            Text("Berlaku", "Valid"),
            Text(
                "Sertifikat ini tercatat dan berlaku.",
                "This certificate is on record and valid.",
            ),
        ),
        CertificateState.REVOKED: Verdict(
            Text("Dicabut", "Revoked"),
            Text(
                "Sertifikat ini telah dicabut dan tidak berlaku lagi.",
                "This certificate has been revoked and is no longer valid.",
            ),
        ),
        CertificateState.REISSUED: Verdict(
            Text("Digantikan", "Replaced"),
            Text(
                "Sertifikat ini telah digantikan oleh sertifikat lain.",
                "Another certificate has taken the place of this one.",
            ),
        ),
    }
)

WORDS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "title": Text("Pemeriksaan sertifikat", "Certificate verification"),
        "number": Text("Nomor", "Number"),
        "name": Text("Nama pada sertifikat (disamarkan)", "Name on the certificate (masked)"),
        "erased": Text(
            "Data pribadi pemegang telah dihapus.", "The holder's personal data were erased."
        ),
        "training": Text("Pelatihan", "Training"),
        "hours": Text("jam pelajaran", "lesson hours"),
        "program": Text("Program", "Programme"),
        "facility": Text("Penyelenggara", "Training centre"),
        "period": Text("Tanggal pelatihan", "Dates of the training"),
        "issued": Text("Tanggal terbit", "Date of issue"),
        "ended": Text("Berakhir pada", "Ended on"),
        "replaced": Text("Digantikan oleh nomor", "Replaced by number"),
        "synthetic": Text(
            "DATA SINTETIS: bukan sertifikat sungguhan.",
            "SYNTHETIC DATA: not a real certificate.",
        ),
        "compare": Text(
            "Cocokkan keterangan ini dengan sertifikat yang Anda pegang.",
            "Compare this with the certificate that you hold.",
        ),
        "missing": Text("Nomor tidak dikenal", "Unknown number"),
        "missing_hint": Text(
            "Tidak ada sertifikat dengan nomor ini. Periksa kembali penulisannya.",
            "There is no certificate with this number. Check how it is written.",
        ),
    }
)


def words_in(language: Language) -> dict[str, str]:
    """Return the words of the page in one language."""
    return {name: text.in_(language) for name, text in WORDS.items()}
