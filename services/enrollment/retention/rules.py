"""How long what is kept, as data; each rule says where its period comes from."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.i18n import Text

_DAY: Final = timedelta(days=1)
_MONTH: Final = 30 * _DAY
_YEAR: Final = 365 * _DAY
# Nobody is asked after a training any more once the last follow-up, after twelve months, is over.
_CONTACTS: Final = 24 * _MONTH


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """What is erased, how long after what, and whether a regulation says so or we propose it."""

    name: str
    after: timedelta
    what: Text
    source: str | None = None


CONTACTS: Final = RetentionRule(
    "contacts",
    _CONTACTS,
    Text(
        "Telepon dan surel, setelah kelas terakhir berakhir (tanpa kelas: setelah pendaftaran).",
        "Telephone and mail, after the last class has ended (without one, after registration).",
    ),
)
NEEDS: Final = RetentionRule(
    "accommodation-needs",
    6 * _MONTH,
    Text(
        "Kebutuhan akomodasi, setelah kelas terakhir berakhir.",
        "Accommodation needs, after the last class has ended.",
    ),
)
DRAFTS: Final = RetentionRule(
    "application-drafts",
    90 * _DAY,
    Text(
        "Draf pendaftaran, setelah terakhir diubah.",
        "Drafts of applications, after their last change.",
    ),
)
DOCUMENTS: Final = RetentionRule(
    "application-documents",
    12 * _MONTH,
    Text(
        "Rujukan dokumen pendaftaran yang tidak berhasil, setelah diputuskan.",
        "References to documents of applications without success, after their end.",
    ),
)
NOTICES: Final = RetentionRule(
    "notices",
    12 * _MONTH,
    Text("Catatan pemberitahuan, setelah dikirim.", "The log of notices, after they were sent."),
)
ATTENDANCE: Final = RetentionRule(
    "attendance-corrections",
    10 * _YEAR,
    Text(
        "Isi daftar hadir sebelum koreksi, sebagai bukti pembayaran.",
        "What roll calls said before they were corrected, as evidence of payment.",
    ),
    source="UU 8/1997 pasal 11 (1): dokumen keuangan disimpan 10 tahun",
)

RULES: Final = (CONTACTS, NEEDS, DRAFTS, DOCUMENTS, NOTICES, ATTENDANCE)


def kept_since(rule: RetentionRule, *, now: datetime) -> datetime:
    """Return the moment before which a rule's rows are erased."""
    return now - rule.after
