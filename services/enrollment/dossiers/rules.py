"""What stands in a case file, and what of it is this person's, stated without a database."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from shared.errors import ForbiddenError
from shared.i18n import Text
from shared.scope import Scope


class Section(StrEnum):
    """What a part of a case file is about, in the order in which it is read."""

    PERSON = "PERSON"
    RULES = "RULES"
    APPLICATION = "APPLICATION"
    SELECTION = "SELECTION"
    ENROLLMENT = "ENROLLMENT"
    DECISIONS = "DECISIONS"
    ATTENDANCE = "ATTENDANCE"
    ASSESSMENTS = "ASSESSMENTS"
    COMPLETION = "COMPLETION"
    FUNDING = "FUNDING"
    CERTIFICATES = "CERTIFICATES"
    REFERRALS = "REFERRALS"
    NOTICES = "NOTICES"
    READS = "READS"


class NationalOnlyError(ForbiddenError):
    """Only who reads the whole country may ask this."""

    code = "national-only"
    title = Text(
        "Hanya untuk pembaca berlingkup nasional.",
        "Only for those who read the whole country.",
    )


def check_national(scope: Scope) -> None:
    """Refuse what goes over the whole country to a caller who does not reach all of it.

    Raises:
        NationalOnlyError: when a place or a ministry limits the scope.
    """
    if not scope.national:
        raise NationalOnlyError


def own(replaced: Sequence[Mapping[str, Any]], enrollment_id: str) -> list[Mapping[str, Any]]:
    """Return what a correction replaced of one person; it lists the others of the class too."""
    return [each for each in replaced if each.get("enrollment_id") == enrollment_id]
