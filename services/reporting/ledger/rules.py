"""Every fact put together: what is folded, into what, and by which event."""

from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from services.reporting.application_facts import rules as applications
from services.reporting.attendance_facts import rules as attendance
from services.reporting.certificate_facts import rules as certificates
from services.reporting.class_facts import rules as classes
from services.reporting.enrollment_facts import rules as enrollments
from services.reporting.facility_facts import rules as facilities
from services.reporting.folding.rules import (
    Folded,
    Foldings,
    Keeping,
    Recorded,
    Rollup,
    Source,
    UnknownSchemaError,
    also,
)
from services.reporting.funding_facts import rules as funding
from services.reporting.hour_facts import rules as hours
from services.reporting.networks import rules as networks
from services.reporting.outcome_facts import rules as outcomes
from services.reporting.phase_facts import rules as phases
from services.reporting.program_names import rules as names
from services.reporting.quality_facts import rules as quality
from services.reporting.referral_facts import rules as referrals
from services.reporting.signup_facts import rules as signups
from services.reporting.standing_facts import rules as standings

ROLLUPS: Final[tuple[Rollup, ...]] = (
    *facilities.ROLLUPS,
    *standings.ROLLUPS,
    *hours.ROLLUPS,
    *classes.ROLLUPS,
    *enrollments.ROLLUPS,
    *outcomes.ROLLUPS,
    *applications.ROLLUPS,
    *certificates.ROLLUPS,
    *referrals.ROLLUPS,
    *attendance.ROLLUPS,
    *funding.ROLLUPS,
    *signups.ROLLUPS,
)
KEEPINGS: Final[tuple[Keeping, ...]] = (
    enrollments.LATEST,
    classes.LATEST,
    names.NAMES,
    *facilities.KEEPINGS,
    *networks.KEEPINGS,
    phases.PHASES,
    *quality.KEEPINGS,
)


# Every schema ever published stays here: the ledger is folded anew from its first event.
FOLDINGS: Final[Foldings] = also(
    {
        **names.FOLDINGS,
        **facilities.FOLDINGS,
        **networks.FOLDINGS,
        **standings.FOLDINGS,
        **hours.FOLDINGS,
        **classes.FOLDINGS,
        **enrollments.FOLDINGS,
        **outcomes.FOLDINGS,
        **applications.FOLDINGS,
        **certificates.FOLDINGS,
        **referrals.FOLDINGS,
        **attendance.FOLDINGS,
        **funding.FOLDINGS,
    },
    phases.FOLDINGS,
    signups.FOLDINGS,
    quality.FOLDINGS,
)


def fold(events: Iterable[Recorded], into: Folded | None = None) -> Folded:
    """Return what `events` add to the figures, whatever order they come in, beside `into`.

    Raises:
        UnknownSchemaError: when a topic that moves a figure has a schema without a folding.
    """
    folded = Folded() if into is None else into
    for event in events:
        schemas = FOLDINGS.get(event.topic)
        if schemas is None:
            continue
        folding = schemas.get(event.schema)
        if folding is None:
            message = f"{event.topic} has schema {event.schema}, which cannot be folded yet"
            raise UnknownSchemaError(message)
        folding(folded, event)
    return folded


def foldable(events: Iterable[Recorded]) -> list[Recorded]:
    """Return the events that the ledger keeps, each once, in the order in which they came."""
    return list({event.id: event for event in events if event.topic in FOLDINGS}.values())


def topics_of(source: Source) -> list[str]:
    """Return the topics of `source` that this version keeps, in order."""
    return sorted(str(topic) for topic in FOLDINGS if topic.startswith(f"{source}."))


def layout_of(source: Source) -> str:
    """Return what changes when this version folds `source` into other tables or cells."""
    rollups = [
        f"{each.table} {each.daily} {' '.join(each.members)} {' '.join(each.measures)}"
        for each in ROLLUPS
        if each.fact.source is source
    ]
    keepings = [
        f"{each.table} {' '.join(each.columns)}" for each in KEEPINGS if each.source is source
    ]
    written = "\n".join([*sorted(rollups), *sorted(keepings)])
    return blake2b(written.encode(), digest_size=16).hexdigest()
