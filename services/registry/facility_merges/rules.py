"""What becomes of all that a facility has when it is merged into another, without a database.

REFERENCES names every column that refers to a facility. A condition on rows is SQL about `gone`, a
row of the facility that is merged; `:from_id` is that facility and `:into_id` the one that stays.
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.registry.facilities.rules import FacilityClosedError, Facts
from shared.errors import ConflictError, InvalidError
from shared.i18n import Text
from shared.schemas.registry import FacilityStatus


class MergeMode(StrEnum):
    """Whether the merge is done, or only told."""

    VALIDATE = "validate"
    COMMIT = "commit"


class MergeWithItselfError(InvalidError):
    """A facility cannot be merged into itself."""

    code = "facility-merge-itself"
    title = Text("Balai tidak dapat digabung dengan dirinya.", "It cannot be merged into itself.")


class MergeCycleError(ConflictError):
    """The facility that should stay was itself merged into the one that should go."""

    code = "facility-merge-cycle"
    title = Text(
        "Balai tujuan sudah digabung ke balai ini.",
        "The facility that should stay was merged into this one.",
    )


class MergeTargetUnknownError(InvalidError):
    """There is no facility that could stay."""

    code = "facility-merge-target-unknown"
    title = Text("Balai tujuan tidak dikenal.", "The facility that should stay is not known.")


class MergeIntoChildError(ConflictError):
    """A facility cannot be merged into one that belongs to it."""

    code = "facility-merge-into-child"
    title = Text(
        "Balai induk tidak dapat digabung ke balai di bawahnya; gabungkan sebaliknya.",
        "A parent cannot be merged into a facility below it; merge the other way round.",
    )


def check_pair(from_id: UUID, into_id: UUID) -> None:
    """Refuse to merge a facility into itself.

    Raises:
        MergeWithItselfError
    """
    if from_id == into_id:
        raise MergeWithItselfError(pointer="/into_id")


def check_may_merge(
    *, gone: FacilityStatus, stays: FacilityStatus, gone_id: UUID, parent_of_stays: UUID | None
) -> None:
    """Refuse to merge what is closed, and a parent into a facility that belongs to it.

    Raises:
        FacilityClosedError: when either is closed.
        MergeIntoChildError: when the one that stays belongs to the one that goes.
    """
    if gone is FacilityStatus.CLOSED:
        raise FacilityClosedError
    if stays is FacilityStatus.CLOSED:
        raise FacilityClosedError(pointer="/into_id")
    if parent_of_stays == gone_id:
        raise MergeIntoChildError(pointer="/into_id")


class Fate(StrEnum):
    """What becomes of the rows that refer to the facility that is merged."""

    MOVE = "MOVE"
    MOVE_OR_KEEP = "MOVE_OR_KEEP"
    KEEP = "KEEP"
    BY_FEATURE = "BY_FEATURE"


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that refers to a facility, and what becomes of its rows.

    `stays` is the condition of rows that stay behind as history, because the facility that stays
    has the same and one of the two must win. `renamed` is the condition of rows that move under
    another name. `label` tells a person which row is meant. `scoped` rows carry where the facility
    lies, `versioned` ones the number of their changes.
    """

    table: str
    fate: Fate = Fate.MOVE
    column: str = "facility_id"
    stays: str | None = None
    renamed: str | None = None
    label: str = "NULL"
    key: str = "CAST(gone.id AS text)"
    scoped: bool = True
    versioned: bool = False


def _other_has(table: str, condition: str) -> str:
    """Return the condition that the facility that stays has a row `kept` of a table."""
    return (
        f"EXISTS (SELECT FROM registry.{table} AS kept"
        f" WHERE kept.facility_id = :into_id AND {condition})"
    )


def _with_parent(table: str, column: str, condition: str) -> str:
    """Return the condition that what a row belongs to stays behind, itself by `condition`."""
    return (
        f"gone.{column} IN (SELECT gone.id FROM registry.{table} AS gone"  # noqa: S608 - constants
        f" WHERE gone.facility_id = :from_id AND {condition})"
    )


def _overlaps(template: str) -> str:
    """Return the condition that the periods of `gone` and `kept` overlap."""
    return f"{template.format(row='gone')} && {template.format(row='kept')}"


