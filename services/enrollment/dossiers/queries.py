"""The reading of case files: one statement for each kind of row, by its key or an index."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, inspect, or_, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from services.enrollment.applications.tables import (
    Application,
    ApplicationChoice,
    ApplicationDocument,
)
from services.enrollment.assessments.tables import Assessment, AssessmentCorrection
from services.enrollment.base import Audit, Base, Event
from services.enrollment.certificates.tables import TrainingCertificate
from services.enrollment.class_funding.tables import ClassFunding
from services.enrollment.classes.tables import Class, Meeting
from services.enrollment.competence_certificates.tables import CompetenceCertificate
from services.enrollment.completions.tables import CompletionDecision
from services.enrollment.dossiers import rules
from services.enrollment.dossiers.rules import Section
from services.enrollment.dossiers.schemas import DossierPart, DossierRecord
from services.enrollment.enrollments.tables import Enrollment
from services.enrollment.merged_participants.tables import MergedParticipant
from services.enrollment.notices.tables import Notice
from services.enrollment.openings.tables import Opening
from services.enrollment.participants.tables import Participant
from services.enrollment.programs.tables import Program
from services.enrollment.quotas.tables import WaveQuota
from services.enrollment.referrals.tables import Referral
from services.enrollment.scores.tables import Score, ScoreReplaced
from services.enrollment.selection_criteria.tables import SelectionCriteria
from services.enrollment.selections.tables import Selection, SelectionEntry, SelectionResult
from services.enrollment.sheets.tables import Sheet, SheetCorrection, SheetEntry
from services.enrollment.wave_decisions.tables import WaveDecision
from services.enrollment.waves.tables import Wave


@dataclass(frozen=True, slots=True)
class Case:
    """Whose case file it is; `people` are the person's ids, those of before a merge too."""

    enrollment: Enrollment
    people: Sequence[UUID]

    @property
    def id_text(self) -> str:
        """The enrollment's id as events hold it."""
        return str(self.enrollment.id)


