"""The cell of a certificate, and what its events add."""

from operator import attrgetter
from typing import Final

from services.reporting.folding.rules import (
    MINUS,
    PLUS,
    Fact,
    Folded,
    Foldings,
    Recorded,
    Rollup,
    Source,
    written,
)
from shared.schemas.enrollment import CertificateCell, CertificateMoved, Topic

CERTIFICATES: Final = Fact("certificates", Source.ENROLLMENT, tuple(CertificateCell.model_fields))
# The summary answers what is asked of the whole country: it follows provinces, not people.
ROLLUPS: Final = (
    Rollup(
        "certificate_summary",
        CERTIFICATES,
        (
            "kind",
            "state",
            "program_id",
            "wave_id",
            "province_code",
            "home_province_code",
            "host_ministry",
        ),
        daily=False,
    ),
    Rollup("certificate_cube", CERTIFICATES, CERTIFICATES.members, daily=True),
)

_CELL = attrgetter(*CertificateCell.model_fields)


def _fold_certificate(folded: Folded, event: Recorded) -> None:
    moved = CertificateMoved.model_validate(event.payload)
    if moved.before is not None:
        folded.move(CERTIFICATES, event.day, written(_CELL(moved.before)), MINUS)
    folded.move(CERTIFICATES, event.day, written(_CELL(moved.after)), PLUS)


FOLDINGS: Final[Foldings] = {
    topic: {1: _fold_certificate}
    for topic in (
        Topic.CERTIFICATE_ISSUED,
        Topic.CERTIFICATE_REVOKED,
        Topic.CERTIFICATE_REISSUED,
        Topic.CERTIFICATE_RELOCATED,
        Topic.COMPETENCE_RECORDED,
        Topic.COMPETENCE_JUDGED,
    )
}
