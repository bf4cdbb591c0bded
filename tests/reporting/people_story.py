"""Events of what comes of people, for stories of enrollments: few enough to count by hand."""

from uuid import UUID

from shared.schemas.enrollment import Topic
from shared.schemas.reporting import Topic as ReportingTopic
from tests.reporting.story import Story

PERSON = (
    "program_id",
    "wave_id",
    "facility_id",
    "province_code",
    "regency_code",
    "home_province_code",
    "home_regency_code",
    "facility_kind",
    "host_ministry",
    "sex",
    "age_band",
    "entrant_kind",
)


def cell_of(story: Story, enrollment_id: UUID, **more) -> dict:
    """The cell of something that came of an enrollment."""
    cell = story.people[enrollment_id]["cell"]
    return {**{name: cell[name] for name in PERSON}, "disability": False, "trade": "", **more}


def named(story: Story, enrollment_id: UUID) -> dict:
    person = story.people[enrollment_id]
    return {
        "enrollment_id": str(enrollment_id),
        "class_id": str(person["class_id"]),
        "participant_id": str(person["participant_id"]),
    }


def tell_application(
    story: Story, about: UUID, topic: str, *, left: dict | None, entered: dict | None
) -> None:
    """Tell what became of an application; figures take `left` away and add `entered`."""
    known = entered or left
    payload = {
        "application_id": str(about),
        "participant_id": str(about),
        **{name: known[name] for name in ("program_id", "wave_id", "facility_id")},
        "channel": "SELF",
        "choices": 1,
        "before": left and left["state"],
        "after": known["state"],
        "left": left,
        "entered": entered,
    }
    story.tell(topic, about=about, stream=about, payload=payload)


def certify(story: Story, enrollment_id: UUID, *states: str, kind: str = "TRAINING") -> None:
    """Tell of a certificate that went through `states`."""
    about, before = story.new_id(), None
    for state in states:
        after = cell_of(story, enrollment_id, kind=kind, state=state)
        payload = {
            "certificate_id": str(about),
            **named(story, enrollment_id),
            "issued_on": "2026-12-28",
            "before": before,
            "after": after,
        }
        topic = Topic.CERTIFICATE_ISSUED if before is None else Topic.CERTIFICATE_REVOKED
        story.tell(topic, about=about, stream=about, payload=payload)
        before = after


def refer(
    story: Story,
    enrollment_id: UUID,
    *states: str,
    kind: str = "BANK",
    financing: str | None = "KUR",
    outcome: str | None = None,
) -> None:
    """Tell of a referral that went through `states`; the outcome is that of the last."""
    about, before = story.new_id(), None
    to = None if kind == "BANK" else story.facilities[0]
    receiver = {
        "to_facility_id": to and to["facility_id"],
        "to_province_code": to and to["province_code"],
        "to_regency_code": to and to["regency_code"],
    }
    for state in states:
        concluded = outcome if state == "RESULT" else None
        after = cell_of(
            story, enrollment_id, kind=kind, state=state, outcome=concluded, financing=financing,
            **receiver,
        )  # fmt: skip
        payload = {
            "referral_id": str(about),
            **named(story, enrollment_id),
            "target": "Bank Contoh",
            "before": before,
            "after": after,
        }
        topic = Topic.REFERRAL_PROPOSED if before is None else Topic.REFERRAL_SENT
        story.tell(topic, about=about, stream=about, payload=payload)
        before = after


def call_roll(story: Story, class_id: UUID, session: int, *calls: dict) -> None:
    """Tell of the roll calls of one session, each correcting the last."""
    about, replaced = story.new_id(), None
    for call in calls:
        said = {"present": 0, "late": 0, "excused": 0, "absent": 0, "days": 0, **call}
        payload = {
            "class_id": str(class_id),
            "session": session,
            "starts_at": "2026-11-23T01:00:00Z",
            **said,
            "replaced": replaced,
        }
        story.tell(Topic.ATTENDANCE_RECORDED, about=about, stream=class_id, payload=payload)
        replaced = said


def fund(story: Story, class_id: UUID, *fundings: dict) -> None:
    """Tell of the money of a class, each time in the place of what was told before."""
    replaced: dict = {}
    for by_source in fundings:
        payload = {
            "class_id": str(class_id),
            "total_rupiah": sum(by_source.values()),
            "by_source": by_source,
            "replaced": replaced,
        }
        story.tell(Topic.CLASS_FUNDED, about=class_id, stream=class_id, payload=payload)
        replaced = by_source


def follow_up(story: Story, enrollment_id: UUID, status: str, *, months: int = 3) -> None:
    """Tell what somebody answered."""
    about, person = story.new_id(), named(story, enrollment_id)
    cell = cell_of(story, enrollment_id, waited=False, horizon_months=months, status=status)
    payload = {
        "followup_id": str(about),
        "enrollment_id": str(enrollment_id),
        "participant_id": person["participant_id"],
        "before": None,
        "after": {"cell": cell, "source": "PROXY"},
    }
    story.tell(ReportingTopic.FOLLOWUP_RECORDED, about=about, stream=about, payload=payload)
