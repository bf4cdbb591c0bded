"""What becomes of all that a person has who is merged into another, without a database.

REFERENCES names every column that refers to a person; a test holds it against all tables. A
condition is SQL about `gone`, a row of the person who goes; `:from_id` is that person and
`:into_id` the one who stays.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """What becomes of the rows that refer to the person who goes."""

    MOVE = "MOVE"
    # Others refer to these: they are written anew, and the old ones go last.
    COPY = "COPY"
    DROP = "DROP"
    KEEP = "KEEP"
    BY_FEATURE = "BY_FEATURE"


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to a person, and what becomes of its rows.

    `drops` is the condition of rows that go, because whoever stays has the same, `blocks` that of
    rows with which nobody is merged: both have begun something of which there is one. `sealed` are
    the columns that the person's key opens, each bound to table, column and id. `found` is how the
    rows are found where no index leads from the person to them.
    """

    table: str
    fate: Fate = Fate.MOVE
    column: str = "participant_id"
    drops: str | None = None
    blocks: str | None = None
    sealed: tuple[str, ...] = ()
    found: str | None = None

    @property
    def of_gone(self) -> str:
        """The condition that a row `gone` is of the person who goes."""
        own = f"gone.{self.column} = :from_id"
        return own if self.found is None else f"{own} AND {self.found}"


def sealed_in(table: str, column: str, row_id: object) -> str:
    """Return the place to which something that is sealed is bound."""
    return f"{table}|{column}|{row_id}"


_HIS_APPLICATIONS: Final = "FROM enrollment.application WHERE participant_id = :from_id)"

_REFERRED: Final = (
    "({row}.kind <> 'PRODUCTION_SLOT'"
    " AND {row}.state IN ('PROPOSED', 'CONSENTED', 'SENT', 'ACCEPTED'))"
)
_ASKED: Final = "{row}.state IN ('RECEIVED', 'IN_PROGRESS')"

REFERENCES: Final = (
    Reference("enrollment", Fate.BY_FEATURE),
    Reference("application", Fate.COPY),
    Reference("application_choice"),
    Reference("application_document"),
    Reference("application_code", found=f"gone.code IN (SELECT code {_HIS_APPLICATIONS}"),
    Reference("score"),
    Reference("score_replaced"),
    Reference(
        "selection_entry",
        found=f"(gone.wave_id, gone.application_id) IN (SELECT wave_id, id {_HIS_APPLICATIONS}",
    ),
    Reference("training_certificate", sealed=("name_cipher", "pdf_cipher")),
    Reference("competence_certificate", sealed=("details_cipher",)),
    Reference("guardian", sealed=("sealed",)),
    Reference("accommodation_need", sealed=("sealed",)),
    Reference("nik_correction", sealed=("sealed",)),
    Reference("participant_merge", sealed=("sealed",)),
    Reference("participant_business"),
    Reference("participant_revision"),
    Reference(
        "external_ref",
        drops="EXISTS (SELECT FROM enrollment.external_ref AS kept"
        " WHERE kept.participant_id = :into_id AND kept.client = gone.client)",
    ),
    Reference(
        "notice",
        drops="(gone.kind = 'CODE' AND gone.state = 'PENDING')"
        " OR EXISTS (SELECT FROM enrollment.notice AS kept"
        " WHERE kept.participant_id = :into_id AND kept.kind = gone.kind"
        " AND kept.occasion_id = gone.occasion_id AND kept.version = gone.version)",
    ),
    Reference(
        "referral",
        blocks=f"{_REFERRED.format(row='gone')} AND EXISTS (SELECT FROM enrollment.referral AS kept"
        " WHERE kept.participant_id = :into_id AND kept.kind = gone.kind"
        f" AND kept.target_id = gone.target_id AND {_REFERRED.format(row='kept')})",
    ),
    Reference(
        "privacy_request",
        blocks=f"{_ASKED.format(row='gone')} AND EXISTS (SELECT FROM enrollment.privacy_request"
        " AS kept WHERE kept.participant_id = :into_id AND kept.kind = gone.kind"
        f" AND {_ASKED.format(row='kept')})",
    ),
    Reference("legal_hold"),
    Reference(
        "breach_subject",
        drops="EXISTS (SELECT FROM enrollment.breach_subject AS kept"
        " WHERE kept.participant_id = :into_id AND kept.report_id = gone.report_id)",
    ),
    # It tells of half a person; whoever stays may ask for another one.
    Reference("access_copy", Fate.DROP),
    # A code that was asked for under the old id proves nothing any more.
    Reference("contact_code", Fate.DROP),
    Reference("person_key", Fate.DROP),
    Reference("login_binding", Fate.BY_FEATURE),
    Reference("login_binding", Fate.KEEP, column="merged_from"),
    Reference("identity_claim", Fate.BY_FEATURE),
    Reference("merged_participant", Fate.BY_FEATURE),
    Reference("merged_participant", Fate.KEEP, column="old_id"),
    Reference("participant_duplicate", Fate.BY_FEATURE, column="a_id"),
    Reference("participant_duplicate", Fate.BY_FEATURE, column="b_id"),
    Reference("participant_merge", Fate.KEEP, column="gone_id"),
    Reference("audit", Fate.KEEP, column="subject_id"),
    # What stands for the person in a badge, which is out in the world.
    Reference("training_certificate", Fate.KEEP, column="subject_id"),
    Reference("event", Fate.KEEP),
)


def of_fate(*fates: Fate) -> tuple[Reference, ...]:
    """Return the references of some fates, in order."""
    return tuple(each for each in REFERENCES if each.fate in fates)