_DAYS: Final = _overlaps("daterange({row}.valid_from, {row}.valid_to, '[]')")
_HAS_HOURS: Final = _other_has("opening_hours", "TRUE")
_INCUBATOR_STAYS: Final = _other_has(
    "incubator",
    _overlaps("daterange({row}.valid_from, least({row}.valid_to + 1, {row}.ended_on), '[)')"),
)
_ROADMAP_STAYS: Final = _other_has("roadmap", "TRUE")

# In the order in which rows are locked and moved: a space before its bookings, so that none is
# made of it in between; what belongs to a row that may stay behind before that row.
REFERENCES: Final = (
    Reference(
        "space",
        renamed=_other_has("space", "kept.name = gone.name"),
        label="gone.name",
        versioned=True,
    ),
    Reference("equipment", label="gone.name", versioned=True),
    Reference("booking", label="CAST(gone.starts_at AS text)", versioned=True),
    Reference("booking_slot", key="CAST(gone.booking_id AS text)"),
    Reference(
        "closed_day",
        Fate.MOVE_OR_KEEP,
        stays=f"({_HAS_HOURS} OR {_other_has('closed_day', 'kept.day = gone.day')})",
        label="CAST(gone.day AS text)",
        key="NULL",
    ),
    Reference(
        "opening_hours",
        Fate.MOVE_OR_KEEP,
        stays=_HAS_HOURS,
        label="gone.weekday || ' ' || gone.opens || '-' || gone.closes",
        key="NULL",
    ),
    Reference(
        "facility_shift",
        Fate.MOVE_OR_KEEP,
        stays=_other_has("facility_shift", "kept.name = gone.name"),
        label="gone.name",
        versioned=True,
    ),
    Reference("facility_contact", versioned=True),
    Reference("facility_code", label="gone.scheme || ':' || gone.code"),
    Reference(
        "facility_institution",
        Fate.MOVE_OR_KEEP,
        stays=_other_has(
            "facility_institution",
            "kept.role = gone.role AND (kept.institution_id = gone.institution_id"
            f" OR gone.role IN ('OWNER', 'HOST')) AND {_DAYS}",
        ),
        label="gone.role",
        versioned=True,
    ),
    Reference(
        "network_member",
        Fate.MOVE_OR_KEEP,
        stays=_other_has("network_member", f"kept.network_id = gone.network_id AND {_DAYS}"),
    ),
    Reference(
        "service_offer",
        Fate.MOVE_OR_KEEP,
        stays=_other_has("service_offer", "kept.code = gone.code"),
        label="gone.code",
        versioned=True,
    ),
    Reference(
        "accreditation",
        Fate.MOVE_OR_KEEP,
        stays=_other_has(
            "accreditation",
            "kept.kind = gone.kind AND coalesce(kept.trade, '') = coalesce(gone.trade, '')"
            " AND coalesce(kept.program, '') = coalesce(gone.program, '') AND "
            + _overlaps(
                "daterange({row}.valid_from, least({row}.valid_to + 1, {row}.revoked_on), '[)')"
            ),
        ),
        label="gone.number",
        versioned=True,
    ),
    Reference(
        "maturity_assessment",
        Fate.MOVE_OR_KEEP,
        stays=_other_has("maturity_assessment", "kept.year = gone.year"),
        label="CAST(gone.year AS text)",
    ),
    Reference(
        "roadmap_milestone",
        Fate.MOVE_OR_KEEP,
        stays=_with_parent("roadmap", "roadmap_id", _ROADMAP_STAYS),
        label="gone.code",
        key="CAST(gone.roadmap_id AS text)",
        versioned=True,
    ),
    Reference("roadmap", Fate.MOVE_OR_KEEP, stays=_ROADMAP_STAYS, versioned=True),
    Reference(
        "incubator_person",
        Fate.MOVE_OR_KEEP,
        stays=_with_parent("incubator", "incubator_id", _INCUBATOR_STAYS),
    ),
    Reference(
        "incubator_tenant",
        Fate.MOVE_OR_KEEP,
        stays=_with_parent("incubator", "incubator_id", _INCUBATOR_STAYS),
        versioned=True,
    ),
    Reference(
        "incubator",
        Fate.MOVE_OR_KEEP,
        stays=_INCUBATOR_STAYS,
        label="gone.decree_number",
        versioned=True,
    ),
    Reference(
        "development",
        Fate.MOVE_OR_KEEP,
        stays=_other_has("development", "TRUE"),
        label="gone.number",
        versioned=True,
    ),
    # What stays behind here is joined with the other's first: see `JOIN_COVERAGE`.
    Reference(
        "agreement_facility",
        Fate.MOVE_OR_KEEP,
        stays=_other_has("agreement_facility", "kept.agreement_id = gone.agreement_id"),
        key="CAST(gone.agreement_id AS text)",
        scoped=False,
    ),
    Reference("agreement_action", label="gone.title", versioned=True),
    Reference("agreement_reminder", label="gone.label"),
    Reference("instructor", column="home_facility_id", label="gone.code", versioned=True),
    Reference("engagement", key="CAST(gone.class_id AS text)", scoped=False, versioned=True),
    Reference("invitation", versioned=True),
    Reference("facility_alias", label="gone.alias_code", key="CAST(gone.alias_id AS text)",
              scoped=False),
    Reference("facility", Fate.BY_FEATURE, column="parent_id", label="gone.code"),
    Reference("assignment_place", Fate.BY_FEATURE, key="CAST(gone.assignment_id AS text)"),
    Reference("proposal", Fate.BY_FEATURE),
    Reference("area_work_item", Fate.BY_FEATURE),
    Reference("facility_duplicate", Fate.BY_FEATURE, column="a_id"),
    Reference("facility_duplicate", Fate.BY_FEATURE, column="b_id"),
    Reference("assignment", Fate.BY_FEATURE, column="facilities"),
    Reference("facility_alias", Fate.KEEP, column="alias_id"),
    Reference("facility_merge", Fate.KEEP, column="from_id"),
    Reference("facility_merge", Fate.KEEP, column="into_id"),
    Reference("facility_period", Fate.KEEP),
    Reference("event", Fate.KEEP),
)  # fmt: skip

