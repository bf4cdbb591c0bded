"""The cell of a referral, and what its events add."""

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
from shared.schemas.enrollment import ReferralCell, ReferralMoved, Topic

REFERRALS: Final = Fact("referrals", Source.ENROLLMENT, tuple(ReferralCell.model_fields))
ROLLUPS: Final = (Rollup("referral_cube", REFERRALS, REFERRALS.members, daily=True),)

_CELL = attrgetter(*ReferralCell.model_fields)


def _fold_referral(folded: Folded, event: Recorded) -> None:
    moved = ReferralMoved.model_validate(event.payload)
    if moved.before is not None:
        folded.move(REFERRALS, event.day, written(_CELL(moved.before)), MINUS)
    folded.move(REFERRALS, event.day, written(_CELL(moved.after)), PLUS)


FOLDINGS: Final[Foldings] = {
    topic: {1: _fold_referral}
    for topic in (
        Topic.REFERRAL_PROPOSED,
        Topic.REFERRAL_CONSENTED,
        Topic.REFERRAL_SENT,
        Topic.REFERRAL_ACCEPTED,
        Topic.REFERRAL_REFUSED,
        Topic.REFERRAL_CONCLUDED,
        Topic.REFERRAL_WITHDRAWN,
        Topic.REFERRAL_RELOCATED,
    )
}
