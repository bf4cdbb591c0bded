"""A programme at which many pull at once, and all that has to hold whatever they do.

Moves go over HTTP to two applications that share nothing but the database; what workers and
selections do runs in transactions beside them. The clock is the story's own. What is checked are
the statements of `balai audit` at the hour of the story, and that everybody got what he was told.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from sqlalchemy import select

from deploy.audit import checks
from services.enrollment.classes.operations import tell_moved
from services.enrollment.classes.queries import get_class
from services.enrollment.enrollments.operations import (
    end_waitlist_when_due,
    promote_in_class,
    promote_waiting,
)
from services.enrollment.enrollments.queries import classes_admitting, waitlists_over
from services.enrollment.identities.rules import NikKeys
from services.enrollment.offers.operations import expire_offers
from services.enrollment.offers.queries import classes_with_lapsed
from services.enrollment.participant_merges.operations import settle_merge
from services.enrollment.participant_merges.queries import unsettled
from services.enrollment.placements.operations import Placed, Placement, place_selected
from services.enrollment.waves.tables import Wave
from shared.http.tokens import SigningKey, sign_business_time
from shared.ids import new_id
from shared.schemas.enrollment import Topic
from tests.support.planning import person_body
from tests.support.seats import NOW, Seats

STARTS_AT = NOW + timedelta(days=5)
# The statements that re-count seats, claims, waitlists and answers, by the names of their files.
STATEMENTS = {
    path.stem: check.statement
    for path in sorted(Path(checks.__file__).with_name("statements").glob("*.sql"))
    if "enrollment" in (check := checks.read_check(path)).databases
    and {"I1", "I2", "I3", "I4", "I5", "I8", "I13"}.intersection(check.invariant.split(", "))
}
# What workers see to; without quotas a free seat is given in the transaction that frees it.
FREE_SEATS, LAPSED = "13_free_seats", "28_offers"
# An end is an end: what was acknowledged never changes again.
ENDS = {
    "cancel": "CANCELLED",
    "decline": "DECLINED",
    "transfer": "TRANSFERRED",
    "complete": "COMPLETED",
    "drop-out": "DROPPED_OUT",
}


_ACTIVE = {"SEATED", "OFFERED", "WAITLISTED"}
MEANT = {
    "cancel": _ACTIVE,
    "transfer": _ACTIVE,
    "confirm": {"OFFERED"},
    "decline": {"OFFERED"},
    "complete": {"SEATED"},
    "drop-out": {"SEATED"},
}


@dataclass
class Try:
    """One sending of a request, and its answer."""

    request_id: str
    step: int
    status: int = 0
    body: bytes = b""
    replayed: bool = False
    code: str = ""


@dataclass
class Asked:
    """A request with its key, however often it was sent."""

    method: str
    path: str
    body: dict[str, Any]
    key: str
    word: str
    made: tuple[UUID, UUID] | None = None
    about: tuple[UUID, UUID] | None = None
    tries: list[Try] = field(default_factory=list)

    @property
    def done(self) -> list[Try]:
        return [each for each in self.tries if each.status in (200, 201)]


@dataclass
class Rush:
    """One programme with some classes and people; `journal` is what its clients remember."""

    seats: Seats
    doors: Sequence[httpx.AsyncClient]
    headers: dict[str, str]
    time_key: SigningKey
    audit: asyncpg.Connection
    nik_keys: NikKeys
    now: datetime = NOW
    classes: list[UUID] = field(default_factory=list)
    people: list[UUID] = field(default_factory=list)
    known: list[tuple[UUID, UUID]] = field(default_factory=list)
    journal: list[Asked] = field(default_factory=list)
    placed: list[Placed] = field(default_factory=list)
    quotas: bool = False
    selects: bool = False
    states: dict[tuple[UUID, UUID], str] = field(default_factory=dict)
    placed_people: set[UUID] = field(default_factory=set)
    versions: dict[UUID, int] = field(default_factory=dict)
    steps: int = 0
    _turns: int = 0

    async def begin(
        self,
        *,
        classes: Sequence[tuple[int, int]],
        confirm_hours: int | None,
        promotes: bool,
        selects: bool,
        quotas: Sequence[tuple[str, str, int, bool]],
    ) -> None:
        """Make a wave; its window closes after four days, its classes start after five."""
        self.seats = Seats(self.seats.sessions)
        program_id = await self.seats.program()
        terms = {
            "confirm_hours": confirm_hours,
            "promote_until": STARTS_AT + timedelta(days=1) if promotes else None,
            "selection": "SCORE" if selects else "FIRST_COME",
        }
        window = {"closes_at": NOW + timedelta(days=4), "starts_at": STARTS_AT}
        async with self.seats.transaction() as session:
            wave = (await session.scalars(select(Wave).where(Wave.program_id == program_id))).one()
            for name, value in {**terms, **window}.items():
                setattr(wave, name, value)
        self.classes = [
            await self.seats.class_(capacity, reserve, space_capacity=6, **terms, **window)
            for capacity, reserve in classes
        ]
        async with self.seats.transaction() as session:
            for class_id in self.classes:
                class_ = await get_class(session, class_id)
                await tell_moved(
                    session, class_, topic=Topic.CLASS_PLANNED, before=None, now=self.now
                )
        self.people = [await self._person(at) for at in range(9)]
        for dimension, value, count, kept in quotas:
            changes = {"release_at": NOW + timedelta(days=1)} if kept else {}
            await self.seats.quota(dimension, value, count, **changes)
        self.quotas = bool(quotas)
        self.selects = selects

    async def _person(self, at: int) -> UUID:
        """Register somebody; among nine there are the kinds of people that quotas tell apart."""
        woman = at % 2
        body = person_body(
            nik=f"337301{17 + 40 * woman}{at + 1:02}850000",
            birth_date=f"1985-{at + 1:02}-17",
            name=f"Peserta {at}",
            phone=None,
            email=None,
            sex="FEMALE" if woman else "MALE",
            disability=at % 3 == 0,
        )
        headers = {**self.headers, "Idempotency-Key": str(new_id())}
        made = await self.doors[0].post("/v1/participants", json=body, headers=headers)
        assert made.status_code == 201, made.text
        return UUID(made.json()["id"])

    # What people and offices ask for.

    def claim(self, person: int, class_: int) -> Asked:
        """Claim a seat, now and then for somebody who has a place already."""
        free = [each for each in self.people if each not in self.placed_people]
        class_id = _pick(self.classes, class_)
        made = class_id, new_id()
        self._turns += 1
        who = _pick(self.people if person % 6 == 0 or not free else free, person + self._turns)
        body = {"participant_id": str(who), "id": str(made[1])}
        return self._asked("POST", f"/v1/classes/{class_id}/enrollments", body, "claim", made=made)

    def turn(self, word: str, known: int) -> Asked | None:
        """Cancel, confirm, decline, complete or drop out."""
        about = self._whom(word, known)
        if about is None:
            return None
        path = f"/v1/classes/{about[0]}/enrollments/{about[1]}/{word}"
        return self._asked("POST", path, {}, word, about=about)

    def transfer(self, known: int, class_: int) -> Asked | None:
        about = self._whom("transfer", known)
        if about is None:
            return None
        others = [each for each in self.classes if each != about[0]] or self.classes
        made = _pick(others, class_), new_id()
        path = f"/v1/classes/{about[0]}/enrollments/{about[1]}/transfer"
        body = {"class_id": str(made[0]), "id": str(made[1])}
        return self._asked("POST", path, body, "transfer", made=made, about=about)

    def _whom(self, word: str, at: int) -> tuple[UUID, UUID] | None:
        """Pick an enrollment for which the word has a meaning, now and then any."""
        fit = [each for each in self.known if self.states.get(each) in MEANT[word]]
        if not self.known:
            return None
        self._turns += 1
        return _pick(self.known if at % 6 == 0 or not fit else fit, at + self._turns)

    def resize(self, class_: int, capacity: int, reserve: int) -> Asked:
        path = f"/v1/classes/{_pick(self.classes, class_)}"
        body = {"capacity": capacity, "reserve_capacity": reserve}
        return self._asked("PATCH", path, body, "resize")

    def limit(self, quotas: Sequence[tuple[str, str, int, bool]]) -> Asked:
        """Give the wave other quotas."""
        release = (NOW + timedelta(days=1)).isoformat()
        body = {
            "quotas": [
                {
                    "dimension": dimension,
                    "value": value,
                    "seats": count,
                    **({"kind": "AT_LEAST", "release_at": release} if kept else _AT_MOST),
                }
                for dimension, value, count, kept in quotas
            ],
            "reason": "DATA SINTETIS",
        }
        self.quotas = True
        return self._asked("PUT", f"/v1/waves/{self.seats.wave_id}/quotas", body, "limit")

    async def open(self, class_: int, absent: int) -> Asked:
        """Report an opening; each third of those who hold a seat, from `absent` on, is absent."""
        class_id = _pick(self.classes, class_)
        here = await self._in_state(class_id, "SEATED", "OFFERED")
        body = {
            "started_at": self.now.isoformat(),
            "present": [str(each) for at, each in enumerate(here) if at % 3 != absent],
            "absent": [str(each) for at, each in enumerate(here) if at % 3 == absent],
        }
        return self._asked("POST", f"/v1/classes/{class_id}/opening", body, "open")

    async def end(self, class_: int) -> Asked:
        class_id = _pick(self.classes, class_)
        seated = [str(each) for each in await self._in_state(class_id, "SEATED")]
        body = {"completed": seated[::2], "dropped_out": seated[1::2]}
        return self._asked("POST", f"/v1/classes/{class_id}/completion", body, "end")

    def call_off(self, class_: int) -> Asked:
        path = f"/v1/classes/{_pick(self.classes, class_)}/cancel"
        return self._asked("POST", path, {"reason": "DATA SINTETIS"}, "call off")

    def merge(self, stays: int, gone: int) -> Asked:
        """Merge two people, who may hold places, and may have been merged already."""
        one = _pick(self.people, stays)
        other = _pick([each for each in self.people if each != one], gone)
        body = {
            "other_id": str(other),
            "other_version": self.versions.get(other, 1),
            "reason": "DATA SINTETIS",
        }
        path = f"/v1/participants/{one}/merge?mode=commit"
        return self._asked("POST", path, body, "merge")

    def again(self, asked: int) -> Asked | None:
        """Send a request once more that has a key: its answer was lost, or it is being awaited."""
        keyed = [each for each in self.journal if each.method == "POST"]
        return _pick(keyed, asked) if keyed else None

    def _asked(self, method: str, path: str, body: dict, word: str, **more) -> Asked:
        asked = Asked(method, path, body, str(new_id()), word, **more)
        self.journal.append(asked)
        return asked

    async def _in_state(self, class_id: UUID, *states: str) -> list[UUID]:
        rows = await self.seats.enrollments(class_id)
        return sorted(row.id for row in rows if row.state in states)

    async def send(self, asked: Asked, door: int) -> None:
        sent = Try(str(new_id()), self.steps)
        asked.tries.append(sent)
        headers = {
            **self.headers,
            "Balai-Business-Time": sign_business_time(self.time_key, self.now),
            "Idempotency-Key": asked.key,
            "X-Request-Id": sent.request_id,
            **({"If-Match": "*"} if asked.word in _MATCHING else {}),
        }
        client = _pick(self.doors, door)
        got = await client.request(asked.method, asked.path, json=asked.body, headers=headers)
        sent.status, sent.body = got.status_code, got.content
        sent.replayed = "idempotency-replayed" in got.headers
        sent.code = "" if got.is_success else got.json()["code"]

    def pass_hours(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    def reach_start(self) -> None:
        """Let the hour come at which the classes start."""
        self.now = max(self.now, STARTS_AT + timedelta(minutes=30))

    # What selections and workers do.

    async def place(self, class_: int, people: Sequence[tuple[int, bool]]) -> None:
        """Give the places of a class that waits for its selection, as its announcement does."""
        chosen = {_pick(self.people, person): waits for person, waits in people}
        async with self.seats.transaction() as session:
            held = await get_class(session, _pick(self.classes, class_), for_update=True)
            if held.selection == "FIRST_COME" or held.announced_at or held.state != "PLANNED":
                return
            placements = [
                Placement(person, new_id(), new_id(), waits) for person, waits in chosen.items()
            ]
            placed = await place_selected(session, class_=held, placements=placements, now=self.now)
            held.announced_at = self.now
            await session.flush()
            await promote_waiting(session, class_=held, now=self.now)
        self.placed += placed
        self.known += [(held.id, each.enrollment_id) for each in placed if each.state]

    async def worked(self, word: str, class_: int) -> None:
        """Let a worker look at a class that may have nothing for it to do."""
        work: Callable[..., Coroutine[Any, Any, int]] = {
            "expire": expire_offers,
            "promote": promote_in_class,
            "end waitlist": end_waitlist_when_due,
        }[word]
        async with self.seats.transaction() as session:
            await work(session, class_id=_pick(self.classes, class_), now=self.now)

    async def work(self) -> None:
        """Let the workers do what is due, as their crons do."""
        async with self.seats.transaction() as session:
            lapsed = await classes_with_lapsed(session, now=self.now, limit=100)
        for class_id in lapsed:
            async with self.seats.transaction() as session:
                await expire_offers(session, class_id=class_id, now=self.now)
        async with self.seats.transaction() as session:
            admitting = await classes_admitting(session, now=self.now)
        for class_id in admitting:
            async with self.seats.transaction() as session:
                await promote_in_class(session, class_id=class_id, now=self.now)
        async with self.seats.transaction() as session:
            for gone_id in await unsettled(session, before=self.now, limit=100):
                await settle_merge(session, gone_id, keys=self.nik_keys, now=self.now)
        async with self.seats.transaction() as session:
            over = await waitlists_over(session, now=self.now, limit=100)
        for class_id in over:
            async with self.seats.transaction() as session:
                await end_waitlist_when_due(session, class_id=class_id, now=self.now)

    # What has to hold.

    async def at_once(self, moves: Sequence[Coroutine[Any, Any, None]]) -> None:
        """Make some moves at the same time while the audit looks on, and judge what they left."""
        self.steps += 1
        await self._look()
        over = asyncio.Event()
        watching = asyncio.create_task(self._watch(over))
        try:
            await asyncio.gather(*moves)
        finally:
            over.set()
        await watching
        for asked in self.journal:
            where = asked.made
            if where is not None and asked.done and where not in self.known:
                self.known.append(where)
        await self._audit(without={LAPSED, FREE_SEATS} if self.quotas else {LAPSED})
        await self._check_answers()

    async def _look(self) -> None:
        """Note in which state everybody is before the moves are made."""
        rows = await self.audit.fetch("SELECT class_id, id, state, participant_id FROM enrollment")
        self.states = {(row["class_id"], row["id"]): row["state"] for row in rows}
        there = _ACTIVE | {"COMPLETED", "DROPPED_OUT"}
        self.placed_people = {row["participant_id"] for row in rows if row["state"] in there}

        rows = await self.audit.fetch("SELECT id, version FROM participant")
        self.versions = {row["id"]: row["version"] for row in rows}

    async def _watch(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._audit(without={LAPSED, FREE_SEATS})

    async def settle(self) -> None:
        """Let some minutes pass and the workers work, and judge what is left."""
        self.now += timedelta(minutes=5)
        await self.work()
        await self._audit(without=set())
        await self._check_answers()

    async def _audit(self, *, without: set[str]) -> None:
        moment = f"timestamptz '{self.now.isoformat()}'"
        for name in sorted(set(STATEMENTS) - without):
            statement = STATEMENTS[name].replace("now()", moment)
            found = [row["what"] for row in await self.audit.fetch(statement)]
            assert found == [], f"{name}: {found} after\n{self.told()}"

    def told(self) -> str:
        """Return what everybody asked for and was answered, in the order of asking."""
        lines = []
        for asked in self.journal:
            answers = ", ".join(f"{each.status} {each.code}" for each in asked.tries)
            lines.append(f"{asked.word} {asked.path} {json.dumps(asked.body)}: {answers}")
        return "\n".join([*lines, *map(str, self.placed)])

    async def _check_answers(self) -> None:
        """Hold everybody's answers against what is there (I4, I5, I6)."""
        rows = {
            (row["class_id"], row["id"]): row["state"]
            for row in await self.audit.fetch("SELECT class_id, id, state FROM enrollment")
        }
        told = {
            row["request_id"]
            for row in await self.audit.fetch("SELECT DISTINCT request_id FROM event")
        }
        for asked in self.journal:
            for each in asked.tries:
                assert each.status < 500, f"{asked.word}: {each.status} {each.code}"
            self._check_once(asked, told)
            if asked.made is not None:
                there = asked.made in rows
                assert there == bool(asked.done), f"{asked.word}: {asked.tries}, there: {there}"
            if asked.done and asked.about is not None and asked.word in ENDS:
                assert rows[asked.about] == ENDS[asked.word], asked
        for each in self.placed:
            assert (each.state is None) == (each.refusal is not None)
            there = any(enrollment_id == each.enrollment_id for _, enrollment_id in rows)
            assert there == (each.state is not None), each

    def _check_once(self, asked: Asked, told: set[str]) -> None:
        """Check that one try at most had an effect, and all good answers are the same bytes."""
        first = [each for each in asked.done if not each.replayed]
        refused = [each for each in asked.tries if each not in first]
        if asked.method == "POST":
            assert len(first) <= 1, f"{asked.word} was done {len(first)} times"
            assert len({(each.status, each.body) for each in asked.done}) <= 1, asked
            assert all(each.request_id in told for each in first), f"{asked.word} left nothing"
            later = [each for each in asked.tries if first and each.step > first[0].step]
            assert all(each.replayed for each in later), f"{asked.word} was forgotten: {later}"
        assert not any(each.request_id in told for each in refused), f"{asked.word} left something"


_AT_MOST = {"kind": "AT_MOST"}
_MATCHING = {"resize", "limit", "merge"}


def _pick(of: Sequence[Any], at: int) -> Any:
    return of[at % len(of)]
