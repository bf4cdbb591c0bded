from datetime import UTC, datetime
from uuid import UUID

from services.reporting.ledger import rules
from services.reporting.ledger.consumers import recorded
from services.reporting.signup_facts.rules import SIGNUPS, SignUpKind
from shared.schemas.enrollment import Topic
from shared.schemas.events import EventRead
from tests.reporting.story import Story


def at(event: EventRead, moment: datetime) -> EventRead:
    return event.model_copy(update={"occurred_at": moment})


def submitted(story: Story, *, entered: dict | None) -> EventRead:
    application_id = story.new_id()
    payload = {
        "application_id": str(application_id),
        "participant_id": str(story.new_id()),
        "program_id": str(story.program_id),
        "wave_id": str(story.wave_id),
        "facility_id": str(story.new_id()),
        "channel": "SELF",
        "choices": 1,
        "before": "DRAFT",
        "after": "SUBMITTED",
        **({} if entered is None else {"entered": entered}),
    }
    return story.tell(
        Topic.APPLICATION_SUBMITTED, about=application_id, stream=application_id, payload=payload
    )


def cell(story: Story) -> dict:
    return {
        "program_id": str(story.program_id),
        "wave_id": str(story.wave_id),
        "facility_id": str(story.new_id()),
        "province_code": "51",
        "regency_code": "51.71",
        "home_province_code": "51",
        "home_regency_code": "51.71",
        "facility_kind": "PLUT",
        "host_ministry": "MSME",
        "sex": "FEMALE",
        "age_band": "25_34",
        "entrant_kind": "MICRO",
        "disability": False,
        "trade": "",
        "channel": "SELF",
        "state": "SUBMITTED",
    }


def counted(events: list[EventRead]) -> dict:
    folded = rules.fold(recorded(event) for event in events)
    return {key[2:]: n for key, (n,) in folded.cells.get(SIGNUPS, {}).items()}


class TestFold:
    def test_counts_a_claim_in_the_minute_in_which_it_was_made(self):
        story = Story()
        class_id = story.plan_class(story.register_facility(place=2))
        for _ in range(3):
            story.enroll(class_id)
        claims = [event for event in story.events if event.topic == Topic.CLAIMED]
        moments = [
            datetime(2027, 1, 4, 1, 0, 59, 999_999, tzinfo=UTC),
            datetime(2027, 1, 4, 1, 1, tzinfo=UTC),
            datetime(2027, 1, 4, 1, 1, 30, tzinfo=UTC),
        ]

        found = counted([at(event, moment) for event, moment in zip(claims, moments, strict=True)])

        assert found == {
            ("51", SignUpKind.CLAIM, datetime(2027, 1, 4, 1, 0, tzinfo=UTC)): 1,
            ("51", SignUpKind.CLAIM, datetime(2027, 1, 4, 1, 1, tzinfo=UTC)): 2,
        }

    def test_does_not_count_a_place_that_follows_from_an_application(self):
        story = Story()
        class_id = story.plan_class(story.register_facility())
        story.enroll(class_id)
        claim = story.events[-1]
        placed = {**claim.payload, "after": {**claim.payload["after"], "applied": True}}

        assert counted([claim.model_copy(update={"payload": placed})]) == {}

    def test_takes_nothing_back_when_somebody_cancels(self):
        story = Story()
        class_id = story.plan_class(story.register_facility())
        enrollment_id = story.enroll(class_id)
        story.move(enrollment_id, Topic.CANCELLED, state="CANCELLED")

        assert sum(counted(story.events).values()) == 1

    def test_counts_an_application_where_its_first_choice_lies(self):
        story = Story()
        moment = datetime(2027, 1, 4, 1, 0, 10, tzinfo=UTC)
        told = [
            at(submitted(story, entered=cell(story)), moment),
            at(submitted(story, entered=None), moment),
        ]

        minute = moment.replace(second=0)
        assert counted(told) == {
            ("51", SignUpKind.APPLICATION, minute): 1,
            ("", SignUpKind.APPLICATION, minute): 1,
        }

    def test_names_the_wave(self):
        story = Story()
        folded = rules.fold([recorded(submitted(story, entered=cell(story)))])

        [key] = folded.cells[SIGNUPS]
        assert UUID(key[1]) == story.wave_id
