"""Events as the services tell them, made from a few lines, and a recount that shares no code.

A `Story` plays a small country: it keeps every person's and class's present state in plain dicts
and writes the event of each change with the cell before and after. `recount` counts the present
states one by one.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from shared.ids import uuid7
from shared.schemas.enrollment import Topic
from shared.schemas.events import EventRead
from shared.schemas.registry import Topic as RegistryTopic

HELD = {"SEATED", "COMPLETED", "DROPPED_OUT"}
START = datetime(2026, 11, 23, 1, tzinfo=UTC)
RECORDED = datetime(2026, 11, 22, 3, tzinfo=UTC)

# (province, regency, zone, kind, ministry that owns the facility)
PLACES = (
    ("32", "32.73", "WIB", "BLKK", "MANPOWER"),
    ("32", "32.04", "WIB", "UPTD", "MANPOWER"),
    ("51", "51.71", "WITA", "PLUT", "MSME"),
    ("91", "91.05", "WIT", "PRODUCTION_HOUSE", "MSME"),
)


@dataclass
class Story:
    seed: int = 1
    owner: str = "MSME"
    co_owner: str | None = "MANPOWER"
    synthetic: bool = True
    events: list[EventRead] = field(default_factory=list)
    people: dict[UUID, dict] = field(default_factory=dict)
    classes: dict[UUID, dict] = field(default_factory=dict)
    facilities: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        self._versions: Counter = Counter()
        self._moment = RECORDED
        self.program_id, self.wave_id = self.new_id(), self.new_id()

    def new_id(self) -> UUID:
        return uuid7(millisecond=1_764_000_000_000, random=self.random.getrandbits(74))

    def tell(self, topic: str, *, about: UUID, stream: UUID, payload: dict) -> EventRead:
        self._versions[about] += 1
        self._moment += timedelta(milliseconds=self.random.randrange(1, 900))
        event = EventRead.model_validate(
            {
                "id": str(self.new_id()),
                "stream_id": str(stream),
                "topic": topic,
                "schema": 1,
                "version": self._versions[about],
                "occurred_at": self._moment.isoformat(),
                "recorded_at": self._moment.isoformat(),
                "payload": payload,
            }
        )
        self.events.append(event)
        return event

    def publish(self) -> None:
        program = {
            "program_id": str(self.program_id),
            "code": f"P{self.seed}",
            "name": "Wirausaha",
            "owner_ministry": self.owner,
            "co_ministry": self.co_owner,
        }
        wave = {
            "wave_id": str(self.wave_id),
            "program_id": str(self.program_id),
            "code": f"W{self.seed}",
            "name": "Gelombang 1",
            "synthetic": self.synthetic,
        }
        for topic, payload in ((Topic.PROGRAM_PUBLISHED, program), (Topic.WAVE_PUBLISHED, wave)):
            about = self.program_id if topic is Topic.PROGRAM_PUBLISHED else self.wave_id
            self.tell(topic, about=about, stream=about, payload=payload)

    def register_facility(self, place: int = 0, status: str = "ACTIVE") -> dict:
        province, regency, zone, kind, ministry = PLACES[place]
        facility = {
            "facility_id": str(self.new_id()),
            "province_code": province,
            "regency_code": regency,
            "time_zone": zone,
            "facility_kind": kind,
            "owner_ministry": ministry,
            "status": status,
        }
        self.facilities.append(facility)
        return facility

    def tell_facility(self, facility: dict, *, before: dict | None = None) -> EventRead:
        members = ("province_code", "regency_code", "facility_kind", "owner_ministry", "status")
        topic = RegistryTopic.FACILITY_REGISTERED
        if before is not None:
            topic = RegistryTopic.FACILITY_STATUS_CHANGED
        about = UUID(facility["facility_id"])
        payload = {
            "facility_id": facility["facility_id"],
            "code": "B-1",
            "before": before and {name: before[name] for name in members},
            "after": {name: facility[name] for name in members},
        }
        return self.tell(topic, about=about, stream=about, payload=payload)

    def plan_class(self, facility: dict, *, starts_at: datetime = START) -> UUID:
        class_id = self.new_id()
        cell = {
            "program_id": str(self.program_id),
            "wave_id": str(self.wave_id),
            "starts_at": starts_at.isoformat().replace("+00:00", "Z"),
            "state": "PLANNED",
            "host_ministry": facility["owner_ministry"],
            **{
                name: facility[name]
                for name in (
                    "facility_id",
                    "province_code",
                    "regency_code",
                    "time_zone",
                    "facility_kind",
                )
            },
        }
        self.classes[class_id] = cell
        self._tell_class(Topic.CLASS_PLANNED, class_id, before=None)
        return class_id

    def _tell_class(self, topic: str, class_id: UUID, *, before: dict | None) -> None:
        payload = {
            "class_id": str(class_id),
            "label": "A",
            "capacity": 16,
            "before": before,
            "after": dict(self.classes[class_id]),
        }
        self.tell(topic, about=class_id, stream=class_id, payload=payload)

    def change_class(self, class_id: UUID, state: str) -> None:
        topic = {
            "OPENED": Topic.CLASS_OPENED,
            "COMPLETED": Topic.CLASS_COMPLETED,
            "CANCELLED": Topic.CLASS_CANCELLED,
        }.get(state, Topic.CLASS_CHANGED)
        before = dict(self.classes[class_id])
        self.classes[class_id]["state"] = state
        self._tell_class(topic, class_id, before=before)

    def enroll(self, class_id: UUID, *, state: str = "SEATED", home: int | None = None) -> UUID:
        enrollment_id = self.new_id()
        place = self.random.randrange(len(PLACES)) if home is None else home
        of_class = self.classes[class_id]
        cell = {
            "home_province_code": PLACES[place][0],
            "home_regency_code": PLACES[place][1],
            "sex": self.random.choice(["FEMALE", "MALE"]),
            "age_band": self.random.choice(["18_24", "25_34", "55_PLUS"]),
            "entrant_kind": self.random.choice(["MICRO", "SMALL", "PROSPECTIVE"]),
            "state": state,
            "waited": state == "WAITLISTED",
            "presence": "UNREPORTED",
            **{
                name: of_class[name]
                for name in (
                    "program_id",
                    "wave_id",
                    "facility_id",
                    "province_code",
                    "regency_code",
                    "facility_kind",
                    "host_ministry",
                )
            },
        }
        self.people[enrollment_id] = {
            "class_id": class_id,
            "participant_id": self.new_id(),
            "cell": cell,
        }
        self._tell_enrollment(Topic.CLAIMED, enrollment_id, before=None)
        return enrollment_id

    def _tell_enrollment(self, topic: str, enrollment_id: UUID, *, before: dict | None) -> None:
        person = self.people[enrollment_id]
        payload = {
            "enrollment_id": str(enrollment_id),
            "class_id": str(person["class_id"]),
            "participant_id": str(person["participant_id"]),
            "before": before,
            "after": dict(person["cell"]),
        }
        self.tell(topic, about=enrollment_id, stream=person["class_id"], payload=payload)

    def move(self, enrollment_id: UUID, topic: str, **members: str) -> None:
        cell = self.people[enrollment_id]["cell"]
        before = dict(cell)
        cell.update(members)
        self._tell_enrollment(topic, enrollment_id, before=before)

    def complete(self, enrollment_id: UUID) -> None:
        self.move(enrollment_id, Topic.COMPLETED, state="COMPLETED")

    def play(self, *, classes: int = 8, people: int = 60) -> "Story":
        """Tell a whole wave: claims, promotions, openings, cancellations, completions."""
        self.publish()
        facilities = [self.register_facility(number % len(PLACES)) for number in range(4)]
        planned = [self.plan_class(facilities[number % 4]) for number in range(classes)]
        for number in range(people):
            state = "WAITLISTED" if number % 7 == 0 else "SEATED"
            self.enroll(self.random.choice(planned), state=state)
        for enrollment_id, person in self.people.items():
            self._play_person(enrollment_id, person["cell"]["state"])
        for class_id in planned[:-1]:
            self.change_class(class_id, "OPENED")
        self.change_class(planned[0], "COMPLETED")
        return self

    def _play_person(self, enrollment_id: UUID, state: str) -> None:
        fate = self.random.randrange(6)
        if state == "WAITLISTED":
            if fate < 3:
                self.move(enrollment_id, Topic.PROMOTED, state="SEATED")
            else:
                self.move(enrollment_id, Topic.NOT_PLACED, state="NOT_PLACED")
                return
        if fate == 0:
            self.move(enrollment_id, Topic.CANCELLED, state="CANCELLED")
            return
        presence = "ABSENT" if fate == 1 else "PRESENT"
        self.move(enrollment_id, Topic.PRESENCE_REPORTED, presence=presence)
        if fate > 2:
            self.complete(enrollment_id)
        elif fate == 1:
            self.move(enrollment_id, Topic.DROPPED_OUT, state="DROPPED_OUT")

    def wait(self, pause: timedelta) -> None:
        """Let time pass before the next event is recorded."""
        self._moment += pause

    def begin(self, moment: datetime) -> "Story":
        """Record what is told from now on at `moment` and after."""
        self._moment = moment
        return self

    def recount_at(self, moment: datetime, *members: str) -> Counter:
        """Count enrollments by `members` as the last event until `moment` told of each."""
        latest: dict[str, dict] = {}
        for event in self.events:
            if "enrollment_id" in event.payload and event.recorded_at <= moment:
                latest[event.payload["enrollment_id"]] = event.payload["after"]
        return Counter(tuple(cell[name] for name in members) for cell in latest.values())

    def cells(self) -> list[dict]:
        """Return the present cell of every enrollment."""
        return [person["cell"] for person in self.people.values()]

    def recount(self, *members: str) -> Counter:
        """Count the present enrollments by `members`, one by one."""
        return Counter(tuple(cell[name] for name in members) for cell in self.cells())
