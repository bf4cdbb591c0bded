"""The sums of enrollments that reports read."""

from datetime import datetime
from typing import Any, Final

from services.reporting.enrollment_facts.rules import ENROLLMENTS
from services.reporting.enrollment_facts.tables import LiveEnrollments, LiveEnrollmentSummary
from services.reporting.folding.queries import Cube, Measures, sum_of
from shared.schemas.enrollment import HOLDS_SEAT, EnrollmentState, Presence

# Who gave a place back, or let the offer of one pass.
_GIVEN_UP: Final = (EnrollmentState.CANCELLED, EnrollmentState.DECLINED, EnrollmentState.EXPIRED)


def _measures(live: Any, _: datetime) -> Measures:  # noqa: ANN401 - any of two mapped classes
    held = live.state.in_(HOLDS_SEAT)
    return {
        # Who was transferred stands in the other class.
        "claims": sum_of(live.n, live.state != EnrollmentState.TRANSFERRED),
        # Who came by an application is counted as that.
        "direct_claims": sum_of(
            live.n, live.state != EnrollmentState.TRANSFERRED, live.applied.is_(False)
        ),
        "seated": sum_of(live.n, held),
        "waitlisted": sum_of(live.n, live.state == EnrollmentState.WAITLISTED),
        "promoted": sum_of(live.n, held, live.waited),
        "not_placed": sum_of(live.n, live.state == EnrollmentState.NOT_PLACED),
        "cancelled": sum_of(live.n, live.state.in_(_GIVEN_UP)),
        "reported": sum_of(live.n, held, live.presence != Presence.UNREPORTED),
        "present": sum_of(live.n, held, live.presence == Presence.PRESENT),
        "completed": sum_of(live.n, live.state == EnrollmentState.COMPLETED),
        "dropped_out": sum_of(live.n, live.state == EnrollmentState.DROPPED_OUT),
    }


CUBE: Final = Cube(
    ENROLLMENTS.code, ENROLLMENTS.source, LiveEnrollments, LiveEnrollmentSummary, _measures
)
