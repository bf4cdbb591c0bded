"""What is counted of referrals after training."""

from typing import Final

from services.reporting.folding.rules import Source
from services.reporting.indicators.rules import (
    BOTH,
    PEOPLE,
    TIMES,
    Dimension,
    Indicator,
    Report,
    Unit,
    Whole,
)
from shared.i18n import Text

_RATIO, _COUNT = Unit.RATIO, Unit.COUNT

REFERRALS: Final = Report(
    code="referrals",
    label=Text("Rujukan setelah pelatihan", "Referrals after training"),
    description=Text(
        "Rujukan ke layanan PLUT, inkubator, lini produksi dan bank: diusulkan, disetujui, dikirim,"
        " diterima, dimanfaatkan.",
        "Referrals to business services, incubators, production lines and banks: proposed,"
        " consented to, sent, accepted, taken up.",
    ),
    sources=(Source.ENROLLMENT,),
    dimensions=(
        *PEOPLE,
        Dimension.DISABILITY,
        Dimension.TRADE,
        Dimension.REFERRAL_KIND,
        Dimension.FINANCING,
        *TIMES,
    ),
    area_bases=BOTH,
    wholes=(
        Whole("referrals_proposed", ("referrals_consented",)),
        Whole("referrals_proposed", ("referrals_sent",)),
        Whole("referrals_sent", ("referrals_accepted",)),
        Whole("referrals_sent", ("referrals_taken_up",)),
    ),
    indicators=(
        Indicator(
            "proposed",
            Text("Diusulkan", "Proposed"),
            _COUNT,
            "referrals_proposed",
            definition=Text(
                "Semua rujukan yang pernah diusulkan, termasuk yang ditarik kembali.",
                "All referrals ever proposed, those withdrawn included.",
            ),
        ),
        Indicator(
            "consented",
            Text("Disetujui peserta", "Consented to"),
            _RATIO,
            "referrals_consented",
            "referrals_proposed",
            definition=Text(
                "Rujukan yang disetujui orangnya dan tidak ditarik kembali, dari yang diusulkan.",
                "Referrals to which the person has agreed and that were not withdrawn, of those"
                " proposed.",
            ),
        ),
        Indicator(
            "sent",
            Text("Dikirim", "Sent"),
            _RATIO,
            "referrals_sent",
            "referrals_proposed",
            definition=Text(
                "Rujukan yang sampai kepada penerima, dari yang diusulkan.",
                "Referrals that reached the receiving side, of those proposed.",
            ),
        ),
        Indicator(
            "accepted",
            Text("Diterima", "Accepted"),
            _RATIO,
            "referrals_accepted",
            "referrals_sent",
            definition=Text(
                "Rujukan yang diterima oleh penerima, dari yang dikirim.",
                "Referrals that the receiving side has accepted, of those sent.",
            ),
        ),
        Indicator(
            "taken_up",
            Text("Dimanfaatkan", "Taken up"),
            _RATIO,
            "referrals_taken_up",
            "referrals_sent",
            definition=Text(
                "Rujukan yang menghasilkan layanan, tempat di inkubator, jam produksi atau"
                " pembiayaan, dari yang dikirim.",
                "Referrals that led to a service, a place in an incubator, hours of production or"
                " financing, of those sent.",
            ),
        ),
    ),
)