# Where an agreement covers both, the one that stays is covered for as long as either was: a class
# that was covered must not lose its agreement by the merge.
JOIN_COVERAGE: Final = """
    WITH covered AS (
        SELECT agreement_id, range_agg(daterange(valid_from, valid_to, '[]')) AS days
        FROM registry.agreement_facility
        WHERE facility_id IN (:from_id, :into_id)
        GROUP BY agreement_id HAVING count(DISTINCT facility_id) = 2
    ), gone AS (
        DELETE FROM registry.agreement_facility USING covered
        WHERE agreement_facility.agreement_id = covered.agreement_id
            AND agreement_facility.facility_id = :into_id
    )
    SELECT agreement_id, lower(period) AS valid_from, upper(period) - 1 AS valid_to
    FROM covered CROSS JOIN LATERAL unnest(covered.days) AS period
"""


def moving() -> tuple[Reference, ...]:
    """Return the references whose rows are moved by their table alone, in order."""
    return tuple(each for each in REFERENCES if each.fate in (Fate.MOVE, Fate.MOVE_OR_KEEP))


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact on which the two differ: what the one that stays says from now on, and why."""

    member: str
    gone: Any
    stays: Any
    filled: bool


def fill(stays: Facts, gone: Facts) -> Facts:
    """Return the facts of the one that stays, with what only the other one knew.

    It keeps its own; what it did not state it takes over, and it offers the trades of both.
    """
    filled = replace(stays, trades=tuple(sorted({*stays.trades, *gone.trades})))
    if stays.latitude is None:
        filled = replace(filled, latitude=gone.latitude, longitude=gone.longitude)
    if stays.address is None:
        filled = replace(filled, address=gone.address)
    if stays.institution_id is None:
        filled = replace(filled, institution_id=gone.institution_id)
    return filled


_COMPARED: Final = (
    "name", "kind", "form", "institution_id", "parent_id", "owner_ministry", "latitude",
    "longitude", "trades", "address",
)  # fmt: skip


def compare(stays: Facts, gone: Facts) -> list[Fact]:
    """Return the facts on which two facilities differ, and what holds after the merge."""
    filled = fill(stays, gone)
    facts = [
        Fact(
            name,
            getattr(gone, name),
            getattr(filled, name),
            filled=getattr(filled, name) != getattr(stays, name),
        )
        for name in _COMPARED
        if getattr(gone, name) != getattr(stays, name)
    ]
    if gone.location != stays.location:
        areas = (gone.location.area_code, stays.location.area_code)
        facts.append(Fact("area_code", *areas, filled=False))
    return facts
