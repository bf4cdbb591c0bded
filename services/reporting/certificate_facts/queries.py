"""The sums of certificates that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.certificate_facts.rules import CERTIFICATES
from services.reporting.certificate_facts.tables import LiveCertificates, LiveCertificateSummary
from services.reporting.folding.queries import Cube, Measures, sum_of
from shared.schemas.enrollment import CertificateKind, CertificateState, VerificationState


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    return {
        # An enrollment has one VALID certificate of training at most.
        "certified_training": sum_of(
            live.n,
            live.kind == CertificateKind.TRAINING,
            live.state == CertificateState.VALID.value,
        ),
        "certified_competence": sum_of(
            live.n,
            live.kind == CertificateKind.COMPETENCE,
            live.state == VerificationState.VERIFIED.value,
        ),
    }


CUBE: Final = Cube(
    CERTIFICATES.code, CERTIFICATES.source, LiveCertificates, LiveCertificateSummary, _measures
)
