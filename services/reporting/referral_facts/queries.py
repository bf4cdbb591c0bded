"""The sums of referrals that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.folding.queries import Cube, Measures, sum_of
from services.reporting.referral_facts.rules import REFERRALS
from services.reporting.referral_facts.tables import LiveReferrals
from shared.schemas.enrollment import ReferralOutcome, ReferralState

_ACCEPTED: Final = (ReferralState.ACCEPTED, ReferralState.RESULT)
_SENT: Final = (ReferralState.SENT, ReferralState.REFUSED, *_ACCEPTED)
_CONSENTED: Final = (ReferralState.CONSENTED, *_SENT)
_TAKEN_UP: Final = tuple(each.value for each in ReferralOutcome if each != ReferralOutcome.NOTHING)


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - mapped to a sub-select
    return {
        "referrals_proposed": sum_of(live.n),
        "referrals_consented": sum_of(live.n, live.state.in_(_CONSENTED)),
        "referrals_sent": sum_of(live.n, live.state.in_(_SENT)),
        "referrals_accepted": sum_of(live.n, live.state.in_(_ACCEPTED)),
        "referrals_taken_up": sum_of(live.n, live.outcome.in_(_TAKEN_UP)),
    }


CUBE: Final = Cube(REFERRALS.code, REFERRALS.source, LiveReferrals, None, _measures)
