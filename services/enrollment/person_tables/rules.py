"""Every table of enrollment that names a person: what is told of it, and what erasure leaves.

A test compares the list with the tables: whoever adds one that names a person adds a line here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# What stands where something that said more than it may had to stay.
BLANK: Final = "-"


class Fate(StrEnum):
    """What becomes of a person's rows when the person is erased.

    KEPT: they say nothing of whom they are of once the name is gone. DELETED: they go. SEALED: they
    stay, and with the person's key nothing opens them. OWN: the erasure itself sees to them.
    """

    KEPT = "KEPT"
    DELETED = "DELETED"
    SEALED = "SEALED"
    OWN = "OWN"


@dataclass(frozen=True, slots=True)
class PersonTable:
    """A table of schema enrollment in which `column` names a person.

    `emptied` become null, `blanked` become BLANK unless they are null. `hidden` are keys and hashes
    that are no data of the person; `sealed` are opened for the access copy by the row's id. What is
    not `told` by itself is told with another table of the person, or speaks of somebody else too.
    """

    name: str
    fate: Fate
    column: str = "participant_id"
    emptied: tuple[str, ...] = ()
    blanked: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    told: bool = True


@dataclass(frozen=True, slots=True)
class FollowingTable:
    """A table that names a row of a person's: an enrollment, or an application."""

    name: str
    column: str
    names: str


# Deletion goes by this order: what hangs on a row goes before it.
PERSON_TABLES: Final = (
    PersonTable(
        "participant",
        Fate.OWN,
        column="id",
        hidden=("nik_cipher", "nik_key_id", "nik_index", "name_key"),
    ),
    PersonTable("identity_claim", Fate.OWN, told=False),
    PersonTable("person_key", Fate.OWN, hidden=("wrapped_key", "key_id")),
    PersonTable("login_binding", Fate.OWN, hidden=("holder",)),
    PersonTable("participant_revision", Fate.KEPT),
    PersonTable(
        "participant_business",
        Fate.KEPT,
        emptied=(
            "nib",
            "kbli",
            "kbli_scheme",
            "capital_rupiah",
            "annual_sales_rupiah",
            "employees",
        ),
    ),
    PersonTable("contact_code", Fate.DELETED, hidden=("holder", "code_hash", "contact_hash")),
    PersonTable("guardian", Fate.DELETED, sealed=("sealed",)),
    PersonTable("accommodation_need", Fate.DELETED, sealed=("sealed",)),
    PersonTable("external_ref", Fate.DELETED),
    PersonTable("notice", Fate.DELETED, hidden=("token_cipher", "token_key_id")),
    PersonTable(
        "nik_correction",
        Fate.SEALED,
        blanked=("reason", "evidence_reference"),
        emptied=("old_index",),
        hidden=("old_index",),
        sealed=("sealed",),
    ),
    PersonTable("application_document", Fate.DELETED),
    PersonTable("application_choice", Fate.KEPT),
    PersonTable("application_code", Fate.KEPT, told=False),
    PersonTable("application", Fate.KEPT, blanked=("paper_reference",)),
    PersonTable("score", Fate.KEPT, blanked=("evidence",)),
    PersonTable("score_replaced", Fate.KEPT, blanked=("evidence",)),
    PersonTable("selection_entry", Fate.KEPT, told=False),
    PersonTable("enrollment", Fate.KEPT, blanked=("reason",)),
    PersonTable(
        "training_certificate",
        Fate.SEALED,
        blanked=("reason",),
        hidden=("pdf_cipher", "pdf_sha256"),
        sealed=("name_cipher",),
    ),
    PersonTable(
        "competence_certificate",
        Fate.SEALED,
        blanked=("reason",),
        hidden=("number_index",),
        sealed=("details_cipher",),
    ),
    PersonTable("referral", Fate.KEPT, blanked=("reason",)),
    PersonTable("merged_participant", Fate.OWN, hidden=("nik_index",)),
    PersonTable("participant_merge", Fate.SEALED, blanked=("reason",), sealed=("sealed",)),
    PersonTable("participant_duplicate", Fate.KEPT, "a_id", blanked=("reason",), told=False),
    PersonTable("participant_duplicate", Fate.KEPT, "b_id", blanked=("reason",), told=False),
    PersonTable("privacy_request", Fate.KEPT, blanked=("paper_reference",)),
    PersonTable("access_copy", Fate.DELETED, hidden=("content",)),
    PersonTable("legal_hold", Fate.KEPT),
    PersonTable("breach_subject", Fate.KEPT),
)
# What names a person by an enrollment or an application of his, and is told with it.
FOLLOWING: Final = (
    FollowingTable("attendance_entry", "enrollment_id", "enrollment"),
    FollowingTable("assessment", "enrollment_id", "enrollment"),
    FollowingTable("completion_decision", "enrollment_id", "enrollment"),
    FollowingTable("sample_member", "enrollment_id", "enrollment"),
    FollowingTable("selection_entry", "application_id", "application"),
    FollowingTable("selection_result", "application_id", "application"),
)
# The log and the audit name people by their ids only and are changed by nobody. A claim on a
# programme follows the identity.
NOT_OF_PEOPLE: Final = frozenset({"event", "audit", "program_claim"})


def sealed_in(table: str, column: str, row_id: object) -> str:
    """Return the place that what is sealed in a row belongs to."""
    return f"{table}|{column}|{row_id}"