_Column: TypeAlias = InstrumentedAttribute[Any]
_Where: TypeAlias = Callable[[Case], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows of one table that belong into a part: which, and what is told of each.

    `hidden` are the columns that stay out: what is sealed, what speaks of the person without need,
    and what only repeats the key. `order` is the primary key unless something else tells the time.
    """

    section: Section
    table: type[Base]
    where: _Where
    hidden: frozenset[str] = frozenset()
    shown: frozenset[str] | None = None
    order: Sequence[_Column] = ()

    def columns(self) -> list[_Column]:
        names = [each.key for each in inspect(self.table).column_attrs]
        kept = [name for name in names if self.shown is None or name in self.shown]
        return [getattr(self.table, name) for name in kept if name not in self.hidden]

    def keys(self) -> list[_Column]:
        mapper = inspect(self.table)
        return [
            getattr(self.table, mapper.get_property_by_column(column).key)
            for column in mapper.primary_key
        ]


def _class_is(table: Any) -> _Where:  # noqa: ANN401 - a mapped class with a class_id
    return lambda case: table.class_id == case.enrollment.class_id


def _wave_is(table: Any) -> _Where:  # noqa: ANN401 - a mapped class with a wave_id
    return lambda case: table.wave_id == case.enrollment.wave_id


def _enrollment_is(table: Any) -> _Where:  # noqa: ANN401 - a mapped class of a class's person
    return lambda case: and_(
        table.class_id == case.enrollment.class_id, table.enrollment_id == case.enrollment.id
    )


def _of_person(table: Any) -> _Where:  # noqa: ANN401 - a mapped class of a person's enrollment
    return lambda case: and_(
        table.participant_id.in_(case.people), table.enrollment_id == case.enrollment.id
    )


def _application_is(table: Any) -> _Where:  # noqa: ANN401 - a mapped class of an application
    return lambda case: and_(
        table.participant_id.in_(case.people),
        table.application_id == case.enrollment.application_id,
    )


def _drawn(case: Case) -> ColumnElement[bool]:
    preview = select(Selection.preview).where(Selection.wave_id == case.enrollment.wave_id)
    return and_(
        SelectionResult.wave_id == case.enrollment.wave_id,
        SelectionResult.preview == preview.scalar_subquery(),
        SelectionResult.application_id == case.enrollment.application_id,
    )


def _corrected(table: Any) -> _Where:  # noqa: ANN401 - a mapped class of corrections
    return lambda case: and_(
        table.class_id == case.enrollment.class_id,
        table.replaced.contains([{"enrollment_id": case.id_text}]),
    )


def _happened(case: Case) -> ColumnElement[bool]:
    """Return the condition of an event that this case file is about.

    What was decided of the programme, the wave and the class counts for all; of the class's people,
    and of the person's other applications and enrollments, nothing is told.
    """
    row = case.enrollment
    mine = [row.id, row.application_id] if row.application_id else [row.id]
    said = [Event.payload[name].astext for name in ("enrollment_id", "application_id")]
    named = Event.payload.has_any(array(["enrollment_id", "application_id"]))
    streams = [row.class_id, row.wave_id, row.program_id, *case.people]
    return and_(
        Event.stream_id.in_(streams),
        or_(~named, *(each.in_([str(one) for one in mine]) for each in said)),
    )


_SELECTION: Final = frozenset({"seed_cipher", "seed_key_id", "terms", "counts"})
_PERSON: Final = frozenset(
    {"name", "nik_masked", "sex", "entrant_kind", "kind_by_capital", "kind_by_sales",
     "size_criterion", "rule_version", "legal_basis", "home_province_code", "home_regency_code",
     "warnings", "restricted_at", "synthetic", "version", "created_at"}
)  # fmt: skip
_NOTICE: Final = frozenset(
    {"kind", "state", "reason", "attempts", "channel", "language", "template_version",
     "created_at", "due_at", "settled_at"}
)  # fmt: skip
_EVENT: Final = frozenset(
    {"topic", "version", "occurred_at", "recorded_at", "actor", "request_id", "payload"}
)
KINDS: Final = (
    _Kind(Section.PERSON, Participant, lambda case: Participant.id.in_(case.people), shown=_PERSON),
    _Kind(
        Section.PERSON,
        MergedParticipant,
        lambda case: MergedParticipant.participant_id == case.enrollment.participant_id,
        hidden=frozenset({"nik_index"}),
    ),
    _Kind(Section.RULES, Program, lambda case: Program.id == case.enrollment.program_id),
    _Kind(Section.RULES, Wave, lambda case: Wave.id == case.enrollment.wave_id),
    _Kind(Section.RULES, WaveQuota, _wave_is(WaveQuota)),
    _Kind(Section.RULES, SelectionCriteria, _wave_is(SelectionCriteria)),
    _Kind(
        Section.APPLICATION,
        Application,
        lambda case: and_(
            Application.participant_id.in_(case.people),
            Application.id == case.enrollment.application_id,
        ),
        hidden=frozenset({"code"}),
    ),
    _Kind(Section.APPLICATION, ApplicationChoice, _application_is(ApplicationChoice)),
    _Kind(
        Section.APPLICATION,
        ApplicationDocument,
        _application_is(ApplicationDocument),
        hidden=frozenset({"reference"}),
    ),
    _Kind(Section.APPLICATION, Score, _application_is(Score)),
    _Kind(Section.APPLICATION, ScoreReplaced, _application_is(ScoreReplaced)),
    _Kind(Section.SELECTION, Selection, _wave_is(Selection), hidden=_SELECTION),
    _Kind(
        Section.SELECTION,
        SelectionEntry,
        lambda case: and_(
            SelectionEntry.wave_id == case.enrollment.wave_id,
            SelectionEntry.application_id == case.enrollment.application_id,
        ),
    ),
    _Kind(Section.SELECTION, SelectionResult, _drawn),
    _Kind(Section.ENROLLMENT, Class, lambda case: Class.id == case.enrollment.class_id),
    _Kind(
        Section.ENROLLMENT,
        Enrollment,
        lambda case: and_(
            Enrollment.class_id == case.enrollment.class_id, Enrollment.id == case.enrollment.id
        ),
    ),
    _Kind(Section.DECISIONS, WaveDecision, _wave_is(WaveDecision), hidden=frozenset({"readiness"})),
    _Kind(
        Section.DECISIONS,
        Event,
        _happened,
        shown=_EVENT,
        order=(Event.epoch, Event.xid, Event.id),
    ),
    _Kind(Section.ATTENDANCE, Meeting, _class_is(Meeting)),
    _Kind(Section.ATTENDANCE, Opening, _class_is(Opening)),
    _Kind(Section.ATTENDANCE, Sheet, _class_is(Sheet)),
    _Kind(Section.ATTENDANCE, SheetEntry, _enrollment_is(SheetEntry)),
    _Kind(Section.ATTENDANCE, SheetCorrection, _corrected(SheetCorrection)),
    _Kind(Section.ASSESSMENTS, Assessment, _enrollment_is(Assessment)),
    _Kind(Section.ASSESSMENTS, AssessmentCorrection, _corrected(AssessmentCorrection)),
    _Kind(Section.COMPLETION, CompletionDecision, _enrollment_is(CompletionDecision)),
    _Kind(Section.FUNDING, ClassFunding, _class_is(ClassFunding)),
    _Kind(
        Section.CERTIFICATES,
        TrainingCertificate,
        _enrollment_is(TrainingCertificate),
        hidden=frozenset({"name_cipher", "pdf_cipher"}),
    ),
    _Kind(
        Section.CERTIFICATES,
        CompetenceCertificate,
        _of_person(CompetenceCertificate),
        hidden=frozenset({"details_cipher", "number_index"}),
    ),
    _Kind(Section.REFERRALS, Referral, _of_person(Referral)),
    _Kind(Section.NOTICES, Notice, _of_person(Notice), shown=_NOTICE),
    _Kind(
        Section.READS,
        Audit,
        lambda case: Audit.subject_id.in_([*case.people, case.enrollment.id]),
        order=(Audit.at, Audit.id),
    ),
)


async def case_of(session: AsyncSession, enrollment: Enrollment) -> Case:
    """Return whose case file that of an enrollment is."""
    person = enrollment.participant_id
    merged = await session.scalars(
        select(MergedParticipant.old_id)
        .where(MergedParticipant.participant_id == person)
        .order_by(MergedParticipant.old_id)
    )
    return Case(enrollment, [person, *merged])


async def read_parts(session: AsyncSession, case: Case, *, named: bool) -> list[DossierPart]:
    """Return all parts of a case file; the person's name only when he may be `named`."""
    parts: dict[Section, list[DossierRecord]] = {section: [] for section in Section}
    for kind in KINDS:
        parts[kind.section] += await _records(session, kind, case, named=named)
    return [DossierPart(section=section, records=records) for section, records in parts.items()]


async def _records(
    session: AsyncSession, kind: _Kind, case: Case, *, named: bool
) -> list[DossierRecord]:
    keys = kind.keys()
    names = [each.key for each in keys]
    facts = [each for each in kind.columns() if each.key not in names]
    found = await session.execute(
        select(*keys, *facts).where(kind.where(case)).order_by(*(kind.order or keys))
    )
    table = str(inspect(kind.table).local_table)
    made = []
    for row in found:
        told = [*names, *(each.key for each in facts)]
        values: dict[str, Any] = dict(zip(told, map(_plain, row), strict=True))
        if "replaced" in values:
            values["replaced"] = rules.own(values["replaced"], case.id_text)
        if kind.table is Participant and not named:
            values["name"] = None
        key = {name: values.pop(name) for name in names}
        made.append(DossierRecord(table=table, key=key, facts=values))
    return made


def _plain(value: object) -> object:
    return value.hex() if isinstance(value, bytes) else value
